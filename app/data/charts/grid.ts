import type { ChartMeasure } from '#app/sdk/charts.ts';
import { quoteName } from '../sql.ts';
import type { Axis } from './axis.ts';
import { typedColumn, type ChartSource, type SqlValue } from './source.ts';

/** How a measure is computed: of rows at once, or from parts (counts, sums) of groups of rows. */
interface MeasureSql {
  /** What is measured of one row; infinities and NaN are missing. */
  readonly value: string;
  readonly direct: string;
  readonly parts: readonly string[] | null;
  /** From the parts, called a0, a1 …. */
  whole(names: readonly string[]): string;
}

/** @throws PenstockError `unknown-column`, `column-type` */
export function measureSql(source: Pick<ChartSource, 'schema'>, { fn, column }: ChartMeasure): MeasureSql {
  if (column === null) return { value: '1', direct: 'count(*)', parts: ['count(*)'], whole: ([n]) => `sum(${n})` };
  const wide = fn === 'count' || fn === 'count_distinct';
  const of = typedColumn(source, column, wide ? ['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary'] : ['boolean', 'integer', 'float'], `the ${fn === 'avg' ? 'mean' : fn} is of numbers`);
  const name = quoteName(column);
  const value = wide ? name : of.type === 'float' ? `case when isfinite(${name}::double) then ${name}::double end` : `${name}::bigint`;
  const simple = (direct: string, whole: MeasureSql['whole']): MeasureSql => ({ value, direct, parts: [direct], whole });
  switch (fn) {
    case 'count':
      return simple(`count(${value})`, ([n]) => `sum(${n})`);
    case 'sum':
      return simple(`sum(${value})::double`, ([s]) => `sum(${s})`);
    case 'min':
      return simple(`min(${value})::double`, ([m]) => `min(${m})`);
    case 'max':
      return simple(`max(${value})::double`, ([m]) => `max(${m})`);
    case 'avg':
      return { value, direct: `avg(${value})`, parts: [`sum(${value})::double`, `count(${value})`], whole: ([s, n]) => `case when sum(${n}) > 0 then sum(${s}) / sum(${n}) end` };
    case 'median':
      return { value, direct: `median((${value})::double)`, parts: null, whole: () => '' };
    case 'stddev':
      return { value, direct: `stddev_samp((${value})::double)`, parts: null, whole: () => '' };
    case 'count_distinct':
      return { value, direct: `count(distinct ${value})`, parts: null, whole: () => '' };
  }
}

/** One group of rows: a place on each axis (null: none), the number of its rows, and the measures. */
export interface GridCell {
  readonly places: readonly (number | null)[];
  readonly rows: number;
  readonly values: readonly (number | null)[];
}

/**
 * Counts and measures the rows of every combination of places, in one pass. Where measures allow it, rows are grouped by the raw value
 * first and the few groups are given their places: grouping by text is several times as fast as looking every row's text up, but where
 * there are very many texts.
 */
export async function grid(source: ChartSource, axes: readonly Axis[], measures: readonly ChartMeasure[], where?: string): Promise<GridCell[]> {
  const sqls = measures.map((measure) => measureSql(source, measure));
  const places = axes.map((axis, i) => axis.place(`g.r${i}`, `k${i}`));
  const joins = places.map(({ join }) => join).join(' ');
  const place = places.map(({ sql }, i) => `${sql} as p${i}`);
  const raw = axes.map(({ group }, i) => `${group} as r${i}`);
  const from = `(${source.rows})${where === undefined ? '' : ` where ${where}`}`;
  const keys = (prefix: string): string => axes.map((_, i) => `${prefix}${i}`).join(', ');
  const parts = sqls.flatMap(({ parts: own }, m) => (own ?? []).map((sql, p) => ({ sql, name: `m${m}_${p}`, m })));
  let sql: string;
  if (sqls.every(({ parts: own }) => own !== null) && !axes.some(({ many }) => many === true)) {
    const first = `select ${[...raw, 'count(*) as n', ...parts.map(({ sql: one, name }) => `${one} as ${name}`)].join(', ')} from ${from} group by ${keys('r')}`;
    const wholes = sqls.map((one, m) => one.whole(parts.filter((part) => part.m === m).map(({ name }) => name)));
    sql = `select ${[...place, 'sum(n)::bigint', ...wholes.map((one) => `(${one})::double`)].join(', ')} from (${first}) g ${joins} group by ${keys('p')}`;
  } else {
    const needed = measures.flatMap(({ column }) => (column === null ? [] : [quoteName(column)]));
    const inner = `select ${[...raw, ...new Set(needed)].join(', ')} from ${from}`;
    sql = `select ${[...place, 'count(*)', ...sqls.map(({ direct }) => `(${direct})::double`)].join(', ')} from (${inner}) g ${joins} group by ${keys('p')}`;
  }
  const rows = await source.query(sql);
  return rows.map((row) => ({ places: row.slice(0, axes.length).map(numberOrNull), rows: Number(row[axes.length] ?? 0), values: row.slice(axes.length + 1).map(numberOrNull) }));
}

const numberOrNull = (value: SqlValue | undefined): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
