import { formatNumber } from '#app/core/units.ts';
import type { AxisSpec, ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import type { RawColumn } from '../model/raw-columns.ts';
import type { Dependence, Grid, GridValue } from './dependence.ts';
import { percentText } from './words.ts';

/** What one chart of partial dependence says on its axes. */
export interface DrawnOutputs {
  /** Names of the outputs: classes, or the target. */
  readonly names: readonly string[];
  /** The output that lines are drawn of; null: all outputs, means only. */
  readonly chosen: number | null;
  readonly title: string;
  readonly percent: boolean;
}

/** Ticks of the rug, and outputs in one chart. */
const MAX_TICKS = 200;
const MAX_OUTPUTS = 8;

export const valueText = (value: GridValue, dated?: Grid['dated']): string => (value === null ? '(missing)' : typeof value === 'string' ? value : dated === undefined ? formatNumber(value) : dateText(value, dated));

/** ISO text of the days or seconds since 1970 that a model takes a date as. */
export function dateText(value: number, dated: 'date' | 'timestamp'): string {
  const text = new Date(value * (dated === 'date' ? 86_400_000 : 1000)).toISOString();
  return dated === 'date' ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}

/** A number of the grid as the axis takes it. */
const onAxis = (value: number, { dated }: Grid): number | string => (dated === undefined ? value : dateText(value, dated));

/** One column: mean, lines of single rows, and where the rows are. */
export function dependenceChart(found: Dependence, values: RawColumn, outputs: DrawnOutputs, centred: boolean): ChartSpec {
  const { grid } = found;
  const base = centred ? centre(found, outputs) : found;
  const all = outputsDrawn(base, outputs);
  const lines = outputs.chosen === null ? [] : singleLines(grid, base.lines);
  const heights = [...all.flatMap(({ y }) => y), ...lines.flatMap(({ y }) => y)].filter((y): y is number => typeof y === 'number');
  const [low, high] = [least(heights), -least(heights.map((y) => -y))];
  const rug = grid.numeric ? [rugOf(values, grid, low - 0.04 * Math.max(high - low, 1e-9))] : [];
  return {
    title: grid.column,
    x: axis(grid),
    y: { title: centred ? `change of the ${outputs.percent ? 'probability' : 'prediction'}` : outputs.title, ...(outputs.percent ? { percent: true } : {}) },
    series: [...lines, ...all, ...rug],
    note: `${centred ? 'Changes from the first value. ' : ''}${noteOf(grid, outputs, lines.length > 0)}`,
  };
}

function noteOf({ numeric }: Grid, { chosen }: DrawnOutputs, lines: boolean): string {
  const what = chosen === null ? 'Means over the rows, a line for each class.' : lines ? 'Strong: the mean over the rows. Grey: single rows; where they are not parallel, the effect hangs on other columns.' : 'The mean over the rows.';
  return `${what} ${numeric ? 'Ticks below are values of the table: where there are few, the model guesses.' : 'Shares behind the values say how many rows have them.'}`;
}

function axis(grid: Grid): AxisSpec {
  if (grid.numeric) return { title: grid.column, ...(grid.dated === undefined ? {} : { scale: 'time' }) };
  const places = placesOf(grid);
  return { title: grid.column, scale: 'category', categories: grid.values.map((value, place) => ({ label: String(places[place]), value })) };
}

const placesOf = (grid: Grid): (number | string)[] => grid.values.map((value, place) => (grid.numeric && typeof value === 'number' ? onAxis(value, grid) : `${valueText(value)} (${percentText(grid.shares[place] ?? 0)})`));

function outputsDrawn({ grid, means }: Dependence, { names, chosen }: DrawnOutputs): ChartSeries[] {
  const wanted = chosen === null ? names.map((_name, output) => output).toSorted((a, b) => level(means, b) - level(means, a)).slice(0, MAX_OUTPUTS) : [chosen];
  return wanted.map((output): ChartSeries => ({ name: chosen === null ? (names[output] ?? '') : 'mean', mark: grid.numeric ? 'line' : chosen === null ? 'bars' : 'points', x: placesOf(grid), y: means.map((mean) => mean[output] ?? null), group: String(output) }));
}

const level = (means: readonly (readonly number[])[], output: number): number => means.reduce((sum, mean) => sum + (mean[output] ?? 0), 0);

/** All lines as one series with gaps between them. */
function singleLines(grid: Grid, lines: readonly (readonly number[])[]): ChartSeries[] {
  const rows = lines[0]?.length ?? 0;
  if (rows === 0) return [];
  const places = placesOf(grid);
  const each = Array.from({ length: rows }, (_unused, row) => row);
  return [{ name: 'single rows', mark: 'line', neutral: true, x: each.flatMap(() => [...places, null]), y: each.flatMap((row) => [...lines.map((place) => place[row] ?? null), null]) }];
}

function centre(found: Dependence, { chosen }: DrawnOutputs): Dependence {
  const [means = [], lines = []] = [found.means[0], found.lines[0]];
  const start = chosen === null ? 0 : (means[chosen] ?? 0);
  return {
    ...found,
    means: found.means.map((mean) => mean.map((value, output) => value - (means[output] ?? 0))),
    lines: found.lines.map((place) => place.map((value, row) => value - (lines[row] ?? 0))),
    spread: found.spread.map(({ low, high }) => ({ low: low - start, high: high - start })),
  };
}

function rugOf(values: RawColumn, grid: Grid, y: number): ChartSeries {
  const [from, to] = [Number(grid.values[0] ?? Number.NaN), Number(grid.values.at(-1) ?? Number.NaN)];
  const inside = Float64Array.from(values as ArrayLike<null | boolean | number | string>, (value) => (value === null ? Number.NaN : Number(value))).filter((value) => value >= from && value <= to).sort();
  const step = Math.max(1, Math.ceil(inside.length / MAX_TICKS));
  const ticks = Array.from(inside).filter((_value, at) => at % step === 0);
  return { name: 'values of the table', mark: 'points', neutral: true, x: ticks.map((tick) => onAxis(tick, grid)), y: ticks.map(() => y) };
}

const least = (values: readonly number[]): number => values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);

