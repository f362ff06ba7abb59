import { PenstockError } from '#app/core/errors.ts';
import { measureTitle, type ChartQueryOf } from '#app/sdk/charts.ts';
import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { categoryAxis, type Axis } from './axis.ts';
import { grid, type GridCell } from './grid.ts';
import { colourAxis, neutral } from './histogram.ts';
import type { ChartSource } from './source.ts';
import { rowsNote, sentences } from './words.ts';
import { formatCount } from '#app/core/units.ts';

/** A measure for each category, split by colour. */
export async function bars(source: ChartSource, query: ChartQueryOf<'bars'>): Promise<ChartSpec> {
  const additive = query.measure.fn === 'count' || query.measure.fn === 'sum';
  const stacked = query.by !== null && query.layout !== 'group';
  if (stacked && !additive) {
    throw new PenstockError('chart-stack', `Bars of the ${measureTitle(query.measure).toLowerCase()} cannot be stacked: their sum means nothing.`, { remedy: 'Put the bars side by side, or draw a count or a sum.', place: { param: ['layout'] } });
  }
  const axis = await categoryAxis(source, query.category, { most: query.top, missing: query.missing, sorted: query.order === 'value' });
  const colours = query.by === null ? null : await colourAxis(source, query.by);
  const cells = await grid(source, colours === null ? [axis] : [axis, colours], [query.measure]);
  const order = await placesInOrder(source, query, axis, colours === null && source.rows === source.whole ? cells : null);
  const table = tableOf(cells, axis.size, colours?.size ?? 1);
  const rows = cells.reduce((sum, cell) => sum + cell.rows, 0);
  const left = cells.reduce((sum, cell) => sum + (cell.places[0] === null ? cell.rows : 0), 0);
  const labels = order.map((place) => axis.at[place] ?? '');
  const wholeShare = query.share && query.measure.fn === 'count';
  const series = table.map((own, group): ChartSeries => {
    const category = colours?.categories?.[group];
    const groupTotal = own.reduce<number>((sum, value) => sum + (value ?? 0), 0);
    const heights = order.map((place) => {
      const value = own[place] ?? null;
      if (stacked && query.layout === 'share') {
        const total = table.reduce((sum, other) => sum + (other[place] ?? 0), 0);
        return total === 0 ? null : (value ?? 0) / total;
      }
      if (wholeShare) return groupTotal === 0 ? 0 : (value ?? 0) / groupTotal;
      return value ?? (query.measure.fn === 'count' ? 0 : null);
    });
    return { name: category?.label ?? measureTitle(query.measure), mark: 'bars', x: labels, y: heights, ...(category === undefined ? {} : { group: category.label, ...neutral(category) }) };
  });
  const percent = wholeShare || (stacked && query.layout === 'share');
  const measured = percent ? (query.measure.fn === 'count' ? (query.by !== null && wholeShare ? 'Share of the group' : 'Share of rows') : `Share of the ${measureTitle(query.measure).toLowerCase()}`) : measureTitle(query.measure);
  const categories = order.flatMap((place) => axis.categories?.[place] ?? []);
  const rest = axis.categories?.some((one) => one.rest === true) === true;
  return {
    title: `${measured} by ${query.category}${query.by === null ? '' : ` and ${query.by}`}`,
    x: { ...axis.spec, categories },
    y: { title: measured, ...(percent ? { percent: true } : {}) },
    series,
    bars: stacked ? 'stack' : 'group',
    note: sentences(rowsNote(rows, left, 'without a category'), rest && `The ${formatCount(query.top)} most frequent values have a bar; “${axis.categories?.find((one) => one.rest)?.label ?? ''}” is all others.`, axis.found ?? null, colours?.found ?? null),
  };
}

/** Values by colour and place. */
function tableOf(cells: readonly GridCell[], places: number, groups: number): (number | null)[][] {
  const table = Array.from({ length: groups }, () => Array.from({ length: places }, (): number | null => null));
  for (const { places: [at, group = 0], values } of cells) {
    const target = table[group ?? -1];
    if (at !== null && at !== undefined && target !== undefined) target[at] = values[0] ?? null;
  }
  return table;
}

/**
 * Highest first, with “Other” and missing last: by the whole table, so that bars stay where they are under a slice.
 * @param whole What was asked of the whole table already.
 */
async function placesInOrder(source: ChartSource, query: ChartQueryOf<'bars'>, axis: Axis, whole: readonly GridCell[] | null): Promise<readonly number[]> {
  const places = Array.from({ length: axis.size }, (_, i) => i);
  const last = (place: number): number => (axis.categories?.[place]?.rest === true ? 1 : axis.categories?.[place]?.value === null ? 2 : 0);
  if (query.order === 'value') return places;
  if (query.order === 'name') {
    const name = (place: number): string => String(axis.at[place] ?? '');
    return places.toSorted((a, b) => last(a) - last(b) || name(a).localeCompare(name(b), 'en', { numeric: true }));
  }
  const heights = await source.remember(`heights ${JSON.stringify([query.category, query.top, query.missing, query.measure])}`, async () => {
    const cells = whole ?? (await grid({ ...source, rows: source.whole }, [axis], [query.measure]));
    return new Map(cells.flatMap(({ places: [at], values: [value] }) => (at === null || at === undefined ? [] : [[at, value ?? -Infinity] as const])));
  });
  const height = (place: number): number => heights.get(place) ?? -Infinity;
  return places.toSorted((a, b) => last(a) - last(b) || (height(b) > height(a) ? 1 : height(b) < height(a) ? -1 : a - b));
}
