import type { ModelSignature } from '#app/sdk/ports.ts';
import { uniform } from '../learners/random.ts';
import { toFeeds, type RawColumn, type RawColumns } from '../model/raw-columns.ts';
import { decodeModel } from '../onnx/decode.ts';
import { encodeModel } from '../onnx/encode.ts';
import { createRunner } from '../onnx/runner.ts';
import { treesOfModel } from '../trees/from-onnx.ts';
import { runTask } from '../worker/run-task.ts';
import type { ScoreColumns } from './importance.ts';
import type { HeldRows } from './model-rows.ts';

/** How much each raw column moves the prediction of each row away from the mean. */
export interface Contributions {
  readonly columns: readonly string[];
  /** [rows × columns]. */
  readonly values: Float64Array;
  /** Standard errors of them, where they were sampled. */
  readonly errors: Float64Array | null;
  /** What a row's values add up from. */
  readonly base: number;
  /** [rows]: base and values together. */
  readonly outputs: Float64Array;
  /** What is explained: the prediction itself, a probability, or log-odds of one. */
  readonly scale: 'prediction' | 'probability' | 'log-odds';
}

export interface ShapQuestion {
  readonly signature: ModelSignature;
  readonly held: HeldRows;
  /** Index of the class whose probability is explained; 0 for numbers. */
  readonly cls: number;
  readonly signal: AbortSignal;
  progress(fraction: number): void;
}

/**
 * Exact values of a model of trees (see `treeShap`), summed up by raw column: in log-odds for boosting, in probability for forests. Null where
 * the model is none of trees.
 */
export async function exactContributions(file: Uint8Array, { signature, held, cls, signal, progress }: ShapQuestion): Promise<Contributions | null> {
  const { graph } = decodeModel(file);
  const found = treesOfModel(graph);
  if (found === null) return null;
  const { ensemble, features, link } = found;
  const width = signature.features.length;
  const matrix = await featureMatrix(encodeModel({ ...graph, outputs: [...graph.outputs, { name: features, type: 'float', shape: ['rows', width] }] }), features, signature, held, signal);
  const { values, expected } = await runTask('tree-shap', { ensemble, matrix, rows: held.rows, width }, { signal, onProgress: (fraction) => progress(fraction ?? 0) });
  const { outputs } = ensemble;
  // Of two classes there is one raw output, that of the second.
  const [output, sign] = outputs === 1 ? [0, signature.task === 'classification' && cls === 0 ? -1 : 1] : [cls, 1];
  const columns = signature.inputs.map(({ name }) => name);
  const owner = signature.features.map((feature) => columnOf(feature, columns));
  const summed = new Float64Array(held.rows * columns.length);
  for (let row = 0; row < held.rows; row += 1) {
    for (let j = 0; j < width; j += 1) {
      const at = row * columns.length + (owner[j] as number);
      summed[at] = (summed[at] as number) + sign * (values[(row * width + j) * outputs + output] as number);
    }
  }
  const isShare = link === 'identity' && signature.task === 'classification';
  const base = isShare && sign < 0 ? 1 - (expected[output] as number) : sign * (expected[output] as number);
  return { columns, values: summed, errors: null, base, outputs: sumsOf(summed, columns.length, held.rows, base), scale: signature.task === 'regression' ? 'prediction' : isShare ? 'probability' : 'log-odds' };
}

async function featureMatrix(model: Uint8Array, tensor: string, signature: ModelSignature, held: HeldRows, signal: AbortSignal): Promise<Float32Array> {
  const width = signature.features.length;
  const matrix = new Float32Array(held.rows * width);
  const runner = await createRunner(model, { signal });
  try {
    const batch = 8192;
    for (let from = 0; from < held.rows; from += batch) {
      const to = Math.min(held.rows, from + batch);
      const { [tensor]: given } = await runner.run(toFeeds(signature.inputs, held.columns, from, to), { outputs: [tensor], signal });
      if (given?.data instanceof Float32Array) matrix.set(given.data, from * width);
    }
  } finally {
    await runner.close();
  }
  return matrix;
}

/** Raw column that a feature is made of, by its name: the longest column name it begins with (`city=Oslo`, `age_missing`). */
export function columnOf(feature: string, columns: readonly string[]): number {
  let best = 0;
  let length = -1;
  for (const [i, name] of columns.entries()) {
    if (feature !== name && !(feature.startsWith(name) && !/[\p{L}\p{N}]/u.test(feature.charAt(name.length)))) continue;
    if (name.length > length) [best, length] = [i, name.length];
  }
  return best;
}

function sumsOf(values: Float64Array, width: number, rows: number, base: number): Float64Array {
  return Float64Array.from({ length: rows }, (_unused, row) => {
    let sum = base;
    for (let j = 0; j < width; j += 1) sum += values[row * width + j] as number;
    return sum;
  });
}

export interface SampledQuestion extends ShapQuestion {
  /** Rows whose values stand in for what is not known. */
  readonly background: HeldRows;
  /** Orders of columns tried for each row; each is also gone through backwards. */
  readonly permutations: number;
  readonly seed: number;
  score: ScoreColumns;
}

