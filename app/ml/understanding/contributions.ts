import { toFeeds, type RawColumn } from '../model/raw-columns.ts';
import { createRunner } from '../onnx/runner.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import type { HeldRows } from './model-rows.ts';

/** What is explained: the prediction itself, a probability, or a score that becomes one (log-odds). */
export type ContributionScale = 'prediction' | 'probability' | 'log-odds';

/** How much each raw column moves one output of each row away from the mean. */
export interface OutputContributions {
  /** [rows × columns]. */
  readonly values: Float64Array;
  /** Standard errors of them, where they were sampled; NaN where one sample cannot tell. */
  readonly errors: Float64Array | null;
  /** What a row's values add up from. */
  readonly base: number;
  /** [rows]: base and values together. */
  readonly outputs: Float64Array;
}

export interface Contributions {
  readonly columns: readonly string[];
  readonly scale: ContributionScale;
  readonly method: 'trees' | 'linear' | 'sampled';
  /** By class, or the one number; null for classes that were left out to save memory. */
  readonly outputs: readonly (OutputContributions | null)[];
  /** Orders of columns that were gone through for a row, where they were sampled: `least` falls short of `asked` where it was cancelled. */
  readonly samples: { readonly asked: number; readonly least: number; readonly most: number } | null;
}

/** Values of all outputs together that are held at once. */
const mostValues = 20_000_000;

/** The outputs that are kept: all of them where they fit, else the chosen one. */
export const keptOutputs = ({ classes }: ModelSignature, chosen: number, rows: number, columns: number): number[] => {
  const all = Array.from({ length: classes?.length ?? 1 }, (_unused, output) => output);
  return all.length * rows * columns <= mostValues ? all : [chosen];
};

/** Values by feature, summed up by the raw columns they are made of. @param of value of a row's feature */
export function summedByColumn(rows: number, owner: readonly number[], columns: number, of: (row: number, feature: number) => number): Float64Array {
  const summed = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (const [feature, column] of owner.entries()) {
      const at = row * columns + column;
      summed[at] = (summed[at] as number) + of(row, feature);
    }
  }
  return summed;
}

/** One output of values that add up to it. */
export function exactOutput(values: Float64Array, columns: number, rows: number, base: number): OutputContributions {
  const outputs = Float64Array.from({ length: rows }, (_unused, row) => {
    let sum = base;
    for (let j = 0; j < columns; j += 1) sum += values[row * columns + j] as number;
    return sum;
  });
  return { values, errors: null, base, outputs };
}

/** Of two classes with one raw output, that of the second: both of them. */
export function bothClasses(second: OutputContributions, columns: number, rows: number, isShare: boolean): OutputContributions[] {
  const base = isShare ? 1 - second.base : -second.base;
  return [exactOutput(second.values.map((value) => -value), columns, rows, base), second];
}

/** Raw columns that a feature may be made of, by its name, the longest first: those it begins with (`city=Oslo`, `age_missing`). */
export function candidatesOf(feature: string, columns: readonly string[]): number[] {
  return columns
    .map((name, i) => ({ name, i }))
    .filter(({ name }) => feature === name || (feature.startsWith(name) && !/[\p{L}\p{N}]/u.test(feature.charAt(name.length))))
    .toSorted((a, b) => b.name.length - a.name.length)
    .map(({ i }) => i);
}

/**
 * Raw column that each feature is made of. Names tell it as a rule; where several could be meant (`day` and a column `day_year`), or none
 * is, the columns are dealt out anew one after the other, and the feature is of the one that changes it.
 * @param matrix the features of the held rows; `of` gives those of other rows
 */
export async function featureOwners({ features, inputs }: ModelSignature, held: HeldRows, matrix: Float32Array, of: (held: HeldRows) => Promise<Float32Array>): Promise<number[]> {
  const columns = inputs.map(({ name }) => name);
  const candidates = features.map((feature) => candidatesOf(feature, columns));
  const owners = candidates.map((list) => list[0] ?? 0);
  const open = candidates.flatMap((list, feature) => (list.length === 1 ? [] : [feature]));
  const asked = new Set(open.flatMap((feature) => (candidates[feature]?.length === 0 ? columns.map((_name, i) => i) : (candidates[feature] ?? []))));
  // Shortest names last, so that of several that change a feature the longest name counts.
  for (const column of [...asked].toSorted((a, b) => (columns[a]?.length ?? 0) - (columns[b]?.length ?? 0))) {
    const moved = await of(reversed(held, columns[column] ?? ''));
    for (const feature of open) {
      const isCandidate = candidates[feature]?.length === 0 || candidates[feature]?.includes(column) === true;
      if (isCandidate && changes(matrix, moved, feature, features.length)) owners[feature] = column;
    }
  }
  return owners;
}

function reversed(held: HeldRows, column: string): HeldRows {
  const values = held.columns[column] ?? [];
  const columns = Object.assign(Object.create(null) as Record<string, RawColumn>, held.columns);
  columns[column] = values instanceof Float64Array ? values.toReversed() : Array.from(values).toReversed();
  return { ...held, columns };
}

function changes(before: Float32Array, after: Float32Array, feature: number, width: number): boolean {
  for (let at = feature; at < before.length; at += width) if (!Object.is(before[at], after[at])) return true;
  return false;
}

/** Rows whose features are computed at once. */
const batch = 8192;

/** A tensor of the model for the held rows, [rows × width]: its features. @param model a file that gives the tensor as an output */
export async function tensorOf(model: Uint8Array, tensor: string, width: number, signature: ModelSignature, held: HeldRows, signal: AbortSignal): Promise<Float32Array> {
  const matrix = new Float32Array(held.rows * width);
  const runner = await createRunner(model, { signal });
  try {
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
