import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { call, cast, col, lit, named } from '#app/relation/build.ts';
import type { Column, Expr, Relation, Schema } from '#app/relation/types.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ModelSignature, ModelValue, TableValue } from '#app/sdk/ports.ts';
import { inputKind, isDated } from '#app/sdk/model-input.ts';
import { predictedSchema, predictionSchema } from '#app/sdk/prediction.ts';
import type { RawColumn } from './raw-columns.ts';
import { runTask } from '../worker/run-task.ts';
import { openScorer, type Predictions } from './scorer.ts';

export type PredictServices = Pick<RunContext<unknown>, 'tables' | 'artifacts' | 'signal' | 'progress'> & Partial<Pick<RunContext<unknown>, 'resolvePath' | 'report'>>;

/** Rows read from the table at once. */
const CHUNK = 131_072;
/** Characters of image inputs that are held at once. */
const IMAGE_CHARACTERS = 16_000_000;

/** What keeps a table from being scored by a model: one sentence a column; empty where nothing does. */
export function inputProblems(schema: Schema, signature: ModelSignature): { code: string; column: string; message: string }[] {
  const byName = new Map(schema.map((column) => [column.name, column.type]));
  return signature.inputs.flatMap(({ name, type }) => {
    const found = byName.get(name);
    if (found === undefined) return [{ code: 'missing-column', column: name, message: `The model needs the column “${name}”, which the table does not have.` }];
    if (inputKind(type) === inputKind(found)) return [];
    return [{ code: 'column-type', column: name, message: `The model needs “${name}” as ${inputKind(type)}, but in the table it is ${inputKind(found) ?? `of type ${found}`}.` }];
  });
}

/**
 * The table with the prediction appended (`predictedSchema`), in the table's order.
 * @throws PenstockError `missing-column`, `column-type`, `model-unreadable`; CancelledError.
 */
export async function predictTable(model: ModelValue, input: TableValue, services: PredictServices): Promise<TableValue> {
  const { tables, artifacts, signal, progress } = services;
  const { signature } = model;
  const [problem] = inputProblems(input.schema, signature);
  if (problem !== undefined) {
    throw new PenstockError(problem.code, problem.message, {
      remedy: 'Give the model a table with the columns it was trained on.',
      place: { column: problem.column },
    });
  }
  const row = freeName('row', [...input.schema, ...predictionSchema(signature)]);
  progress(0, 'Reading the table');
  // Row numbers are stored with the rows, so that predictions find theirs whatever order later queries give.
  const numbered = await tables.materialise(
    { op: 'window', input: input.relation, columns: [{ name: row, fn: 'row_number', partitionBy: [], orderBy: [] }] },
    'numbered rows',
  );
  const rows = await tables.count(numbered.relation);
  const scorer = await openScorer(artifacts.path(model.onnx), signature, { signal });
  const chunks: Predictions[] = [];
  const size = chunkRows(signature);
  try {
    for (let from = 0; from < rows; from += size) {
      signal.throwIfAborted();
      const to = Math.min(rows, from + size);
      const columns = await readImages(await readChunk(numbered.relation, row, from, to, signature, tables), signature, services);
      chunks.push(await scorer.score(columns, to - from, { signal, progress: (part) => progress((0.9 * (from + part * (to - from))) / rows, 'Predicting') }));
    }
  } finally {
    await scorer.close();
  }
  progress(0.9, 'Writing the predictions');
  const predictions = await tables.fromColumns(
    [{ name: row, type: 'integer', values: Float64Array.from({ length: rows }, (_unused, index) => index + 1) }, ...outputColumns(signature, chunks, rows)],
    'predictions',
  );
  const schema = predictedSchema(input.schema, signature);
  const joined: Relation = {
    op: 'join',
    kind: 'inner',
    left: { op: 'project', input: numbered.relation, columns: [...schema.filter((column) => input.schema.includes(column)).map((column) => named(column.name, col(column.name))), named(row, col(row))] },
    right: predictions.relation,
    on: [{ left: row, right: row }],
    rightSuffix: '_right',
  };
  const sorted: Relation = { op: 'sort', input: joined, keys: [{ expr: col(row), descending: false, nulls: 'last' }] };
  return tables.materialise({ op: 'project', input: sorted, columns: schema.map((column) => named(column.name, col(column.name))) }, 'predictions');
}

