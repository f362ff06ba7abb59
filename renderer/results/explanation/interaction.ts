import type { ExplainedColumn, ExplainedOutput, Explanation } from '#app/sdk/explanation.ts';
import { isOrdered } from './values.ts';

/** Rows in a group of nearly equal values, at least. */
const perGroup = 20;
const mostGroups = 12;

/**
 * How far another column tells which SHAP values rows with nearly the same value of a column have: the share of their variance within groups
 * of equals that it explains (squared correlation; for names, the variance between them), 0 … 1. After the approximate interactions of
 * Lundberg's shap.
 */
export function interactionStrength({ columns }: Explanation, { values }: ExplainedOutput, of: number, other: number): number {
  const [column, by, shap] = [columns[of], columns[other], values[of]];
  if (column === undefined || by === undefined || shap === undefined) return 0;
  let [within, told] = [0, 0];
  for (const rows of groupsOf(column)) {
    const mean = rows.reduce((sum, row) => sum + (shap[row] ?? 0), 0) / rows.length;
    const total = rows.reduce((sum, row) => sum + ((shap[row] ?? 0) - mean) ** 2, 0);
    within += total;
    told += total * (isOrdered(by) ? squaredCorrelation(rows, shap, by.values) : betweenNames(rows, shap, by.values, mean, total));
  }
  const all = shap.reduce((sum, value) => sum + value, 0) / Math.max(1, shap.length);
  const whole = shap.reduce((sum, value) => sum + (value - all) ** 2, 0);
  // What differs within groups by less than a ten-thousandth is rounding.
  return within > 1e-4 * whole ? told / within : 0;
}

/** The column that a column's effect hangs on most; null where none says more than chance would. */
export function strongestInteraction(explanation: Explanation, output: ExplainedOutput, of: number): number | null {
  let [best, strength] = [-1, 0];
  explanation.columns.forEach((column, other) => {
    if (other === of || column.kind === 'image') return;
    const found = interactionStrength(explanation, output, of, other);
    if (found > strength) [best, strength] = [other, found];
  });
  return best >= 0 && strength > 0.02 ? best : null;
}

/** Rows with the same name, or with numbers that follow one another. */
function groupsOf(column: ExplainedColumn): number[][] {
  const known = column.values.flatMap((value, row) => (value === null ? [] : [row]));
  if (!isOrdered(column)) {
    const groups = new Map<string, number[]>();
    for (const row of known) groups.set(String(column.values[row]), [...(groups.get(String(column.values[row])) ?? []), row]);
    return [...groups.values()].filter((rows) => rows.length > 2);
  }
  const sorted = known.toSorted((a, b) => Number(column.values[a]) - Number(column.values[b]));
  const size = Math.max(perGroup, Math.ceil(sorted.length / mostGroups));
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_unused, i) => sorted.slice(i * size, (i + 1) * size)).filter((rows) => rows.length > 2);
}

function squaredCorrelation(rows: readonly number[], y: readonly number[], x: readonly (number | string | null)[]): number {
  const known = rows.filter((row) => typeof x[row] === 'number');
  if (known.length < 3) return 0;
  const [mx, my] = [known.reduce((sum, row) => sum + Number(x[row]), 0) / known.length, known.reduce((sum, row) => sum + (y[row] ?? 0), 0) / known.length];
  let [xx, yy, xy] = [0, 0, 0];
  for (const row of known) {
    const [dx, dy] = [Number(x[row]) - mx, (y[row] ?? 0) - my];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xx > 0 && yy > 0 ? ((xy * xy) / (xx * yy)) * (known.length / rows.length) : 0;
}

/** Names with one row each would explain all by themselves: they count for nothing. */
function betweenNames(rows: readonly number[], y: readonly number[], x: readonly (number | string | null)[], mean: number, total: number): number {
  const groups = new Map<string, number[]>();
  for (const row of rows) groups.set(String(x[row]), [...(groups.get(String(x[row])) ?? []), y[row] ?? 0]);
  if (total <= 0 || groups.size > rows.length / 3) return 0;
  let between = 0;
  for (const list of groups.values()) between += list.length * (list.reduce((sum, value) => sum + value, 0) / list.length - mean) ** 2;
  return between / total;
}
