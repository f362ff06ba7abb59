import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { measureTitle, type ChartMeasure, type ChartQueryOf } from '#app/sdk/charts.ts';
import type { Column } from '#app/relation/types.ts';
import type { AxisSpec, ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { quoteName } from '../sql.ts';
import type { Axis } from './axis.ts';
import { grid } from './grid.ts';
import { colourAxis, neutral } from './histogram.ts';
import { numberBins } from './number-bins.ts';
import { extentOf, isTime, numbers, ordered, typedColumn, type ChartSource } from './source.ts';
import { isoText, timeBins } from './time-bins.ts';
import { rowsNote, sentences } from './words.ts';

/** More different x than this are put in buckets: a chart has about so many pixels. */
const mostPlaces = 1000;
const wantedBuckets = 400;
/** Lines of one chart. */
const mostLines = 60;

interface Buckets {
  readonly axis: Axis;
  /** “day”; null: every value of x is a place of its own. */
  readonly words: string | null;
}

/** One or more columns along a number or time: at each value of x, or in buckets of it, a measure and the range around it. */
export async function line(source: ChartSource, query: ChartQueryOf<'line'>): Promise<ChartSpec> {
  const x = typedColumn(source, query.x, ordered, 'a line runs along numbers and dates');
  const counting = query.y.length === 0;
  const columns = query.y.map((name) => typedColumn(source, name, [...numbers, 'boolean'], 'a line takes numbers'));
  const measures: ChartMeasure[] = counting ? [{ fn: 'count', column: null }] : columns.map(({ name }) => ({ fn: query.fn, column: name }));
  const banded = query.band && !counting && (query.fn === 'avg' || query.fn === 'median') && columns.length === 1;
  const [single] = columns;
  const title = `${counting ? 'Rows' : columns.length <= 3 ? columns.map(({ name }) => name).join(', ') : `${columns.length} columns`} along ${x.name}${query.by === null ? '' : ` by ${query.by}`}`;
  const buckets = await bucketsOf(source, x, query);
  const y: AxisSpec = { title: counting ? 'Rows' : single !== undefined && columns.length === 1 ? measureTitle({ fn: query.fn, column: single.name }) : measureWord(query.fn), scale: query.yLog ? 'log' : 'linear' };
  if (buckets === null) return { title, x: { title: x.name, column: x }, y, series: [], note: 'There is nothing to draw: the column has no values.' };
  const { axis, words } = buckets;
  const colours = query.by === null ? null : await colourAxis(source, query.by);
  const range: ChartMeasure[] = banded && single !== undefined ? [{ fn: 'min', column: single.name }, { fn: 'max', column: single.name }] : [];
  const cells = await grid(source, colours === null ? [axis] : [axis, colours], [...measures, ...range]);
  const lines = new Map<number, { at: number; rows: number; values: readonly (number | null)[] }[]>();
  let rows = 0;
  let left = 0;
  for (const { places: [at, group = 0], rows: count, values } of cells) {
    rows += count;
    if (at === null || at === undefined || group === null) {
      left += count;
      continue;
    }
    const list = lines.get(group) ?? [];
    list.push({ at, rows: count, values });
    lines.set(group, list);
  }
  const several = cells.some((cell) => cell.places[0] !== null && cell.rows > 1);
  const position = positionsOf(axis, x);
  const series: ChartSeries[] = [];
  for (const [group, list] of [...lines].toSorted(([a], [b]) => a - b)) {
    const sorted = list.toSorted((a, b) => a.at - b.at);
    const category = colours?.categories?.[group];
    const xs = sorted.map(({ at }) => position(at));
    for (const [m, measure] of measures.entries()) {
      const own = measure.column ?? 'Rows';
      const name = category === undefined ? own : measures.length === 1 ? category.label : `${category.label}, ${own}`;
      // One colour a group; the columns of a group differ by their dashes.
      const colourGroup = category?.label ?? (measures.length > 1 ? own : undefined);
      const style = { ...(colourGroup === undefined ? {} : { group: colourGroup }), ...(category === undefined ? {} : neutral(category)) };
      if (range.length > 0 && several && (colours === null || colours.size <= 4)) {
        series.push({ name: `${name}, range`, mark: 'band', x: xs, y: [], low: sorted.map(({ values }) => values[1] ?? null), high: sorted.map(({ values }) => values[2] ?? null), ...style, group: colourGroup ?? name });
      }
      series.push({ name, mark: 'line', x: xs, y: sorted.map(({ values }) => values[m] ?? null), ...style, ...(range.length > 0 ? { group: colourGroup ?? name } : {}) });
    }
  }
  if (series.length > mostLines) throw new PenstockError('chart-lines', `That would be ${series.length} lines; a chart takes ${mostLines}.`, { remedy: 'Choose fewer columns, or no colour.', place: { param: ['y'] } });
  const each = words === null ? (several ? `${measureWord(query.fn)} of the rows with the same ${x.name}.` : null) : `${counting ? 'Rows' : measureWord(query.fn)} by ${words}.`;
  return {
    title,
    x: axis.spec,
    y,
    series,
    note: sentences(rowsNote(rows, left, `without ${x.name}`), each, series.some(({ mark }) => mark === 'band') && 'The band runs from the smallest to the largest value.', colours?.found ?? null),
  };
}

const measureWord = (fn: ChartMeasure['fn']): string => measureTitle({ fn, column: null });

async function bucketsOf(source: ChartSource, x: Column, query: ChartQueryOf<'line'>): Promise<Buckets | null> {
  const extent = await extentOf(source, x);
  if (extent.low === null || extent.high === null) return null;
  const name = quoteName(x.name);
  const finite = extent.odd ? `case when isfinite(${name}${isTime(x.type) ? '' : '::double'}) then ${name} end` : name;
  const asked = query.bucket;
  if (asked === 'auto' || asked === 'none') {
    const different = await source.remember(`different ${x.name}`, async () => Number((await source.query(`select approx_count_distinct(${name}) from (${source.whole})`))[0]?.[0] ?? 0));
    if (asked === 'none' && different > 20 * mostPlaces) {
      throw new PenstockError('chart-lines', `Column “${x.name}” has about ${formatCount(different)} different values, more than a line can show.`, { remedy: 'Let the chart choose the steps.', place: { param: ['bucket'], column: x.name } });
    }
    if (asked === 'none' || different <= mostPlaces) return { axis: eachValue(x, isTime(x.type) ? `epoch_ms(${finite}::timestamp)` : `${finite}::double`), words: null };
  }
  if (isTime(x.type)) {
    const bins = timeBins(extent.low, extent.high, x.type, wantedBuckets, asked === 'auto' ? null : asked);
    return { axis: binned(x, bins.edges, bins.place(finite), 'time'), words: bins.words };
  }
  const bins = numberBins({ low: extent.low, high: extent.high, whole: x.type === 'integer', wanted: wantedBuckets, odd: extent.odd });
  const width = Number(bins.edges[1]) - Number(bins.edges[0]);
  return { axis: binned(x, bins.centres, bins.place(name), 'linear'), words: `${Number(width.toPrecision(6))} of ${x.name}` };
}

const axisSpec = (column: Column, scale: 'time' | 'linear'): AxisSpec => ({ title: column.name, scale, column });

/** Places are the values themselves. */
function eachValue(column: Column, sql: string): Axis {
  return { column, size: Infinity, at: [], edges: null, categories: null, spec: axisSpec(column, isTime(column.type) ? 'time' : 'linear'), group: sql, place: (raw) => ({ sql: raw, join: '' }) };
}

function binned(column: Column, at: readonly (number | string)[], sql: string, scale: 'time' | 'linear'): Axis {
  return { column, size: at.length, at, edges: null, categories: null, spec: axisSpec(column, scale), group: sql, place: (raw) => ({ sql: raw, join: '' }) };
}

function positionsOf(axis: Axis, x: Column): (place: number) => number | string {
  if (axis.size !== Infinity) return (place) => axis.at[place] ?? place;
  return isTime(x.type) ? (place) => isoText(place, x.type === 'date') : (place) => place;
}
