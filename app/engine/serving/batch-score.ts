import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { stableHash } from '#app/core/hash.ts';
import type { Database } from '#app/data/index.ts';
import { predictTable } from '#app/ml/index.ts';
import { col, named, project, scanParquet } from '#app/relation/build.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { ModelValue, TableValue } from '#app/sdk/ports.ts';
import { vaultOf } from '#app/sealing/vault.ts';
import { predictedSchema, predictionSchema } from '#app/sdk/prediction.ts';
import { readInput, scoringServices } from '../score.ts';

export interface BatchScoreOptions {
  readonly database: Database;
  readonly model: ModelValue;
  /** Absolute path of model.onnx. */
  readonly modelFile: string;
  /** Files, folders or patterns; CSV or Parquet. */
  readonly inputs: readonly string[];
  /** Absolute path of a Parquet file; appears when it is whole. */
  readonly output: string;
  /** Columns of the input that the output has; null: all. */
  readonly keep: readonly string[] | null;
  /** Rows that are scored, and kept, at once. */
  readonly partRows: number;
  readonly signal: AbortSignal;
  progress(fraction: number | null, message: string): void;
}

export interface BatchScored {
  readonly rows: number;
  readonly bytes: number;
  readonly parts: number;
  /** Parts that an earlier run had finished. */
  readonly resumed: number;
}

const extensions = ['csv', 'tsv', 'txt', 'csv.gz', 'tsv.gz', 'parquet', 'pq'];
const planSchema = z.object({ identity: z.string() });

/**
 * Predictions for files of any size: part by part, each written before the next is begun, so that memory is bounded by a part and a run that was killed
 * goes on at the last whole one. Parts lie beside the output (`.OUTPUT.parts`) until they are put together. Other inputs, another model or other
 * columns begin anew.
 * @throws PenstockError `output-is-input`, `output-format`, `file-missing`, `columns-differ`, `missing-column`, `column-type`, `unknown-column`, `disk-full`; CancelledError.
 */
export async function batchScore(options: BatchScoreOptions): Promise<BatchScored> {
  const { database, model, output, partRows, signal } = options;
  if (!/\.(parquet|pq)$/i.test(output)) throw new PenstockError('output-format', `${output} is no Parquet file.`, { remedy: 'Name an output that ends in .parquet.', place: { file: output } });
  const files = await database.formats.matchingFiles(options.inputs, extensions, false);
  await refuseInput(files.map((file) => file.path), output);
  const work = path.join(path.dirname(output), `.${path.basename(output)}.parts`);
  await prepare(work, stableHash([model.onnx, files.map(({ path: file, size, mtimeMs }) => [file, size, mtimeMs]), options.keep, partRows]));

  const sources: Source[] = [];
  for (const [i, { path: file }] of files.entries()) {
    signal.throwIfAborted();
    options.progress(null, `Reading ${path.basename(file)}`);
    sources.push(await sourceOf(database, file, path.join(work, `source-${i}`), model, signal));
  }
  const schema = outputSchema(sources, options);
  const { parts, resumed } = await scoreParts(options, sources, schema, work, work);
  options.progress(0.96, 'Putting the parts together');
  const written = await database.writeParquet(scanParquet(parts, schema, 'parts'), output, { signal });
  await rm(work, { recursive: true, force: true });
  return { rows: written.rows, bytes: written.bytes, parts: parts.length, resumed: resumed.parts };
}

export interface ScoreTableOptions extends Pick<BatchScoreOptions, 'database' | 'model' | 'modelFile' | 'partRows' | 'signal' | 'progress'> {
  readonly table: TableValue;
  /** Writes the table where it is not a file yet. */
  readonly tables: Pick<TableServices, 'writeParquetFile'>;
  /** Of this table and model alone; the parts stay in it. */
  readonly folder: string;
  /** For what nobody comes back to: in memory where the project is encrypted. */
  readonly tempDir: string;
}