/** How far the mean of an output moves over the grid; several outputs: the one that moves most. */
export function movement({ means }: Dependence, chosen: number | null): number {
  const outputs = chosen === null ? Array.from({ length: means[0]?.length ?? 0 }, (_unused, output) => output) : [chosen];
  return Math.max(...outputs.map((output) => -least(means.map((mean) => -(mean[output] ?? 0))) - least(means.map((mean) => mean[output] ?? 0))));
}

/** Two columns as a map; cells that no row is near are left out, and some rows of the table lie over it. */
export function jointChart(first: Grid, second: Grid, z: readonly (readonly number[])[], counts: readonly (readonly number[])[], values: readonly [RawColumn, RawColumn], title: string): ChartSpec {
  const dots: ChartSeries[] = [];
  if (first.numeric && second.numeric) {
    const rows = values[0].length;
    const step = Math.max(1, Math.ceil(rows / 300));
    const [x, y]: [(number | string)[], (number | string)[]] = [[], []];
    for (let row = 0; row < rows; row += step) {
      const [a, b] = [Number(values[0][row] ?? Number.NaN), Number(values[1][row] ?? Number.NaN)];
      if (!within(first, a) || !within(second, b)) continue;
      x.push(onAxis(a, first));
      y.push(onAxis(b, second));
    }
    dots.push({ name: 'rows', mark: 'points', neutral: true, x, y });
  }
  return {
    title: `${first.column} and ${second.column}`,
    x: axis(first),
    y: axis(second),
    series: [
      {
        name: title,
        mark: 'heatmap',
        x: placesOf(first),
        y: placesOf(second),
        z: z.map((row, i) => row.map((value, j) => ((counts[i]?.[j] ?? 0) === 0 ? null : value))),
        ...(first.numeric && first.values.length > 1 ? { edges: edgesOf(first) } : {}),
        ...(second.numeric && second.values.length > 1 ? { yEdges: edgesOf(second) } : {}),
      },
      ...dots,
    ],
    colour: { title },
    note: 'Mean over the rows with both columns set. Cells that no row of the table is near are left empty.',
  };
}

const within = ({ values }: Grid, value: number): boolean => value >= Number(values[0]) && value <= Number(values.at(-1));

/** Halfway between neighbours; the outer cells end at the outer values. */
function edgesOf(grid: Grid): (number | string)[] {
  const numbers = grid.values.map(Number);
  const inner = numbers.slice(1).map((value, i) => ((numbers[i] ?? 0) + value) / 2);
  return [numbers[0] ?? 0, ...inner, numbers.at(-1) ?? 0].map((edge) => onAxis(edge, grid));
}

/**
 * Share of the joint effect that is neither column's own (Friedman & Popescu 2008, H², over the cells with rows): 0 where the effects
 * add up. NaN where nothing moves.
 */
export function interactionShare(z: readonly (readonly number[])[], counts: readonly (readonly number[])[]): number {
  const cells = z.flatMap((row, i) => row.map((value, j) => ({ value, i, j, rows: counts[i]?.[j] ?? 0 })));
  const total = cells.reduce((sum, { rows }) => sum + rows, 0);
  const [upper, across] = [z.map((row) => row.reduce((sum, value) => sum + value, 0) / row.length), (z[0] ?? []).map((_value, j) => z.reduce((sum, row) => sum + (row[j] ?? 0), 0) / z.length)];
  const middle = (values: (cell: (typeof cells)[number]) => number): number => cells.reduce((sum, cell) => sum + cell.rows * values(cell), 0) / total;
  const own = ({ i, j }: { readonly i: number; readonly j: number }): number => (upper[i] ?? 0) + (across[j] ?? 0);
  const [joint, single] = [middle(({ value }) => value), middle(own)];
  const rest = cells.reduce((sum, cell) => sum + cell.rows * (cell.value - joint - (own(cell) - single)) ** 2, 0);
  const all = cells.reduce((sum, cell) => sum + cell.rows * (cell.value - joint) ** 2, 0);
  return all > 1e-18 * total ? rest / all : Number.NaN;
}
