import type { TaskHooks } from '../worker/tasks.ts';
import { type Tensor, tensor } from '../worker/ort.ts';
import { blocksOf, kernel, type Precision } from './blocks.ts';
import { momentsGraph } from './moments-graph.ts';

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

/** Rows looked at for a shift that takes most of the mean away. */
const looked = 1024;
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

function guessShift({ matrix, rows, columns, target }: Rows): Shift {
  const count = Math.min(rows, looked);
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
  let needed = false;
  for (let j = 0; j < columns; j++) {
    const mean = (sums[j] as number) / count;
    const variance = (squares[j] as number) / count - mean * mean;
    if (!(mean * mean <= centred * centred * variance)) needed = needed || mean !== 0;
    sums[j] = Math.fround(mean);
  }
  return { columns: needed ? sums : new Float64Array(columns), target: Math.fround(targetSum / count), needed };
}

/**
 * Moments in one pass, by onnxruntime's matrix product over blocks of rows; in a worker only. Products are rounded as `precision`
 * says; with `float` moments are good to about seven digits of the largest of their kind.
 */
export async function blockMoments(input: Rows, precision: Precision, hooks: Pick<TaskHooks, 'check'>): Promise<Moments> {
  const shift = guessShift(input);
  const found = await onePass(input, precision, shift, hooks);
  if (!found.means.every(Number.isFinite)) return found;
  const { columns } = input;
  const off = found.means.some((mean, j) => {
    const far = mean - (shift.columns[j] as number);
    return far * far * found.weight > farOff * farOff * (found.gram[j * columns + j] as number) && Math.fround(mean) !== shift.columns[j];
  });
  // A shift from rows that were not like the others: now the means are known.
  return off ? onePass(input, precision, { columns: found.means.map(Math.fround), target: Math.fround(found.targetMean), needed: true }, hooks) : found;
}

async function onePass({ matrix, rows, columns, target, weights }: Rows, precision: Precision, shift: Shift, hooks: Pick<TaskHooks, 'check'>): Promise<Moments> {
  const weighted = weights !== undefined;
  const session = await kernel(`moments ${columns} ${precision} ${weighted} ${shift.needed}`, () => momentsGraph({ columns, precision, weighted, shifted: shift.needed }));
  const type = precision === 'float' ? 'float32' : 'float64';
  const array = (length: number): Float32Array | Float64Array => (precision === 'float' ? new Float32Array(length) : new Float64Array(length));
  const shiftFeed: Record<string, Tensor> = shift.needed ? { shift: tensor(type, precision === 'float' ? Float32Array.from(shift.columns) : shift.columns, [columns]) } : {};
  const gram = new Float64Array(columns * columns);
  const sides = new Float64Array(2 * columns);
  let [weight, targetSum, square] = [0, 0, 0];
  let [e, w] = [array(0), array(0)];
  for (const { first, batch, rows: each } of blocksOf(rows, columns)) {
    hooks.check();
    const count = batch * each;
    if (e.length !== 2 * count) [e, w] = [array(2 * count).fill(1), array(weighted ? count : 0)];
    for (let b = 0, row = first; b < batch; b++) {
      const at = 2 * b * each;
      if (weighted) {
        for (let i = at; i < at + each; i++, row++) {
          const share = weights[row] as number;
          const value = target === undefined ? 0 : (target[row] as number) - shift.target;
          e[i] = share;
          e[i + each] = share * value;
          w[row - first] = share;
          weight += share;
          targetSum += share * value;
          square += share * value * value;
        }
      } else if (target !== undefined) {
        for (let i = at + each; i < at + 2 * each; i++, row++) {
          const value = (target[row] as number) - shift.target;
          e[i] = value;
          targetSum += value;
          square += value * value;
        }
      }
    }
    if (!weighted) weight += count;
    const outputs = await session.run({
      x: tensor('float32', matrix.subarray(first * columns, (first + count) * columns), [batch, each, columns]),
      e: tensor(type, e, [batch, 2, each]),
      ...(weighted ? { w: tensor(type, w, [batch, each, 1]) } : {}),
      ...shiftFeed,
    });
    addTo(gram, outputs['gram']?.data as Float64Array);
    addTo(sides, outputs['sides']?.data as Float64Array);
  }
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

export function addTo(sum: Float64Array, part: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
}
