import type { ReactNode } from 'react';
import { Tabs as Radix } from 'radix-ui';
import { cx } from './class-names.ts';

export interface TabItem<T extends string> {
  readonly value: T;
  readonly label: ReactNode;
  readonly badge?: ReactNode;
  readonly testId?: string;
}

interface TabsProps<T extends string> {
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly items: readonly TabItem<T>[];
  readonly label: string;
  /** At the right end of the tab bar. */
  readonly trailing?: ReactNode;
  readonly className?: string;
  /** `TabPanel`s. */
  readonly children: ReactNode;
}

export function Tabs<T extends string>({ value, onChange, items, label, trailing, className, children }: TabsProps<T>) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as T)} className={cx('flex h-full min-h-0 flex-col', className)}>
      <div className="flex h-9 shrink-0 items-center border-b border-line px-2">
        <Radix.List aria-label={label} className="flex h-full min-w-0 items-stretch gap-0.5">
          {items.map((item) => (
            <Radix.Trigger
              key={item.value}
              value={item.value}
              data-testid={item.testId}
              className="group relative flex items-center gap-1.5 whitespace-nowrap rounded-sm px-2 text-sm text-muted transition-colors duration-100 hover:text-ink data-[state=active]:font-medium data-[state=active]:text-ink"
            >
              {item.label}
              {item.badge}
              <span aria-hidden className="absolute inset-x-2 -bottom-px h-0.5 rounded-full bg-accent opacity-0 group-data-[state=active]:opacity-100" />
            </Radix.Trigger>
          ))}
        </Radix.List>
        {trailing ? <div className="ml-auto flex min-w-0 items-center gap-1">{trailing}</div> : null}
      </div>
      {children}
    </Radix.Root>
  );
}

export function TabPanel({ value, className, children }: { readonly value: string; readonly className?: string; readonly children: ReactNode }) {
  return (
    <Radix.Content value={value} className={cx('min-h-0 flex-1 overflow-auto -outline-offset-2', className)}>
      {children}
    </Radix.Content>
  );
}
