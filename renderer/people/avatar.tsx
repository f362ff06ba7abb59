import { cx } from '../ui/index.ts';

/** Up to two letters that stand for a name: `ada.lovelace@…` is AL. */
export function initials(name: string): string {
  const words = (name.split('@')[0] ?? '').split(/[._+\s-]+/u).filter((word) => word !== '');
  const letters = words.length > 1 ? [words[0], words.at(-1)].map((word) => [...(word ?? '')][0] ?? '') : [...(words[0] ?? name)].slice(0, 2);
  return letters.join('').toUpperCase();
}

/** The same name always has the same hue. */
const hueOf = (name: string): number => [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);

export function Avatar({ name, faded = false }: { readonly name: string; readonly faded?: boolean }) {
  return (
    <span aria-hidden style={{ '--hue': hueOf(name) } as React.CSSProperties} className={cx('inline-flex size-7 shrink-0 items-center justify-center rounded-full text-[11px] font-semibold leading-none', faded ? 'bg-active text-muted' : 'bg-[oklch(var(--tile-l)_var(--tile-c)_var(--hue))] text-ink')}>
      {initials(name)}
    </span>
  );
}
