import type { Recipe } from '#app/sdk/ports.ts';
import { selectionWords, stepWords } from './words.ts';
import { texts } from '../../text/texts.ts';

/** The steps of a preprocessing, in the order they are applied. */
export function RecipeView({ recipe }: { readonly recipe: Recipe }) {
  if (recipe.steps.length === 0) return <p className="text-sm text-muted">{texts.model.noSteps}</p>;
  return (
    <ol aria-label={texts.model.steps} className="flex max-w-[72ch] flex-col">
      {recipe.steps.map((step, index) => {
        const { title, detail } = stepWords(step);
        return (
          <li key={index} className="relative flex gap-3 pb-4 last:pb-0">
            {index < recipe.steps.length - 1 ? <span aria-hidden className="absolute bottom-0 left-[11px] top-6 w-px bg-line-strong" /> : null}
            <span aria-hidden className="flex size-6 shrink-0 items-center justify-center rounded-full bg-active text-xs font-semibold tabular-nums text-muted">
              {index + 1}
            </span>
            <div className="selectable min-w-0">
              <div className="text-sm font-medium">{title}</div>
              <div className="text-sm text-muted">{detail}</div>
              <div className="text-xs text-faint">{texts.model.inColumns(selectionWords(step.columns))}</div>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
