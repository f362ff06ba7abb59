import type { Diagnostic } from '#app/core/errors.ts';
import type { ColumnType, Relation, Schema } from '#app/relation/types.ts';
import type { TableValue } from './ports.ts';
import type { SyntheticSpec } from './synthetic.ts';

/** Types given by a person, by column name. */
export type ChosenTypes = Readonly<Record<string, ColumnType>>;

export type Misfits = 'stop' | 'set-aside';

/** How JSON text becomes records and columns: what was found out, with the person's choices in it. Plain JSON. */
export interface JsonPlan {
  readonly layout: { readonly form: 'lines' } | { readonly form: 'values' } | { readonly form: 'array'; readonly path: readonly string[] };
  /** What each record is. */
  readonly records: 'object' | 'list' | 'value';
  readonly columns: readonly { readonly name: string; readonly type: ColumnType; /** JSON pointer into the record. */ readonly pointer: string }[];
  /** Pointers of objects that were flattened: anything else there does not fit. */
  readonly flattened: readonly string[];
  /** The whole file was looked at, so no key can be new. */
  readonly whole: boolean;
}

export interface JsonOptions {
  /** Dotted path to the list; empty: found out. */
  readonly path: string;
  readonly nested: 'text' | 'flatten';
  readonly types: ChosenTypes;
}

export interface ExcelOptions {
  /** Empty: the first visible sheet. */
  readonly sheet: string;
  /** `B3:F200`, `B3` (from there on) or empty. */
  readonly range: string;
  readonly header: boolean;
  readonly merged: 'first' | 'fill';
  readonly types: ChosenTypes;
}

export interface ExcelPlan {
  readonly sheet: string;
  readonly sheets: readonly string[];
  readonly header: boolean;
  readonly merged: 'first' | 'fill';
  /** First row and column with data, 1-based; last row of the range, or null. */
  readonly firstRow: number;
  readonly lastRow: number | null;
  readonly firstColumn: number;
  /** Last column of a chosen range; null: a value beyond the last column of the table does not fit. */
  readonly lastColumn: number | null;
  readonly schema: Schema;
}

/** Files matched by a path or pattern, and the schema they have together. */
export interface ParquetFiles {
  readonly files: readonly string[];
  readonly schema: Schema;
  readonly rows: number;
  readonly unionByName: boolean;
  readonly hive: boolean;
  readonly nested: readonly string[];
  readonly notes: readonly Diagnostic[];
}

export interface ImageFile {
  /** Relative to the project where inside it, else absolute. */
  readonly path: string;
  readonly name: string;
  readonly label: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly format: string | null;
  readonly bytes: number;
  readonly sha256: string | null;
  /** Why it could not be read, or null. */
  readonly problem: string | null;
}

/** JSON, Excel, Parquet, images: what can be found out of files. Paths are absolute. */
/** The request log of a model, as model servers write it. */
export interface RequestLogFiles {
  readonly folder: string;
  readonly schema: Schema;
  /** In the order they were begun. */
  readonly segments: readonly { readonly path: string; readonly size: number; readonly mtimeMs: number }[];
}

export interface FormatFileServices {
  /** The log in the first of these folders that has one; null where none has. */
  requestLog(folders: readonly string[]): Promise<RequestLogFiles | null>;
  /** @throws PenstockError `file-missing`, `json-empty`, `json-syntax` with line, `json-path`. */
  sniffJson(path: string, options: JsonOptions, signal: AbortSignal): Promise<{ plan: JsonPlan; notes: readonly Diagnostic[] }>;
  /** @throws PenstockError `file-missing`, `excel-…`. */
  sniffExcel(path: string, options: ExcelOptions, signal: AbortSignal): Promise<{ plan: ExcelPlan; notes: readonly Diagnostic[] }>;
  /** Files that a path, a folder or a glob pattern names, sorted. @throws PenstockError `file-missing`, `too-many-files`. */
  matchingFiles(patterns: readonly string[], extensions: readonly string[], recursive: boolean): Promise<readonly { readonly path: string; readonly size: number; readonly mtimeMs: number }[]>;
  parquetFiles(files: readonly string[], signal: AbortSignal): Promise<ParquetFiles>;
}

export interface WrittenFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
  readonly notes: readonly Diagnostic[];
}

export interface CsvWriteOptions {
  readonly delimiter: string;
  readonly quote: 'needed' | 'text' | 'all';
  readonly header: boolean;
  readonly encoding: 'utf-8' | 'utf-8-bom' | 'utf-16' | 'latin-1';
  readonly missing: string;
  /** Text that a spreadsheet would run as a formula gets an apostrophe in front. */
  readonly escapeFormulas: boolean;
  readonly overwrite: boolean;
}

export interface ParquetWriteOptions {
  readonly compression: 'zstd' | 'snappy' | 'gzip' | 'none';
  /** Empty: one file. Else a folder of files by the values of these columns. */
  readonly partitionBy: readonly string[];
  readonly overwrite: boolean;
}

export interface ExcelWriteOptions {
  readonly sheet: string;
  readonly header: boolean;
  readonly overwrite: boolean;
}

/** Reading of files into tables, and writing tables to files; paths are absolute. */
export interface FormatTableServices {
  /** All rows of a request log, with its columns of today. */
  readRequestLog(files: RequestLogFiles, label: string): Promise<TableValue>;
  /** @throws PenstockError `bad-value`, `bad-record`, `json-syntax`, each with file and line. */
  readJson(path: string, plan: JsonPlan, misfits: Misfits, label: string): Promise<{ table: TableValue; rejects: TableValue; notes: readonly Diagnostic[] }>;
  readExcel(path: string, plan: ExcelPlan, misfits: Misfits, label: string): Promise<{ table: TableValue; rejects: TableValue; notes: readonly Diagnostic[] }>;
  readImages(folder: string, options: ImageOptions): Promise<readonly ImageFile[]>;
  /** Rows made by a counter-based generator: the same on any machine. */
  synthesise(spec: SyntheticSpec, label: string): Promise<TableValue>;
  /** All writers: temporary name, then rename. @throws PenstockError `file-exists`, `disk-full`, `writes-input`, `file-denied`. */
  writeCsv(relation: Relation, path: string, options: CsvWriteOptions): Promise<WrittenFile>;
  writeParquetFile(relation: Relation, path: string, options: ParquetWriteOptions): Promise<WrittenFile>;
  writeExcel(relation: Relation, path: string, options: ExcelWriteOptions): Promise<WrittenFile>;
}

export interface ImageOptions {
  /** Names of files are given relative to this folder where they are inside it. */
  readonly root: string;
  readonly recursive: boolean;
  readonly label: 'folder' | 'none';
  readonly sha256: boolean;
  readonly progress: (fraction: number) => void;
}
