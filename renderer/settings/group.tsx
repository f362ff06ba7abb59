import type { ReactNode } from 'react';

/** A titled box of rows. */
export function Group({ title, action, children }: { readonly title: string; readonly action?: ReactNode; readonly children: ReactNode }) {
  return (
    <section aria-label={title}>
      <div className="mb-2 flex min-h-6 items-center justify-between">
        <h2 className="text-sm font-semibold">{title}</h2>
        {action}
      </div>
      <div className="overflow-hidden rounded-md border border-line bg-surface">{children}</div>
    </section>
  );
}

export function Row({ title, detail, children }: { readonly title: string; readonly detail?: string; readonly children: ReactNode }) {
  return (
    <div className="flex min-h-12 items-center justify-between gap-6 border-b border-line px-4 py-2 last:border-b-0">
      <div className="shrink-0">
        <div className="text-sm">{title}</div>
        {detail ? <div className="text-xs text-muted">{detail}</div> : null}
      </div>
      <div className="flex min-w-0 items-center gap-2">{children}</div>
    </div>
  );
}
