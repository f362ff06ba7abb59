import type { TaskHooks } from '../worker/tasks.ts';
import { type Tensor, tensor } from '../worker/ort.ts';
import { blocksOf, kernel, mostRows, type Precision } from './blocks.ts';
import { momentsGraph, type MomentsShape } from './moments-graph.ts';
import { RowTeam, type RowSums, type Spread, suitsTeam } from './row-team.ts';

/** Rows to take moments of. */
export interface Rows {
  /** Row-major [rows × columns]. */
  readonly matrix: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** [rows]; absent: all 0. */
  readonly target?: Float64Array;
  /** [rows], ≥ 0, not all zero; absent: all 1. */
  readonly weights?: Float64Array;
}

/** Weighted means, and sums of products of deviations from them, in float64. Where a value is not finite, so are moments. */
export interface Moments {
  /** Sum of the weights. */
  readonly weight: number;
  /** [columns] */
  readonly means: Float64Array;
  /** [columns × columns], symmetric. */
  readonly gram: Float64Array;
  readonly targetMean: number;
  /** Products of the columns with the target, [columns], and of the target with itself. */
  readonly cross: Float64Array;
  readonly square: number;
}

/** Rows looked at for a shift that takes most of the mean away, and for spreads. */
const looked = { shift: 128, spreads: 512 } as const;
/** Mean over spread up to which sums of products lose too little to be worth a shift. */
const centred = 1;
/** The same above which the shift that was guessed was no good. */
const farOff = 4;

interface Shift {
  readonly columns: Float64Array;
  readonly target: number;
  /** Whether taking it from the columns is worth the time. */
  readonly needed: boolean;
}

interface Guess extends Spreads {
  readonly targetMean: number;
}

/** Of some rows, weights left out. */
function guess({ matrix, rows, columns, target }: Rows, most: number): Guess {
  const count = Math.min(rows, most);
  const sums = new Float64Array(columns);
  const squares = new Float64Array(columns);
  let targetSum = 0;
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * rows) / count);
    for (let j = 0, at = row * columns; j < columns; j++, at++) {
      const value = matrix[at] as number;
      sums[j] = (sums[j] as number) + value;
      squares[j] = (squares[j] as number) + value * value;
    }
    targetSum += target === undefined ? 0 : (target[row] as number);
  }
  for (let j = 0; j < columns; j++) {
    const mean = (sums[j] as number) / count;
    sums[j] = mean;
    squares[j] = (squares[j] as number) - count * mean * mean;
  }
  return { weight: count, means: sums, squares, targetMean: targetSum / count };
}

function guessShift(input: Rows): Shift {
  const { weight, means, squares, targetMean } = guess(input, looked.shift);
  const needed = means.some((mean, j) => mean !== 0 && !(mean * mean * weight <= centred * centred * (squares[j] as number)));
  return { columns: needed ? means.map(Math.fround) : new Float64Array(input.columns), target: Math.fround(targetMean), needed };
}

/** Means and spreads of a few rows, about. */
export const guessSpreads = (input: Rows): Spreads => guess(input, looked.spreads);

/**
 * Moments in one pass over blocks of rows, by the kernels or by onnxruntime's matrix product; in a worker only. Products are rounded as
 * `precision` says; with `float` moments are good to about seven digits of the largest of their kind.
 */
export async function blockMoments(input: Rows, precision: Precision, hooks: Pick<TaskHooks, 'check'>): Promise<Moments> {
  const team = precision === 'float' && suitsTeam(input.rows, input.columns, 'products') ? await RowTeam.open(input, { targets: input.target, weights: input.weights }) : null;
  const onePass = async (shift: Shift): Promise<Moments> => momentsFrom(input, shift, team === null ? await graphSums(input, precision, shift, hooks) : team.moments(shift.needed ? shift.columns : null, shift.target, true, hooks.check));
  try {
    const shift = guessShift(input);
    const found = await onePass(shift);
    if (!found.means.every(Number.isFinite)) return found;
    const squares = found.means.map((_, j) => found.gram[j * (input.columns + 1)] as number);
    // A shift from rows that were not like the others: now the means are known.
    return isOff(shift, { ...found, squares }) ? await onePass({ columns: found.means.map(Math.fround), target: Math.fround(found.targetMean), needed: true }) : found;
  } finally {
    team?.close();
  }
}

/** Weighted means, and sums of squared deviations from them. */
export interface Spreads {
  readonly weight: number;
  readonly means: Float64Array;
  readonly squares: Float64Array;
}

