import type { ComponentProps, ReactNode } from 'react';
import { cx } from './class-names.ts';
import { Spinner } from './spinner.tsx';
import { Tooltip } from './tooltip.tsx';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';

const variants: Record<ButtonVariant, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong active:bg-accent-strong font-medium',
  secondary: 'bg-surface text-ink border border-line-strong shadow-card hover:bg-sunken active:bg-active',
  quiet: 'text-ink hover:bg-hover active:bg-active',
  danger: 'bg-surface text-bad-ink border border-line-strong hover:bg-bad-soft',
};

interface ButtonProps extends ComponentProps<'button'> {
  readonly variant?: ButtonVariant;
  readonly size?: 'sm' | 'md';
  readonly icon?: ReactNode;
  readonly busy?: boolean;
}

export function Button({ variant = 'secondary', size = 'md', icon, busy = false, className, children, disabled, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      disabled={disabled || busy}
      className={cx(
        'inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-md transition-colors duration-100 disabled:opacity-50',
        size === 'sm' ? 'h-6 px-2 text-xs' : 'h-7 px-2.5 text-sm',
        variants[variant],
        className,
      )}
      {...rest}
    >
      {busy ? <Spinner size={14} /> : icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label'> {
  /** The accessible name, also the tooltip. */
  readonly label: string;
  /** Shown in the tooltip. */
  readonly keys?: string | undefined;
  readonly size?: 'sm' | 'md' | 'lg';
  readonly pressed?: boolean;
  readonly tooltipSide?: 'top' | 'right' | 'bottom' | 'left';
}

const iconSizes = { sm: 'size-6', md: 'size-7', lg: 'size-9' } as const;

export function IconButton({ label, keys, size = 'md', pressed, tooltipSide = 'bottom', className, children, type = 'button', ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} keys={keys} side={tooltipSide}>
      <button
        type={type}
        aria-label={label}
        aria-pressed={pressed}
        className={cx(
          'inline-flex shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-100 hover:bg-hover hover:text-ink active:bg-active disabled:pointer-events-none disabled:opacity-40',
          pressed && 'bg-active text-ink',
          iconSizes[size],
          className,
        )}
        {...rest}
      >
        {children}
      </button>
    </Tooltip>
  );
}