/**
 * As `batchScore`, of a table and into parts: their scan stands for the result until `folder` goes.
 * @throws PenstockError `missing-column`, `column-type`, `disk-full`; CancelledError.
 */
export async function scoreTable(options: ScoreTableOptions): Promise<{ readonly relation: Relation; readonly rows: number; readonly parts: number; readonly resumed: { readonly parts: number; readonly rows: number } }> {
  const { model, table, folder, partRows, signal } = options;
  await prepare(folder, stableHash([model.onnx, partRows]));
  options.progress(null, 'Reading the rows');
  const source = await sourceOfTable(options);
  signal.throwIfAborted();
  const schema = predictedSchema(table.schema, model.signature);
  const { parts, resumed } = await scoreParts(options, [source], schema, folder, options.tempDir);
  return { relation: scanParquet(parts, schema, 'parts'), rows: source.rows, parts: parts.length, resumed };
}

/** A table that is one file already is read there. */
async function sourceOfTable({ database, table, tables, folder, signal }: ScoreTableOptions): Promise<Source> {
  const { relation, schema } = table;
  if (relation.op === 'scan' && relation.source.kind === 'parquet' && relation.source.paths.length === 1) {
    const [file = ''] = relation.source.paths;
    const found = await database.parquetSchema(file, signal);
    if (stableHash(found.schema) === stableHash(schema)) return { file, ...found };
  }
  const file = partFile(folder, 'input');
  // It appears whole or not at all.
  if (!existsSync(file)) {
    if (vaultOf(folder) === null) await tables.writeParquetFile(relation, file, { compression: 'zstd', partitionBy: [], overwrite: true });
    else await database.writeParquet(relation, file, { signal });
  }
  return { file, rows: (await database.parquetSchema(file, signal)).rows, schema };
}

interface Source {
  readonly file: string;
  readonly rows: number;
  readonly schema: Schema;
}

type ScorePartsOptions = Pick<BatchScoreOptions, 'database' | 'model' | 'modelFile' | 'partRows' | 'signal' | 'progress'>;

/**
 * A table among finished parts. In an encrypted project its name is the id that its key is made of (`emitters/duckdb/sealed-table.ts`), which is
 * the same after a kill; DuckDB draws its nonces anew when a part is written again.
 */
export const partFile = (folder: string, name: string): string => path.join(folder, `${vaultOf(folder) === null ? name : createHash('sha256').update(`${path.basename(folder)}/${name}`).digest('hex')}.parquet`);

/** Files `part-NNNNNN.parquet` in `work`, of which those that are there already stay as they are. */
async function scoreParts(options: ScorePartsOptions, sources: readonly Source[], schema: Schema, work: string, temporary: string): Promise<{ parts: string[]; resumed: { parts: number; rows: number } }> {
  const { partRows, signal } = options;
  const total = sources.reduce((sum, { rows }) => sum + rows, 0);
  const parts: string[] = [];
  const resumed = { parts: 0, rows: 0 };
  let done = 0;
  for (const source of sources) {
    // Of no rows at all there is one part: it has the columns.
    const least = total === 0 && parts.length === 0 ? 1 : 0;
    for (let from = 0; from < Math.max(source.rows, least); from += partRows) {
      signal.throwIfAborted();
      const to = Math.min(source.rows, from + partRows);
      const part = partFile(work, `part-${String(parts.length).padStart(6, '0')}`);
      parts.push(part);
      // Parts appear whole or not at all.
      if (existsSync(part)) {
        resumed.parts += 1;
        resumed.rows += to - from;
      } else {
        const tempDir = await mkdtemp(path.join(temporary, 'temporary-'));
        await scorePart(options, source, { from, to }, schema, part, tempDir, (fraction) => options.progress((0.95 * (done + fraction * (to - from))) / Math.max(1, total), 'Predicting'));
        await rm(tempDir, { recursive: true, force: true });
      }
      done += to - from;
      options.progress((0.95 * done) / Math.max(1, total), 'Predicting');
    }
  }
  return { parts, resumed };
}

