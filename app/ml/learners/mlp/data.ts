import type { ClassWeights } from '../class-weights.ts';
import { rowWeights } from '../class-weights.ts';
import { columnScales } from '../columns.ts';
import type { TrainInput } from '../types.ts';
import type { InputScaling } from './head.ts';

/** Training data as the network takes them. */
export interface NetworkData {
  readonly x: Float32Array;
  /** Class index, or the standardised value. */
  readonly target: Float32Array;
  /** Mean 1; null where all are 1. */
  readonly weights: Float32Array | null;
  readonly scaling: InputScaling | null;
  /** Names of the columns that `scaling` changes. */
  readonly scaled: readonly string[];
  readonly targetScale: { readonly mean: number; readonly spread: number };
}

/** Columns within these bounds (of spread and of mean over spread) train well as they are: one-hot, standardised, 0…1. */
const wellScaled = { smallest: 0.05, largest: 5, farthest: 10 };

function inputScaling(input: TrainInput): { scaling: InputScaling | null; scaled: string[] } {
  const { means, spreads } = columnScales(input);
  const size = input.features.length;
  const shifts = new Float32Array(size);
  const factors = new Float32Array(size).fill(1);
  const scaled: string[] = [];
  for (let j = 0; j < size; j++) {
    const mean = means[j] as number;
    const spread = spreads[j] as number;
    // A constant column says nothing; large, it would still drown the others.
    const off = spread === 0 ? Math.abs(mean) > wellScaled.largest : spread < wellScaled.smallest || spread > wellScaled.largest || Math.abs(mean) > wellScaled.farthest * spread;
    // Rare categories of a one-hot column have a small spread, too; blown up to 1 they would count far too much.
    const isShare = mean >= 0 && mean <= 1 && spread <= 0.5 && zeroOne(input, j);
    if (!off || isShare) continue;
    shifts[j] = mean;
    factors[j] = spread === 0 ? 1 : 1 / spread;
    scaled.push(input.features[j] ?? '');
  }
  return { scaling: scaled.length === 0 ? null : { shifts, factors }, scaled };
}

function zeroOne({ matrix, rows, features }: TrainInput, column: number): boolean {
  for (let row = 0, at = column; row < rows; row++, at += features.length) {
    if (matrix[at] !== 0 && matrix[at] !== 1) return false;
  }
  return true;
}

/** Scales columns that are far from 0…1, standardises a regression's target, normalises weights. */
export function networkData(input: TrainInput, classWeights: ClassWeights): NetworkData {
  const { matrix, rows, features, target, task } = input;
  const { scaling, scaled } = inputScaling(input);
  let x = matrix;
  if (scaling !== null) {
    x = new Float32Array(matrix.length);
    const size = features.length;
    for (let i = 0, j = 0; i < x.length; i++, j = j + 1 === size ? 0 : j + 1) {
      x[i] = ((matrix[i] as number) - (scaling.shifts[j] as number)) * (scaling.factors[j] as number);
    }
  }
  const raw = task === 'classification' ? rowWeights(input, classWeights) : input.weights;
  const total = raw?.reduce((sum, weight) => sum + weight, 0) ?? rows;
  const weights = raw === undefined ? null : Float32Array.from(raw, (weight) => (weight * rows) / total);

  let targetScale = { mean: 0, spread: 1 };
  if (task === 'regression') {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += (target[row] as number) * (raw === undefined ? 1 : (raw[row] as number));
    const mean = sum / total;
    let square = 0;
    for (let row = 0; row < rows; row++) square += ((target[row] as number) - mean) ** 2 * (raw === undefined ? 1 : (raw[row] as number));
    const spread = Math.sqrt(square / total);
    targetScale = { mean, spread: spread > Math.abs(mean) * 1e-12 ? spread : 1 };
  }
  const { mean, spread } = targetScale;
  return { x, target: Float32Array.from(target, (value) => (value - mean) / spread), weights, scaling, scaled, targetScale };
}
