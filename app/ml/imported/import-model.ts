import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { cast, col, named } from '#app/relation/build.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import { importedSignature, planImport, sortedClasses, type ImportParams, type ImportPlan, type ImportedTensor } from '#app/sdk/imported-model.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ModelSignature, ModelValue, TableValue } from '#app/sdk/ports.ts';
import { normal, uniform } from '../learners/random.ts';
import { checkParity, type GoldenOutputs, type GoldenRows } from '../model/parity.ts';
import { createForeignRunner } from '../foreign/foreign-runner.ts';
import type { Runner } from '../onnx/runner.ts';
import type { TensorData, TensorValues } from '../onnx/session-types.ts';
import { type OpenedFile, openOnnxFile } from './read-file.ts';
import { wrapModel } from './wrap-model.ts';

export type ImportServices = Pick<RunContext<unknown>, 'tables' | 'artifacts' | 'signal' | 'progress' | 'log' | 'report'>;

type Cell = null | boolean | number | string;
type Columns = Readonly<Record<string, readonly Cell[]>>;

/** Test rows of the table, or made up where none is connected. */
const TEST_ROWS = 198;
const MADE_ROWS = 32;

/** Reads a file that is ONNX, or as ONNX. */
export type OpenFile = (file: string, signal?: AbortSignal) => Promise<OpenedFile>;

/**
 * A model file from elsewhere as one of ours. It is checked on test rows: the file as it came, fed by JavaScript, against the wrapped one.
 * @param table rows to test with, and whose columns the inputs are mapped to; null: none.
 * @param open how the file is read; default: as ONNX.
 * @throws PenstockError those of `open`, `import-plan`, `output-shape`, `no-test-rows`, `parity`; CancelledError.
 */
export async function importModel(path: string, params: ImportParams, table: TableValue | null, services: ImportServices, open: OpenFile = openOnnxFile): Promise<ModelValue> {
  const { artifacts, signal, progress } = services;
  progress(0.1, 'Reading the file');
  const opened = await open(path, signal);
  const planned = planImport(opened.file, params, table?.schema ?? null);
  if (!planned.ok) {
    const [problem] = planned.problems;
    throw new PenstockError(problem?.code ?? 'import-plan', problem?.message ?? 'The inputs of the file are not mapped.', { ...(problem === undefined ? {} : { remedy: problem.remedy, place: { param: problem.param } }) });
  }
  progress(0.4, 'Scoring test rows');
  const columns = table === null ? madeRows(planned.plan) : await tableRows(planned.plan, table, services);
  const runner = await createForeignRunner(opened.bytes, { signal });
  try {
    const { plan, given } = await scored(planned.plan, columns, runner);
    const signature = importedSignature(plan);
    if (signature === null) throw new Error('the classes are known by now');
    const golden = goldenOf(plan, signature, columns, given);
    if (golden.rows === 0) {
      throw new PenstockError('no-test-rows', `The model gives no finite answer for any of ${formatCount(rowsOf(columns))} test rows.`, { remedy: table === null ? 'Connect a table with rows that the model can score.' : 'Check the mapping of columns, and fill missing values before this node.', place: { port: 'table' } });
    }
    if (table !== null && golden.rows < rowsOf(columns)) {
      services.report({ severity: 'warning', code: 'rows-without-answer', message: `For ${formatCount(rowsOf(columns) - golden.rows)} of ${formatCount(rowsOf(columns))} test rows the model gives no finite answer.`, remedy: 'If these rows have missing values, fill them before Predict: the model does not take them.', place: { port: 'table' } });
    }
    if (plan.task === 'classification' && plan.holds === 'probabilities') noteSums(golden.outputs, services);
    progress(0.8, 'Checking the wrapped file');
    const file = wrapModel(opened.model, plan, signature);
    await checkParity(file, golden);
    signal.throwIfAborted();
    return {
      kind: 'model',
      onnx: await artifacts.put(file, 'model.onnx'),
      golden: await artifacts.put(JSON.stringify(golden), 'golden.json'),
      signature,
      algorithm: 'imported',
      params: { file: opened.name, producer: opened.file.producer, output: plan.output.name },
      metrics: {},
      rows: 0,
      summary: { notes: [`Imported from ${opened.name}${opened.file.producer === '' ? '' : `, written by ${opened.file.producer}`}: ${formatCount(opened.file.operators)} operators. Repeated on ${formatCount(golden.rows)} ${table === null ? 'made up' : ''} test rows as the file itself answers them.`.replace('  ', ' ')] },
    };
  } finally {
    await runner.close();
  }
}

