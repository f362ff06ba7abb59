import type { CsvDialect, CsvPart, CsvSniffed, SniffOptions } from '#app/sdk/csv.ts';
import type { ChartQuery } from '#app/sdk/charts.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import { queryArrowPage, type PageOptions } from './arrow-page.ts';
import { ChartMemory, queryChart, type ChartOptions } from './charts/index.ts';
import { ConnectionPool, type DatabaseOptions, type QueryOptions } from './connections.ts';
import { readCsvHead } from './csv/head.ts';
import { previewCsvFile, type CsvPreview, type CsvPreviewRequest } from './csv/preview.ts';
import { readCsvFile, type CsvWritten } from './csv/read.ts';
import { csvStreamSql } from './csv/stream.ts';
import { sniffCsvFile } from './csv/sniff.ts';
import { readOutside, writeOutside, type ReadOutside } from './databases/transfer.ts';
import type { DatabaseClient, PlannedRead, WriteOutcome, WriteRequest } from './databases/types.ts';
import { formatDatabase, type FormatDatabase } from './formats/index.ts';
import { copyColumns, copyToParquet, normalisedQuery, readParquetSchema, type ColumnValues } from './parquet.ts';
import { parseExpressionText } from './parse-expression.ts';
import { tableStatistics, type TableStatistics } from './planning/table-statistics.ts';
import { columnDetail, type ColumnDetail } from './column-detail.ts';
import { positionedQuery } from './positioned.ts';
import { profileQuery, type TableProfile } from './profile.ts';
import { columnParts, type ColumnParts } from './scripts/column-parts.ts';
import { UserSql, type NamedSchema } from './user-sql/describe.ts';
import { queryColumn, queryCount, queryMatrix, queryRows, type Cell } from './query.ts';

