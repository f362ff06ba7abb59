import type { DuckDBConnection } from '@duckdb/node-api';
import { readParquet, sealedTableId } from '#app/relation/emitters/duckdb/index.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { quoteText } from './sql.ts';

/** Totals of a column of a written table, from its footer. */
export interface FooterTotals {
  readonly missing: number;
  /** Numbers; for dates and timestamps ISO text. Null where there is no value. */
  readonly min: number | string | null;
  readonly max: number | string | null;
}

/**
 * Rows, and by column what the footer of a Parquet file says of it without reading any data. A column is left out where the footer
 * does not say enough: floats whose bounds are not finite, and types without bounds (except text, truth values and binary, of which only
 * the missing count is wanted).
 */
export async function footerTotals(connection: DuckDBConnection, path: string, schema: Schema): Promise<{ rows: number; columns: ReadonlyMap<string, FooterTotals> }> {
  // DuckDB does not show the footer of an encrypted table: everything but the number of rows is asked of the data.
  if (sealedTableId(path) !== null) {
    const counted = await connection.runAndReadAll(`select count(*) from ${readParquet([path])}`);
    return { rows: Number(counted.getRows()[0]?.[0] ?? 0), columns: new Map() };
  }
  const reader = await connection.runAndReadAll(
    `select path_in_schema, row_group_num_rows, stats_null_count, coalesce(stats_min_value, stats_min), coalesce(stats_max_value, stats_max), row_group_id from parquet_metadata(${quoteText(path)})`,
  );
  const groups = new Map<number, number>();
  const parts = new Map<string, { rows: number; missing: unknown; min: unknown; max: unknown }[]>();
  for (const [name, rows, missing, min, max, group] of reader.getRows()) {
    groups.set(Number(group), Number(rows));
    const list = parts.get(String(name)) ?? [];
    list.push({ rows: Number(rows), missing, min, max });
    parts.set(String(name), list);
  }
  const rows = [...groups.values()].reduce((sum, count) => sum + count, 0);
  const columns = new Map<string, FooterTotals>();
  for (const column of schema) {
    const totals = totalsOf(column, parts.get(column.name) ?? [], groups.size);
    if (totals !== null) columns.set(column.name, totals);
  }
  return { rows, columns };
}

function totalsOf(column: Column, parts: readonly { rows: number; missing: unknown; min: unknown; max: unknown }[], groups: number): FooterTotals | null {
  if (parts.length !== groups || parts.some((part) => part.missing === null)) return null;
  const missing = parts.reduce((sum, part) => sum + Number(part.missing), 0);
  if (column.type === 'string' || column.type === 'boolean' || column.type === 'binary') return { missing, min: null, max: null };
  const filled = parts.filter((part) => Number(part.missing) < part.rows);
  if (filled.some((part) => typeof part.min !== 'string' || typeof part.max !== 'string')) return null;
  if (filled.length === 0) return { missing, min: null, max: null };
  const bounds = filled.flatMap((part) => [String(part.min), String(part.max)]);
  if (column.type === 'integer' || column.type === 'float') {
    const numbers = bounds.map(Number);
    return numbers.every(Number.isFinite) ? { missing, min: Math.min(...numbers), max: Math.max(...numbers) } : null;
  }
  // ISO text of years with four digits sorts by time; others are left to a query.
  if (column.type === 'time' || bounds.some((text) => !/^\d{4}-\d\d-\d\d/.test(text))) return null;
  const sorted = bounds.sort();
  return { missing, min: sorted[0] ?? null, max: sorted.at(-1) ?? null };
}