function isOff({ columns }: Shift, { weight, means, squares }: Spreads): boolean {
  return means.some((mean, j) => {
    const far = mean - (columns[j] as number);
    return far * far * weight > farOff * farOff * (squares[j] as number) && Math.fround(mean) !== columns[j];
  });
}

/** As `blockMoments` in float32, of the columns each by itself, by a team that stays open; of all rows or of an even spread of them. */
export function teamSpreads(input: Rows, team: RowTeam, check: () => void, spread: Spread = 'all'): Spreads {
  const { columns } = input;
  const onePass = (shift: Shift): Spreads => {
    const { sums, sides } = team.moments(shift.needed ? shift.columns : null, 0, false, check, spread);
    const weight = sums[0] as number;
    return {
      weight,
      means: Float64Array.from({ length: columns }, (_, j) => (shift.columns[j] as number) + (sides[j] as number) / weight),
      squares: Float64Array.from({ length: columns }, (_, j) => (sides[columns + j] as number) - ((sides[j] as number) * (sides[j] as number)) / weight),
    };
  };
  const shift = guessShift(input);
  const found = onePass(shift);
  return found.means.every(Number.isFinite) && isOff(shift, found) ? onePass({ columns: found.means.map(Math.fround), target: 0, needed: true }) : found;
}

async function graphSums({ matrix, rows, columns, target, weights }: Rows, precision: Precision, shift: Shift, hooks: Pick<TaskHooks, 'check'>): Promise<RowSums> {
  const shape: MomentsShape = { columns, precision, targeted: target !== undefined, weighted: weights !== undefined, shifted: shift.needed };
  const session = await kernel(`moments ${JSON.stringify(shape)}`, () => momentsGraph(shape));
  const fixed: Record<string, Tensor> = {};
  if (shift.needed) fixed['shift'] = precision === 'float' ? tensor('float32', Float32Array.from(shift.columns), [columns]) : tensor('float64', shift.columns, [columns]);
  if (target !== undefined) fixed['level'] = tensor('float64', Float64Array.of(shift.target), [1]);
  const blocks = blocksOf(rows, columns);
  const ones = new Float32Array(weights === undefined ? Math.min(rows, mostRows) : 0).fill(1);
  const gram = new Float64Array(columns * columns);
  const sides = new Float64Array(2 * columns);
  const sums = new Float64Array(3);
  for (const { first, batch, rows: each } of blocks) {
    hooks.check();
    const end = first + batch * each;
    const line = [batch, 1, each];
    const outputs = await session.run({
      x: tensor('float32', matrix.subarray(first * columns, end * columns), [batch, each, columns]),
      ...(target === undefined ? {} : { y: tensor('float64', target.subarray(first, end), line) }),
      ...(weights === undefined ? { one: tensor('float32', ones.subarray(0, end - first), line) } : { w: tensor('float64', weights.subarray(first, end), line) }),
      ...fixed,
    });
    addTo(gram, outputs['gram']?.data as Float64Array);
    addTo(sides, outputs['sides']?.data as Float64Array);
    addTo(sums, (outputs['sums']?.data ?? nothing) as Float64Array);
  }
  return { gram, sides, sums: weights === undefined ? Float64Array.of(rows, ...sums) : sums };
}

/** Sums about a shift as moments. */
function momentsFrom({ columns }: Rows, shift: Shift, { gram, sides, sums }: RowSums): Moments {
  const [weight = 0, targetSum = 0, square = 0] = sums;
  const off = sides.subarray(0, columns);
  const cross = Float64Array.from({ length: columns }, (_, j) => (sides[columns + j] as number) - ((off[j] as number) * targetSum) / weight);
  const means = Float64Array.from(off, (sum, j) => (shift.columns[j] as number) + sum / weight);
  for (let j = 0; j < columns; j++) {
    // The lower triangle for both: a product's halves may differ in the last digit.
    for (let k = 0; k <= j; k++) {
      const value = (gram[j * columns + k] as number) - ((off[j] as number) * (off[k] as number)) / weight;
      gram[j * columns + k] = value;
      gram[k * columns + j] = value;
    }
  }
  return { weight, means, gram, targetMean: shift.target + targetSum / weight, cross, square: square - (targetSum * targetSum) / weight };
}

const nothing = new Float64Array();

export function addTo(sum: Float64Array, part: Float64Array): void {
  for (let i = 0; i < part.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
}
