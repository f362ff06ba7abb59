import { Eye } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './class-names.ts';

interface LockedProps {
  /** Why nothing in it may be changed; null where it may. */
  readonly why: string | null;
}

/** Fields and buttons that change something: all disabled, and seen to be, where it may not be changed. `WhyLocked` above them says why. */
export function Lockable({ why, className, children }: LockedProps & { readonly className?: string; readonly children: ReactNode }) {
  return (
    // As wide as what is in it wants to be: a fieldset has a smallest width of its own.
    <fieldset disabled={why !== null} className={cx('min-w-0', why !== null && '[&_:is(button,input,textarea):disabled]:opacity-60', className)}>
      {children}
    </fieldset>
  );
}

/** Says once why the fields are grey. */
export function WhyLocked({ why }: LockedProps) {
  if (why === null) return null;
  return (
    <p data-testid="look-only" className="flex items-start gap-2 rounded-md bg-warn-soft px-2.5 py-2 text-xs text-warn-ink">
      <Eye size={14} aria-hidden className="mt-px shrink-0" />
      {why}
    </p>
  );
}
