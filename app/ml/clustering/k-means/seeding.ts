import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { sampleRows, squaredBetween, takeRows, type PointSet } from '../points.ts';

/** Rows above which the first centres are looked for in a random part: more would cost time and hardly change them. */
const seededFrom = 25_000;

/**
 * First centres by k-means++ (Arthur and Vassilvitskii 2007): each is a row drawn with a chance proportional to its squared distance to
 * the centres there are. Greedy, as scikit-learn has it: of 2 + ⌊ln k⌋ draws the one that leaves the least distance.
 * Gives [k × columns].
 * @throws PenstockError `too-few-rows` where there are fewer than k different rows.
 */
export function seedCentres(all: PointSet, k: number, next: () => number, check: () => void): Float64Array {
  const points = all.rows > seededFrom ? takeRows(all, sampleRows(all.rows, seededFrom, next)) : all;
  const { data, rows, columns } = points;
  const trials = 2 + Math.floor(Math.log(k));
  const centres = new Float64Array(k * columns);
  const first = Math.min(rows - 1, Math.floor(next() * rows));
  centres.set(data.subarray(first * columns, (first + 1) * columns));
  let nearest = new Float64Array(rows);
  let total = 0;
  for (let i = 0; i < rows; i++) {
    nearest[i] = squaredBetween(data, i, first, columns);
    total += nearest[i] as number;
  }
  let best = new Float64Array(rows);
  let trial = new Float64Array(rows);
  for (let c = 1; c < k; c++) {
    if (!(total > 0)) throw tooFew(c, k);
    let bestTotal = Number.POSITIVE_INFINITY;
    let chosen = 0;
    for (let t = 0; t < trials; t++) {
      check();
      const row = draw(nearest, total * next());
      let sum = 0;
      for (let i = 0; i < rows; i++) {
        const here = nearest[i] as number;
        const d = here === 0 ? 0 : squaredBetween(data, i, row, columns);
        trial[i] = d < here ? d : here;
        sum += trial[i] as number;
      }
      if (sum >= bestTotal) continue;
      bestTotal = sum;
      chosen = row;
      [best, trial] = [trial, best];
    }
    centres.set(data.subarray(chosen * columns, (chosen + 1) * columns), c * columns);
    [nearest, best] = [best, nearest];
    total = bestTotal;
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
