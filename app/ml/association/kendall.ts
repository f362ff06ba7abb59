import { normalTwoSided } from './distributions.ts';

/**
 * Kendall's tau-b in n log n (Knight 1966: swaps of a merge sort count discordant pairs), and its two-sided p-value by the normal
 * approximation with ties (Kendall 1970), as SciPy's `asymptotic`.
 */
export function kendall(x: readonly number[], y: readonly number[]): { value: number; rows: number; p: number } {
  const n = x.length;
  const at = (values: readonly number[], i: number): number => values[i] ?? 0;
  const order = x.map((_, i) => i).sort((a, b) => at(x, a) - at(x, b) || at(y, a) - at(y, b));
  const tiesX = ties(order.map((i) => at(x, i)));
  const tiesY = ties(y.toSorted((a, b) => a - b));
  let both = 0;
  let run = 1;
  for (let k = 1; k <= order.length; k++) {
    const [a, b] = [order[k - 1] ?? 0, order[k] ?? -1];
    if (k < order.length && at(x, a) === at(x, b) && at(y, a) === at(y, b)) run++;
    else {
      both += (run * (run - 1)) / 2;
      run = 1;
    }
  }
  const swaps = countSwaps(Float64Array.from(order, (i) => at(y, i)));
  const all = (n * (n - 1)) / 2;
  const difference = all - tiesX.pairs - tiesY.pairs + both - 2 * swaps;
  const scale = Math.sqrt(all - tiesX.pairs) * Math.sqrt(all - tiesY.pairs);
  if (!(scale > 0)) return { value: Number.NaN, rows: n, p: Number.NaN };
  const m = n * (n - 1);
  const variance = (m * (2 * n + 5) - tiesX.third - tiesY.third) / 18 + (2 * tiesX.pairs * tiesY.pairs) / m + (n > 2 ? (tiesX.second * tiesY.second) / (9 * m * (n - 2)) : 0);
  return { value: Math.max(-1, Math.min(1, difference / scale)), rows: n, p: normalTwoSided(difference / Math.sqrt(variance)) };
}

function ties(sorted: readonly number[]): { pairs: number; second: number; third: number } {
  const sums = { pairs: 0, second: 0, third: 0 };
  for (let from = 0; from < sorted.length; ) {
    let to = from + 1;
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    const t = to - from;
    sums.pairs += (t * (t - 1)) / 2;
    sums.second += t * (t - 1) * (t - 2);
    sums.third += t * (t - 1) * (2 * t + 5);
    from = to;
  }
  return sums;
}

/** Pairs that stand the wrong way round; sorts `values`. */
function countSwaps(values: Float64Array): number {
  const other = new Float64Array(values.length);
  let swaps = 0;
  let [from, to]: [Float64Array, Float64Array] = [values, other];
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      let [a, b] = [start, middle];
      for (let k = start; k < end; k++) {
        if (a < middle && (b >= end || (from[a] ?? 0) <= (from[b] ?? 0))) to[k] = from[a++] ?? 0;
        else {
          to[k] = from[b++] ?? 0;
          swaps += middle - a;
        }
      }
    }
    [from, to] = [to, from];
  }
  return swaps;
}
