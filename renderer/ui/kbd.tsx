import { cx } from './class-names.ts';

const isMac = typeof navigator !== 'undefined' && /mac/i.test(navigator.userAgent);
const macNames: Readonly<Record<string, string>> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧', Enter: '↵', Del: '⌫' };

/** Keys as the platform writes them: `Ctrl+Shift+Z`; a space separates keys pressed after one another (`Alt+S U`). */
export function Kbd({ keys, className }: { readonly keys: string; readonly className?: string }) {
  return (
    <span className={cx('inline-flex items-center gap-1 font-sans text-xs text-faint', className)}>
      {keys.split(' ').map((chord) => (
        <kbd key={chord} className="rounded-sm border border-line px-1 font-sans text-xs leading-4 tracking-wide">
          {chord
            .split('+')
            .map((key) => (isMac ? (macNames[key] ?? key) : key))
            .join(isMac ? '' : '+')}
        </kbd>
      ))}
    </span>
  );
}
