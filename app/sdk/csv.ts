import type { Diagnostic } from '#app/core/errors.ts';
import type { Column, ColumnType, Schema } from '#app/relation/types.ts';
import type { TableValue } from './ports.ts';

/** How a delimited text file is written. The optional parts default to RFC 4180 with decimal points and ISO dates. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly quote: string;
  /** What makes a quote inside a quoted value part of it. Absent: the quote itself, doubled. */
  readonly escape?: string;
  readonly header: boolean;
  readonly encoding: 'utf-8' | 'utf-16' | 'latin-1';
  readonly nullWords: readonly string[];
  /** Default: a point. */
  readonly decimal?: '.' | ',';
  /** Between groups of three digits; absent or empty: none is allowed. */
  readonly thousands?: '' | ',' | '.' | ' ' | "'";
  /** Which dates are found beside ISO ones: `auto` takes an order only where the values leave no doubt. Default `iso`. */
  readonly dates?: CsvDateOrder;
  /** Lines that begin with this character are left out. */
  readonly comment?: string;
  /** Lines before the header (or the first row). Default 0. */
  readonly skipLines?: number;
}

export type CsvDateOrder = 'auto' | 'iso' | 'dmy' | 'mdy' | 'ymd';

/** A column to be read: `name` is what it is called in the table; `format` is how its dates are written (`dd.mm.yyyy`), absent: ISO. */
export interface CsvColumn extends Column {
  readonly format?: string;
}

/** A column as it was found: `header` as it stands in the file, `why` in words. */
export interface SniffedColumn extends CsvColumn {
  readonly why: string;
  /** No value was seen, so that any type would do. */
  readonly empty?: boolean;
}

/** A row that was not read. `value` is the cell and `row` the raw record, each cut at 1,000 characters; a row of wrong width has no column. */
export interface RejectedRow {
  readonly file: string;
  /** 1-based line of the file on which the row starts. */
  readonly line: number;
  readonly column: string | null;
  readonly value: string | null;
  readonly reason: string;
  readonly row: string;
}

/** The columns of a rejects table. */
export const rejectsSchema: readonly { readonly name: keyof RejectedRow; readonly type: ColumnType }[] = [
  { name: 'file', type: 'string' },
  { name: 'line', type: 'integer' },
  { name: 'column', type: 'string' },
  { name: 'value', type: 'string' },
  { name: 'reason', type: 'string' },
  { name: 'row', type: 'string' },
];

export interface SniffOptions {
  /** Ragged rows and wrongly quoted values in the sample are left out of account instead of failing. */
  readonly tolerant?: boolean;
}

export interface CsvSniffed {
  readonly dialect: CsvDialect;
  readonly schema: readonly SniffedColumn[];
  readonly notes: readonly Diagnostic[];
}

export interface CsvFileServices {
  /** Sniffs the file's first part and places further in. @throws PenstockError: file-missing, csv-empty, csv-ragged … with line. */
  sniffCsv(path: string, overrides: Partial<CsvDialect>, signal: AbortSignal, options?: SniffOptions): Promise<CsvSniffed>;
  /** The first rows of a big file, as `readCsvPart` reads them; null where the whole has to be read: it is small, or its beginning is at fault. */
  csvHead(part: CsvPart, rows: number, label: string, signal: AbortSignal): Promise<TableValue | null>;
}

/** One file of a table that is made of several. */
export interface CsvPart {
  readonly path: string;
  readonly dialect: CsvDialect;
  /** One entry a column of the file. */
  readonly columns: readonly CsvColumn[];
  /** The columns of the table and what they take from this file: a column by index, or one text for every row, or nothing (null). */
  readonly layout?: readonly CsvLayoutColumn[];
}

export interface CsvLayoutColumn extends Column {
  readonly from: number | { readonly text: string } | null;
}

export interface CsvTableServices {
  /** CSV file → Parquet artifact with exactly these types. @throws PenstockError `csv-bad-value`, `csv-ragged`… naming file, line, column. */
  readCsv(path: string, dialect: CsvDialect, schema: Schema, label: string): Promise<TableValue>;
  /**
   * As `readCsv`; with `maxRejects` a number, rows that cannot be read are set apart, up to that many.
   * @throws PenstockError `csv-too-many-rejects`, and those of `readCsv`.
   */
  readCsvPart(part: CsvPart, maxRejects: number | null, label: string): Promise<{ readonly table: TableValue; readonly rows: number; readonly rejects: readonly RejectedRow[] }>;
  /**
   * The file as a table that is read each time it is asked, strictly, without being written; for ports in `context.streamed`. Null where it
   * has to be read by `readCsvPart`. A query over it fails where a row does not fit: the engine then runs the node again without streaming.
   */
  streamCsvPart(part: CsvPart, label: string): Promise<TableValue | null>;
  rejectsTable(rejects: readonly RejectedRow[], label: string): Promise<TableValue>;
}
