import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { call, col, lit, named, when } from '#app/relation/build.ts';
import type { Expr, Relation, Schema } from '#app/relation/types.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ModelSignature, ModelValue, PortValue, TableValue } from '#app/sdk/ports.ts';
import { chunkRows, inputExpression, inputProblems, readImages } from '../model/predict-table.ts';
import type { RawColumn, RawColumns } from '../model/raw-columns.ts';
import { openScorer, type Predictions } from '../model/scorer.ts';
import { labelExpression } from '../model/target.ts';
import { baseExpression } from '../recipe/columns.ts';
import { numberOf } from '../recipe/statistics.ts';

export type UnderstandServices = Pick<RunContext<unknown>, 'tables' | 'artifacts' | 'signal' | 'progress' | 'report' | 'resolvePath'>;

/** The two inputs of a node that looks into a model. @throws PenstockError `input-missing`. */
export function modelAndTable(inputs: Readonly<Record<string, readonly PortValue[]>>): { readonly model: ModelValue; readonly table: TableValue } {
  const model = inputs['model']?.[0];
  const table = inputs['table']?.[0];
  if (model?.kind === 'model' && table?.kind === 'table') return { model, table };
  throw new PenstockError('input-missing', 'This node needs a model and a table.', { remedy: 'Connect both inputs.' });
}

/** What is read besides the model's raw columns. */
export interface WantedRows {
  /** Rows without a true value, or with one that is no class of the model, are left out. */
  readonly truth: boolean;
  /** Further values a row, of any type. */
  readonly extra?: readonly Expr[];
}

/** The wanted columns of a table, written out with a number a row: many queries then mean the same rows. */
export interface ModelRows {
  readonly signature: ModelSignature;
  readonly rows: number;
  readonly missingTruth: number;
  readonly unknownTruth: number;
  readonly relation: Relation;
  readonly extras: number;
  readonly truth: boolean;
}

/**
 * @throws PenstockError `missing-column`, `column-type` where the table does not fit the model, `target-missing`, `no-rows`,
 *   `unknown-classes` where no true value is a class of the model.
 */
export async function readyRows(model: ModelValue, input: TableValue, wanted: WantedRows, services: UnderstandServices): Promise<ModelRows> {
  const { signature } = model;
  const { tables } = services;
  const [problem] = inputProblems(input.schema, signature);
  if (problem !== undefined) {
    throw new PenstockError(problem.code, problem.message, { remedy: 'Give the model a table with the columns it was trained on.', place: { port: 'table', column: problem.column } });
  }
  services.progress(0, 'Reading the table');
  const extra = wanted.extra ?? [];
  const columns = [
    ...signature.inputs.map((column, i) => named(`i${i}`, inputExpression(column))),
    ...(wanted.truth ? [named('truth', truthExpression(signature, input.schema))] : []),
    ...extra.map((expr, i) => named(`e${i}`, expr)),
  ];
  const numbered = await tables.materialise(
    { op: 'window', input: { op: 'project', input: input.relation, columns }, columns: [{ name: 'row', fn: 'row_number', partitionBy: [], orderBy: [] }] },
    'numbered rows',
  );
  services.signal.throwIfAborted();
  const known = call('greater_than_or_equal', col('truth'), lit(signature.task === 'classification' ? 0 : -1e300, 'float'));
  const truth = wanted.truth ? [{ name: 'present', fn: 'count' as const, arg: col('truth') }, { name: 'known', fn: 'count' as const, arg: when([{ when: known, then: lit(1) }]) }] : [];
  const { rows: counted } = await tables.rows({ op: 'aggregate', input: numbered.relation, keys: [], measures: [{ name: 'all', fn: 'count' }, ...truth] });
  const [all = 0, present = all, usable = all] = (counted[0] ?? []).map(numberOf);
  const found = { signature, rows: usable, missingTruth: all - present, unknownTruth: present - usable, extras: extra.length, truth: wanted.truth };
  if (usable === 0) throw nothingToRead(found, all);
  return { ...found, relation: usable === all ? numbered.relation : { op: 'filter', input: numbered.relation, predicate: known } };
}

function nothingToRead({ signature, unknownTruth, missingTruth }: Omit<ModelRows, 'relation'>, all: number): PenstockError {
  const target = signature.target.name;
  if (unknownTruth > 0) {
    return new PenstockError('unknown-classes', `No value of “${target}” in this table is a class of the model (${(signature.classes ?? []).slice(0, 5).join(', ')}).`, {
      remedy: 'Give the target the same values as in the training table.',
      place: { port: 'table', column: target },
    });
  }
  const what = all === 0 ? 'The table has no rows.' : `All ${formatCount(missingTruth)} rows lack a value of the target “${target}”.`;
  return new PenstockError('no-rows', what, { remedy: 'Check the filters before this node.', place: { port: 'table' } });
}

