/** Exact nearest neighbours by Euclidean distance: n² · columns multiplications, a few seconds for ten thousand rows. */
export interface Neighbours {
  readonly count: number;
  /** [rows × count], nearest first; a row is not its own neighbour. */
  readonly indices: Int32Array;
  readonly distances: Float64Array;
}

export interface Points {
  /** Row-major [rows × columns]. */
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

export function squaredDistance({ data, columns }: Points, i: number, j: number): number {
  let sum = 0;
  for (let c = 0, a = i * columns, b = j * columns; c < columns; c++, a++, b++) {
    const d = (data[a] as number) - (data[b] as number);
    sum += d * d;
  }
  return sum;
}

/** @param each called before every row: for progress and cancel. */
export function nearest(points: Points, wanted: number, each: (row: number) => void): Neighbours {
  const { rows } = points;
  const count = Math.min(wanted, rows - 1);
  const indices = new Int32Array(rows * count);
  const distances = new Float64Array(rows * count);
  const best = new Float64Array(count);
  const who = new Int32Array(count);
  for (let i = 0; i < rows; i++) {
    each(i);
    let held = 0;
    for (let j = 0; j < rows; j++) {
      if (j === i) continue;
      const d = squaredDistance(points, i, j);
      if (held === count && d >= (best[count - 1] as number)) continue;
      let at = held < count ? held++ : count - 1;
      for (; at > 0 && (best[at - 1] as number) > d; at--) {
        best[at] = best[at - 1] as number;
        who[at] = who[at - 1] as number;
      }
      best[at] = d;
      who[at] = j;
    }
    for (let k = 0; k < count; k++) {
      indices[i * count + k] = who[k] as number;
      distances[i * count + k] = Math.sqrt(best[k] as number);
    }
  }
  return { count, indices, distances };
}

/**
 * Trustworthiness (Venna and Kaski 2001) of a picture: 1 where every neighbour in it is a neighbour in the data too. As scikit-learn's
 * `trustworthiness`; of at most `most` rows, evenly spaced.
 */
export function trustworthiness(points: Points, picture: Points, k: number, most: number, each: (row: number) => void): number {
  const { rows } = points;
  if (rows < 3 * k + 2) return Number.NaN;
  const step = Math.max(1, Math.ceil(rows / most));
  const own = new Float64Array(rows);
  const near = new Int32Array(k);
  const best = new Float64Array(k);
  let penalty = 0;
  let asked = 0;
  for (let i = 0; i < rows; i += step, asked++) {
    each(i);
    let held = 0;
    for (let j = 0; j < rows; j++) {
      own[j] = squaredDistance(points, i, j);
      if (j === i) continue;
      const d = squaredDistance(picture, i, j);
      if (held === k && d >= (best[k - 1] as number)) continue;
      let at = held < k ? held++ : k - 1;
      for (; at > 0 && (best[at - 1] as number) > d; at--) {
        best[at] = best[at - 1] as number;
        near[at] = near[at - 1] as number;
      }
      best[at] = d;
      near[at] = j;
    }
    for (let n = 0; n < k; n++) {
      const distance = own[near[n] as number] as number;
      let rank = 1;
      for (let j = 0; j < rows; j++) if (j !== i && (own[j] as number) < distance) rank++;
      penalty += Math.max(0, rank - k);
    }
  }
  return 1 - (2 / (asked * k * (2 * rows - 3 * k - 1))) * penalty;
}
