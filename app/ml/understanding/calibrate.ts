import { brierScore, logLoss } from '../metrics/probability.ts';
import { uniform } from '../learners/random.ts';
import type { TaskAnswer, TaskHooks } from '../worker/tasks.ts';
import { calibrateRows, fitCalibrator, type CalibrationMethod, type Calibrator } from './calibrators.ts';
import { reliabilityOf, type BinStrategy, type Reliability } from './reliability.ts';

export interface CalibratePayload {
  /** Row-major [rows × classes]. */
  readonly probabilities: Float32Array;
  /** [rows]: index of the true class. */
  readonly truth: Int32Array;
  readonly classes: number;
  readonly method: CalibrationMethod | null;
  readonly bins: number;
  readonly strategy: BinStrategy;
  /** 32-bit unsigned: which rows are in which fold. */
  readonly seed: number;
}

export interface ClassReliability {
  readonly cls: number;
  readonly reliability: Reliability;
  /** Rows by probability, in twentieths from 0 to 1. */
  readonly histogram: readonly number[];
}

export interface CalibrationView {
  readonly logLoss: number;
  readonly brier: number;
  /** Of the second class where there are two, else of every class against the rest. */
  readonly classes: readonly ClassReliability[];
}

export interface CalibrateResult {
  readonly before: CalibrationView;
  /** By five folds, so that no row is measured by a calibrator that was fitted on it. Null without a method. */
  readonly after: CalibrationView | null;
  /** Fitted on all rows; empty without a method. */
  readonly calibrators: readonly Calibrator[];
}

export const calibrationFolds = 5;
export const histogramBins = 20;

/** Measures the probabilities, fits calibrators and measures what they make of them. */
export function calibrateInWorker(payload: CalibratePayload, hooks: TaskHooks): TaskAnswer<CalibrateResult> {
  const { probabilities, method, classes } = payload;
  const before = viewOf(probabilities, payload, hooks);
  if (method === null) return { result: { before, after: null, calibrators: [] } };
  const folds = foldsOf(payload);
  const crossed = new Float64Array(probabilities.length);
  for (let fold = 0; fold < calibrationFolds; fold += 1) {
    hooks.check();
    hooks.progress(0.2 + (0.5 * fold) / calibrationFolds, 'Fitting the calibration');
    const calibrators = fitAll(payload, method, (row) => folds[row] !== fold);
    const rows = rowsWhere(folds.length, (row) => folds[row] === fold);
    const part = new Float64Array(rows.length * classes);
    for (const [at, row] of rows.entries()) part.set(probabilities.subarray(row * classes, (row + 1) * classes), at * classes);
    const answers = calibrateRows(calibrators, part, classes);
    for (const [at, row] of rows.entries()) crossed.set(answers.subarray(at * classes, (at + 1) * classes), row * classes);
  }
  hooks.check();
  const calibrators = fitAll(payload, method, () => true);
  hooks.progress(0.85, 'Measuring');
  return { result: { before, after: viewOf(crossed, payload, hooks), calibrators } };
}

/** One calibrator for each class, or one for the second of two. A class without rows keeps its probability. */
function fitAll({ probabilities, truth, classes }: CalibratePayload, method: CalibrationMethod, use: (row: number) => boolean): Calibrator[] {
  const rows = rowsWhere(truth.length, use);
  return calibratedClasses(classes).map((cls) => {
    const scores = Float64Array.from(rows, (row) => probabilities[row * classes + cls] ?? 0);
    const positive = Uint8Array.from(rows, (row) => (truth[row] === cls ? 1 : 0));
    if (positive.includes(1) && positive.includes(0)) return fitCalibrator(method, scores, positive);
    return method === 'platt' ? { method, slope: 1, offset: 0 } : { method, x: [0, 1], y: [0, 1] };
  });
}

export const calibratedClasses = (classes: number): number[] => (classes === 2 ? [1] : Array.from({ length: classes }, (_unused, cls) => cls));

function rowsWhere(rows: number, use: (row: number) => boolean): Int32Array {
  return Int32Array.from({ length: rows }, (_unused, row) => row).filter(use);
}

/** The fold of each row; every class is spread evenly over the folds. */
function foldsOf({ truth, seed, classes }: CalibratePayload): Uint8Array {
  const next = uniform(seed);
  const dealt = Array.from({ length: classes }, () => Math.floor(next() * calibrationFolds));
  const order = Float64Array.from(truth, () => next());
  const rows = Int32Array.from({ length: truth.length }, (_unused, row) => row).sort((a, b) => (order[a] ?? 0) - (order[b] ?? 0));
  const folds = new Uint8Array(truth.length);
  for (const row of rows) {
    const cls = truth[row] ?? 0;
    folds[row] = (dealt[cls] ?? 0) % calibrationFolds;
    dealt[cls] = (dealt[cls] ?? 0) + 1;
  }
  return folds;
}

function viewOf(probabilities: ArrayLike<number>, { truth, classes, bins, strategy }: CalibratePayload, hooks: TaskHooks): CalibrationView {
  const rows = truth.length;
  return {
    logLoss: logLoss(probabilities, truth, classes),
    brier: brierScore(probabilities, truth, classes),
    classes: calibratedClasses(classes).map((cls) => {
      hooks.check();
      const scores = Float64Array.from({ length: rows }, (_unused, row) => probabilities[row * classes + cls] ?? 0);
      const positive = Uint8Array.from(truth, (value) => (value === cls ? 1 : 0));
      const histogram = Array.from({ length: histogramBins }, () => 0);
      for (const p of scores) {
        const bin = Math.min(histogramBins - 1, Math.floor(p * histogramBins));
        histogram[bin] = (histogram[bin] ?? 0) + 1;
      }
      return { cls, reliability: reliabilityOf(scores, positive, bins, strategy), histogram };
    }),
  };
}