/** The true value as float: index of the class (−1: none of the model's), or the number; null where missing. */
function truthExpression(signature: ModelSignature, schema: Schema): Expr {
  const target = schema.find(({ name }) => name === signature.target.name);
  if (target === undefined) {
    throw new PenstockError('target-missing', `The table has no column “${signature.target.name}” with the true values.`, {
      remedy: 'Connect a table that still has the target, such as the test part of a Partition.',
      place: { port: 'table', column: signature.target.name },
    });
  }
  if (signature.task === 'regression') {
    if (target.type === 'integer' || target.type === 'float') return baseExpression(target);
    throw new PenstockError('column-type', `The model predicts numbers, but “${target.name}” is of type ${target.type} in this table.`, { remedy: 'Convert the column before this node.', place: { port: 'table', column: target.name } });
  }
  const label = labelExpression(target);
  const place = when((signature.classes ?? []).map((cls, index) => ({ when: call('equals', label, lit(cls)), then: lit(index, 'float') })), lit(-1, 'float'));
  return when([{ when: call('is_not_null', label), then: place }]);
}

/** Sentences about rows that are not counted; empty where all are. */
export function leftOutNotes({ missingTruth, unknownTruth, signature }: ModelRows, unanswered = 0): string[] {
  const rows = (count: number): string => (count === 1 ? 'One row' : `${formatCount(count)} rows`);
  return [
    ...(missingTruth > 0 ? [`${rows(missingTruth)} without a value of “${signature.target.name}” ${missingTruth === 1 ? 'is' : 'are'} left out.`] : []),
    ...(unanswered > 0 ? [`${rows(unanswered)} that the model has no answer for ${unanswered === 1 ? 'is' : 'are'} left out.`] : []),
    ...(unknownTruth > 0 ? [`${rows(unknownTruth)} whose “${signature.target.name}” is no class of the model ${unknownTruth === 1 ? 'is' : 'are'} left out.`] : []),
  ];
}

export interface HeldRows {
  readonly rows: number;
  /** Their numbers in the table, from 1. */
  readonly numbers: Float64Array;
  readonly columns: RawColumns;
  /** Class indices or numbers; empty where no truth was asked for. */
  readonly truth: Float64Array;
  readonly extras: readonly RawColumn[];
}

/**
 * All rows in memory, or `most` of them (of images as many as fit): those with the smallest hash of their number, so that it is the same
 * sample every time.
 */
export async function holdRows(ready: ModelRows, most: number, services: UnderstandServices): Promise<HeldRows> {
  const fitting = Math.min(most, chunkRows(ready.signature));
  const chosen = ready.rows <= fitting ? ready.relation : await sampled(ready, fitting, services.tables);
  return readPart(ready, chosen, services);
}

async function sampled(ready: ModelRows, most: number, tables: UnderstandServices['tables']): Promise<Relation> {
  const schema = heldSchema(ready);
  const names = schema.map(({ name }) => name).join(', ');
  const text = `select ${names} from (select ${names} from t order by hash(row), row limit ${most}) order by row`;
  return (await tables.materialise({ op: 'sql', inputs: [{ name: 't', relation: ready.relation }], text, schema }, 'sample of rows')).relation;
}

function heldSchema({ signature, truth, extras }: ModelRows): Schema {
  return [
    ...signature.inputs.map(({ type }, i) => ({ name: `i${i}`, type: type === 'string' ? ('string' as const) : ('float' as const) })),
    ...(truth ? [{ name: 'truth', type: 'float' as const }] : []),
    ...Array.from({ length: extras }, (_unused, i) => ({ name: `e${i}`, type: 'string' as const })),
    { name: 'row', type: 'integer' as const },
  ];
}

async function readPart(ready: ModelRows, relation: Relation, services: UnderstandServices): Promise<HeldRows> {
  const { tables } = services;
  const columns: Record<string, RawColumn> = Object.create(null);
  for (const [i, { name }] of ready.signature.inputs.entries()) columns[name] = await tables.column(relation, `i${i}`);
  await readImages(columns, ready.signature, services);
  const numbers = await tables.column(relation, 'row');
  const truth = ready.truth ? await tables.column(relation, 'truth') : new Float64Array();
  const extras: RawColumn[] = [];
  for (let i = 0; i < ready.extras; i += 1) extras.push(await tables.column(relation, `e${i}`));
  const [first] = ready.signature.inputs;
  return { rows: first === undefined ? truth.length : (columns[first.name]?.length ?? 0), numbers: numbers instanceof Float64Array ? numbers : new Float64Array(), columns, truth: truth instanceof Float64Array ? truth : new Float64Array(), extras };
}

