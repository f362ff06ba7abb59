import { cx } from '../ui/index.ts';
import { groupColours } from './groups.ts';
import { texts } from '../text/texts.ts';

type Colour = (typeof groupColours)[number];

/** Colours have names of their own here: a frame in the hue of a category says nothing of the category. */
export const colourTitles: Readonly<Record<Colour, string>> = { data: texts.canvas.colours.blue, explore: texts.canvas.colours.teal, evaluate: texts.canvas.colours.green, monitor: texts.canvas.colours.yellow, train: texts.canvas.colours.orange, deploy: texts.canvas.colours.pink, transform: texts.canvas.colours.violet };

export function Swatch({ colour, size = 12 }: { readonly colour: string; readonly size?: number }) {
  return <span data-category={colour} aria-hidden className="block rounded-full border border-[var(--category)] bg-[var(--category-soft)]" style={{ width: size, height: size }} />;
}

/** One of the colours by clicking it. */
export function ColourPicker({ value, onChange }: { readonly value: string; readonly onChange: (colour: string) => void }) {
  return (
    <div role="radiogroup" aria-label={texts.common.colour} className="flex gap-1">
      {groupColours.map((colour) => (
        <button
          key={colour}
          type="button"
          role="radio"
          aria-checked={colour === value}
          aria-label={colourTitles[colour]}
          title={colourTitles[colour]}
          data-testid={`colour-${colour}`}
          onClick={() => onChange(colour)}
          className={cx('inline-flex size-6 items-center justify-center rounded-md hover:bg-hover', colour === value && 'bg-active ring-1 ring-accent')}
        >
          <Swatch colour={colour} size={14} />
        </button>
      ))}
    </div>
  );
}
