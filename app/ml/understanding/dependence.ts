import type { RawColumn } from '../model/raw-columns.ts';
import type { ScoreColumns } from './importance.ts';
import type { HeldRows } from './model-rows.ts';

export type GridValue = null | number | string;

export interface Grid {
  readonly column: string;
  readonly values: readonly GridValue[];
  /** Share of the rows nearest to each value. */
  readonly shares: readonly number[];
  readonly numeric: boolean;
  /** Numbers that stand for dates: days or seconds since 1970. */
  readonly dated?: 'date' | 'timestamp';
}

/**
 * Places along a column: all its values where a number column has few, else quantiles from 5 % to 95 % (linear interpolation), for text
 * the most frequent values. Null stands for missing values, the last of a text's grid where they are frequent enough.
 */
export function gridOf(column: string, values: RawColumn, numeric: boolean, points: number, dated?: Grid['dated']): Grid {
  if (!numeric) return textGrid(column, values, points);
  return { ...numberGrid(column, values, points, dated !== undefined), ...(dated === undefined ? {} : { dated }) };
}

function numberGrid(column: string, values: RawColumn, points: number, whole: boolean): Grid {
  const sorted = Float64Array.from(values as ArrayLike<null | boolean | number | string>, (value) => (value === null ? Number.NaN : Number(value))).filter((value) => Number.isFinite(value)).sort();
  const different = [...new Set(sorted)];
  const at = (fraction: number): number => {
    const place = fraction * (sorted.length - 1);
    const low = sorted[Math.floor(place)] ?? Number.NaN;
    return low + (place - Math.floor(place)) * ((sorted[Math.ceil(place)] ?? low) - low);
  };
  const grid = different.length <= points ? different : [...new Set(Array.from({ length: points }, (_unused, i) => (whole ? Math.round : Number)(at(0.05 + (0.9 * i) / (points - 1)))))];
  const counts = grid.map(() => 0);
  let place = 0;
  for (const value of sorted) {
    while (place + 1 < grid.length && Math.abs((grid[place + 1] ?? 0) - value) < Math.abs((grid[place] ?? 0) - value)) place += 1;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return { column, values: grid, shares: counts.map((count) => count / Math.max(1, values.length)), numeric: true };
}

function textGrid(column: string, values: RawColumn, points: number): Grid {
  const counts = new Map<string | null, number>();
  for (const value of values) {
    const text = value === null || value === undefined || value === '' ? null : String(value);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const kept = [...counts].sort(([a, m], [b, n]) => n - m || (String(a) < String(b) ? -1 : 1)).slice(0, points);
  const ordered = [...kept.filter(([text]) => text !== null), ...kept.filter(([text]) => text === null)];
  return { column, values: ordered.map(([text]) => text), shares: ordered.map(([, count]) => count / Math.max(1, values.length)), numeric: false };
}

export interface Dependence {
  readonly grid: Grid;
  /** [place][output]: mean over the rows; outputs are classes, or the one number. */
  readonly means: readonly (readonly number[])[];
  /** [place][row] of the chosen output, for the rows that are drawn one by one. */
  readonly lines: readonly (readonly number[])[];
  /** [place]: 10 % and 90 % points over all rows of the chosen output. */
  readonly spread: readonly { readonly low: number; readonly high: number }[];
}

export interface DependenceQuestion {
  readonly held: HeldRows;
  /** Outputs a row: number of classes, or 1. */
  readonly outputs: number;
  /** The output that lines are drawn of. */
  readonly chosen: number;
  /** Rows drawn one by one. */
  readonly drawn: readonly number[];
  score: ScoreColumns;
  /** Told before each place; throws to stop. */
  before(): void;
}

/** Partial dependence (Friedman 2001) by setting the column to each value in every row, and its lines a row (Goldstein et al. 2015). */
export async function dependenceOf(grid: Grid, question: DependenceQuestion): Promise<Dependence> {
  const { held, outputs, chosen, drawn } = question;
  const means: number[][] = [];
  const lines: number[][] = [];
  const spread: { low: number; high: number }[] = [];
  for (const value of grid.values) {
    question.before();
    const answers = await answersAt(question, [[grid.column, value]]);
    means.push(meansOf(answers, held.rows, outputs));
    lines.push(drawn.map((row) => answers[row * outputs + chosen] ?? Number.NaN));
    const sorted = Float64Array.from({ length: held.rows }, (_unused, row) => answers[row * outputs + chosen] ?? 0).sort();
    spread.push({ low: sorted[Math.floor(0.1 * (sorted.length - 1))] ?? Number.NaN, high: sorted[Math.ceil(0.9 * (sorted.length - 1))] ?? Number.NaN });
  }
  return { grid, means, lines, spread };
}

/** Means of the chosen output with two columns set, [second][first]. */
export async function jointDependence(first: Grid, second: Grid, question: DependenceQuestion): Promise<number[][]> {
  const rows: number[][] = [];
  for (const up of second.values) {
    const row: number[] = [];
    for (const across of first.values) {
      question.before();
      const answers = await answersAt(question, [[first.column, across], [second.column, up]]);
      row.push(meansOf(answers, question.held.rows, question.outputs)[question.chosen] ?? Number.NaN);
    }
    rows.push(row);
  }
  return rows;
}

/** Rows whose values are nearest to each pair of places, [second][first]. */
export function jointCounts(first: Grid, second: Grid, { columns, rows }: HeldRows): number[][] {
  const [a, b] = [placesOf(first, columns[first.column] ?? []), placesOf(second, columns[second.column] ?? [])];
  const counts = second.values.map(() => first.values.map(() => 0));
  for (let row = 0; row < rows; row += 1) {
    const line = counts[b[row] ?? -1];
    const at = a[row] ?? -1;
    if (line !== undefined && at >= 0) line[at] = (line[at] ?? 0) + 1;
  }
  return counts;
}

function placesOf({ values, numeric }: Grid, column: RawColumn): Int32Array {
  const index = new Map(values.map((value, place) => [value, place]));
  return Int32Array.from(column as ArrayLike<null | undefined | boolean | number | string>, (value) => {
    if (!numeric) return index.get(value === undefined || value === null || value === '' ? null : String(value)) ?? -1;
    const number = value === null || value === undefined ? Number.NaN : Number(value);
    if (Number.isNaN(number)) return -1;
    let best = 0;
    for (const [place, other] of values.entries()) if (Math.abs(Number(other) - number) < Math.abs(Number(values[best] ?? 0) - number)) best = place;
    return best;
  });
}

async function answersAt({ held, score }: DependenceQuestion, set: readonly (readonly [string, GridValue])[]): Promise<ArrayLike<number>> {
  const changed: Record<string, RawColumn> = Object.assign(Object.create(null), held.columns);
  for (const [name, value] of set) changed[name] = typeof value === 'number' ? new Float64Array(held.rows).fill(value) : Array.from({ length: held.rows }, () => value);
  const found = await score(changed, held.rows);
  return found.probabilities ?? found.prediction ?? [];
}

function meansOf(answers: ArrayLike<number>, rows: number, outputs: number): number[] {
  const sums = Array.from({ length: outputs }, () => 0);
  for (let row = 0; row < rows; row += 1) {
    for (let output = 0; output < outputs; output += 1) sums[output] = (sums[output] ?? 0) + (answers[row * outputs + output] ?? 0);
  }
  return sums.map((sum) => sum / rows);
}
