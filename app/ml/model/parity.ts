import { PenstockError } from '#app/core/errors.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { openScorer, type Predictions } from './scorer.ts';

/** A few raw rows with the predictions expected of them. Column-wise; null is missing. */
export interface GoldenRows {
  readonly signature: ModelSignature;
  readonly rows: number;
  readonly inputs: Readonly<Record<string, readonly (null | boolean | number | string)[]>>;
  readonly outputs: GoldenOutputs;
}

export interface GoldenOutputs {
  readonly label?: readonly number[];
  /** [rows][classes] */
  readonly probabilities?: readonly (readonly number[])[];
  readonly prediction?: readonly number[];
}

/** Largest difference found, relative to max(|expected|, floor). */
export interface ParityResult {
  readonly rows: number;
  readonly worst: number;
}

/**
 * Runs the model on the golden rows and compares. A value passes within `tolerance` × max(|expected|, floor), where the floor is
 * 0.1 for probabilities and a tenth of the largest expected magnitude for numbers: below that, float32 sums cancel.
 * A label passes where its expected probability is within the tolerance of the highest.
 * @throws PenstockError `parity` naming the row and the values.
 */
export async function checkParity(model: string | Uint8Array, golden: GoldenRows, tolerance = 1e-5): Promise<ParityResult> {
  const scorer = await openScorer(model, golden.signature);
  try {
    const found = await scorer.score(golden.inputs, golden.rows);
    return comparePredictions(found, golden, tolerance);
  } finally {
    await scorer.close();
  }
}

/** As `checkParity`, for predictions that were made already. @throws PenstockError `parity`. */
export function comparePredictions(found: Predictions, golden: GoldenRows, tolerance = 1e-5): ParityResult {
  let worst = 0;
  const check = (row: number, what: string, value: number | undefined, expected: number, floor: number) => {
    const difference = relativeDifference(value ?? Number.NaN, expected, floor);
    if (difference > tolerance) throw parityError(row, what, value, expected, tolerance);
    worst = Math.max(worst, difference);
  };
  const { label, probabilities, prediction } = golden.outputs;
  if (prediction !== undefined) {
    const floor = 0.1 * prediction.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1e-30);
    for (const [row, expected] of prediction.entries()) check(row, 'prediction', found.prediction?.[row], expected, floor);
  }
  if (label === undefined || probabilities === undefined) return { rows: golden.rows, worst };
  for (const [row, expected] of probabilities.entries()) {
    const width = expected.length;
    for (const [index, value] of expected.entries()) {
      check(row, `probability of “${golden.signature.classes?.[index] ?? index}”`, found.probabilities?.[row * width + index], value, 0.1);
    }
    const best = Math.max(...expected);
    const chosen = found.label?.[row] ?? -1;
    if (chosen !== label[row] && !((expected[chosen] ?? -1) >= best - tolerance)) throw parityError(row, 'label', chosen, label[row] ?? -1, 0);
  }
  return { rows: golden.rows, worst };
}

/** |value − expected| ÷ max(|expected|, floor); 0 where both are the same non-finite value. */
export function relativeDifference(value: number, expected: number, floor: number): number {
  if (Object.is(value, expected) || value === expected) return 0;
  const difference = Math.abs(value - expected) / Math.max(Math.abs(expected), floor);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

function parityError(row: number, what: string, value: number | undefined, expected: number, tolerance: number): PenstockError {
  return new PenstockError(
    'parity',
    `The model file does not repeat its own training-time results: in test row ${row + 1} the ${what} is ${value ?? 'missing'} where ${expected} is expected${tolerance > 0 ? ` (allowed: ${tolerance} relative)` : ''}.`,
    { remedy: 'Do not deploy this file; train the model again, and report it if it happens again.', place: { line: row + 1 } },
  );
}
