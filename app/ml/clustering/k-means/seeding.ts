import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { rowDistances } from '../distances.ts';
import { squaredBetween, type PointSet } from '../points.ts';

/**
 * First centres by k-means++ (Arthur and Vassilvitskii 2007): each is a row drawn with a chance proportional to its squared distance to
 * the centres there are. Greedy, as scikit-learn has it: of 2 + ⌊ln k⌋ draws the one that leaves the least distance.
 * Gives [k × columns].
 * @throws PenstockError `too-few-rows` where there are fewer than k different rows.
 */
export function seedCentres(points: PointSet, k: number, next: () => number, check: () => void): Float64Array {
  const { data, rows, columns } = points;
  const trials = 2 + Math.floor(Math.log(k));
  const centres = new Float64Array(k * columns);
  const first = Math.min(rows - 1, Math.floor(next() * rows));
  centres.set(data.subarray(first * columns, (first + 1) * columns));
  const nearest = new Float64Array(rows);
  let total = 0;
  for (let i = 0; i < rows; i++) {
    nearest[i] = squaredBetween(data, i, first, columns);
    total += nearest[i] as number;
  }
  const drawn = new Int32Array(trials);
  const candidates = new Float64Array(trials * columns);
  const sums = new Float64Array(trials);
  const distances = rowDistances(points, trials, rows);
  const { pitch } = distances;
  for (let c = 1; c < k; c++) {
    if (!(total > 0)) throw tooFew(c, k);
    check();
    for (let t = 0; t < trials; t++) {
      drawn[t] = draw(nearest, total * next());
      candidates.set(data.subarray((drawn[t] as number) * columns, ((drawn[t] as number) + 1) * columns), t * columns);
    }
    distances.set(candidates, trials);
    const squares = distances.to(0, rows);
    sums.fill(0);
    for (let i = 0; i < rows; i++) {
      const here = nearest[i] as number;
      for (let t = 0; t < trials; t++) sums[t] = (sums[t] as number) + Math.min(here, squares[i * pitch + t] as number);
    }
    const chosen = sums.indexOf(Math.min(...sums));
    centres.set(candidates.subarray(chosen * columns, (chosen + 1) * columns), c * columns);
    total = 0;
    for (let i = 0; i < rows; i++) {
      nearest[i] = Math.min(nearest[i] as number, squares[i * pitch + chosen] as number);
      total += nearest[i] as number;
    }
    // Rounding must not leave a row a distance from itself, or from one that is the same.
    nearest[drawn[chosen] as number] = 0;
  }
  return centres;
}

/** The row at which the running sum of weights passes `at`; never one of weight 0. */
function draw(weights: Float64Array, at: number): number {
  let sum = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    if (weight === 0) continue;
    sum += weight;
    last = i;
    if (sum > at) return i;
  }
  return last;
}

function tooFew(found: number, k: number): PenstockError {
  return new PenstockError('too-few-rows', `There ${found === 1 ? 'is only one row that differs' : `are only ${formatCount(found)} different rows`}, too few for ${k} clusters.`, {
    remedy: 'Ask for fewer clusters, or give the node more rows or features.',
    place: { param: ['clusters'] },
  });
}
