import { toFeeds } from '../model/raw-columns.ts';
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
