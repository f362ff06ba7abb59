import { useState, type ComponentProps, type ReactNode, type SyntheticEvent } from 'react';
import { ContextMenu as RadixContext, DropdownMenu as RadixMenu } from 'radix-ui';
import { Check, ChevronRight } from 'lucide-react';
import { cx } from './class-names.ts';
import { leaveFocusInDialog } from './dialog.tsx';
import { Kbd } from './kbd.tsx';
import { usePermissions, whyNot, type Permission } from './may.ts';

export type MenuItem =
  | {
      readonly kind?: 'item';
      readonly id: string;
      readonly label: string;
      readonly icon?: ReactNode;
      readonly keys?: string | undefined;
      readonly disabled?: boolean;
      readonly checked?: boolean;
      readonly danger?: boolean;
      /** Shown disabled, with the reason, to whoever may not do it. */
      readonly needs?: Permission | undefined;
      readonly onSelect: () => void;
    }
  | { readonly kind: 'submenu'; readonly id: string; readonly label: string; readonly icon?: ReactNode; readonly disabled?: boolean; readonly items: readonly MenuItem[] }
  | { readonly kind: 'separator'; readonly id: string }
  | { readonly kind: 'label'; readonly id: string; readonly label: string };

const content = 'z-[80] max-h-[84vh] min-w-48 animate-appear overflow-auto rounded-md bg-raised p-1 shadow-float';
const itemClass = 'flex h-7 items-center gap-2 rounded-sm px-2 text-sm outline-none data-[highlighted]:bg-hover data-[disabled]:opacity-45';

interface Parts {
  readonly Item: typeof RadixMenu.Item | typeof RadixContext.Item;
  readonly Separator: typeof RadixMenu.Separator | typeof RadixContext.Separator;
  readonly Label: typeof RadixMenu.Label | typeof RadixContext.Label;
  readonly Portal: typeof RadixMenu.Portal | typeof RadixContext.Portal;
  readonly Sub: typeof RadixMenu.Sub | typeof RadixContext.Sub;
  readonly SubTrigger: typeof RadixMenu.SubTrigger | typeof RadixContext.SubTrigger;
  readonly SubContent: typeof RadixMenu.SubContent | typeof RadixContext.SubContent;
}

function MenuItems({ items, parts }: { readonly items: readonly MenuItem[]; readonly parts: Parts }) {
  const { Item, Separator, Label, Portal, Sub, SubTrigger, SubContent } = parts;
  usePermissions();
  return items.map((item) => {
    if (item.kind === 'separator') return <Separator key={item.id} className="my-1 h-px bg-line" />;
    if (item.kind === 'label') return <Label key={item.id} className="px-2 pb-0.5 pt-1.5 text-xs text-faint">{item.label}</Label>;
    if (item.kind === 'submenu') {
      return (
        <Sub key={item.id}>
          <SubTrigger disabled={item.disabled ?? false} className={cx(itemClass, 'data-[state=open]:bg-hover')}>
            <span className="flex w-4 shrink-0 justify-center text-muted [&>svg]:size-3.5">{item.icon}</span>
            <span className="min-w-0 flex-1 truncate">{item.label}</span>
            <ChevronRight size={14} className="text-faint" />
          </SubTrigger>
          <Portal>
            <SubContent sideOffset={2} alignOffset={-4} collisionPadding={8} className={content}>
              <MenuItems items={item.items} parts={parts} />
            </SubContent>
          </Portal>
        </Sub>
      );
    }
    const why = whyNot(item.needs);
    return (
      <Item key={item.id} disabled={(item.disabled ?? false) || why !== null} title={why ?? undefined} onSelect={item.onSelect} className={cx(itemClass, item.danger && 'text-bad-ink')}>
        <span className="flex w-4 shrink-0 justify-center text-muted [&>svg]:size-3.5">{item.checked ? <Check className="text-accent-ink" /> : item.icon}</span>
        <span className="min-w-0 flex-1 truncate">{item.label}</span>
        {item.keys ? <Kbd keys={item.keys} className="pl-4" /> : null}
      </Item>
    );
  });
}

interface MenuProps {
  /** The element that opens the menu; takes a ref. */
  readonly trigger: ReactNode;
  readonly items: readonly MenuItem[];
  readonly align?: 'start' | 'center' | 'end';
  /** Open at once. */
  readonly defaultOpen?: boolean;
}

export function Menu({ trigger, items, align = 'start', defaultOpen = false }: MenuProps) {
  return (
    <RadixMenu.Root defaultOpen={defaultOpen}>
      <RadixMenu.Trigger asChild>{trigger}</RadixMenu.Trigger>
      <RadixMenu.Portal>
        <RadixMenu.Content onCloseAutoFocus={leaveFocusInDialog} align={align} sideOffset={4} collisionPadding={8} className={content}>
          <MenuItems items={items} parts={RadixMenu} />
        </RadixMenu.Content>
      </RadixMenu.Portal>
    </RadixMenu.Root>
  );
}

/**
 * A menu that comes into being when it is first opened: until then it is one button, where there is one in each header of a wide table.
 * `button`: what its trigger looks like and is called.
 */
export function LazyMenu({ button, children, items, align = 'start' }: { readonly button: ComponentProps<'button'>; readonly children: ReactNode; readonly items: () => readonly MenuItem[]; readonly align?: MenuProps['align'] }) {
  const [isUsed, setUsed] = useState(false);
  if (isUsed) return <Menu defaultOpen align={align} items={items()} trigger={<button type="button" {...button}>{children}</button>} />;
  const open = (event: SyntheticEvent): void => {
    // The focus is the menu's.
    event.preventDefault();
    setUsed(true);
  };
  return (
    <button
      type="button"
      aria-haspopup="menu"
      aria-expanded={false}
      data-state="closed"
      {...button}
      onPointerDown={(event) => (event.button === 0 && !event.ctrlKey ? open(event) : undefined)}
      onKeyDown={(event) => (['Enter', ' ', 'ArrowDown'].includes(event.key) ? open(event) : undefined)}
      onClick={open}
    >
      {children}
    </button>
  );
}

/** A menu on right click of its one child. `items` is asked when it opens. */
export function ContextMenu({ items, children, onOpenChange }: { readonly items: () => readonly MenuItem[]; readonly children: ReactNode; readonly onOpenChange?: (open: boolean) => void }) {
  return (
    <RadixContext.Root {...(onOpenChange ? { onOpenChange } : {})}>
      <RadixContext.Trigger asChild>{children}</RadixContext.Trigger>
      <RadixContext.Portal>
        <RadixContext.Content onCloseAutoFocus={leaveFocusInDialog} collisionPadding={8} className={content}>
          <ContextItems items={items} />
        </RadixContext.Content>
      </RadixContext.Portal>
    </RadixContext.Root>
  );
}

function ContextItems({ items }: { readonly items: () => readonly MenuItem[] }) {
  return <MenuItems items={items()} parts={RadixContext} />;
}
