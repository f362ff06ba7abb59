import type { ReactNode } from 'react';
import { Select as Radix } from 'radix-ui';
import { Check, ChevronDown } from 'lucide-react';
import { cx } from './class-names.ts';
import { texts } from '../text/texts.ts';

export interface SelectItem {
  readonly value: string;
  readonly label: string;
  readonly hint?: ReactNode;
}

interface SelectProps {
  readonly value: string | null;
  readonly onChange: (value: string) => void;
  readonly items: readonly SelectItem[];
  readonly label: string;
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly invalid?: boolean;
  readonly id?: string;
  readonly size?: 'sm' | 'md';
  readonly className?: string;
}

export function Select({ value, onChange, items, label, placeholder = texts.state.choose, disabled, invalid, id, size = 'md', className }: SelectProps) {
  return (
    <Radix.Root value={value ?? ''} onValueChange={onChange} disabled={disabled ?? false}>
      <Radix.Trigger
        id={id}
        aria-label={label}
        aria-invalid={invalid || undefined}
        className={cx(
          'flex w-full items-center gap-2 rounded-md border border-line-control bg-surface text-left text-ink hover:bg-sunken aria-invalid:border-bad data-[placeholder]:text-faint disabled:opacity-50',
          size === 'sm' ? 'h-6 px-1.5 text-xs' : 'h-7 px-2 text-sm',
          className,
        )}
      >
        <span className="min-w-0 flex-1 truncate">
          <Radix.Value placeholder={placeholder} />
        </span>
        <Radix.Icon>
          <ChevronDown size={14} className="text-faint" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-[80] max-h-[min(420px,var(--radix-select-content-available-height))] min-w-[var(--radix-select-trigger-width)] animate-appear overflow-hidden rounded-md bg-raised shadow-float"
        >
          <Radix.Viewport className="p-1">
            {items.map((item) => (
              <Radix.Item
                key={item.value}
                value={item.value}
                className="flex h-7 items-center gap-2 rounded-sm pl-1.5 pr-2 text-sm outline-none data-[highlighted]:bg-hover"
              >
                <span className="flex w-4 justify-center">
                  <Radix.ItemIndicator>
                    <Check size={14} className="text-accent-ink" />
                  </Radix.ItemIndicator>
                </span>
                <Radix.ItemText>{item.label}</Radix.ItemText>
                {item.hint ? <span className="ml-auto pl-3 text-xs text-faint">{item.hint}</span> : null}
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface SegmentedProps extends Omit<SelectProps, 'placeholder' | 'id'> {}

/** Two to four short choices side by side. */
export function Segmented({ value, onChange, items, label, disabled, className }: SegmentedProps) {
  return (
    <div role="radiogroup" aria-label={label} className={cx('flex h-7 w-full gap-0.5 rounded-md bg-active p-0.5', className)}>
      {items.map((item, index) => {
        const checked = item.value === value;
        const focusable = checked || (index === 0 && !items.some((other) => other.value === value));
        return (
          <button
            key={item.value}
            type="button"
            role="radio"
            aria-checked={checked}
            tabIndex={focusable ? 0 : -1}
            disabled={disabled}
            onClick={() => onChange(item.value)}
            onKeyDown={(event) => {
              const step = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0;
              if (step === 0) return;
              event.preventDefault();
              const next = items[(index + step + items.length) % items.length];
              if (!next) return;
              onChange(next.value);
              const siblings = event.currentTarget.parentElement?.children;
              const target = siblings?.[(index + step + items.length) % items.length];
              if (target instanceof HTMLElement) target.focus();
            }}
            className={cx(
              'min-w-0 flex-auto truncate rounded-sm px-1.5 text-sm transition-colors duration-100',
              checked ? 'bg-raised font-medium text-ink shadow-card' : 'text-muted hover:text-ink',
            )}
          >
            {item.label}
          </button>
        );
      })}
    </div>
  );
}
