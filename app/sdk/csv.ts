import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import type { TableValue } from './ports.ts';

export interface CsvDialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly header: boolean;
  readonly encoding: 'utf-8' | 'utf-16' | 'latin-1';
  readonly nullWords: readonly string[];
}

export interface CsvFileServices {
  /** Sniffs the whole file's first part. @throws PenstockError: file-missing, csv-empty, csv-ragged … with line. */
  sniffCsv(path: string, overrides: Partial<CsvDialect>, signal: AbortSignal): Promise<{ dialect: CsvDialect; schema: Schema; notes?: readonly Diagnostic[] }>;
}

export interface CsvTableServices {
  /** CSV file → Parquet artifact with exactly these types. @throws PenstockError `csv-bad-value`, `csv-ragged`… naming file, line, column. */
  readCsv(path: string, dialect: CsvDialect, schema: Schema, label: string): Promise<TableValue>;
}
