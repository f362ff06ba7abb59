import { isCancelled } from '#app/core/errors.ts';
import { uniform } from '../learners/random.ts';
import type { RawColumn, RawColumns } from '../model/raw-columns.ts';
import { keptOutputs, type Contributions, type OutputContributions } from './contributions.ts';
import type { ScoreColumns } from './importance.ts';
import type { HeldRows } from './model-rows.ts';
import type { ShapQuestion } from './shap.ts';

/** Sums over the orders gone through so far: enough to say the values, and to go on from. */
export interface SampledState {
  /** By kept output: what the model says of the rows; a state counts for the very same rows and model only. */
  readonly outputs: readonly Float64Array[];
  /** [rows]: orders gone through, forwards and backwards. */
  readonly pairs: Int32Array;
  /** By kept output, [rows × columns]: of what a column moved the output by, on average over a pair, and of its square. */
  readonly sums: readonly Float64Array[];
  readonly squares: readonly Float64Array[];
}

export interface SampledQuestion extends ShapQuestion {
  /** Rows whose values stand in for what is not known. */
  readonly background: HeldRows;
  /** Orders of columns tried for each row; each is also gone through backwards. */
  readonly permutations: number;
  readonly seed: number;
  score: ScoreColumns;
  /** Where an earlier run left off. */
  readonly resume: SampledState | null;
}

export interface Sampling {
  readonly state: SampledState;
  /** Null: cancelled before every row had one order. */
  readonly found: Contributions | null;
}

/** Rows scored at once: small enough that a cancel finds the next one done within the time it has. */
const chunk = 16_384;

/**
 * Shapley values of any model by sampling (Castro, Gómez & Tejada 2009; Štrumbelj & Kononenko 2014; SHAP's permutation explainer, Lundberg &
 * Lee 2017): columns take the row's values one after the other, in random orders forwards and backwards (antithetic), from random rows of
 * the background. Rows are gone through together, order by order, so that after any of them there is an answer for all: a cancel ends it
 * there, and says after how many. Standard errors are those of the pairs' means. Values are brought to add up to the row's output: what is
 * left over goes to the columns by their variances.
 */
export async function sampledContributions(question: SampledQuestion): Promise<Sampling> {
  const { signature, held, background, permutations, signal, progress } = question;
  const columns = signature.inputs.map(({ name }) => name);
  const kept = keptOutputs(signature, question.cls, held.rows, columns.length);
  const read = reader(question, kept);
  let base: number[] = [];
  let state: SampledState = { outputs: [], pairs: new Int32Array(held.rows), sums: [], squares: [] };
  try {
    base = (await read(background.columns, background.rows)).map((values) => values.reduce((sum, value) => sum + value, 0) / background.rows);
    state = stateFor(await read(held.columns, held.rows), held.rows, columns.length, question.resume);
    const rowsAtOnce = Math.max(1, Math.floor(chunk / (2 * (columns.length + 1))));
    for (let order = least(state.pairs); order < permutations; order += 1) {
      for (let first = 0; first < held.rows; first += rowsAtOnce) {
        signal.throwIfAborted();
        progress((order + first / held.rows) / permutations);
        const rows = Int32Array.from({ length: Math.min(held.rows, first + rowsAtOnce) - first }, (_unused, i) => first + i).filter((row) => state.pairs[row] === order);
        if (rows.length > 0) await walk(rows, order, columns, state, question, read);
      }
    }
  } catch (error) {
    if (!signal.aborted && !isCancelled(error)) throw error;
  }
  if (state.outputs.length === 0 || least(state.pairs) === 0) return { state, found: null };
  const made = settled(state, columns.length, base);
  const all = Array.from({ length: signature.classes?.length ?? 1 }, (_unused, output) => made[kept.indexOf(output)] ?? null);
  return {
    state,
    found: { columns, scale: signature.task === 'regression' ? 'prediction' : 'probability', method: 'sampled', outputs: all, samples: { asked: permutations, least: least(state.pairs), most: state.pairs.reduce((a, b) => Math.max(a, b), 0) } },
  };
}

function stateFor(outputs: readonly Float64Array[], rows: number, width: number, resume: SampledState | null): SampledState {
  const isSame = resume !== null && resume.outputs.length === outputs.length && resume.outputs.every((before, i) => before.length === rows && before.every((value, row) => Object.is(value, outputs[i]?.[row])));
  if (isSame && resume.sums.every((sum) => sum.length === rows * width)) return resume;
  const empty = (): Float64Array[] => outputs.map(() => new Float64Array(rows * width));
  return { outputs, pairs: new Int32Array(rows), sums: empty(), squares: empty() };
}

const least = (pairs: Int32Array): number => pairs.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER);

type Read = (given: RawColumns, rows: number) => Promise<Float64Array[]>;

/** The kept outputs of a model, each [rows]. */
function reader({ signature, score }: SampledQuestion, kept: readonly number[]): Read {
  const classes = signature.classes?.length ?? 1;
  return async (given, rows) => {
    const { probabilities, prediction } = await score(given, rows);
    return kept.map((output) => Float64Array.from({ length: rows }, (_unused, row) => (prediction === undefined ? (probabilities?.[row * classes + output] ?? Number.NaN) : (prediction[row] ?? Number.NaN))));
  };
}