function freeName(wanted: string, taken: Schema): string {
  let name = wanted;
  while (taken.some((column) => column.name.toLowerCase() === name)) name += '_';
  return name;
}

async function readChunk(relation: Relation, row: string, from: number, to: number, signature: ModelSignature, tables: PredictServices['tables']): Promise<Record<string, RawColumn>> {
  const chunk: Relation = {
    op: 'filter',
    input: relation,
    predicate: call('and', call('greater_than', col(row), lit(from)), call('less_than_or_equal', col(row), lit(to))),
  };
  const columns: Record<string, RawColumn> = Object.create(null);
  for (const input of signature.inputs) columns[input.name] = await tables.column(isDated(input) ? datesAsNumbers(chunk, input) : chunk, input.name);
  return columns;
}

function datesAsNumbers(input: Relation, column: Column): Relation {
  return { op: 'project', input, columns: [named(column.name, inputExpression(column))] };
}

/** A raw column as its tensor holds it: dates are the numbers of `datedNumber`. */
export function inputExpression(column: Column): Expr {
  if (!isDated(column)) return col(column.name);
  const unit = column.type === 'date' ? 'day' : 'second';
  return cast(call('date_diff', lit(unit), lit('1970-01-01', 'date'), col(column.name)), 'float');
}

/** How many rows of a model's inputs are held at once. */
export function chunkRows({ images = [] }: ModelSignature): number {
  const characters = images.reduce((sum, { width, height }) => sum + 4 * width * height, 0);
  return characters === 0 ? CHUNK : Math.max(1, Math.min(CHUNK, Math.floor(IMAGE_CHARACTERS / characters)));
}

/** Paths of images as the text that the model takes. What cannot be read gets no prediction, and is reported. */
export async function readImages(columns: Record<string, RawColumn>, { images = [] }: ModelSignature, { resolvePath, report, signal }: PredictServices): Promise<Record<string, RawColumn>> {
  for (const { column, width, height } of images) {
    const given = columns[column] ?? [];
    const paths = Array.from(given, (path) => (typeof path === 'string' && path !== '' ? (resolvePath?.(path) ?? path) : null));
    const { texts, unreadable } = await runTask('read-images', { paths, width, height }, { signal });
    columns[column] = texts;
    if (unreadable === 0) continue;
    report?.({
      severity: 'warning',
      code: 'image-unreadable',
      message: `${formatCount(unreadable)} of ${formatCount(paths.length)} images of the column “${column}” could not be read and ${unreadable === 1 ? 'has' : 'have'} no prediction.`,
      remedy: 'Check that the paths are there and that the files are PNG or JPEG.',
      place: { column },
    });
  }
  return columns;
}

/** Predictions as the columns of `predictionSchema`. */
export function outputColumns(signature: ModelSignature, chunks: readonly Predictions[], rows: number) {
  const [first, ...probabilities] = predictionSchema(signature);
  if (first === undefined) return [];
  if (signature.task === 'regression') {
    const values = new Float64Array(rows);
    let at = 0;
    for (const chunk of chunks) {
      values.set(chunk.prediction ?? [], at);
      at += chunk.rows;
    }
    return [{ ...first, values }];
  }
  const classes = signature.classes ?? [];
  const predicted: (string | number | null)[] = Array.from({ length: rows }, () => null);
  const columns = probabilities.map((column) => ({ ...column, values: new Float64Array(rows) }));
  const values = classes.map((label) => classValue(label, first.type));
  let at = 0;
  for (const chunk of chunks) {
    for (let index = 0; index < chunk.rows; index += 1) {
      predicted[at + index] = values[chunk.label?.[index] ?? -1] ?? null;
      for (const [cls, column] of columns.entries()) column.values[at + index] = chunk.probabilities?.[index * classes.length + cls] ?? Number.NaN;
    }
    at += chunk.rows;
  }
  return [{ ...first, values: predicted }, ...columns];
}

/** A class label in the target's type. */
export function classValue(label: string, type: string): string | number {
  if (type === 'string') return label;
  return type === 'boolean' ? Number(label === 'true') : Number(label);
}