export interface Written {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Everything Penstock asks of DuckDB. Calls run side by side; an aborted signal stops a query within milliseconds and throws
 * CancelledError. Paths are absolute. All failures are PenstockErrors: `out-of-memory`, `disk-full`, `file-missing`, `bad-value`,
 * `query-failed`, and those named at each function.
 */
export interface Database {
  /** Rows as arrays, for small results. Integers beyond 2⁵³ are rounded. @throws PenstockError `result-too-large` over `limit` (default 100 000). */
  rows(relation: Relation, limit?: number, signal?: AbortSignal, profile?: QueryOptions['profile']): Promise<{ schema: Schema; rows: Cell[][] }>;
  count(relation: Relation, signal?: AbortSignal, profile?: QueryOptions['profile']): Promise<number>;
  /** Row-major float32 [rows × columns] in row order; null, NaN and numbers beyond float32 → NaN. @throws `unknown-column`, `not-numeric`. */
  matrix(relation: Relation, columns: readonly string[], signal?: AbortSignal, profile?: QueryOptions['profile']): Promise<{ data: Float32Array; rows: number }>;
  /** Boolean, integer, float → Float64Array (null → NaN); others → text with null (ISO for dates and times, hex for binary). */
  column(relation: Relation, name: string, signal?: AbortSignal, profile?: QueryOptions['profile']): Promise<Float64Array | (string | null)[]>;
  /** Parquet (zstd) in row order, atomically. @throws `disk-full`. */
  writeParquet(relation: Relation, path: string, options?: QueryOptions): Promise<Written>;
  writeColumns(columns: readonly ColumnValues[], path: string, signal?: AbortSignal): Promise<Written>;
  /** Strict CSV → Parquet. @throws the `csv-…` errors of app/data/csv, each with file, line (1-based) and column. */
  readCsv(path: string, dialect: CsvDialect, schema: Schema, outPath: string, options?: QueryOptions): Promise<Written>;
  sniffCsv(path: string, overrides: Partial<CsvDialect>, signal?: AbortSignal, options?: SniffOptions): Promise<CsvSniffed>;
  /** As readCsv, with columns laid out anew and rows set apart that cannot be read. */
  readCsvPart(part: CsvPart, maxRejects: number | null, outPath: string, options?: QueryOptions): Promise<CsvWritten>;
  /** The first rows of a big CSV as a table, which lives until the database is closed; null where the whole has to be read. See csv/head.ts. */
  csvHead(part: CsvPart, rows: number, signal?: AbortSignal): Promise<{ readonly path: string; readonly rows: number } | null>;
  /** First rows of a CSV as text and as read. */
  previewCsv(request: CsvPreviewRequest, signal?: AbortSignal): Promise<CsvPreview>;
  /** @throws `file-missing`, `parquet-damaged`. */
  parquetSchema(path: string, signal?: AbortSignal): Promise<{ schema: Schema; rows: number }>;
  /** One page as Arrow IPC stream bytes; see arrow-page.ts for the types. */
  arrowPage(relation: Relation, options: PageOptions, signal?: AbortSignal): Promise<Uint8Array>;
  /** See csv/stream.ts. */
  csvStream(part: CsvPart, signal?: AbortSignal): Promise<string | null>;
  /** Exact statistics of one column. @throws `unknown-column`. */
  columnDetail(relation: Relation, column: string, signal?: AbortSignal): Promise<ColumnDetail>;
  profile(relation: Relation, signal?: AbortSignal): Promise<TableProfile>;
  /** A chart of all rows, or of those in `rows`, by a few aggregations. @throws those of ChartServices. */
  chart(relation: Relation, query: ChartQuery, options?: ChartOptions): Promise<ChartSpec>;
  /** Parse tree of `select TEXT` (json_serialize_sql); nothing runs. @throws `syntax` with a span. */
  parseExpression(text: string): Promise<unknown>;
  /** From the footers of Parquet files alone. @throws PenstockError `file-missing`, `query-failed`. */
  tableStatistics(paths: readonly string[], signal?: AbortSignal): Promise<TableStatistics>;
  /** Limits for queries from now on, as DuckDB writes sizes (`4GB`). */
  setLimits(limits: { readonly memoryLimit: string; readonly tempLimit: string }): Promise<void>;
  /** Rows of a database outside → Parquet, in bounded memory; see app/data/databases. */
  readOutside(client: DatabaseClient, plan: PlannedRead, path: string, signal: AbortSignal, rowsRead: (rows: number) => void): Promise<ReadOutside>;
  /** A relation's rows into a table of a database outside, in one transaction. */
  writeOutside(client: DatabaseClient, relation: Relation, request: WriteRequest, signal: AbortSignal, rowsSent: (rows: number) => void): Promise<WriteOutcome>;
  /** JSON, Excel, images, synthetic rows, and files written for people; see app/data/formats. */
  readonly formats: FormatDatabase;
  /** Columns of a person’s SQL over named tables; nothing of it runs. @throws PenstockError of app/data/user-sql, with spans. */
  describeSql(text: string, tables: readonly NamedSchema[]): Promise<Schema>;
  /** All rows as columns in binary form, for scripts. @throws `result-too-large` over `limit` rows. */
  columnParts(relation: Relation, limit: number, signal?: AbortSignal): Promise<ColumnParts>;
  /** Waits for queries under way. */
  close(): Promise<void>;
}

export async function createDatabase(options: DatabaseOptions, toSql: (relation: Relation) => string): Promise<Database> {
  const pool = await ConnectionPool.open(options);
  const { tempDir } = options;
  const charts = new ChartMemory();
  const userSql = new UserSql();
  return {
    rows: (relation, limit = 100_000, signal, profile) => pool.use({ signal, profile, relation }, (c) => queryRows(c, toSql(relation), limit)),
    count: (relation, signal, profile) => pool.use({ signal, profile, relation }, (c) => queryCount(c, toSql(relation))),
    matrix: (relation, columns, signal, profile) => pool.use({ signal, profile, relation }, (c) => queryMatrix(c, toSql(relation), columns)),
    column: (relation, name, signal, profile) => pool.use({ signal, profile, relation }, (c) => queryColumn(c, toSql(relation), name)),
    writeParquet: (relation, path, query = {}) =>
      pool.use({ ...query, relation }, async (c) => copyToParquet(c, await normalisedQuery(c, toSql(relation)), path)),
    writeColumns: (columns, path, signal) => pool.use({ signal }, (c) => copyColumns(c, columns, path, signal)),
    readCsv: (path, dialect, schema, outPath, query = {}) => pool.use(query, (c) => readCsvFile(c, { path, dialect, columns: schema, outPath, tempDir, maxRejects: null, signal: query.signal })),
    readCsvPart: (part, maxRejects, outPath, query = {}) => pool.use(query, (c) => readCsvFile(c, { ...part, maxRejects, outPath, tempDir, signal: query.signal })),
    sniffCsv: (path, overrides, signal, sniffing) => sniffCsvFile(path, overrides, signal, sniffing),
    csvHead: (part, rows, signal) => pool.use({ signal }, (c) => readCsvHead(c, { part, rows, tempDir, signal })),
    previewCsv: (request, signal) => pool.use({ signal }, (c) => previewCsvFile(c, request, signal)),
    parquetSchema: (path, signal) => pool.use({ signal }, (c) => readParquetSchema(c, path)),
    arrowPage: (relation, page, signal) => pool.use({ signal, relation }, (c) => queryArrowPage(c, toSql(relation), page, positionedQuery(relation, toSql))),
    csvStream: (part, signal) => csvStreamSql(part, signal),
    columnDetail: (relation, column, signal) => pool.use({ signal, relation }, (c) => columnDetail(c, toSql(relation), column)),
    profile: (relation, signal) => pool.use({ signal, relation }, (c) => profileQuery(c, toSql(relation), positionedQuery(relation, toSql))),
    chart: (relation, query, { signal, rows } = {}) => pool.use({ signal, relation }, (c) => queryChart(c, charts, relation, query, rows)),
    parseExpression: (text) => pool.use({}, (c) => parseExpressionText(c, text)),
    tableStatistics: (paths, signal) => pool.use({ signal }, (c) => tableStatistics(c, paths)),
    setLimits: (limits) => pool.setLimits(limits),
    readOutside: (client, plan, path, signal, rowsRead) => readOutside(pool, client, plan, path, signal, rowsRead),
    writeOutside: (client, relation, request, signal, rowsSent) => writeOutside(pool, client, relation, request, signal, rowsSent),
    formats: formatDatabase(pool, tempDir, toSql),
    describeSql: (text, tables) => userSql.describe(text, tables),
    columnParts: (relation, limit, signal) => pool.use({ signal, relation }, (c) => columnParts(c, toSql(relation), limit)),
    close: async () => {
      await userSql.close();
      await pool.close();
    },
  };
}
