import { decimalMark } from '#app/core/units.ts';
import type { ModelSummary } from '#app/sdk/ports.ts';
import { texts } from '../../text/texts.ts';

type Importance = NonNullable<ModelSummary['importance']>;

/** Features shown at once; the rest is told by its number. */
const shown = 25;

/** What the splits of trees use: shares of the fall of the loss, largest first. */
export function ImportanceList({ importance }: { readonly importance: Importance }) {
  const largest = Math.max(1e-300, ...importance.map(({ share }) => share));
  const top = importance.slice(0, shown);
  return (
    <div className="flex flex-col gap-2">
      <ul className="flex flex-col gap-1">
        {top.map(({ feature, share }) => (
          <li key={feature} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_56px] items-center gap-3 text-xs">
            <span className="selectable truncate text-right" title={feature}>
              {feature}
            </span>
            <span aria-hidden className="h-3 rounded-sm bg-active">
              <span className="block h-full rounded-sm bg-[#0072b2] dark:bg-[#5cb3ee]" style={{ width: `${(share / largest) * 100}%` }} />
            </span>
            <span className="selectable text-right tabular-nums">{decimalMark((share * 100).toFixed(share < 0.1 ? 1 : 0))} %</span>
          </li>
        ))}
      </ul>
      <p className="max-w-[60ch] text-xs text-muted">
        {texts.model.importance(top.length, importance.length)}
      </p>
    </div>
  );
}
