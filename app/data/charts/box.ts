import { randomBytes } from 'node:crypto';
import { formatCount } from '#app/core/units.ts';
import type { ChartQueryOf } from '#app/sdk/charts.ts';
import type { AxisSpec, BoxShape, ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import type { Column } from '#app/relation/types.ts';
import { quoteName } from '../sql.ts';
import { categoryAxis, type Axis } from './axis.ts';
import { neutral } from './histogram.ts';
import { quartilesOf } from './quartiles.ts';
import { exactUpTo, sampledBoxes, type Boxes } from './sampled-boxes.ts';
import { numbers, typedColumn, type ChartSource } from './source.ts';
import { rowsNote, rowWords, sentences } from './words.ts';

/** Boxes beside one another are groups on an axis, not colours: more of them can be told apart. */
const mostGroups = 24;

/** Box plots: one for each column, or for each group of one column; quartiles are exact or, of many rows, of a sample; points beyond the whiskers are a selection. */
export async function box(source: ChartSource, query: ChartQueryOf<'box'>): Promise<ChartSpec> {
  const columns = query.columns.map((name) => typedColumn(source, name, numbers, 'a box plot takes numbers'));
  const by = query.by === null ? null : await categoryAxis(source, query.by, { most: mostGroups, missing: true, sorted: true });
  const { found, sample } = await boxesOf(source, columns, by, query);
  const [first] = columns;
  const single = columns.length === 1 && first !== undefined;
  const axis: AxisSpec = by === null || !single ? { title: single ? '' : 'Column', scale: 'category' } : by.spec;
  const shapesOf = (place: number): (BoxShape | null)[] => found.map(({ shapes }) => shapes[place] ?? null);
  const series: ChartSeries[] =
    by !== null && single
      ? [boxSeries(first.name, by.at.map(String), found[0]?.shapes ?? [])]
      : by !== null
        ? (by.categories ?? []).map((category, place) => ({ ...boxSeries(category.label, query.columns, shapesOf(place)), group: category.label, ...neutral(category) }))
        : [boxSeries(single ? first.name : 'Values', query.columns, shapesOf(0))];
  const all = found.flatMap(({ shapes }) => shapes);
  const outside = all.reduce((sum, shape) => sum + (shape?.outside ?? 0), 0);
  const drawn = all.reduce((sum, shape) => sum + (shape?.outliers.length ?? 0), 0);
  const [one] = found;
  const left = found.reduce((sum, boxes) => sum + boxes.left, 0);
  return {
    title: `${query.columns.length <= 3 ? query.columns.join(', ') : `${query.columns.length} columns`}${query.by === null ? '' : ` by ${query.by}`}`,
    x: axis,
    y: { title: single ? first.name : 'Value', scale: query.log ? 'log' : 'linear', ...(single ? { column: first } : {}) },
    series,
    note: sentences(
      single && one !== undefined ? rowsNote(one.rows, one.left, query.log ? 'that are missing, zero or negative' : 'without a value') : `${rowWords(one?.rows ?? 0)}; ${formatCount(left)} missing values are left out.`,
      outside > 0 && `${formatCount(outside)} ${outside === 1 ? 'value is' : 'values are'} beyond the whiskers (1.5 interquartile ranges)${drawn < outside && query.outliers > 0 ? `, ${formatCount(drawn)} of them drawn` : ''}.`,
      sample,
      by?.found ?? null,
    ),
  };
}

const boxSeries = (name: string, x: readonly string[], shapes: readonly (BoxShape | null)[]): ChartSeries => ({ name, mark: 'boxes', x, y: shapes.map((shape) => shape?.median ?? null), boxes: shapes });

interface Found {
  readonly found: readonly Boxes[];
  /** What is of a sample, and how far to trust it. */
  readonly sample: string | null;
}

async function boxesOf(source: ChartSource, columns: readonly Column[], by: Axis | null, query: ChartQueryOf<'box'>): Promise<Found> {
  const [counted] = await source.query(`select count(*) from (${source.rows})`);
  const rows = Number(counted?.[0] ?? 0);
  if (rows <= exactUpTo) {
    const found: Boxes[] = [];
    for (const column of columns) found.push(await exactBoxes(source, column, by, query));
    return { found, sample: null };
  }
  const values = columns.map(({ name, type }) => {
    const value = `${quoteName(name)}::double`;
    const conditions = [...(type === 'float' ? [`isfinite(${value})`] : []), ...(query.log ? [`${value} > 0`] : [])];
    return conditions.length === 0 ? value : `case when ${conditions.join(' and ')} then ${value} end`;
  });
  const { boxes, every, least } = await sampledBoxes(source, { values, by, outliers: query.outliers, rows });
  return { found: boxes, sample: `The quartiles are of a random sample, 1 of every ${formatCount(every)} rows: their ranks are right to ± ${(85 / Math.sqrt(least)).toFixed(2)} percentage points. Everything else is of all rows.` };
}

async function exactBoxes(source: ChartSource, column: Column, by: Axis | null, query: ChartQueryOf<'box'>): Promise<Boxes> {
  const value = `${quoteName(column.name)}::double`;
  const drawable = `v is not null and isfinite(v)${query.log ? ' and v > 0' : ''}`;
  const grouped = by?.place('r', 'k');
  // Five passes over these numbers follow: reading and decoding them once is what takes the time.
  const table = `box_${randomBytes(6).toString('hex')}`;
  await source.query(
    `create temp table ${table} as select (${grouped?.sql ?? '0'})::utinyint as g, case when ${drawable} then v end as v from (select ${by?.group ?? '0'} as r, ${value} as v from (${source.rows})) ${grouped?.join ?? ''}`,
  );
  try {
    const from = `(select g, v from ${table} where g is not null and v is not null)`;
    const [all] = await source.query(`select count(*) from ${table}`);
    const groups = new Map((await source.query(`select g, count(*), min(v), max(v), avg(v) from ${from} group by 1`)).map(([g, n, low, high, mean]) => [Number(g), { rows: Number(n), low: Number(low), high: Number(high), mean: Number(mean) }]));
    const quartiles = await quartilesOf(source, from, groups);
    const shapes: (BoxShape | null)[] = Array.from({ length: by?.size ?? 1 }, () => null);
    for (const [g, [q1, median, q3]] of quartiles) {
      const group = groups.get(g);
      if (group === undefined) continue;
      const [lo, hi] = [q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)];
      const own = `${table} where g = ${g}`;
      const [ends] = await source.query(`select min(v) filter (where v >= ${lo}), max(v) filter (where v <= ${hi}), count(*) filter (where v < ${lo} or v > ${hi}) from ${own}`);
      const outside = Number(ends?.[2] ?? 0);
      const some = outside === 0 || query.outliers === 0 ? [] : await source.query(`select v from ${own} and (v < ${lo} or v > ${hi}) order by hash(v), v limit ${query.outliers}`);
      const outliers = some.map(([v]) => Number(v)).toSorted((x, y) => x - y);
      // The furthest values are always among those drawn.
      if (outliers.length > 0 && group.low < lo) outliers[0] = group.low;
      if (outliers.length > 0 && group.high > hi) outliers[outliers.length - 1] = group.high;
      shapes[g] = { low: Math.min(Number(ends?.[0] ?? q1), q1), q1, median, q3, high: Math.max(Number(ends?.[1] ?? q3), q3), mean: group.mean, rows: group.rows, outside, outliers };
    }
    const rows = Number(all?.[0] ?? 0);
    return { shapes, rows, left: rows - [...groups.values()].reduce((sum, group) => sum + group.rows, 0) };
  } finally {
    await source.query(`drop table ${table}`);
  }
}
