import { formatNumber } from '#app/core/units.ts';
import type { RegisteredModel } from '#app/protocol/sections/registry.ts';
import { cx } from '../ui/index.ts';
import { splitVersionMetric, versionShort, versionTitle } from './metric-words.ts';
import { texts } from '../text/texts.ts';

type Metric = NonNullable<RegisteredModel['metric']>;

/** Places of values in a box of 0…1 × 0…1, y downwards; one value, or equal ones, lie in the middle. */
export function trendPlaces(values: readonly number[]): { readonly x: number; readonly y: number }[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values.map((value, index) => ({ x: values.length === 1 ? 0.5 : index / (values.length - 1), y: high === low ? 0.5 : 1 - (value - low) / (high - low) }));
}

const words = ({ name, points }: Metric): string => texts.registry.trend(splitVersionMetric(name).metric, points.map(({ version, value }) => `${versionShort(version)} ${formatNumber(value)}`).join(', '));

/** The main metric over versions as a line of its own height; the best one is marked. */
export function Sparkline({ metric, width = 96, height = 24 }: { readonly metric: Metric; readonly width?: number; readonly height?: number }) {
  const inset = 3;
  const at = trendPlaces(metric.points.map(({ value }) => value)).map(({ x, y }) => ({ x: inset + x * (width - 2 * inset), y: inset + y * (height - 2 * inset) }));
  const best = at[metric.points.findIndex(({ version }) => version === metric.best.version)];
  return (
    <svg role="img" aria-label={words(metric)} width={width} height={height} className="shrink-0 overflow-visible">
      {at.length > 1 ? <polyline points={at.map(({ x, y }) => `${x},${y}`).join(' ')} fill="none" stroke="var(--ink-faint)" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round" /> : null}
      {best ? <circle cx={best.x} cy={best.y} r="3" fill="var(--accent)" /> : null}
    </svg>
  );
}

/** The same with room: every version a point that opens it, production and the chosen one marked. */
export function TrendChart({ metric, production, chosen, onChoose }: { readonly metric: Metric; readonly production: readonly number[]; readonly chosen: number; readonly onChoose: (version: number) => void }) {
  const places = trendPlaces(metric.points.map(({ value }) => value));
  const { metric: title, node } = splitVersionMetric(metric.name);
  const values = metric.points.map(({ value }) => value);
  return (
    <section aria-label={texts.registry.trendTitle(title)} className="rounded-md border border-line bg-surface px-4 pb-3 pt-3">
      <h2 className="flex flex-wrap items-baseline gap-x-2 text-sm font-semibold">
        {texts.registry.trendTitle(title)}
        <span className="text-xs font-normal text-muted">{[node, metric.better === null ? '' : texts.registry[metric.better]].filter(Boolean).join(' · ')}</span>
      </h2>
      <div className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
        <div aria-hidden className="flex h-24 flex-col justify-between text-right text-xs leading-none tabular-nums text-muted">
          <span>{formatNumber(Math.max(...values))}</span>
          <span>{Math.max(...values) === Math.min(...values) ? '' : formatNumber(Math.min(...values))}</span>
        </div>
        <div className="relative mx-4 h-24">
          <svg aria-hidden viewBox="0 0 100 100" preserveAspectRatio="none" className="absolute inset-0 size-full overflow-visible">
            {[0, 50, 100].map((y) => (
              <line key={y} x1="-2" x2="102" y1={y} y2={y} stroke="var(--line)" strokeWidth="1" vectorEffect="non-scaling-stroke" />
            ))}
            {places.length > 1 ? <polyline points={places.map(({ x, y }) => `${100 * x},${100 * y}`).join(' ')} fill="none" stroke="var(--accent)" strokeWidth="2" vectorEffect="non-scaling-stroke" strokeLinejoin="round" /> : null}
          </svg>
          {metric.points.map(({ version, value }, index) => {
            const place = places[index] ?? { x: 0, y: 0 };
            const isLive = production.includes(version);
            return (
              <button
                key={version}
                type="button"
                aria-label={`${versionTitle(version)}: ${formatNumber(value)}`}
                title={`${versionTitle(version)}: ${formatNumber(value)}`}
                aria-pressed={version === chosen}
                onClick={() => onChoose(version)}
                style={{ left: `${100 * place.x}%`, top: `${100 * place.y}%` }}
                className="absolute flex size-6 -translate-x-1/2 -translate-y-1/2 items-center justify-center rounded-full"
              >
                <span className={cx('rounded-full border-2', version === chosen ? 'size-3.5 border-accent bg-accent' : 'size-2.5 border-accent bg-surface', isLive && '!border-good', isLive && version === chosen && '!bg-good')} />
              </button>
            );
          })}
        </div>
        <span />
        <div aria-hidden className="relative mx-4 mt-2 h-4 text-xs tabular-nums text-muted">
          {metric.points.map(({ version }, index) => (
            <span key={version} style={{ left: `${100 * (places[index]?.x ?? 0)}%` }} className={cx('absolute -translate-x-1/2 whitespace-nowrap', version === chosen && 'font-semibold text-ink', metric.points.length > 24 && index % Math.ceil(metric.points.length / 24) !== 0 && 'hidden')}>
              {versionShort(version)}
            </span>
          ))}
        </div>
      </div>
    </section>
  );
}