/** One order, forwards and backwards, for some rows. */
async function walk(rows: Int32Array, order: number, columns: readonly string[], { pairs, sums, squares }: SampledState, { held, background, seed }: SampledQuestion, read: Read): Promise<void> {
  const width = columns.length;
  const steps = width + 1;
  const size = rows.length * 2 * steps;
  const plan: Plan = { rows: new Int32Array(size), behind: new Int32Array(size), own: new Uint8Array(size * width), orders: [] };
  let at = 0;
  for (const row of rows) {
    const { turns, behind } = drawn(row, order, width, seed, background.rows);
    plan.orders.push(turns);
    for (const way of [turns, turns.toReversed()]) {
      for (let step = 0; step < steps; step += 1) {
        plan.rows[at] = row;
        plan.behind[at] = behind;
        if (step > 0) {
          plan.own.copyWithin(at * width, (at - 1) * width, at * width);
          plan.own[at * width + (way[step - 1] as number)] = 1;
        }
        at += 1;
      }
    }
  }
  const mixed: Record<string, RawColumn> = Object.create(null);
  for (const [j, name] of columns.entries()) mixed[name] = mixture(held.columns[name] ?? [], background.columns[name] ?? [], plan, j, width);
  const found = await read(mixed, size);
  for (const [i, row] of rows.entries()) {
    const turns = plan.orders[i] ?? new Int32Array();
    const start = i * 2 * steps;
    for (const [output, values] of found.entries()) {
      for (let step = 0; step < width; step += 1) {
        const j = turns[step] as number;
        // Backwards the same column is turned at the mirrored step.
        const back = start + steps + (width - 1 - step);
        const moved = ((values[start + step + 1] as number) - (values[start + step] as number) + (values[back + 1] as number) - (values[back] as number)) / 2;
        const [sum, square] = [sums[output], squares[output]];
        if (sum === undefined || square === undefined) continue;
        sum[row * width + j] = (sum[row * width + j] as number) + moved;
        square[row * width + j] = (square[row * width + j] as number) + moved * moved;
      }
    }
    pairs[row] = order + 1;
  }
}

/** The order and the background row of a row's n-th try: by seed, row and n alone, so that a run can go on where another left off. */
function drawn(row: number, order: number, width: number, seed: number, background: number): { turns: Int32Array; behind: number } {
  const next = uniform((seed ^ Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(order + 1, 0x85ebca6b)) >>> 0);
  const turns = Int32Array.from({ length: width }, (_unused, j) => j);
  for (let j = width - 1; j > 0; j -= 1) {
    const other = Math.floor(next() * (j + 1));
    [turns[j], turns[other]] = [turns[other] as number, turns[j] as number];
  }
  return { turns, behind: Math.floor(next() * background) };
}

interface Plan {
  /** The row explained, and the background row, of each scored row. */
  readonly rows: Int32Array;
  readonly behind: Int32Array;
  /** [scored rows × columns]: 1 where the row's own value stands. */
  readonly own: Uint8Array;
  readonly orders: Int32Array[];
}

function mixture(own: RawColumn, behind: RawColumn, plan: Plan, j: number, width: number): RawColumn {
  const at = (i: number): number | string | boolean | null => (plan.own[i * width + j] === 1 ? own[plan.rows[i] as number] : behind[plan.behind[i] as number]) ?? null;
  if (own instanceof Float64Array) return Float64Array.from(plan.rows, (_unused, i) => Number(at(i) ?? Number.NaN));
  return Array.from(plan.rows, (_unused, i) => at(i));
}

/**
 * Means, their standard errors, and values that add up. What is left over goes to the columns by their variances over all outputs, so that
 * what a column does to all classes together stays nothing.
 */
function settled(state: SampledState, width: number, bases: readonly number[]): OutputContributions[] {
  const { pairs, outputs } = state;
  const made = outputs.map((all, output) => ({ ...momentsOf(state, output, width), base: bases[output] ?? Number.NaN, outputs: all }));
  for (const [row, count] of pairs.entries()) {
    const weights = Float64Array.from({ length: width }, (_unused, j) => made.reduce((sum, { values, errors }) => sum + (count > 1 ? (errors[row * width + j] as number) ** 2 : Math.abs(values[row * width + j] as number)), 0));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const { values, base, outputs: all } of made) {
      let rest = (all[row] as number) - base;
      for (let j = 0; j < width; j += 1) rest -= values[row * width + j] as number;
      for (let j = 0; j < width; j += 1) values[row * width + j] = (values[row * width + j] as number) + rest * (total > 0 ? (weights[j] as number) / total : 1 / width);
    }
  }
  return made;
}

/** Means of the pairs, and standard errors of these; NaN of a single one. */
function momentsOf({ pairs, sums, squares }: SampledState, output: number, width: number): { values: Float64Array; errors: Float64Array } {
  const [sum, square] = [sums[output] ?? new Float64Array(), squares[output] ?? new Float64Array()];
  const count = (at: number): number => pairs[Math.floor(at / width)] as number;
  const values = sum.map((value, at) => value / count(at));
  const errors = square.map((value, at) => (count(at) > 1 ? Math.sqrt(Math.max(0, value / count(at) - (values[at] as number) ** 2) / (count(at) - 1)) : Number.NaN));
  return { values, errors };
}