const rowsOf = (columns: Columns): number => Object.values(columns)[0]?.length ?? 0;
const schemaOf = ({ inputs }: ImportPlan): Schema => inputs.flatMap(({ columns }) => columns);

async function tableRows(plan: ImportPlan, table: TableValue, { tables }: ImportServices): Promise<Columns> {
  const schema = schemaOf(plan);
  // Integers go as floats, which is how models take them.
  const input: Relation = { op: 'project', input: table.relation, columns: schema.map(({ name, type }) => named(name, type === 'integer' ? cast(col(name), 'float') : col(name))) };
  const { rows } = await tables.rows({ op: 'limit', input, count: TEST_ROWS, offset: 0 });
  return Object.fromEntries(schema.map(({ name }, index) => [name, rows.map((row) => row[index] ?? null)]));
}

/** Standard normal numbers, whole ones and flags for integers and booleans, no text. */
function madeRows(plan: ImportPlan): Columns {
  const next = uniform(1);
  const cell = (type: Schema[number]['type']): Cell => (type === 'string' ? '' : type === 'boolean' ? next() < 0.5 : type === 'integer' ? Math.round(2 * normal(next)) : normal(next));
  return Object.fromEntries(schemaOf(plan).map(({ name, type }) => [name, Array.from({ length: MADE_ROWS }, () => cell(type))]));
}

interface Given {
  readonly values: Float64Array;
  readonly width: number;
}

/** What the file as it came answers, and with it the number of classes where nobody had said it. */
async function scored(plan: ImportPlan, columns: Columns, runner: Runner): Promise<{ readonly plan: ImportPlan; readonly given: Given }> {
  const rows = rowsOf(columns);
  const feeds = Object.fromEntries(plan.inputs.map(({ tensor, columns: own }) => [tensor.name, feedOf(tensor, own.map(({ name }) => columns[name] ?? []), rows)]));
  const answer = (await runner.run(feeds, { outputs: [plan.output.name] }))[plan.output.name];
  const values = Float64Array.from(answer === undefined || isText(answer.data) ? [] : (answer.data as ArrayLike<number | bigint>), Number);
  const width = rows === 0 ? 0 : values.length / rows;
  const expected = plan.holds === 'number' || plan.holds === 'label' ? 1 : null;
  if (!Number.isInteger(width) || width < 1 || (expected !== null && width !== expected)) {
    throw new PenstockError('output-shape', `The output “${plan.output.name}” has ${values.length === 0 ? 'nothing' : `${formatCount(values.length)} values`} for ${formatCount(rows)} rows${rows === 0 ? '' : `, not ${expected === 1 ? 'one' : 'as many'} for each`}.`, { remedy: rows === 0 ? 'Connect a table with rows.' : 'Choose another output.', place: { param: ['output'] } });
  }
  if (plan.task === 'regression' || plan.holds === 'label') return { plan, given: { values, width } };
  const classes = plan.classes ?? Array.from({ length: Math.max(2, width) }, (_unused, index) => String(index));
  if (classes.length !== Math.max(2, width)) {
    throw new PenstockError('classes-count', `There are ${formatCount(classes.length)} classes, but the output “${plan.output.name}” has ${formatCount(width)} values a row.`, { remedy: 'List as many classes as there are values, in their order.', place: { param: ['classes'] } });
  }
  return { plan: { ...plan, classes, output: { ...plan.output, width } }, given: { values, width } };
}

const isText = (data: TensorData): data is readonly string[] => Array.isArray(data);

