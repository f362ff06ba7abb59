import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { newElementId } from '#app/core/ids.ts';
import { openDatabase, type Database } from '#app/data/index.ts';
import { predictTable, type PredictServices } from '#app/ml/index.ts';
import { limit, scanParquet } from '#app/relation/build.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { ModelSignature, ModelValue, TableValue } from '#app/sdk/ports.ts';
import { tableServices } from './services/node-services.ts';

export interface ScoreOptions {
  readonly bundle: string;
  /** .csv (or .tsv, .txt) or .parquet */
  readonly input: string;
  /** .csv or .parquet; written whole or not at all. */
  readonly output: string;
  readonly signal: AbortSignal;
  progress(fraction: number | null, message?: string): void;
}

const column = z.object({ name: z.string(), type: z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']) });
const bundleSchema = z.looseObject({
  format: z.literal('penstock-model'),
  name: z.string(),
  algorithm: z.string(),
  signature: z.object({
    task: z.enum(['classification', 'regression']),
    target: column,
    inputs: z.array(column),
    classes: z.array(z.string()).optional(),
    features: z.array(z.string()),
  }),
});

/** Rows of a CSV file that is written at once. */
const csvRows = 50_000;

/**
 * Predictions of a bundle's model for a file of raw records; the input's columns come first.
 * @throws PenstockError `bundle-damaged`, `missing-column`, `column-type`, the `csv-…` errors, `output-format`, `disk-full`.
 */
export async function scoreFile(options: ScoreOptions): Promise<{ rows: number; bytes: number }> {
  const { signal } = options;
  const bundle = await readBundle(options.bundle);
  const write = writerFor(options.output);
  const tempDir = await mkdtemp(path.join(os.tmpdir(), 'penstock-score-'));
  const database = await openDatabase({ tempDir });
  try {
    options.progress(0, 'Reading the records');
    const table = await readInput(database, path.resolve(options.input), bundle.signature, tempDir, signal);
    const model: ModelValue = { kind: 'model', onnx: bundle.onnx, signature: bundle.signature, algorithm: bundle.algorithm, params: {}, metrics: {}, golden: '', rows: 0 };
    const predicted = await predictTable(model, table, { ...scoringServices(database, tempDir, signal), progress: (fraction, message) => options.progress(fraction, message) });
    return await write(database, predicted.relation, predicted.schema, path.resolve(options.output), signal);
  } finally {
    await database.close();
    await rm(tempDir, { recursive: true, force: true });
  }
}

/** What scoring a table needs outside of a run. Ids stand for files: nothing of a single scoring is worth keeping by its content. */
export function scoringServices(database: Database, tempDir: string, signal: AbortSignal): Pick<PredictServices, 'tables' | 'artifacts' | 'signal'> {
  const artifacts = { path: (id: string) => id, put: refuse, read: refuse };
  const files = { ...artifacts, setAsideIfDamaged: () => Promise.resolve(false), setAsideAtFirstUse: () => Promise.resolve(false), exists: existsSync, idOf: () => null, adopt: async (file: string) => file, temporary: async (extension: string) => path.join(tempDir, `${newElementId()}.${extension}`) };
  return { tables: tableServices({ database, artifacts: files, written: new Map(), signal }), artifacts, signal };
}

const refuse = (): Promise<never> => Promise.reject(new PenstockError('not-here', 'Scoring keeps no artifacts.'));

async function readBundle(folder: string): Promise<{ onnx: string; algorithm: string; signature: ModelSignature }> {
  const onnx = path.resolve(folder, 'model.onnx');
  const file = path.resolve(folder, 'signature.json');
  try {
    const { algorithm, signature } = bundleSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    if (!existsSync(onnx)) throw new Error(`${onnx} does not exist`);
    return { onnx, algorithm, signature };
  } catch (error) {
    throw new PenstockError('bundle-damaged', `${folder} is not a whole bundle: its model.onnx or signature.json is missing or damaged.`, {
      remedy: 'Name the folder that “penstock bundle” wrote (unpack a zip first).',
      place: { file },
      cause: error,
    });
  }
}

/** Columns that the model takes are read as the types it was trained on, whatever this file's values look like. */
export async function readInput(database: Database, file: string, signature: ModelSignature, tempDir: string, signal: AbortSignal): Promise<TableValue> {
  const extension = path.extname(file).toLowerCase();
  if (extension === '.parquet' || extension === '.pq') {
    const { schema } = await database.parquetSchema(file, signal);
    return { kind: 'table', relation: scanParquet([file], schema, path.basename(file)), schema };
  }
  const { dialect, schema: sniffed } = await database.sniffCsv(file, {}, signal);
  const types = new Map(signature.inputs.map((input) => [input.name, input.type]));
  const schema: Schema = sniffed.map(({ name, type }) => ({ name, type: types.get(name) ?? type }));
  const parquet = path.join(tempDir, 'input.parquet');
  await database.readCsv(file, dialect, schema, parquet, { signal });
  return { kind: 'table', relation: scanParquet([parquet], schema, path.basename(file)), schema };
}

type Write = (database: Database, relation: Relation, schema: Schema, file: string, signal: AbortSignal) => Promise<{ rows: number; bytes: number }>;

function writerFor(output: string): Write {
  switch (path.extname(output).toLowerCase()) {
    case '.parquet':
    case '.pq':
      return (database, relation, _schema, file, signal) => database.writeParquet(relation, file, { signal });
    case '.csv':
      return writeCsv;
    default:
      throw new PenstockError('output-format', `${output} is neither CSV nor Parquet.`, { remedy: 'Name an output file that ends in .csv or .parquet.' });
  }
}

/** RFC 4180, UTF-8, missing values empty. */
const writeCsv: Write = async (database, relation, schema, file, signal) => {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${newElementId()}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    let rows = 0;
    let bytes = 0;
    try {
      const line = (cells: readonly (null | boolean | number | string)[]): string => `${cells.map(csvCell).join(',')}\r\n`;
      bytes += (await handle.write(line(schema.map((one) => one.name)))).bytesWritten;
      for (;;) {
        const page = await database.rows(limit(relation, csvRows, rows), csvRows, signal);
        if (page.rows.length === 0) break;
        bytes += (await handle.write(page.rows.map(line).join(''))).bytesWritten;
        rows += page.rows.length;
        if (page.rows.length < csvRows) break;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    return { rows, bytes };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

function csvCell(value: null | boolean | number | string): string {
  if (value === null) return '';
  const text = String(value);
  // An empty text is quoted, so that it is not read back as missing.
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
