import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quotePath, readParquet, sealedTableId } from '#app/relation/emitters/duckdb/index.ts';

/** What the footers of Parquet files say of a table; nothing else of the files is read. */
export interface TableStatistics {
  readonly rows: number;
  /** On disk, compressed. */
  readonly bytes: number;
  readonly columns: ReadonlyMap<string, ColumnStatistics>;
}

export interface ColumnStatistics {
  /** In the file before compression, which is less than in memory where values repeat (dictionaries). */
  readonly bytes: number;
  readonly missing: number | null;
  /** Smallest and largest value as numbers; dates and timestamps as ms since 1970; null where unknown or not comparable so. */
  readonly min: number | null;
  readonly max: number | null;
  /** Distinct values, where the writer noted them. */
  readonly distinct: number | null;
}

/** One row a column, from the row groups of all files. Costs about a millisecond a file. */
export async function tableStatistics(connection: DuckDBConnection, paths: readonly string[]): Promise<TableStatistics> {
  if (paths.some((path) => sealedTableId(path) !== null)) return sealedStatistics(connection, paths);
  const list = `[${paths.map(quotePath).join(', ')}]`;
  const totals = await connection.runAndReadAll(`select coalesce(sum(num_rows), 0)::double from parquet_file_metadata(${list})`);
  const rows = Number(totals.getRows()[0]?.[0] ?? 0);
  // A row group without statistics leaves the bounds of its column unknown.
  const number = (value: string): string => `coalesce(try_cast(${value} as double), epoch_ms(try_cast(${value} as timestamp))::double)`;
  const known = (value: string): string => `count(${number(value)}) filter (where num_values > coalesce(stats_null_count, 0)) = count(*) filter (where num_values > coalesce(stats_null_count, 0))`;
  const low = 'coalesce(stats_min_value, stats_min)';
  const high = 'coalesce(stats_max_value, stats_max)';
  const result = await connection.runAndReadAll(`
    select path_in_schema, sum(total_uncompressed_size)::double, sum(total_compressed_size)::double,
      case when count(stats_null_count) = count(*) then sum(stats_null_count)::double end,
      case when ${known(low)} then min(${number(low)}) end,
      case when ${known(high)} then max(${number(high)}) end,
      case when count(*) = 1 then max(stats_distinct_count)::double end
    from parquet_metadata(${list}) group by 1`);
  const columns = new Map<string, ColumnStatistics>();
  let bytes = 0;
  for (const [name, raw, compressed, missing, min, max, distinct] of result.getRows()) {
    bytes += Number(compressed ?? 0);
    columns.set(String(name), { bytes: Number(raw ?? 0), missing: numberOrNull(missing), min: numberOrNull(min), max: numberOrNull(max), distinct: numberOrNull(distinct) });
  }
  return { rows, bytes, columns };
}

/** DuckDB does not show the footers of encrypted tables: rows are counted by them, bytes are those of the files, shared out evenly. */
async function sealedStatistics(connection: DuckDBConnection, paths: readonly string[]): Promise<TableStatistics> {
  const counted = await connection.runAndReadAll(`select count(*) from ${readParquet(paths)}`);
  const names = (await connection.runAndReadAll(`describe select * from ${readParquet(paths)}`)).getRows().map(([name]) => String(name));
  const sizes = await Promise.all(paths.map((path) => stat(path).then((info) => info.size, () => 0)));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const column: ColumnStatistics = { bytes: (compressionGuess * bytes) / Math.max(1, names.length), missing: null, min: null, max: null, distinct: null };
  return { rows: Number(counted.getRows()[0]?.[0] ?? 0), bytes, columns: new Map(names.map((name) => [name, column])) };
}

/** Bytes before compression for one after it, where the footer cannot be asked: about what tables of numbers and short texts have. */
const compressionGuess = 3;

function numberOrNull(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
