import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import { cx } from './class-names.ts';
import { useMay, type Permission } from './may.ts';
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
  /** Shown disabled, with the reason, to whoever may not do it. */
  readonly needs?: Permission | undefined;
}

/** Takes no click, but the focus and the pointer: a reason can be read there. What opens menus listens for presses and keys: not here. */
const denied = { 'aria-disabled': true, onClick: (event: MouseEvent) => event.preventDefault(), onPointerDown: undefined, onKeyDown: undefined } as const;

export function Button({ variant = 'secondary', size = 'md', icon, busy = false, className, children, disabled, type = 'button', needs, ...rest }: ButtonProps) {
  const why = useMay(needs);
  const button = (
    <button
      type={type}
      disabled={disabled || busy}
      className={cx(
        'inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-md transition-colors duration-100 disabled:opacity-50',
        size === 'sm' ? 'h-6 px-2 text-xs' : 'h-7 px-2.5 text-sm',
        variants[variant],
        why !== null && 'opacity-50',
        className,
      )}
      {...rest}
      {...(why === null ? {} : denied)}
    >
      {busy ? <Spinner size={14} /> : icon}
      {children}
    </button>
  );
  return why === null ? button : <Tooltip text={why}>{button}</Tooltip>;
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label'> {
  /** The accessible name, also the tooltip. */
  readonly label: string;
  /** Shown in the tooltip. */
  readonly keys?: string | undefined;
  readonly size?: 'sm' | 'md' | 'lg';
  readonly pressed?: boolean;
  readonly tooltipSide?: 'top' | 'right' | 'bottom' | 'left';
  /** Shown disabled, with the reason, to whoever may not do it. */
  readonly needs?: Permission | undefined;
}

const iconSizes = { sm: 'size-6', md: 'size-7', lg: 'size-9' } as const;

export function IconButton({ label, keys, size = 'md', pressed, tooltipSide = 'bottom', className, children, type = 'button', needs, ...rest }: IconButtonProps) {
  const why = useMay(needs);
  return (
    <Tooltip text={why ?? label} keys={why === null ? keys : undefined} side={tooltipSide}>
      <button
        type={type}
        aria-label={label}
        aria-pressed={pressed}
        className={cx(
          'inline-flex shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-100 hover:bg-hover hover:text-ink active:bg-active disabled:pointer-events-none disabled:opacity-40',
          pressed && 'bg-active text-ink',
          iconSizes[size],
          why !== null && 'opacity-40',
          className,
        )}
        {...rest}
        {...(why === null ? {} : denied)}
      >
        {children}
      </button>
    </Tooltip>
  );
}