/** Predictions of all rows with what goes with them, in the table's order. */
export interface ScoredRows {
  readonly rows: number;
  readonly truth: Float64Array;
  readonly extras: readonly (readonly (null | undefined | boolean | number | string)[])[];
  /** As of `Predictions`. */
  readonly label: Int32Array;
  readonly probabilities: Float32Array;
  readonly prediction: Float32Array;
  /** Rows that the model had no answer for (an image that cannot be read); they are in none of the above. */
  readonly unanswered: number;
}

/**
 * Scores a whole table part by part; only predictions, truth and extras are kept in memory.
 * @param look is shown the raw columns of each part.
 * @throws PenstockError `model-unreadable`; CancelledError.
 */
export async function scoreRows(model: ModelValue, ready: ModelRows, services: UnderstandServices, look?: (columns: RawColumns, rows: number) => void): Promise<ScoredRows> {
  const { tables, artifacts, signal, progress } = services;
  const last = numberOf((await tables.rows({ op: 'aggregate', input: ready.relation, keys: [], measures: [{ name: 'last', fn: 'max', arg: col('row') }] })).rows[0]?.[0] ?? null);
  const parts: (HeldRows & { readonly predictions: Predictions })[] = [];
  const scorer = await openScorer(artifacts.path(model.onnx), model.signature, { signal });
  try {
    const size = chunkRows(model.signature);
    for (let from = 0; from < last; from += size) {
      signal.throwIfAborted();
      const predicate = call('and', call('greater_than', col('row'), lit(from)), call('less_than_or_equal', col('row'), lit(from + size)));
      const held = await readPart(ready, { op: 'filter', input: ready.relation, predicate }, services);
      look?.(held.columns, held.rows);
      const predictions = await scorer.score(held.columns, held.rows, { signal, progress: (part) => progress((0.7 * (from + part * size)) / Math.max(last, size), 'Predicting') });
      parts.push({ ...held, columns: {}, predictions });
    }
  } finally {
    await scorer.close();
  }
  return answeredOnly(model.signature, {
    rows: ready.rows,
    unanswered: 0,
    truth: joined(Float64Array, parts.map(({ truth }) => truth)),
    extras: Array.from({ length: ready.extras }, (_unused, i) => parts.flatMap(({ extras }) => Array.from(extras[i] ?? []))),
    label: joined(Int32Array, parts.map(({ predictions }) => predictions.label ?? new Int32Array())),
    probabilities: joined(Float32Array, parts.map(({ predictions }) => predictions.probabilities ?? new Float32Array())),
    prediction: joined(Float32Array, parts.map(({ predictions }) => predictions.prediction ?? new Float32Array())),
  });
}

function answeredOnly({ task, classes = [] }: ModelSignature, all: ScoredRows): ScoredRows {
  const width = task === 'regression' ? 1 : classes.length;
  const answers = task === 'regression' ? all.prediction : all.probabilities;
  const kept = Int32Array.from({ length: all.rows }, (_unused, row) => row).filter((row) => !Number.isNaN(answers[row * width]));
  if (kept.length === all.rows) return all;
  if (kept.length === 0) throw new PenstockError('no-predictions', 'The model has no answer for any row of the table.', { remedy: 'Check the values of its columns, such as paths of images.', place: { port: 'table' } });
  const of = <A extends Float32Array | Float64Array | Int32Array>(values: A): A => (values.length === all.rows ? (values.filter((_value, row) => !Number.isNaN(answers[row * width])) as A) : values);
  return {
    rows: kept.length,
    unanswered: all.rows - kept.length,
    truth: of(all.truth),
    extras: all.extras.map((values) => Array.from(kept, (row) => values[row])),
    label: of(all.label),
    probabilities: task === 'regression' ? all.probabilities : Float32Array.from({ length: kept.length * width }, (_unused, at) => all.probabilities[(kept[Math.floor(at / width)] ?? 0) * width + (at % width)] ?? 0),
    prediction: of(all.prediction),
  };
}

function joined<A extends Float32Array | Float64Array | Int32Array>(kind: new (length: number) => A, parts: readonly A[]): A {
  const whole = new kind(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