/** Rows scored at once. */
const chunk = 32_768;

/**
 * Shapley values of any model by sampling (Štrumbelj and Kononenko 2014): columns take the row's values one after the other, in random
 * orders forwards and backwards (antithetic), from random rows of the background. Their standard errors tell what the sampling leaves open.
 */
export async function sampledContributions(question: SampledQuestion): Promise<Contributions> {
  const { signature, held, background, cls, permutations, seed, score, signal, progress } = question;
  const columns = signature.inputs.map(({ name }) => name);
  const width = columns.length;
  const sums = new Float64Array(held.rows * width);
  const squares = new Float64Array(held.rows * width);
  const outputOf = async (given: RawColumns, rows: number): Promise<Float64Array> => {
    const { probabilities, prediction } = await score(given, rows);
    const classes = signature.classes?.length ?? 1;
    return Float64Array.from({ length: rows }, (_unused, row) => (prediction === undefined ? (probabilities?.[row * classes + cls] ?? Number.NaN) : (prediction[row] ?? Number.NaN)));
  };
  const baseOutputs = await outputOf(background.columns, background.rows);
  const base = baseOutputs.reduce((sum, value) => sum + value, 0) / background.rows;
  const perRow = permutations * 2 * (width + 1);
  const rowsAtOnce = Math.max(1, Math.floor(chunk / perRow));
  for (let first = 0; first < held.rows; first += rowsAtOnce) {
    signal.throwIfAborted();
    progress(first / held.rows);
    const last = Math.min(held.rows, first + rowsAtOnce);
    const plan = planOf(first, last, { width, permutations, seed, background: background.rows });
    const mixed: Record<string, RawColumn> = Object.create(null);
    for (const [j, name] of columns.entries()) mixed[name] = mixture(held.columns[name] ?? [], background.columns[name] ?? [], plan, j);
    const outputs = await outputOf(mixed, plan.rows.length);
    for (let walk = 0; walk * (width + 1) < plan.rows.length; walk += 1) {
      const start = walk * (width + 1);
      const row = plan.rows[start] as number;
      for (let step = 1; step <= width; step += 1) {
        const at = row * width + (plan.turned[start + step] as number);
        const moved = (outputs[start + step] as number) - (outputs[start + step - 1] as number);
        sums[at] = (sums[at] as number) + moved;
        squares[at] = (squares[at] as number) + moved * moved;
      }
    }
  }
  const walks = permutations * 2;
  const values = sums.map((sum) => sum / walks);
  const errors = squares.map((square, i) => Math.sqrt(Math.max(0, square / walks - (values[i] as number) ** 2) / Math.max(1, walks - 1)));
  return { columns, values, errors, base, outputs: await outputOf(held.columns, held.rows), scale: signature.task === 'regression' ? 'prediction' : 'probability' };
}

interface Plan {
  /** The row explained, and the background row, of each scored row. */
  readonly rows: Int32Array;
  readonly behind: Int32Array;
  /** Column that was turned to the row's value last; -1: none yet. */
  readonly turned: Int32Array;
  /** [scored rows × width]: 1 where the row's own value stands. */
  readonly own: Uint8Array;
}

function planOf(first: number, last: number, { width, permutations, seed, background }: { width: number; permutations: number; seed: number; background: number }): Plan {
  const size = (last - first) * permutations * 2 * (width + 1);
  const plan = { rows: new Int32Array(size), behind: new Int32Array(size), turned: new Int32Array(size).fill(-1), own: new Uint8Array(size * width) };
  let at = 0;
  for (let row = first; row < last; row += 1) {
    const next = uniform((seed ^ Math.imul(row + 1, 0x9e3779b1)) >>> 0);
    for (let p = 0; p < permutations; p += 1) {
      const order = Int32Array.from({ length: width }, (_unused, j) => j);
      for (let j = width - 1; j > 0; j -= 1) {
        const other = Math.floor(next() * (j + 1));
        [order[j], order[other]] = [order[other] as number, order[j] as number];
      }
      const behind = Math.floor(next() * background);
      for (const walk of [order, order.toReversed()]) {
        for (let step = 0; step <= width; step += 1) {
          plan.rows[at] = row;
          plan.behind[at] = behind;
          if (step > 0) {
            plan.turned[at] = walk[step - 1] as number;
            plan.own.copyWithin(at * width, (at - 1) * width, at * width);
            plan.own[at * width + (walk[step - 1] as number)] = 1;
          }
          at += 1;
        }
      }
    }
  }
  return plan;
}

function mixture(own: RawColumn, behind: RawColumn, plan: Plan, j: number): RawColumn {
  const width = plan.own.length / plan.rows.length;
  const at = (i: number): number | string | boolean | null => (plan.own[i * width + j] === 1 ? own[plan.rows[i] as number] : behind[plan.behind[i] as number]) ?? null;
  if (own instanceof Float64Array) return Float64Array.from(plan.rows, (_unused, i) => Number(at(i) ?? Number.NaN));
  return Array.from(plan.rows, (_unused, i) => at(i));
}
