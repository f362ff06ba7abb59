import type { ReactNode } from 'react';
import { Dialog as Radix, Popover as RadixPopover } from 'radix-ui';
import { X } from 'lucide-react';
import { cx } from './class-names.ts';
import { texts } from '../text/texts.ts';

interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: string;
  readonly size?: 'sm' | 'md' | 'lg';
  readonly footer?: ReactNode;
  /** Only text to read: the text itself takes the focus, so that keys scroll it. */
  readonly reading?: boolean;
  readonly children: ReactNode;
}

const widths = { sm: 'w-[400px]', md: 'w-[560px]', lg: 'w-[880px]' } as const;

/** What closes gives the focus back to what opened it, unless a dialog that it opened has it by now. */
export function leaveFocusInDialog(event: Event): void {
  const dialog = document.activeElement?.closest('[role="dialog"], [role="alertdialog"]');
  if (dialog !== null && dialog !== undefined && dialog !== event.target) event.preventDefault();
}

export function Dialog({ open, onOpenChange, title, description, size = 'md', footer, reading = false, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        {/* Dialogs, their backgrounds and popovers are of one height: what opens later lies over what opened it, and dims it. */}
        <Radix.Overlay className="fixed inset-0 z-[75] animate-appear bg-black/30" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cx('fixed inset-x-0 top-[12vh] z-[75] mx-auto flex max-h-[76vh] max-w-[94vw] [@media(max-height:560px)]:top-[4vh] [@media(max-height:560px)]:max-h-[92vh] animate-appear flex-col rounded-lg bg-raised shadow-float', widths[size])}
        >
          <div className="flex items-start justify-between gap-4 border-b border-line px-4 py-3">
            <div>
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description ? <Radix.Description className="text-sm text-muted">{description}</Radix.Description> : null}
            </div>
            <Radix.Close aria-label={texts.common.close} className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink">
              <X size={16} />
            </Radix.Close>
          </div>
          <div tabIndex={reading ? 0 : undefined} className="min-h-0 flex-1 overflow-auto p-4 -outline-offset-2">{children}</div>
          {footer ? <div className="flex justify-end gap-2 border-t border-line px-4 py-3">{footer}</div> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface PopoverProps {
  /** Name of what opens, for screen readers. */
  readonly label: string;
  readonly trigger: ReactNode;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly align?: 'start' | 'center' | 'end';
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  readonly className?: string;
  readonly children: ReactNode;
}

export function Popover({ label, trigger, open, onOpenChange, align = 'start', side = 'bottom', className, children }: PopoverProps) {
  const control = { ...(open === undefined ? {} : { open }), ...(onOpenChange ? { onOpenChange } : {}) };
  return (
    <RadixPopover.Root {...control}>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          aria-label={label}
          onCloseAutoFocus={leaveFocusInDialog}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={cx('z-[75] animate-appear rounded-md bg-raised shadow-float outline-none', className)}
        >
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}
