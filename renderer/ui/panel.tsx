import type { ReactNode } from 'react';
import { cx } from './class-names.ts';

interface PanelProps {
  readonly title?: ReactNode;
  /** Buttons at the right of the title. */
  readonly actions?: ReactNode;
  readonly label?: string;
  readonly className?: string;
  readonly bodyClassName?: string;
  readonly children: ReactNode;
}

/** A named region with an optional header line; its body scrolls. */
export function Panel({ title, actions, label, className, bodyClassName, children }: PanelProps) {
  return (
    <section aria-label={label} className={cx('flex h-full min-h-0 min-w-0 flex-col bg-chrome', className)}>
      {title ? (
        <header className="flex h-9 shrink-0 items-center justify-between gap-2 border-b border-line pl-3 pr-2">
          <h2 className="min-w-0 truncate text-sm font-semibold">{title}</h2>
          {actions ? <div className="flex items-center gap-1">{actions}</div> : null}
        </header>
      ) : null}
      <div className={cx('min-h-0 flex-1 overflow-auto', bodyClassName)}>{children}</div>
    </section>
  );
}

/** A full page beside the rail (Data, Runs, Models, Settings): heading, then content in a readable measure. */
export function Page({ title, description, actions, children }: { readonly title: string; readonly description?: string; readonly actions?: ReactNode; readonly children: ReactNode }) {
  return (
    <main aria-label={title} className="h-full min-h-0 overflow-auto bg-chrome">
      <div className="mx-auto flex min-h-full max-w-[1200px] flex-col gap-4 px-8 py-6 max-[760px]:px-4 max-[760px]:py-4">
        <header className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
          <div>
            <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
            {description ? <p className="text-sm text-muted">{description}</p> : null}
          </div>
          {actions ? <div className="flex items-center gap-2">{actions}</div> : null}
        </header>
        {children}
      </div>
    </main>
  );
}
