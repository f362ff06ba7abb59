import type { Relation } from '#app/relation/types.ts';
import type { CsvWriteOptions, ExcelOptions, ExcelWriteOptions, ImageOptions, JsonOptions, ParquetWriteOptions } from '#app/sdk/formats.ts';
import type { Schema } from '#app/relation/types.ts';
import type { SyntheticSpec } from '#app/sdk/synthetic.ts';
import type { ConnectionPool, QueryOptions } from '../connections.ts';
import { copyToParquet } from '../parquet.ts';
import { writeCsvFile } from './csv-write.ts';
import { readExcelFile, sniffExcel, type ExcelRead } from './excel-read.ts';
import { writeExcelFile } from './excel-write.ts';
import { readImageFolder } from './images.ts';
import { readJsonFile, type JsonRead } from './json-read.ts';
import { sniffJson } from './json-sniff.ts';
import { matchingFiles } from './matching-files.ts';
import { describeParquetFiles } from './parquet-files.ts';
import { writeParquetOut } from './parquet-write.ts';
import { copyRequestLines } from './request-lines.ts';
import { copyRowRange, type RowRange } from './row-range.ts';
import { syntheticSql } from './synthetic/index.ts';

export type FormatDatabase = ReturnType<typeof formatDatabase>;

/** JSON, Excel, Parquet datasets, images, synthetic rows, and files written for people. */
export function formatDatabase(pool: ConnectionPool, tempDir: string, toSql: (relation: Relation) => string) {
  return {
    sniffJson: (path: string, options: JsonOptions, signal?: AbortSignal) => sniffJson(path, options, signal),
    readJson: (read: Omit<JsonRead, 'tempDir' | 'signal'>, query: QueryOptions) => pool.use(query, (c) => readJsonFile(c, { ...read, tempDir, signal: query.signal })),
    sniffExcel: (path: string, options: ExcelOptions, signal?: AbortSignal) => sniffExcel(path, options, signal),
    readExcel: (read: Omit<ExcelRead, 'signal'>, query: QueryOptions) => pool.use(query, (c) => readExcelFile(c, { ...read, signal: query.signal })),
    matchingFiles,
    parquetFiles: (files: readonly string[], signal?: AbortSignal) => pool.use({ signal }, (c) => describeParquetFiles(c, files)),
    copyRows: (file: string, range: RowRange, outPath: string, query: QueryOptions) => pool.use(query, (c) => copyRowRange(c, file, range, outPath)),
    readRequestLines: (file: string, schema: Schema, outPath: string, query: QueryOptions) => pool.use(query, (c) => copyRequestLines(c, file, schema, outPath)),
    readImages: (folder: string, options: ImageOptions, signal?: AbortSignal) => readImageFolder(folder, options, signal),
    synthesise: (spec: SyntheticSpec, outPath: string, query: QueryOptions) => pool.use(query, (c) => copyToParquet(c, syntheticSql(spec), outPath)),
    writeCsv: (relation: Relation, path: string, options: CsvWriteOptions, query: QueryOptions) => pool.use(query, (c) => writeCsvFile(c, toSql(relation), relation, path, options, query.signal)),
    writeParquetFile: (relation: Relation, path: string, options: ParquetWriteOptions, query: QueryOptions) => pool.use(query, (c) => writeParquetOut(c, toSql(relation), relation, path, options)),
    writeExcel: (relation: Relation, path: string, options: ExcelWriteOptions, query: QueryOptions) => pool.use(query, (c) => writeExcelFile(c, toSql(relation), relation, path, options, query.signal)),
  };
}
