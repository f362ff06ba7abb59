import { toDuckDb } from '#app/relation/index.ts';
import type { DatabaseOptions } from './connections.ts';
import { createDatabase, type Database } from './database.ts';

/** Opens the one DuckDB of a process: in memory, spilling to `tempDir`, locked down. Close it at the end. */
export function openDatabase(options: DatabaseOptions): Promise<Database> {
  return createDatabase(options, toDuckDb);
}

export type { Database, Written } from './database.ts';
export type { DatabaseOptions, QueryOptions } from './connections.ts';
export type { ColumnProfile, TableProfile } from './profile.ts';
export type { ColumnValues } from './parquet.ts';
export type { PageOptions } from './arrow-page.ts';
export { matchingRows, numberedScan, rowAtPlace, rowsWrittenAs } from './row-trace.ts';
export type { ProfiledOperator } from './planning/query-profile.ts';
export type { ColumnStatistics, TableStatistics } from './planning/table-statistics.ts';
export { TableRewriter } from './rewrite-table.ts';
export { isDiskFull } from './parquet.ts';
