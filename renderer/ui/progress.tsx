import { cx } from './class-names.ts';

interface ProgressProps {
  /** 0…1; null where the end is not known. */
  readonly value: number | null;
  readonly label: string;
  readonly className?: string;
}

/** A thin line. */
export function Progress({ value, label, className }: ProgressProps) {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
      className={cx('h-0.5 w-full overflow-hidden rounded-full bg-active', className)}
    >
      {percent === null ? (
        <div className="h-full w-2/5 rounded-full bg-accent motion-reduce:w-full motion-reduce:opacity-50" style={{ animation: 'indeterminate 1.2s ease-in-out infinite' }} />
      ) : (
        <div className="h-full rounded-full bg-accent transition-[width] duration-150" style={{ width: `${percent}%` }} />
      )}
    </div>
  );
}
