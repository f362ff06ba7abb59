import type { Precision } from '../../matrix/blocks.ts';
import { quickPrecision, suitsBlocks } from '../../matrix/choose.ts';
import { blockMoments, guessSpreads, type Moments, type Rows, type Spreads, teamSpreads } from '../../matrix/moments.ts';
import type { RowTeam } from '../../matrix/row-team.ts';
import { columnScales } from '../columns.ts';
import { checkMatrix } from '../check-input.ts';
import type { TrainHooks, TrainInput } from '../types.ts';
import { mostSquared } from '../wide.ts';
import type { LogisticParams } from './params.ts';

/**
 * A logistic problem in coordinates that suit the optimiser: u = (x − shift) · inverse, where inverse is about 1 / spread. Columns
 * whose mean is small against their spread are not shifted, so that zeros stay zeros. Parameters of a class: one a column, then the
 * intercept.
 */
export interface LogisticProblem {
  readonly input: TrainInput;
  readonly shifts: Float64Array;
  readonly inverse: Float64Array;
  /** Row weights, class weights multiplied in; undefined: all 1. */
  readonly weights: Float64Array | undefined;
  /** Sum of the weights. */
  readonly weight: number;
  /** Penalty of each column, of which F has Σ l1 |u| + ½ Σ l2 u². */
  readonly l1: Float64Array;
  readonly l2: Float64Array;
  /** Left to the matrix kernels, in this precision where it is enough: many rows, most values filled. Null: not. */
  readonly blocks: Precision | null;
  readonly hooks: TrainHooks;
}

/** Spreads whose squares float32 holds. */
const floatRange = { least: 1e-15, most: 1e15 };
/** Share of the curvature that the data are taken to have: about p (1 − p). */
const usualCurvature = 0.2;

interface Scales {
  readonly means: Float64Array;
  readonly spreads: Float64Array;
  readonly weight: number;
}

const squaresOf = ({ means, gram }: Moments): Float64Array => means.map((_, j) => gram[j * (means.length + 1)] as number);

function scalesOf({ means, squares, weight }: Spreads): Scales {
  const spreads = means.map((mean, j) => {
    const spread = Math.sqrt(Math.max(0, squares[j] as number) / weight);
    return spread > Math.abs(mean) * 1e-7 ? spread : 0;
  });
  return { means, spreads, weight };
}

/** What products of the rows are best computed in; null: not by kernels. */
export function precisionOf({ matrix, rows, features }: TrainInput): Precision | null {
  const table = { matrix, rows, columns: features.length };
  return features.length <= mostSquared && suitsBlocks(table) ? quickPrecision(table) : null;
}

/**
 * Σ wᵢ lossᵢ + strength (ratio |w|₁ + ½ (1 − ratio) |w|²), divided by the sum of weights.
 * @param blocks as `precisionOf` gives it
 * @param team the rows, with the same weights, where they are left to one
 * @throws PenstockError `training-data`.
 */
export async function logisticProblem(input: TrainInput, weights: Float64Array | undefined, params: LogisticParams, blocks: Precision | null, team: RowTeam | null, hooks: TrainHooks): Promise<LogisticProblem> {
  const weighted = weights === undefined ? {} : { weights };
  const table = tableOf(input, weights);
  let scales: Scales | null = blocks === null ? null : scalesOf(team === null ? await blockMoments(table, blocks, hooks).then((moments) => ({ ...moments, squares: squaresOf(moments) })) : teamSpreads(table, team, hooks.check));
  const fits = scales === null || inFloatRange(scales);
  if (scales === null || !fits) {
    checkMatrix(input);
    scales = columnScales({ ...input, ...weighted });
  }
  return problemOf(input, weights, params, scales, fits ? blocks : null, hooks);
}

const tableOf = ({ matrix, rows, features }: TrainInput, weights: Float64Array | undefined): Rows => ({ matrix, rows, columns: features.length, ...(weights === undefined ? {} : { weights }) });

const inFloatRange = ({ means, spreads }: Scales): boolean => spreads.every((spread, j) => Math.abs(means[j] ?? Number.NaN) < floatRange.most && (spread === 0 || (spread > floatRange.least && spread < floatRange.most)));

const canServe = (scales: Scales): boolean => inFloatRange(scales) && scales.spreads.every((spread) => spread > 0);

/**
 * The same for rows without weights, in coordinates that a few rows give, or a sample where they don't: any will do that even out the curvature. Null where a column does
 * not vary in either, or a value is out of range. What other rows hold is not looked at: without a minimum, take `logisticProblem`.
 */
export function sampledProblem(input: TrainInput, params: LogisticParams, team: RowTeam, sample: number, hooks: TrainHooks): LogisticProblem | null {
  const table = tableOf(input, undefined);
  const guessed = scalesOf(guessSpreads(table));
  const scales = canServe(guessed) ? guessed : scalesOf(teamSpreads(table, team, hooks.check, sample));
  if (!canServe(scales)) return null;
  return problemOf(input, undefined, params, { ...scales, weight: input.rows }, 'float', hooks);
}

function problemOf(input: TrainInput, weights: Float64Array | undefined, params: LogisticParams, { means, spreads, weight }: Scales, blocks: Precision | null, hooks: TrainHooks): LogisticProblem {
  const ratio = { none: 0, l2: 0, l1: 1, 'elastic-net': params.l1Ratio }[params.penalty];
  const strength = (params.penalty === 'none' ? 0 : params.strength) / weight;
  // A column of tiny spread meets an enormous penalty in its own units; shrinking it evens the curvature out for L-BFGS.
  const inverse = spreads.map((spread) => (spread > 0 ? 1 / spread / Math.sqrt(1 + ((strength * (1 - ratio)) / usualCurvature) / (spread * spread)) : 0));
  return {
    input,
    shifts: means.map((mean, j) => (Math.abs(mean) > (spreads[j] as number) ? Math.fround(mean) : 0)),
    inverse,
    weights,
    weight,
    l1: inverse.map((value) => strength * ratio * value),
    l2: inverse.map((value) => strength * (1 - ratio) * value * value),
    blocks,
    hooks,
  };
}

/** Parameters of one class back in the columns' own units. */
export function unscale({ shifts, inverse }: LogisticProblem, parameters: Float64Array): { coefficients: Float64Array; intercept: number } {
  const size = inverse.length;
  const coefficients = new Float64Array(size);
  let intercept = parameters[size] as number;
  for (let j = 0; j < size; j++) {
    const coefficient = (parameters[j] as number) * (inverse[j] as number);
    coefficients[j] = coefficient;
    intercept -= coefficient * (shifts[j] as number);
  }
  return { coefficients, intercept };
}

/** ln(1 + eˣ) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}
