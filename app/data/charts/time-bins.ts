import { PenstockError } from '#app/core/errors.ts';
import type { ChartQueryOf } from '#app/sdk/charts.ts';
import type { Bins } from './number-bins.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

interface TimeStep {
  /** Milliseconds, or calendar months. */
  readonly unit: 'ms' | 'month';
  readonly size: number;
  readonly words: string;
}

const steps: readonly TimeStep[] = [
  ...[1, 2, 5, 10, 15, 30].map((n): TimeStep => ({ unit: 'ms', size: n * second, words: n === 1 ? 'second' : `${n} seconds` })),
  ...[1, 2, 5, 10, 15, 30].map((n): TimeStep => ({ unit: 'ms', size: n * minute, words: n === 1 ? 'minute' : `${n} minutes` })),
  ...[1, 2, 3, 6, 12].map((n): TimeStep => ({ unit: 'ms', size: n * hour, words: n === 1 ? 'hour' : `${n} hours` })),
  { unit: 'ms', size: day, words: 'day' },
  { unit: 'ms', size: 7 * day, words: 'week' },
  { unit: 'month', size: 1, words: 'month' },
  { unit: 'month', size: 3, words: 'quarter' },
  ...[1, 2, 5, 10, 20, 50, 100, 500, 1000].map((n): TimeStep => ({ unit: 'month', size: n * 12, words: n === 1 ? 'year' : `${n} years` })),
];

/** Weeks begin on Monday; 1970 began on a Thursday. */
const offsetOf = ({ unit, size }: TimeStep): number => (unit === 'ms' && size === 7 * day ? 4 * day : 0);
const lengthOf = ({ unit, size }: TimeStep): number => (unit === 'ms' ? size : size * 30.436875 * day);

export interface TimeBins extends Bins {
  /** “day”, “15 minutes”. */
  readonly words: string;
}

type Bucket = Exclude<ChartQueryOf<'line'>['bucket'], 'auto' | 'none'>;
const mostBins = 5000;

/**
 * Steps of the calendar over [low, high] in ms since 1970 UTC: about `wanted` of them, or those of a given unit. Dates get days at least.
 * @throws PenstockError `chart-bins` where a given unit makes too many.
 */
export function timeBins(low: number, high: number, type: 'date' | 'timestamp', wanted: number, bucket: Bucket | null = null): TimeBins {
  const span = Math.max(high - low, 1);
  const allowed = steps.filter((step) => type === 'timestamp' || lengthOf(step) >= day);
  const nearest = (best: TimeStep, step: TimeStep): TimeStep => (distance(step) < distance(best) ? step : best);
  const distance = (step: TimeStep): number => Math.abs(Math.log(span / lengthOf(step) / wanted));
  const fallback: TimeStep = { unit: 'ms', size: day, words: 'day' };
  const step = bucket === null ? allowed.reduce(nearest, allowed[0] ?? fallback) : (steps.find(({ words }) => words === bucket) ?? fallback);
  const first = indexOf(low, step);
  const count = indexOf(high, step) - first + 1;
  if (!(count <= mostBins)) {
    throw new PenstockError('chart-bins', `From ${isoText(low, true)} to ${isoText(high, true)} there are too many steps of one ${step.words} for a chart.`, { remedy: 'Choose longer steps, or leave the choice to the chart.', place: { param: ['bucket'] } });
  }
  const starts = Array.from({ length: count + 1 }, (_, i) => startOf(first + i, step));
  const dated = type === 'date' || starts.every((at) => at % day === 0);
  const offset = offsetOf(step);
  return {
    count,
    words: step.words,
    edges: starts.map((at) => isoText(at, dated)),
    centres: starts.slice(1).map((at, i) => isoText(((starts[i] ?? at) + at) / 2, false)),
    place: (sql) =>
      step.unit === 'ms'
        ? `floor((epoch_ms(${sql}::timestamp) - ${offset})::double / ${step.size}) - (${first})`
        : `floor((year(${sql}) * 12 + month(${sql}) - 1)::double / ${step.size}) - (${first})`,
  };
}

function indexOf(at: number, step: TimeStep): number {
  if (step.unit === 'ms') return Math.floor((at - offsetOf(step)) / step.size);
  const date = new Date(at);
  return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / step.size);
}

function startOf(index: number, step: TimeStep): number {
  if (step.unit === 'ms') return index * step.size + offsetOf(step);
  const date = new Date(0);
  date.setUTCFullYear(Math.floor((index * step.size) / 12), (index * step.size) % 12, 1);
  return date.getTime();
}

/** ms since 1970 UTC as the engine writes dates and timestamps. */
export function isoText(ms: number, dated: boolean): string {
  const text = new Date(ms).toISOString();
  return dated ? text.slice(0, 10) : text.slice(0, ms % 1000 === 0 ? 19 : 23).replace('T', ' ');
}
