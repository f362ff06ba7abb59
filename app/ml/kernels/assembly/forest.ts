import { missingBin } from './memory';
import { addTo } from './pairs';
import { keepSplit, outBin, outFeature, outHessian, outMissing } from './splits';

// A node of a forest has few rows and looks at few features, so its bins are marked in a bitmap: only those are visited, and emptied by the way.

/** Two words of the bitmap with a bin marked in the one that holds it. Which that is is anyone's guess: a branch would be foretold wrongly at almost every row. */
// @ts-ignore: decorator
@inline
function marked(bitmap: v128, words: v128, bin: u32): v128 {
  return v128.or(bitmap, v128.and(i64x2.splat(1 << <i64>(bin & 63)), i64x2.eq(i64x2.splat(<i64>(bin >> 6)), words)));
}

/**
 * Best split by numbers of one feature for two classes or for regression: the largest fall of the sum of squares (for two classes, of
 * Gini's impurity). `bins`: of row 0, a byte a row. `ordered`: pairs (weight × target, weight) of index[from, to), side by side.
 * `histogram`: 256 empty bins; left empty. `out` as in `bestByNumber`. @returns whether the feature has more than one value here
 */
export function forestSplit(bins: usize, feature: i32, index: usize, from: i32, to: i32, ordered: usize, histogram: usize, G: f64, S: f64, least: f64, out: usize): bool {
  let low = i64x2.splat(0);
  let high = i64x2.splat(0);
  let pairs = ordered + (<usize>from << 3);
  const end = index + (<usize>to << 2);
  for (let at = index + (<usize>from << 2); at < end; at += 4) {
    const bin: u32 = load<u8>(bins + <usize>load<u32>(at));
    low = marked(low, i64x2(0, 1), bin);
    high = marked(high, i64x2(2, 3), bin);
    addTo(histogram + (<usize>bin << 4), f64x2.promote_low_f32x4(v128.load64_zero(pairs)));
    pairs += 8;
  }
  const m0: u64 = i64x2.extract_lane(low, 0);
  const m1: u64 = i64x2.extract_lane(low, 1);
  const m2: u64 = i64x2.extract_lane(high, 0);
  let m3: u64 = i64x2.extract_lane(high, 1);
  const missing = histogram + (<usize>missingBin << 4);
  const hasMissing = (m3 >> 63) != 0;
  const sides = hasMissing ? 2 : 1;
  const gm = load<f64>(missing);
  const hm = load<f64>(missing, 8);
  m3 &= 0x7fffffffffffffff;
  let gl: f64 = 0;
  let hl: f64 = 0;
  let best = load<f64>(out);
  const parent = (G * G) / S;
  let seen = hasMissing ? 1 : 0;
  for (let word: u32 = 0; word < 4; word++) {
    let bits = word == 0 ? m0 : word == 1 ? m1 : word == 2 ? m2 : m3;
    while (bits != 0) {
      const bin = (word << 6) + <u32>ctz(bits);
      bits &= bits - 1;
      seen++;
      const at = histogram + (<usize>bin << 4);
      gl += load<f64>(at);
      hl += load<f64>(at, 8);
      v128.store(at, i64x2.splat(0));
      for (let side = 0; side < sides; side++) {
        const gLeft = side == 1 ? gl + gm : gl;
        const hLeft = side == 1 ? hl + hm : hl;
        const hRight = S - hLeft;
        if (hLeft < least || hRight < least) continue;
        const gRight = G - gLeft;
        const gain = (gLeft * gLeft) / hLeft + (gRight * gRight) / hRight - parent;
        if (gain <= best) continue;
        best = gain;
        keepSplit(out, gain, feature, <i32>bin, side, gLeft, hLeft);
      }
    }
  }
  v128.store(missing, i64x2.splat(0));
  return seen > 1;
}

/**
 * The same for several classes: the largest fall of Gini's impurity. `labels` (16 bits) and `weights` (float32) by row; `histogram`: 256 ×
 * `classes` empty float64; `total` the node's weight by class, `left` room for as many.
 */
export function forestSplitClasses(bins: usize, feature: i32, index: usize, from: i32, to: i32, labels: usize, weights: usize, classes: i32, histogram: usize, total: usize, left: usize, S: f64, least: f64, out: usize): bool {
  let low = i64x2.splat(0);
  let high = i64x2.splat(0);
  const size = <usize>classes << 3;
  const end = index + (<usize>to << 2);
  for (let at = index + (<usize>from << 2); at < end; at += 4) {
    const row = <usize>load<u32>(at);
    const bin: u32 = load<u8>(bins + row);
    low = marked(low, i64x2(0, 1), bin);
    high = marked(high, i64x2(2, 3), bin);
    const cell = histogram + <usize>bin * size + (<usize>load<u16>(labels + (row << 1)) << 3);
    store<f64>(cell, load<f64>(cell) + <f64>load<f32>(weights + (row << 2)));
  }
  const m0: u64 = i64x2.extract_lane(low, 0);
  const m1: u64 = i64x2.extract_lane(low, 1);
  const m2: u64 = i64x2.extract_lane(high, 0);
  let m3: u64 = i64x2.extract_lane(high, 1);
  const missing = histogram + <usize>missingBin * size;
  const hasMissing = (m3 >> 63) != 0;
  const sides = hasMissing ? 2 : 1;
  m3 &= 0x7fffffffffffffff;
  memory.fill(left, 0, size);
  let parent: f64 = 0;
  let hm: f64 = 0;
  for (let c = 0; c < classes; c++) {
    const all = load<f64>(total + (<usize>c << 3));
    parent += all * all;
    hm += load<f64>(missing + (<usize>c << 3));
  }
  parent /= S;
  let hl: f64 = 0;
  let best = load<f64>(out);
  let seen = hasMissing ? 1 : 0;
  for (let word: u32 = 0; word < 4; word++) {
    let bits = word == 0 ? m0 : word == 1 ? m1 : word == 2 ? m2 : m3;
    while (bits != 0) {
      const bin = (word << 6) + <u32>ctz(bits);
      bits &= bits - 1;
      seen++;
      const at = histogram + <usize>bin * size;
      for (let c: usize = 0; c < size; c += 8) {
        const here = load<f64>(at + c);
        hl += here;
        store<f64>(left + c, load<f64>(left + c) + here);
        store<f64>(at + c, 0);
      }
      for (let side = 0; side < sides; side++) {
        const hLeft = side == 1 ? hl + hm : hl;
        const hRight = S - hLeft;
        if (hLeft < least || hRight < least) continue;
        let squaresLeft: f64 = 0;
        let squaresRight: f64 = 0;
        for (let c: usize = 0; c < size; c += 8) {
          const g = side == 1 ? load<f64>(left + c) + load<f64>(missing + c) : load<f64>(left + c);
          const other = load<f64>(total + c) - g;
          squaresLeft += g * g;
          squaresRight += other * other;
        }
        const gain = squaresLeft / hLeft + squaresRight / hRight - parent;
        if (gain <= best) continue;
        best = gain;
        store<f64>(out, gain);
        store<f64>(out, <f64>feature, outFeature);
        store<f64>(out, <f64>bin, outBin);
        store<f64>(out, <f64>side, outMissing);
        store<f64>(out, hLeft, outHessian);
      }
    }
  }
  memory.fill(missing, 0, size);
  return seen > 1;
}