/** Columns as the file's own input, row-major. */
function feedOf({ type, rank }: ImportedTensor, columns: readonly (readonly Cell[])[], rows: number): TensorValues {
  const width = columns.length;
  const at = (index: number): Cell => columns[index % width]?.[Math.floor(index / width)] ?? null;
  const cells = Array.from({ length: rows * width }, (_unused, index) => at(index));
  const number = (cell: Cell): number => (cell === null ? Number.NaN : Number(cell));
  const whole = (cell: Cell): number => (Number.isFinite(number(cell)) ? Math.trunc(number(cell)) : 0);
  const dims = rank === 1 ? [rows] : [rows, width];
  switch (type) {
    case 'string':
      return { dims, data: cells.map((cell) => (cell === null ? '' : String(cell))) };
    case 'float':
      return { dims, data: Float32Array.from(cells, number) };
    case 'double':
      return { dims, data: Float64Array.from(cells, number) };
    case 'int32':
      return { dims, data: Int32Array.from(cells, whole) };
    case 'int64':
      return { dims, data: BigInt64Array.from(cells, (cell) => BigInt(whole(cell))) };
    case 'bool':
      return { dims, data: Uint8Array.from(cells, (cell) => Number(number(cell) !== 0)) };
  }
}

/** Test rows with the answers that the wrapped file must give. Rows without a finite answer are left out: JSON cannot say it. */
function goldenOf(plan: ImportPlan, signature: ModelSignature, columns: Columns, given: Given): GoldenRows {
  const wholes = plan.inputs.filter(({ tensor }) => tensor.type === 'int64' || tensor.type === 'int32').flatMap(({ columns: own }) => own.map(({ name }) => name));
  const answers = Array.from({ length: rowsOf(columns) }, (_unused, row) => answerOf(plan, given, row));
  // What a whole number is where nothing is there, no two processors agree on.
  const kept = answers.flatMap((answer, row) => (answer.every((value) => Number.isFinite(value)) && wholes.every((name) => columns[name]?.[row] !== null) ? [row] : []));
  const outputs: GoldenOutputs =
    plan.task === 'regression'
      ? { prediction: kept.map((row) => answers[row]?.[0] ?? Number.NaN) }
      : { probabilities: kept.map((row) => answers[row] ?? []), label: kept.map((row) => largest(answers[row] ?? [])) };
  return { signature, rows: kept.length, inputs: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, kept.map((row) => values[row] ?? null)])), outputs };
}

const largest = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** The prediction, or probabilities in the order of the signature. */
function answerOf({ task, holds, classes }: ImportPlan, { values, width }: Given, row: number): number[] {
  const own = Array.from(values.subarray(row * width, (row + 1) * width));
  if (task === 'regression') return own.map(Math.fround);
  const labels = classes ?? [];
  let probabilities = own;
  if (holds === 'label') probabilities = labels.map((_label, index) => Number(index === own[0]));
  else if (width === 1) {
    const second = holds === 'logits' ? 1 / (1 + Math.exp(-(own[0] ?? 0))) : (own[0] ?? Number.NaN);
    probabilities = [1 - second, second];
  } else if (holds === 'logits') {
    const most = Math.max(...own);
    const powers = own.map((score) => Math.exp(score - most));
    const sum = powers.reduce((total, power) => total + power, 0);
    probabilities = powers.map((power) => power / sum);
  }
  return sortedClasses(labels).map((label) => probabilities[labels.indexOf(label)] ?? Number.NaN);
}

function noteSums({ probabilities }: GoldenOutputs, { report }: ImportServices): void {
  const off = (probabilities ?? []).some((row) => row.some((p) => p < -1e-6 || p > 1 + 1e-6) || Math.abs(row.reduce((sum, p) => sum + p, 0) - 1) > 1e-3);
  if (!off) return;
  report({ severity: 'warning', code: 'no-probabilities', message: 'What the output gives are no probabilities: they are not between 0 and 1, or do not sum up to 1.', remedy: 'If they are scores, say so at “The output holds”.', place: { param: ['scores'] } });
}
