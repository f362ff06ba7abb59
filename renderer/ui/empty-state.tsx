import type { ReactNode } from 'react';
import { cx } from './class-names.ts';

interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  /** What to do to fill this place, in a sentence or two. */
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly className?: string;
}

export function EmptyState({ icon, title, children, action, className }: EmptyStateProps) {
  return (
    <div className={cx('flex h-full min-h-32 flex-col items-center justify-center gap-1 p-6 text-center', className)}>
      {icon ? <div className="mb-2 text-faint [&>svg]:size-6 [&>svg]:stroke-[1.5]">{icon}</div> : null}
      <div className="text-base font-medium text-ink">{title}</div>
      {children ? <div className="max-w-[44ch] text-sm text-muted">{children}</div> : null}
      {action ? <div className="mt-3 flex gap-2">{action}</div> : null}
    </div>
  );
}
