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

/** `validationLoss` → "Validation loss", `rocAuc` → "ROC AUC"; text that has spaces or capitals of its own stays. */
export function metricTitle(name: string): string {
  if (/\s/.test(name)) return name;
  const words = name
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .trim()
    .split(' ')
    .map((word) => {
      const lower = word.toLowerCase();
      return acronyms.get(lower) ?? (word === word.toUpperCase() && word.length > 1 ? word : lower);
    });
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const acronyms = new Map([
  ['auc', 'AUC'],
  ['roc', 'ROC'],
  ['pr', 'PR'],
  ['mae', 'MAE'],
  ['mse', 'MSE'],
  ['rmse', 'RMSE'],
  ['mape', 'MAPE'],
  ['r2', 'R²'],
  ['f1', 'F1'],
]);
