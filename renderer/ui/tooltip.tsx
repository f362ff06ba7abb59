import { useState, type ReactNode } from 'react';
import { Tooltip as Radix } from 'radix-ui';
import { Kbd } from './kbd.tsx';

interface TooltipProps {
  readonly text: ReactNode;
  /** What screen readers are told, where `text` holds more than words. */
  readonly label?: string | undefined;
  readonly keys?: string | undefined;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  /** One element that takes a ref. */
  readonly children: ReactNode;
}

/** Needs `<TooltipProvider>` above it (the shell has one). */
export function Tooltip({ text, label, keys, side = 'bottom', children }: TooltipProps) {
  // What it shows comes into being with it: a screen has hundreds of these, and rarely one of them is open.
  const [isOpen, setOpen] = useState(false);
  return (
    <Radix.Root open={isOpen} onOpenChange={setOpen}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      {isOpen ? (
        <Radix.Portal>
          <Radix.Content
            side={side}
            {...(label === undefined ? {} : { 'aria-label': label })}
            sideOffset={6}
            collisionPadding={8}
            className="z-[90] flex max-w-80 animate-appear items-center gap-2 rounded-md bg-raised px-2 py-1 text-xs text-ink shadow-float"
          >
            {text}
            {keys ? <Kbd keys={keys} /> : null}
          </Radix.Content>
        </Radix.Portal>
      ) : null}
    </Radix.Root>
  );
}

export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={450} skipDelayDuration={200}>
      {children}
    </Radix.Provider>
  );
}
