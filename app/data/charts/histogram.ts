import type { ChartQueryOf } from '#app/sdk/charts.ts';
import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { binAxis, categoryAxis, type Axis } from './axis.ts';
import { grid } from './grid.ts';
import { extentOf, ordered, typedColumn, type ChartSource } from './source.ts';
import { rowsNote, sentences } from './words.ts';

/** Colours that can still be told apart; the rest is “Other”. */
export const mostColours = 9;

export const colourAxis = (source: ChartSource, by: string): Promise<Axis> => categoryAxis(source, by, { most: mostColours, missing: true, sorted: false });

/** Rows by bin, and by colour. */
export async function histogram(source: ChartSource, query: ChartQueryOf<'histogram'>): Promise<ChartSpec> {
  const column = typedColumn(source, query.column, ordered, 'a histogram takes numbers and dates');
  const axis = await binAxis(source, column, { wanted: query.bins, width: query.width, log: query.log });
  const title = query.by === null ? column.name : `${column.name} by ${query.by}`;
  const share = query.height === 'share';
  const y = { title: !share ? 'Rows' : query.by === null ? 'Share of rows' : 'Share of the group', ...(share ? { percent: true } : {}) };
  if (axis === null) {
    const { rows } = await extentOf(source, column);
    return { title, x: { title: column.name, column }, y, series: [], note: rows === 0 ? 'The table has no rows.' : rowsNote(rows, rows) };
  }
  const colours = query.by === null ? null : await colourAxis(source, query.by);
  const cells = await grid(source, colours === null ? [axis] : [axis, colours], []);
  const groups = colours === null ? 1 : colours.size;
  const counts = Array.from({ length: groups }, () => Array.from({ length: axis.size }, () => 0));
  let rows = 0;
  let left = 0;
  for (const { places: [at, group = 0], rows: count } of cells) {
    rows += count;
    const target = counts[group ?? -1];
    if (at === null || at === undefined || target === undefined) left += count;
    else target[at] = (target[at] ?? 0) + count;
  }
  const series = counts.map((own, group): ChartSeries => {
    const total = own.reduce((sum, count) => sum + count, 0);
    const category = colours?.categories?.[group];
    return {
      name: category?.label ?? column.name,
      mark: 'bars',
      x: axis.at,
      y: share ? own.map((count) => (total === 0 ? 0 : count / total)) : own,
      edges: axis.edges ?? [],
      ...(category === undefined ? {} : { group: category.label, ...neutral(category) }),
    };
  });
  return { title, x: axis.spec, y, series, bars: 'overlay', note: sentences(rowsNote(rows, left, query.log ? 'that are missing, zero or negative' : 'without a value'), colours?.found ?? null) };
}

/** “Other” and missing values are no group of their own, and look so. */
export const neutral = ({ value, rest }: { readonly value: unknown; readonly rest?: boolean }): { neutral?: true } => (value === null || rest === true ? { neutral: true } : {});
