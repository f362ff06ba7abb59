import { measureTitle, type ChartQueryOf } from '#app/sdk/charts.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import { anyAxis } from './axis.ts';
import { grid } from './grid.ts';
import type { ChartSource } from './source.ts';
import { rowsNote, sentences } from './words.ts';

/** Cells with their numbers written in them. */
const writtenCells = 240;

/** A measure over two columns, each in categories or in bins. */
export async function heatMap(source: ChartSource, query: ChartQueryOf<'heatmap'>): Promise<ChartSpec> {
  const [x, y] = [await anyAxis(source, query.x, query.bins), await anyAxis(source, query.y, query.bins)];
  const counts = query.measure.fn === 'count' && query.measure.column === null;
  const shared = counts ? query.share : 'none';
  const measured = shared === 'none' ? measureTitle(query.measure) : { row: 'Share of the row', column: 'Share of the column', all: 'Share of all rows' }[shared];
  const title = `${measured} by ${query.x} and ${query.y}`;
  if (x === null || y === null) return { title, x: { title: query.x }, y: { title: query.y }, series: [], note: 'There is nothing to draw: a column has no values.' };
  const cells = await grid(source, [x, y], [query.measure]);
  const z = Array.from({ length: y.size }, () => Array.from({ length: x.size }, (): number | null => null));
  let rows = 0;
  let left = 0;
  for (const { places: [column, row], rows: count, values } of cells) {
    rows += count;
    const target = row === null || row === undefined ? undefined : z[row];
    if (column === null || column === undefined || target === undefined) left += count;
    else target[column] = values[0] ?? null;
  }
  const shares = shared === 'none' ? z : shareOf(z, shared);
  const numbers = shares.flat().filter((value): value is number => value !== null);
  const signed = numbers.some((value) => value < 0) && numbers.some((value) => value > 0);
  const text = x.size * y.size > writtenCells ? undefined : shares.map((row) => row.map((value) => (value === null ? '' : shared === 'none' ? (counts ? formatCount(value) : cellNumber(value)) : `${(value * 100).toFixed(1)} %`)));
  return {
    title,
    x: x.spec,
    y: y.spec,
    series: [{ name: measured, mark: 'heatmap', x: x.at, y: y.at, z: shares, ...(text === undefined ? {} : { text }), ...(x.edges === null ? {} : { edges: x.edges }), ...(y.edges === null ? {} : { yEdges: y.edges }) }],
    colour: { title: measured, ...(signed ? { centre: 0 } : {}) },
    note: sentences(rowsNote(rows, left, 'with a missing value'), x.found ?? null, y.found ?? null),
  };
}

/** Three digits: a cell is some 40 px wide, and four would run into the next one's. Below 1 two decimals say enough beside larger numbers. */
function cellNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000 || size < 0.01 || Number.isInteger(value)) return formatNumber(value);
  return String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2))).replace('-', '−');
}

function shareOf(z: readonly (readonly (number | null)[])[], of: 'row' | 'column' | 'all'): (number | null)[][] {
  const sum = (values: readonly (number | null)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const all = sum(z.flat());
  return z.map((row) => {
    const rowTotal = sum(row);
    return row.map((value, i) => {
      const total = of === 'all' ? all : of === 'row' ? rowTotal : sum(z.map((other) => other[i] ?? null));
      return value === null || total === 0 ? null : value / total;
    });
  });
}
