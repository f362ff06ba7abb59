import { decimalMark, formatCount, formatNumber } from '#app/core/units.ts';
import type { ExplainedColumn, ExplainedOutput, Explanation } from '#app/sdk/explanation.ts';
import { texts } from '../../text/texts.ts';

/** A value of a column as people know it: a date, a category, true or false. */
export function valueText({ kind }: Pick<ExplainedColumn, 'kind'>, value: number | string | null | undefined, digits?: 'short'): string {
  if (kind === 'image') return texts.charts.explain.image;
  if (value === null || value === undefined) return texts.common.missing;
  if (typeof value === 'string') return digits === 'short' && value.length > 18 ? `${value.slice(0, 17)}…` : value;
  if (kind === 'boolean') return value === 0 ? texts.common.falseWord : texts.common.trueWord;
  if (kind === 'date' || kind === 'timestamp') return dateText(value, kind);
  return plainNumber(value);
}

/** A number as data have it: 38.1 rather than 38.10. */
const plainNumber = (value: number): string => (Number.isInteger(value) && Math.abs(value) >= 10_000 && Math.abs(value) < 1e15 ? formatCount(value) : decimalMark(String(Number(value.toPrecision(6)))).replace('-', '−'));

export function dateText(value: number, kind: 'date' | 'timestamp'): string {
  const text = new Date(value * (kind === 'date' ? 86_400_000 : 1000)).toISOString();
  return kind === 'date' ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ');
}

/** Whether values are told apart by size (else by name). */
export const isOrdered = ({ kind }: Pick<ExplainedColumn, 'kind'>): boolean => kind === 'number' || kind === 'date' || kind === 'timestamp' || kind === 'boolean';

/** What the axis of values says. */
export function scaleTitle({ scale, target, outputs }: Explanation, output: ExplainedOutput): string {
  const of = outputs.length > 1 || scale !== 'prediction' ? texts.charts.explain.quoted(output.name) : target;
  return { prediction: texts.charts.explain.ofPrediction(of), probability: texts.charts.explain.ofProbability(of), 'log-odds': texts.charts.explain.ofLogOdds(of) }[scale];
}

/** An output as people read it: with log-odds the probability beside it, where there are two classes. */
export function outputText({ scale, outputs }: Explanation, value: number): string {
  if (scale === 'probability') return decimalMark(`${(value * 100).toFixed(1)} %`);
  if (scale === 'log-odds' && outputs.length === 2) return `${formatNumber(value)} (${decimalMark((100 / (1 + Math.exp(-value))).toFixed(1))} %)`;
  return formatNumber(value);
}

/** Columns, those with the largest mean size first. */
export const ranked = ({ sizes }: ExplainedOutput): number[] => sizes.map((_size, j) => j).toSorted((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));

/** Where a value lies among the column's, 0 … 1, its lowest and highest 5 % cut off; null for names and missing values. */
export function sharesOf(column: ExplainedColumn): (number | null)[] {
  if (!isOrdered(column)) return column.values.map(() => null);
  const sorted = column.values.filter((value) => typeof value === 'number').toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  let [low, high] = [at(0.05), at(0.95)];
  if (low === high) [low, high] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  return column.values.map((value) => (typeof value !== 'number' ? null : high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5));
}
