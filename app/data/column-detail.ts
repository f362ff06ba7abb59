import type { DuckDBConnection } from '@duckdb/node-api';
import { PenstockError } from '#app/core/errors.ts';
import type { Column, ColumnType } from '#app/relation/types.ts';
import { describeQuery } from './query.ts';
import { binLayout } from './profile.ts';
import { quoteName } from './sql.ts';

/** All there is to say of one column, exact: asked for when a person opens it, not for every header. */
export interface ColumnDetail {
  readonly name: string;
  readonly type: ColumnType;
  readonly rows: number;
  readonly missing: number;
  /** Different values, missing left out. */
  readonly distinct: number;
  readonly numbers: {
    readonly mean: number | null;
    /** Of the sample (n − 1). */
    readonly stddev: number | null;
    readonly skewness: number | null;
    readonly sum: number | null;
    readonly zeros: number;
    readonly negative: number;
    /** NaN and infinities; left out of everything else here. */
    readonly notFinite: number;
  } | null;
  readonly text: {
    readonly shortest: number;
    readonly longest: number;
    readonly empty: number;
    /** With blanks at the start or the end. */
    readonly untrimmed: number;
    /** Values, neither missing nor empty, that could be read as a number, and as a date. */
    readonly likeNumber: number;
    readonly likeDate: number;
  } | null;
  /** Continuous quantiles of numbers; for dates and timestamps the nearest value as text. */
  readonly quantiles: readonly { readonly fraction: number; readonly value: number | string }[];
  readonly min: number | string | null;
  readonly max: number | string | null;
  /** Equal bins; edges of dates and timestamps are ms since 1970 (UTC). */
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] } | null;
  /** Most frequent values, missing left out. */
  readonly top: readonly { readonly value: string; readonly count: number }[];
}

const fractions = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1];
const topValues = 20;
const textShown = 200;

/** @throws PenstockError `unknown-column` */
export async function columnDetail(connection: DuckDBConnection, sql: string, name: string): Promise<ColumnDetail> {
  const { schema } = await describeQuery(connection, sql);
  const column = schema.find((one) => one.name === name);
  if (column === undefined) throw new PenstockError('unknown-column', `The table has no column “${name}”.`, { remedy: 'Choose another column.', place: { column: name } });
  const source = `(select ${quoteName(name)} as v from (${sql}))`;
  const totals = await one(connection, `select count(*) as rows, count(v) as present, count(distinct v) as different, ${aggregates(column)} from ${source}`);
  const rows = Number(totals['rows']);
  const present = Number(totals['present']);
  const numeric = column.type === 'integer' || column.type === 'float';
  const time = column.type === 'date' || column.type === 'timestamp';
  const ordered = numeric || time || column.type === 'time';
  const quantiles = ordered ? toList(totals['quantiles']).flatMap((value, i) => (value === null ? [] : [{ fraction: fractions[i] ?? 0, value: numeric ? Number(value) : String(value) }])) : [];
  return {
    name,
    type: column.type,
    rows,
    missing: rows - present,
    distinct: Number(totals['different']),
    numbers: numeric
      ? {
          mean: number(totals['mean']),
          stddev: number(totals['stddev']),
          skewness: number(totals['skewness']),
          sum: number(totals['sum']),
          zeros: Number(totals['zeros']),
          negative: Number(totals['negative']),
          notFinite: Number(totals['not_finite']),
        }
      : null,
    text:
      column.type === 'string'
        ? { shortest: Number(totals['shortest'] ?? 0), longest: Number(totals['longest'] ?? 0), empty: Number(totals['empty']), untrimmed: Number(totals['untrimmed']), likeNumber: Number(totals['like_number']), likeDate: Number(totals['like_date']) }
        : null,
    quantiles,
    min: quantiles[0]?.value ?? null,
    max: quantiles.at(-1)?.value ?? null,
    histogram: numeric || time ? await histogram(connection, source, column, totals) : null,
    top: column.type === 'binary' ? [] : await top(connection, source),
  };
}

function aggregates(column: Column): string {
  const list = fractions.join(', ');
  switch (column.type) {
    case 'integer':
    case 'float': {
      const value = 'v::double';
      const finite = `filter (where isfinite(${value}))`;
      return [
        `avg(${value}) ${finite} as mean`,
        `stddev_samp(${value}) ${finite} as stddev`,
        `skewness(${value}) ${finite} as skewness`,
        `sum(${value}) ${finite} as sum`,
        'count(*) filter (where v = 0) as zeros',
        `count(*) filter (where v < 0 and isfinite(${value})) as negative`,
        `count(*) filter (where not isfinite(${value})) as not_finite`,
        `min(${value}) ${finite} as low`,
        `max(${value}) ${finite} as high`,
        `quantile_cont(${value}, [${list}]) ${finite} as quantiles`,
      ].join(', ');
    }
    case 'date':
    case 'timestamp':
      return `epoch_ms(min(v)::timestamp) as low, epoch_ms(max(v)::timestamp) as high, quantile_disc(v, [${list}])::varchar[] as quantiles`;
    case 'time':
      return `quantile_disc(v, [${list}])::varchar[] as quantiles`;
    case 'string':
      return [
        'min(length(v)) as shortest',
        'max(length(v)) as longest',
        "count(*) filter (where v = '') as empty",
        'count(*) filter (where v <> trim(v)) as untrimmed',
        "count(*) filter (where v <> '' and try_cast(v as double) is not null) as like_number",
        "count(*) filter (where v <> '' and try_cast(v as timestamp) is not null) as like_date",
      ].join(', ');
    default:
      return 'null as nothing_more';
  }
}

async function histogram(connection: DuckDBConnection, source: string, column: Column, totals: Readonly<Record<string, unknown>>): Promise<ColumnDetail['histogram']> {
  const layout = totals['low'] === null || totals['high'] === null ? null : binLayout(Number(totals['low']), Number(totals['high']), column.type);
  if (layout === null) return null;
  const value = column.type === 'date' || column.type === 'timestamp' ? 'epoch_ms(v::timestamp)' : 'v::double';
  const last = layout.edges.length - 2;
  const reader = await connection.runAndReadAll(
    `select least(greatest(floor((${value} - (${layout.low})) / ${layout.width}), 0), ${last})::integer, count(*) from ${source} where v is not null${column.type === 'float' ? ' and isfinite(v::double)' : ''} group by 1`,
  );
  const counts = layout.edges.slice(1).map(() => 0);
  for (const [bin, count] of reader.getRows()) counts[Number(bin)] = Number(count);
  return { edges: layout.edges, counts };
}

async function top(connection: DuckDBConnection, source: string): Promise<ColumnDetail['top']> {
  const reader = await connection.runAndReadAll(`select left(v::varchar, ${textShown}), count(*) from ${source} where v is not null group by v order by 2 desc, v limit ${topValues}`);
  return reader.getRows().map(([value, count]) => ({ value: String(value), count: Number(count) }));
}

async function one(connection: DuckDBConnection, sql: string): Promise<Readonly<Record<string, unknown>>> {
  return (await connection.runAndReadAll(sql)).getRowObjects()[0] ?? {};
}

function toList(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null && 'items' in value ? (value as { readonly items: readonly unknown[] }).items : [];
}

function number(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  const result = Number(value);
  return Number.isFinite(result) ? result : null;
}
