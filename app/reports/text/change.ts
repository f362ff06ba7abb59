import { decimalMark, formatCount, formatNumber } from '#app/core/units.ts';
import type { MetricItem } from '#app/sdk/ports.ts';
import { formatMetric } from './metric-text.ts';

/** How a number differs from what it was in the run before, in parts that a sentence is made of. */
export interface MetricChange {
  readonly direction: 'up' | 'down' | 'same' | 'unknown';
  /** “1.2”, of percents in points. */
  readonly amount: string;
  readonly points: boolean;
  /** What it was. */
  readonly before: string;
}

export function metricChange(metric: Pick<MetricItem, 'value' | 'format'>, previous: number): MetricChange {
  const difference = metric.value - previous;
  const before = formatMetric({ value: previous, format: metric.format });
  const points = metric.format === 'percent';
  if (!Number.isFinite(difference)) return { direction: 'unknown', amount: '', points, before };
  if (formatMetric(metric) === before) return { direction: 'same', amount: '', points, before };
  const size = Math.abs(difference);
  const amount = points ? decimalMark((size * 100).toFixed(size < 0.01 ? 2 : 1)) : metric.format === 'count' ? formatCount(size) : metric.format === 'number' ? formatNumber(size) : formatMetric({ value: size, format: metric.format });
  return { direction: difference > 0 ? 'up' : 'down', amount, points, before };
}