/** Smallest and largest bin of a feature in index[from, to), missing ones left out, as low + 256 × high; -1: all are missing. */
export function binRange(bins: usize, index: usize, from: i32, to: i32): i32 {
  let low: u32 = 255;
  let high: u32 = 0;
  let any = false;
  for (let i = from; i < to; i++) {
    const bin: u32 = load<u8>(bins + <usize>load<u32>(index + (<usize>i << 2)));
    if (bin == missingBin) continue;
    any = true;
    low = min(low, bin);
    high = max(high, bin);
  }
  return any ? <i32>(low + (high << 8)) : -1;
}

/** Sums of pairs over the rows whose bin is at most `bin` (and the missing ones with `missingLeft`), two float64 in `out`. */
export function sumBelow(bins: usize, bin: u32, missingLeft: bool, index: usize, from: i32, to: i32, ordered: usize, out: usize): void {
  let sum = f64x2.splat(0);
  for (let i = from; i < to; i++) {
    const here: u32 = load<u8>(bins + <usize>load<u32>(index + (<usize>i << 2)));
    const left = here == missingBin ? missingLeft : here <= bin;
    if (left) sum = f64x2.add(sum, f64x2.promote_low_f32x4(v128.load64_zero(ordered + (<usize>i << 3))));
  }
  v128.store(out, sum);
}

/** Weight by class over the rows index[from, to); with `bin` ≥ 0 only where `sumBelow` would take them. */
export function countClasses(bins: usize, bin: i32, missingLeft: bool, index: usize, from: i32, to: i32, labels: usize, weights: usize, classes: i32, out: usize): void {
  memory.fill(out, 0, <usize>classes << 3);
  for (let i = from; i < to; i++) {
    const row = <usize>load<u32>(index + (<usize>i << 2));
    if (bin >= 0) {
      const here: u32 = load<u8>(bins + row);
      if (!(here == missingBin ? missingLeft : here <= <u32>bin)) continue;
    }
    const cell = out + (<usize>load<u16>(labels + (row << 1)) << 3);
    store<f64>(cell, load<f64>(cell) + <f64>load<f32>(weights + (row << 2)));
  }
}

/** Whether all rows in order have one target: pairs are (weight × target, weight). */
export function isPure(ordered: usize, from: i32, to: i32): bool {
  const first = load<f32>(ordered + (<usize>from << 3)) / load<f32>(ordered + (<usize>from << 3), 4);
  for (let i = from + 1; i < to; i++) {
    const at = ordered + (<usize>i << 3);
    if (load<f32>(at) / load<f32>(at, 4) != first) return false;
  }
  return true;
}

/**
 * Adds the values of the leaves that rows [from, to) fall into to their sums, `outputs` float64 a row, and 1 to their counts (words), where
 * the tree has not seen them: `drawn`, float32 by row, is 0. `words` and `values`: a grown tree's, as `grownNode` lays them out.
 */
export function addUnseen(words: usize, values: usize, outputs: i32, bins: usize, rows: i32, drawn: usize, from: i32, to: i32, sums: usize, counts: usize): void {
  for (let row = from; row < to; row++) {
    if (load<f32>(drawn + (<usize>row << 2)) != 0) continue;
    let node: i32 = 0;
    for (;;) {
      const at = words + <usize>node * 20;
      const feature = load<i32>(at);
      if (feature < 0) break;
      const bin: u32 = load<u8>(bins + <usize>feature * <usize>rows + <usize>row);
      const isLeft = bin == missingBin ? load<i32>(at, 16) != 0 : <i32>bin <= load<i32>(at, 4);
      node = isLeft ? load<i32>(at, 8) : load<i32>(at, 12);
    }
    const value = values + ((<usize>node * <usize>outputs) << 2);
    const sum = sums + ((<usize>row * <usize>outputs) << 3);
    for (let c: usize = 0; c < <usize>outputs; c++) store<f64>(sum + (c << 3), load<f64>(sum + (c << 3)) + <f64>load<f32>(value + (c << 2)));
    const count = counts + (<usize>row << 2);
    store<i32>(count, load<i32>(count) + 1);
  }
}
