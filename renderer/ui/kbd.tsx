import { language } from '../text/language.ts';
import { cx } from './class-names.ts';

const isMac = typeof navigator !== 'undefined' && /mac/i.test(navigator.userAgent);
const germanNames: Readonly<Record<string, string>> = { Ctrl: 'Strg', Shift: 'Umschalt', Del: 'Entf', Space: 'Leertaste', Backspace: 'Rücktaste', Home: 'Pos1', End: 'Ende' };
const arrows: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' };
const macNames: Readonly<Record<string, string>> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧', Enter: '↵', Del: '⌫' };

const keyName = (key: string): string => (isMac ? macNames[key] : language === 'de' ? germanNames[key] : undefined) ?? arrows[key] ?? key;

/** One chord as text, for where no `Kbd` fits: `Ctrl+K`, in German `Strg+K`. */
export function keyText(chord: string): string {
  // A plus that is the key itself ends the chord.
  return chord.split(/\+(?=.)/).map(keyName).join(isMac ? '' : '+');
}

/** Keys as the platform writes them: `Ctrl+Shift+Z`; a space separates keys pressed after one another (`Alt+S U`). */
export function Kbd({ keys, className }: { readonly keys: string; readonly className?: string }) {
  return (
    <span className={cx('inline-flex items-center gap-1 font-sans text-xs text-faint', className)}>
      {keys.split(' ').map((chord) => (
        <kbd key={chord} className="rounded-sm border border-line px-1 font-sans text-xs leading-4 tracking-wide">
          {keyText(chord)}
        </kbd>
      ))}
    </span>
  );
}