async function refuseInput(inputs: readonly string[], output: string): Promise<void> {
  const folder = path.dirname(output);
  if ((await stat(folder).catch(() => null))?.isDirectory() !== true) throw new PenstockError('output-folder-missing', `There is no folder ${folder} to write ${path.basename(output)} to.`, { remedy: 'Make it, or name another output.', place: { file: output } });
  const real = await realpath(output).catch(() => path.resolve(output));
  for (const input of inputs) {
    if ((await realpath(input).catch(() => input)) !== real) continue;
    throw new PenstockError('output-is-input', `${output} is one of the files that are read; it would be replaced.`, { remedy: 'Name another output.', place: { file: output } });
  }
}

/** Keeps the work of an earlier run over the very same, and drops any other. */
async function prepare(work: string, identity: string): Promise<void> {
  const file = path.join(work, 'plan.json');
  const before = await readFile(file, 'utf8').then((text) => planSchema.parse(JSON.parse(text)).identity).catch(() => null);
  if (before === identity) {
    for (const name of await readdir(work)) if (name.startsWith('temporary')) await rm(path.join(work, name), { recursive: true, force: true });
    return;
  }
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await writeFile(`${file}.tmp`, JSON.stringify({ identity }));
  await rename(`${file}.tmp`, file);
}

/** A file whose rows can be had by their place: CSV becomes Parquet first, once. */
async function sourceOf(database: Database, file: string, folder: string, model: ModelValue, signal: AbortSignal): Promise<Source> {
  if (/\.(parquet|pq)$/i.test(file)) return { file, ...(await database.parquetSchema(file, signal)) };
  const read = path.join(folder, 'input.parquet');
  if (!existsSync(read)) {
    await mkdir(folder, { recursive: true });
    await readInput(database, file, model.signature, folder, signal);
  }
  return { file: read, ...(await database.parquetSchema(read, signal)) };
}

/** @throws PenstockError `columns-differ`, `unknown-column`. */
function outputSchema(sources: readonly Source[], { model, keep }: BatchScoreOptions): Schema {
  const first = sources[0]?.schema ?? [];
  for (const { file, schema } of sources) {
    const other = first.find(({ name, type }) => schema.find((column) => column.name === name)?.type !== type);
    if (other !== undefined) throw new PenstockError('columns-differ', `${path.basename(file)} lacks the column “${other.name}” of the first file, or has it in another type.`, { remedy: 'Score files with the same columns together, others by themselves.', place: { file, column: other.name } });
  }
  const unknown = keep?.find((name) => !first.some((column) => column.name === name));
  if (unknown !== undefined) throw new PenstockError('unknown-column', `The input has no column “${unknown}” to keep.`, { remedy: `Columns of the input: ${first.map(({ name }) => name).slice(0, 20).join(', ')}.`, place: { column: unknown } });
  return predictedSchema(keep === null ? first : first.filter(({ name }) => keep.includes(name)), model.signature);
}

async function scorePart(options: ScorePartsOptions, source: Source, range: { readonly from: number; readonly to: number }, schema: Schema, part: string, tempDir: string, progress: (fraction: number) => void): Promise<void> {
  const { database, model, modelFile, signal } = options;
  const rows = path.join(tempDir, 'rows.parquet');
  await database.formats.copyRows(source.file, range, rows, { signal });
  const table: TableValue = { kind: 'table', relation: scanParquet([rows], source.schema, 'rows'), schema: source.schema };
  const services = { ...scoringServices(database, tempDir, signal), progress: (fraction: number | null) => progress(fraction ?? 0) };
  const predicted = await predictTable({ ...model, onnx: modelFile }, table, services);
  const added = new Set(predictionSchema(model.signature).map(({ name }) => name));
  const columns = schema.filter(({ name }) => added.has(name) || source.schema.some((column) => column.name === name));
  await database.writeParquet(project(predicted.relation, columns.map(({ name }) => named(name, col(name)))), part, { signal });
}
