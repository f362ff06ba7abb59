import type { TrainInput } from '../types.ts';
import type { Kernel, KernelSource } from './kernel.ts';
import { solveDual, type DualSolution, type SolvingStates } from './smo.ts';

/** A decision Σ coefficient · K(row, ·) + bias, by training rows; the coefficients sum up to 0. */
export interface Machine {
  /** [rows of the training data]; 0 for rows that are no support vectors. */
  readonly coefficients: Float64Array;
  readonly bias: number;
  readonly converged: boolean;
  readonly iterations: number;
}

export interface Solver {
  readonly tolerance: number;
  readonly check: () => void;
  readonly states?: SolvingStates;
}

/** Most steps: libsvm's. */
const mostSteps = (variables: number): number => Math.max(10_000_000, 100 * variables);

function machineOf(solution: DualSolution, coefficientOf: (i: number) => number, which: Int32Array, rows: number): Machine {
  const coefficients = new Float64Array(rows);
  which.forEach((row, i) => (coefficients[row] = coefficientOf(i)));
  return { coefficients, bias: -solution.rho, converged: solution.converged, iterations: solution.iterations };
}

/** Parts `positive` rows from the others among the rows `which`. @param costs [rows of the data], c of each row. */
export function trainClassifier(kernel: Kernel, which: Int32Array, positive: Uint8Array, costs: Float64Array, { tolerance, check, states }: Solver): Machine {
  const y = Int8Array.from(which, (row) => (positive[row] === 1 ? 1 : -1));
  const solution = solveDual({ kernel, y, p: new Float64Array(which.length).fill(-1), c: Float64Array.from(which, (row) => costs[row] as number) }, tolerance, mostSteps(which.length), check, states);
  return machineOf(solution, (i) => (y[i] as number) * (solution.alpha[i] as number), which, costs.length);
}

/** Epsilon-insensitive regression (Vapnik 1995) on all rows. @param values [rows], as they are to be predicted. */
export function trainRegressor(kernel: Kernel, values: Float64Array, epsilon: number, costs: Float64Array, { tolerance, check, states }: Solver): Machine {
  const rows = values.length;
  const y = Int8Array.from({ length: 2 * rows }, (_, t) => (t < rows ? 1 : -1));
  const p = Float64Array.from({ length: 2 * rows }, (_, t) => (t < rows ? epsilon - (values[t] as number) : epsilon + (values[t - rows] as number)));
  const solution = solveDual({ kernel, y, p, c: Float64Array.from({ length: 2 * rows }, (_, t) => costs[t % rows] as number) }, tolerance, mostSteps(2 * rows), check, states);
  return machineOf(solution, (i) => (solution.alpha[i] as number) - (solution.alpha[i + rows] as number), everyRow(rows), rows);
}

export const everyRow = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);

/** 1 / (features × variance of all values), scikit-learn's `gamma='scale'`. */
export function scaleGamma({ matrix }: Pick<TrainInput, 'matrix'>, features: number): number {
  let mean = 0;
  for (const value of matrix) mean += value;
  mean /= matrix.length;
  let square = 0;
  for (const value of matrix) square += (value - mean) ** 2;
  const variance = square / matrix.length;
  return variance > 0 ? 1 / (features * variance) : 1;
}

/** Decisions of a machine for training rows `wanted`, from the rows that carry it. */
export function decisionsOf({ coefficients, bias }: Machine, source: KernelSource, wanted: Int32Array, check: () => void): Float64Array {
  const support = everyRow(coefficients.length).filter((row) => coefficients[row] !== 0);
  return Float64Array.from(wanted, (row, i) => {
    if (i % 256 === 0) check();
    let sum = bias;
    for (const other of support) sum += (coefficients[other] as number) * source.value(row, other);
    return sum;
  });
}

export interface Plane {
  /** [features] */
  readonly weights: Float64Array;
  readonly bias: number;
}

/** A linear machine, whose kernel was around `centre`, as weights of the features. */
export function planeOf({ coefficients, bias: own }: Machine, matrix: Float32Array, size: number, centre: Float64Array): Plane {
  const weights = new Float64Array(size);
  for (let row = 0; row < coefficients.length; row++) {
    const coefficient = coefficients[row] as number;
    if (coefficient === 0) continue;
    for (let c = 0, at = row * size; c < size; c++, at++) weights[c] = (weights[c] as number) + coefficient * ((matrix[at] as number) - (centre[c] as number));
  }
  return { weights, bias: own - weights.reduce((sum, weight, c) => sum + weight * (centre[c] as number), 0) };
}
