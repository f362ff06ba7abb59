import { decimalMark, formatBytes, formatCount, formatDuration, formatNumber } from '#app/core/units.ts';
import type { MetricItem } from '#app/sdk/ports.ts';

/** A metric for people. `percent` values are shares (0.8412 → "84.1 %"); durations are in ms. */
export function formatMetric({ value, format }: Pick<MetricItem, 'value' | 'format'>): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  switch (format) {
    case 'count':
      return formatCount(value);
    case 'percent': {
      const percent = value * 100;
      const decimals = percent !== 0 && Math.abs(percent) < 1 ? 2 : Math.abs(percent) >= 99.95 && percent !== 100 ? 2 : 1;
      return `${decimalMark(percent.toFixed(decimals)).replace('-', '\u2212')} %`;
    }
    case 'duration':
      return formatDuration(value);
    case 'bytes':
      return formatBytes(value);
    case 'number':
      return formatNumber(value);
  }
}

export { metricTitle } from '#app/core/metric-names.ts';
