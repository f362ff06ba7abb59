import type { DuckDBConnection } from '@duckdb/node-api';
import { readParquet } from '#app/relation/emitters/duckdb/index.ts';
import { copyToParquet } from '../parquet.ts';

/** Rows of a file by their place in it, from 0; `to` is not among them. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** Some rows of a Parquet file as a file of their own, in order. Groups of rows outside the range are not read. */
export function copyRowRange(connection: DuckDBConnection, file: string, { from, to }: RowRange, outPath: string): Promise<{ rows: number; bytes: number }> {
  return copyToParquet(connection, `select * exclude (file_row_number) from ${readParquet([file], ['file_row_number = true'])} where file_row_number >= ${from} and file_row_number < ${to} order by file_row_number`, outPath);
}
