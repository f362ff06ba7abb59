import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { cast, col, named } from '#app/relation/build.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import { inputTensorName, type ModelSignature, type ModelValue, type TableValue } from '#app/sdk/ports.ts';
import { createForeignRunner } from '../foreign/foreign-runner.ts';
import { comparePredictions, type GoldenRows } from '../model/parity.ts';
import { openScorer, type Scorer } from '../model/scorer.ts';
import type { ImportServices } from './import-model.ts';
import { openOnnxBytes } from './read-file.ts';

const column = z.object({ name: z.string().min(1).max(500), type: z.enum(['boolean', 'integer', 'float', 'string', 'date', 'timestamp']) });
const signatureSchema = z.object({
  task: z.enum(['classification', 'regression']),
  target: z.object({ name: z.string(), type: z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']) }),
  inputs: z.array(column).max(100_000),
  classes: z.array(z.string()).optional(),
  features: z.array(z.string()),
  images: z.array(z.object({ column: z.string(), width: z.int().min(1), height: z.int().min(1) })).optional(),
});
const goldenSchema = z.object({
  rows: z.int().min(1).max(10_000),
  inputs: z.record(z.string(), z.array(z.union([z.null(), z.boolean(), z.number(), z.string()]))),
  outputs: z.object({ label: z.array(z.number()).optional(), probabilities: z.array(z.array(z.number())).optional(), prediction: z.array(z.number()).optional() }),
});

/** Rows that a file is run on to make its golden rows. */
const TEST_ROWS = 198;

/**
 * A file that Penstock wrote, elsewhere or long ago, as the model it was: its signature is in the file. Checked on the golden rows that came with
 * it, else rows of the table, else one in which everything is missing.
 * @returns null where the file is not one of ours.
 * @throws PenstockError `file-missing`, `onnx-damaged`, `onnx-unsupported`, `parity`, `signature-damaged`, `column-missing`.
 */
export async function importOwnModel(file: string, table: TableValue | null, services: ImportServices, given: Uint8Array | null = null): Promise<ModelValue | null> {
  const { artifacts, signal, progress } = services;
  const bytes = await readFile(file).catch(() => null);
  // Anything else is read, and complained of, as a file from elsewhere.
  if (bytes === null || !bytes.includes('penstock.signature')) return null;
  progress(0.1, 'Reading the file');
  const name = path.basename(file);
  const { model, file: facts } = await openOnnxBytes(bytes, name, signal);
  const metadata = new Map(model.metadataProps.map(({ key, value }) => [key, value]));
  const text = metadata.get('penstock.signature');
  if (text === undefined) return null;
  const signature = signatureOf(text, name);
  const tensors = new Set(facts.inputs.map((input) => input.name));
  const missing = signature.inputs.find((input) => !tensors.has(inputTensorName(input.name)));
  if (missing !== undefined || tensors.size !== signature.inputs.length) throw damaged(name, missing === undefined ? 'it has other inputs than it says' : `it has no input “${missing.name}”`);
  progress(0.5, 'Scoring test rows');
  // It says that Penstock wrote it, which anybody can write: the first rows are scored as those of any file from elsewhere.
  const scorer = await openScorer(bytes, signature, { signal, open: createForeignRunner });
  let golden: GoldenRows;
  try {
    golden = (given === null ? null : goldenOf(given, signature)) ?? (await scoredRows(scorer, signature, table, services));
    comparePredictions(await scorer.score(golden.inputs, golden.rows, { signal }), golden);
  } finally {
    await scorer.close();
  }
  signal.throwIfAborted();
  return {
    kind: 'model',
    onnx: await artifacts.put(new Uint8Array(bytes), 'model.onnx'),
    golden: await artifacts.put(JSON.stringify(golden), 'golden.json'),
    signature,
    algorithm: metadata.get('penstock.algorithm') ?? 'imported',
    params: {},
    metrics: {},
    rows: 0,
    summary: { notes: [`Written by Penstock ${metadata.get('penstock.version') ?? ''}, imported from ${name}. Repeated on ${formatCount(golden.rows)} test rows.`.replace('  ', ' ')] },
  };
}

function signatureOf(text: string, name: string): ModelSignature {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const parsed = signatureSchema.safeParse(value);
  if (!parsed.success || (parsed.data.task === 'classification') !== (parsed.data.classes !== undefined)) throw damaged(name, 'its signature cannot be read');
  return parsed.data as ModelSignature;
}

const damaged = (name: string, why: string): PenstockError => new PenstockError('signature-damaged', `“${name}” says that Penstock wrote it, but ${why}.`, { remedy: 'Export the model again.' });

function goldenOf(bytes: Uint8Array, signature: ModelSignature): GoldenRows | null {
  try {
    const parsed = goldenSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return parsed.success ? ({ signature, ...parsed.data } as GoldenRows) : null;
  } catch {
    return null;
  }
}

async function scoredRows(scorer: Scorer, signature: ModelSignature, table: TableValue | null, { tables, signal }: ImportServices): Promise<GoldenRows> {
  const columns = table === null ? Object.fromEntries(signature.inputs.map(({ name }) => [name, [null]])) : await tableRows(signature.inputs, table, tables);
  const rows = Object.values(columns)[0]?.length ?? 0;
  const { label, probabilities, prediction } = await scorer.score(columns, rows, { signal });
  const width = signature.classes?.length ?? 0;
  const outputs = prediction !== undefined ? { prediction: Array.from(prediction) } : { label: Array.from(label ?? []), probabilities: Array.from({ length: rows }, (_unused, row) => Array.from(probabilities?.subarray(row * width, (row + 1) * width) ?? [])) };
  return { signature, rows, inputs: columns, outputs };
}

async function tableRows(inputs: Schema, table: TableValue, tables: ImportServices['tables']): Promise<GoldenRows['inputs']> {
  const missing = inputs.find(({ name }) => !table.schema.some((one) => one.name === name));
  if (missing !== undefined) throw new PenstockError('column-missing', `The rows have no column “${missing.name}”, which the model takes.`, { remedy: 'Choose rows with all columns of the model, or none.' });
  const input: Relation = { op: 'project', input: table.relation, columns: inputs.map(({ name, type }) => named(name, type === 'integer' ? cast(col(name), 'float') : col(name))) };
  const { rows } = await tables.rows({ op: 'limit', input, count: TEST_ROWS, offset: 0 });
  return Object.fromEntries(inputs.map(({ name }, index) => [name, rows.map((row) => row[index] ?? null)]));
}
