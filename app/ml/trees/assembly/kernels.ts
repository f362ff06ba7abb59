/**
 * The hot loops of the tree learners, in AssemblyScript: WebAssembly with SIMD over memory that threads share. Addresses are bytes. All
 * sums go in an order that does not depend on the number of threads.
 *
 * Histograms (Ke et al. 2017, LightGBM): for each feature 256 bins of two float64, the sums of gradients and of hessians over the rows in
 * the bin; 4096 bytes. Bin 255 holds the rows whose value is missing.
 *
 * Bins of the training rows lie in groups of up to four features, one 32-bit word a row, so that one read serves four histograms.
 */

const missingBin: u32 = 255;

// ── Threads ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** All `threads` wait here for each other. `at`: two 32-bit words, count and generation. Spins first, for the waits are short. */
export function barrier(at: usize, threads: i32): void {
  if (threads == 1) return;
  const generation = atomic.load<i32>(at, 4);
  if (atomic.add<i32>(at, 1) == threads - 1) {
    atomic.store<i32>(at, 0);
    atomic.add<i32>(at, 1, 4);
    atomic.notify(at + 4, -1);
    return;
  }
  let spins = 0;
  while (atomic.load<i32>(at, 4) == generation) {
    spins += 1;
    if (spins > 4000) atomic.wait<i32>(at + 4, generation, 1000000);
  }
}

// ── Binning ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A float32 as an unsigned number of the same order. */
// @ts-ignore: decorator
@inline
function sortable(bits: u32): u32 {
  return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}

/** Radix sort of `count` float32 without NaN, by 11, 11 and 10 bits. `spare` is as large; `counts`: 2048 words. */
export function sortFloats(values: usize, count: i32, spare: usize, counts: usize): void {
  for (let i = 0; i < count; i++) {
    const at = values + (<usize>i << 2);
    store<u32>(at, sortable(load<u32>(at)));
  }
  let from = values;
  let to = spare;
  for (let pass = 0; pass < 3; pass++) {
    const shift: u32 = pass * 11;
    memory.fill(counts, 0, 8192);
    for (let i = 0; i < count; i++) {
      const slot = counts + (<usize>((load<u32>(from + (<usize>i << 2)) >> shift) & 2047) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
    }
    let sum: u32 = 0;
    for (let i = 0; i < 2048; i++) {
      const slot = counts + (<usize>i << 2);
      const here = load<u32>(slot);
      store<u32>(slot, sum);
      sum += here;
    }
    for (let i = 0; i < count; i++) {
      const value = load<u32>(from + (<usize>i << 2));
      const slot = counts + (<usize>((value >> shift) & 2047) << 2);
      const place = load<u32>(slot);
      store<u32>(slot, place + 1);
      store<u32>(to + (<usize>place << 2), value);
    }
    const other = from;
    from = to;
    to = other;
  }
  // After three passes the result is in `spare`.
  for (let i = 0; i < count; i++) {
    const value = load<u32>(from + (<usize>i << 2));
    store<u32>(values + (<usize>i << 2), value & 0x80000000 ? value & 0x7fffffff : ~value);
  }
}

/**
 * Cut points of sorted values into at most `most` bins with about equally many values each; a value that fills a bin has it alone.
 * Cuts lie halfway between values. @returns how many; at most `most` - 1
 */
export function cutPoints(sorted: usize, count: i32, most: i32, cuts: usize): i32 {
  let made = 0;
  let rest = count;
  let held = 0;
  let i = 0;
  while (i < count) {
    const value = load<f32>(sorted + (<usize>i << 2));
    let next = i + 1;
    while (next < count && load<f32>(sorted + (<usize>next << 2)) == value) next++;
    held += next - i;
    i = next;
    if (i >= count || made >= most - 1) break;
    if (<f64>held * <f64>(most - made) >= <f64>rest) {
      const above = load<f32>(sorted + (<usize>i << 2));
      let middle = <f32>((<f64>value + <f64>above) * 0.5);
      if (middle >= above) middle = value;
      store<f32>(cuts + (<usize>made << 2), middle);
      made++;
      rest -= held;
      held = 0;
    }
  }
  return made;
}

/** Cut points between all different values where they are at most `most`; -1 where they are more. */
export function cutEach(sorted: usize, count: i32, most: i32, cuts: usize): i32 {
  let made = 0;
  for (let i = 1; i < count; i++) {
    const before = load<f32>(sorted + (<usize>(i - 1) << 2));
    const value = load<f32>(sorted + (<usize>i << 2));
    if (value == before) continue;
    if (made >= most - 1) return -1;
    let middle = <f32>((<f64>before + <f64>value) * 0.5);
    if (middle >= value) middle = before;
    store<f32>(cuts + (<usize>made << 2), middle);
    made++;
  }
  return made;
}

/** Bins of one column of row-major values: the number of cuts below the value; 255 where it is missing. `stride`: bytes between bins. */
export function binColumn(values: usize, rows: i32, width: i32, column: i32, cuts: usize, count: i32, out: usize, stride: usize): void {
  let at = values + (<usize>column << 2);
  const step = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    const x = load<f32>(at);
    at += step;
    let bin: u32 = missingBin;
    if (x == x) {
      let base = cuts;
      let left = count;
      while (left > 1) {
        const half = left >>> 1;
        base = select<usize>(base + (<usize>half << 2), base, load<f32>(base + (<usize>(half - 1) << 2)) < x);
        left -= half;
      }
      bin = <u32>((base - cuts) >> 2);
      if (left == 1 && load<f32>(base) < x) bin++;
    }
    store<u8>(out, bin);
    out += stride;
  }
}

/** Bins of a column of category codes: the code, 255 for what is missing or beyond `most`. */
export function binCodes(values: usize, rows: i32, width: i32, column: i32, most: i32, out: usize, stride: usize): void {
  let at = values + (<usize>column << 2);
  for (let i = 0; i < rows; i++) {
    const x = load<f32>(at);
    at += <usize>width << 2;
    store<u8>(out, x >= 0 && x < <f32>most ? <u32>x : missingBin);
    out += stride;
  }
}

// ── Gradients ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** e^x for four float32 within 2 units in the last place (Cody and Waite's reduction, Cephes' polynomial); clamped to ±87. */
// @ts-ignore: decorator
@inline
function exp4(x: v128): v128 {
  x = f32x4.min(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(87));
  const k = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  let r = f32x4.sub(x, f32x4.mul(k, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23));
}

// @ts-ignore: decorator
@inline
function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
function storePairs(out: usize, gradient: v128, hessian: v128): void {
  v128.store(out, v128.shuffle<f32>(gradient, hessian, 0, 4, 1, 5));
  v128.store(out, v128.shuffle<f32>(gradient, hessian, 2, 6, 3, 7), 16);
}

/**
 * Gradients and hessians of the logistic loss (two classes): p - y and p (1 - p), times the weight. Scores, targets (0 or 1), weights (0:
 * all one) and pairs are float32; arrays are padded to four rows.
 */
export function logisticGradients(scores: usize, targets: usize, weights: usize, pairs: usize, from: i32, to: i32): void {
  const one = f32x4.splat(1);
  const least = f32x4.splat(1e-16);
  for (let i = from; i < to; i += 4) {
    const at = <usize>i << 2;
    const p = sigmoid4(v128.load(scores + at));
    let gradient = f32x4.sub(p, v128.load(targets + at));
    let hessian = f32x4.max(f32x4.mul(p, f32x4.sub(one, p)), least);
    if (weights != 0) {
      const weight = v128.load(weights + at);
      gradient = f32x4.mul(gradient, weight);
      hessian = f32x4.mul(hessian, weight);
    }
    storePairs(pairs + (at << 1), gradient, hessian);
  }
}

/** Of the squared loss: score - target, and 1. */
export function squaredGradients(scores: usize, targets: usize, weights: usize, pairs: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i += 4) {
    const at = <usize>i << 2;
    const weight = weights == 0 ? f32x4.splat(1) : v128.load(weights + at);
    storePairs(pairs + (at << 1), f32x4.mul(f32x4.sub(v128.load(scores + at), v128.load(targets + at)), weight), weight);
  }
}

/** Of the pinball loss at `level` (Koenker and Bassett 1978): 1 - level above the target, -level below it. */
export function quantileGradients(scores: usize, targets: usize, weights: usize, pairs: usize, from: i32, to: i32, level: f32): void {
  for (let i = from; i < to; i += 4) {
    const at = <usize>i << 2;
    const weight = weights == 0 ? f32x4.splat(1) : v128.load(weights + at);
    const above = f32x4.ge(v128.load(scores + at), v128.load(targets + at));
    storePairs(pairs + (at << 1), f32x4.mul(v128.bitselect(f32x4.splat(1 - level), f32x4.splat(-level), above), weight), weight);
  }
}

/**
 * Of the softmax loss for one of `classes`: p - [target = class] and p (1 - p). Scores lie class by class, `stride` bytes apart;
 * `probabilities` [classes] likewise is made by `softmax` before.
 */
export function softmaxGradients(probabilities: usize, targets: usize, cls: f32, weights: usize, pairs: usize, from: i32, to: i32): void {
  const one = f32x4.splat(1);
  for (let i = from; i < to; i += 4) {
    const at = <usize>i << 2;
    const p = v128.load(probabilities + at);
    const isClass = v128.and(f32x4.eq(v128.load(targets + at), f32x4.splat(cls)), one);
    const weight = weights == 0 ? one : v128.load(weights + at);
    const hessian = f32x4.max(f32x4.mul(p, f32x4.sub(one, p)), f32x4.splat(1e-16));
    storePairs(pairs + (at << 1), f32x4.mul(f32x4.sub(p, isClass), weight), f32x4.mul(hessian, weight));
  }
}

/** Probabilities of all classes from scores; both [classes][rows], `stride` bytes a class. */
export function softmax(scores: usize, probabilities: usize, stride: usize, classes: i32, from: i32, to: i32): void {
  for (let i = from; i < to; i += 4) {
    const at = <usize>i << 2;
    let most = v128.load(scores + at);
    for (let c = 1; c < classes; c++) most = f32x4.max(most, v128.load(scores + at + <usize>c * stride));
    let sum = f32x4.splat(0);
    for (let c = 0; c < classes; c++) {
      const e = exp4(f32x4.sub(v128.load(scores + at + <usize>c * stride), most));
      v128.store(probabilities + at + <usize>c * stride, e);
      sum = f32x4.add(sum, e);
    }
    for (let c = 0; c < classes; c++) {
      const place = probabilities + at + <usize>c * stride;
      v128.store(place, f32x4.div(v128.load(place), sum));
    }
  }
}

/** Sums of pairs [from, to) as two float64 in `out`. */
export function sumPairs(pairs: usize, from: i32, to: i32, out: usize): void {
  let sum = f64x2.splat(0);
  for (let i = from; i < to; i++) sum = f64x2.add(sum, f64x2.promote_low_f32x4(v128.load64_zero(pairs + (<usize>i << 3))));
  v128.store(out, sum);
}

/** Pairs of the rows `index[from, to)` side by side in `out` [from, to). */
export function gatherPairs(index: usize, from: i32, to: i32, pairs: usize, out: usize): void {
  for (let i = from; i < to; i++) store<u64>(out + (<usize>i << 3), load<u64>(pairs + (<usize>load<u32>(index + (<usize>i << 2)) << 3)));
}

// ── Histograms ─────────────────────────────────────────────────────────────────────────────────────────────────────

// @ts-ignore: decorator
@inline
function addTo(bin: usize, pair: v128): void {
  v128.store(bin, f64x2.add(v128.load(bin), pair));
}

/**
 * Adds the rows `index[from, to)` to the histograms of the `lanes` features of a group. `ordered`: their pairs, side by side from `from`.
 * `index` 0: rows are 0, 1, … and `ordered` their pairs.
 */
export function addGroup(group: usize, lanes: i32, index: usize, from: i32, to: i32, ordered: usize, histogram: usize): void {
  const h1 = histogram + 4096;
  const h2 = histogram + 8192;
  const h3 = histogram + 12288;
  if (index == 0) {
    for (let i = from; i < to; i++) {
      const bins = load<u32>(group + (<usize>i << 2));
      const pair = f64x2.promote_low_f32x4(v128.load64_zero(ordered + (<usize>i << 3)));
      addTo(histogram + (<usize>(bins & 255) << 4), pair);
      if (lanes > 1) addTo(h1 + (<usize>((bins >> 8) & 255) << 4), pair);
      if (lanes > 2) addTo(h2 + (<usize>((bins >> 16) & 255) << 4), pair);
      if (lanes > 3) addTo(h3 + (<usize>(bins >> 24) << 4), pair);
    }
    return;
  }
  let at = index + (<usize>from << 2);
  const end = index + (<usize>to << 2);
  let pairs = ordered + (<usize>from << 3);
  if (lanes == 4) {
    while (at < end) {
      const bins = load<u32>(group + (<usize>load<u32>(at) << 2));
      const pair = f64x2.promote_low_f32x4(v128.load64_zero(pairs));
      addTo(histogram + (<usize>(bins & 255) << 4), pair);
      addTo(h1 + (<usize>((bins >> 8) & 255) << 4), pair);
      addTo(h2 + (<usize>((bins >> 16) & 255) << 4), pair);
      addTo(h3 + (<usize>(bins >> 24) << 4), pair);
      at += 4;
      pairs += 8;
    }
    return;
  }
  while (at < end) {
    const bins = load<u32>(group + (<usize>load<u32>(at) << 2));
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(pairs));
    addTo(histogram + (<usize>(bins & 255) << 4), pair);
    if (lanes > 1) addTo(h1 + (<usize>((bins >> 8) & 255) << 4), pair);
    if (lanes > 2) addTo(h2 + (<usize>((bins >> 16) & 255) << 4), pair);
    at += 4;
    pairs += 8;
  }
}

/** parent - child, in the parent's place. */
export function subtract(parent: usize, child: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(parent + i, f64x2.sub(v128.load(parent + i), v128.load(child + i)));
}

export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

// ── Splits ─────────────────────────────────────────────────────────────────────────────────────────────────────────

// The best split found so far, where `out` points: gain, feature, bin (numbers up to and including it go left) or -1 (a set of categories),
// missing values go left (1) or right (0), sums of gradients and hessians on the left; then 32 bytes: the set of bins that goes left.
const outFeature: usize = 8;
const outBin: usize = 16;
const outMissing: usize = 24;
const outGradient: usize = 32;
const outHessian: usize = 40;
const outSet: usize = 48;

// What a leaf to be split is like, where `leaf` points: sums of gradients and hessians, rows ÷ hessian, bounds of the leaves' values.
const leafHessian: usize = 8;
const leafRows: usize = 16;
const leafLow: usize = 24;
const leafHigh: usize = 32;

// What holds for every split, where `rules` points: least rows and hessian on a side, L2 penalty, least gain, smoothing and penalty of categories.
const ruleHessian: usize = 8;
const ruleL2: usize = 16;
const ruleCategoryL2: usize = 32;
const ruleSmooth: usize = 40;
const ruleMostCategories: usize = 48;

/**
 * Best split of a leaf by numbers of one feature: `cuts` of them, `hasMissing` where bin 255 may be filled. `monotone`: 1 where the value
 * may only rise with the feature, -1 only fall, 0 any. Improves on what is in `out`.
 */
export function bestByNumber(histogram: usize, feature: i32, cuts: i32, hasMissing: bool, monotone: i32, leaf: usize, rules: usize, out: usize): void {
  const G = load<f64>(leaf);
  const S = load<f64>(leaf, leafHessian);
  const rowsOf = load<f64>(leaf, leafRows);
  const l2 = load<f64>(rules, ruleL2);
  const least = Math.max(load<f64>(rules, ruleHessian), load<f64>(rules) / rowsOf - 1e-9);
  const low = load<f64>(leaf, leafLow);
  const high = load<f64>(leaf, leafHigh);
  const bounded = low > -Infinity || high < Infinity || monotone != 0;
  const parent = bounded ? gainOf(G, S + l2, clamp(-G / (S + l2), low, high)) : (G * G) / (S + l2);
  let best = load<f64>(out);
  for (let side = 0; side < (hasMissing ? 2 : 1); side++) {
    let gl: f64 = 0;
    let hl: f64 = 0;
    if (side == 1) {
      gl = load<f64>(histogram + (<usize>missingBin << 4));
      hl = load<f64>(histogram + (<usize>missingBin << 4), 8);
      if (hl <= 0) return;
    }
    for (let bin = 0; bin < cuts; bin++) {
      const at = histogram + (<usize>bin << 4);
      gl += load<f64>(at);
      hl += load<f64>(at, 8);
      if (hl < least) continue;
      const hr = S - hl;
      if (hr < least) break;
      const gr = G - gl;
      let gain: f64;
      if (!bounded) gain = (gl * gl) / (hl + l2) + (gr * gr) / (hr + l2) - parent;
      else {
        const left = clamp(-gl / (hl + l2), low, high);
        const right = clamp(-gr / (hr + l2), low, high);
        if ((monotone > 0 && left > right) || (monotone < 0 && left < right)) continue;
        gain = gainOf(gl, hl + l2, left) + gainOf(gr, hr + l2, right) - parent;
      }
      if (gain > best) {
        best = gain;
        store<f64>(out, gain);
        store<f64>(out, <f64>feature, outFeature);
        store<f64>(out, <f64>bin, outBin);
        store<f64>(out, <f64>side, outMissing);
        store<f64>(out, gl, outGradient);
        store<f64>(out, hl, outHessian);
      }
    }
    // With nothing missing here, where it would go makes no difference to the sums.
    if (side == 0 && hasMissing && load<f64>(histogram + (<usize>missingBin << 4), 8) <= 0) break;
  }
}

// @ts-ignore: decorator
@inline
function clamp(value: f64, low: f64, high: f64): f64 {
  return Math.max(low, Math.min(high, value));
}

/** Twice the fall of the loss when a leaf takes a value. */
// @ts-ignore: decorator
@inline
function gainOf(gradient: f64, hessian: f64, value: f64): f64 {
  return -(2 * gradient * value + hessian * value * value);
}

/**
 * Best split of a leaf by a set of the `count` categories of one feature: in the order of their mean gradients the best set is a first or
 * last part (Fisher 1958). `order`: room for 256 float64 and 256 words. The set lists at most the categories of rule `mostCategories`.
 */
export function bestByCategory(histogram: usize, feature: i32, count: i32, leaf: usize, rules: usize, order: usize, out: usize): void {
  const G = load<f64>(leaf);
  const S = load<f64>(leaf, leafHessian);
  const l2 = load<f64>(rules, ruleL2) + load<f64>(rules, ruleCategoryL2);
  const smooth = load<f64>(rules, ruleSmooth);
  const least = Math.max(load<f64>(rules, ruleHessian), load<f64>(rules) / load<f64>(leaf, leafRows) - 1e-9);
  const most = <i32>load<f64>(rules, ruleMostCategories);
  const low = load<f64>(leaf, leafLow);
  const high = load<f64>(leaf, leafHigh);
  const parent = gainOf(G, S + load<f64>(rules, ruleL2), clamp(-G / (S + load<f64>(rules, ruleL2)), low, high));
  const places = order + 2048;
  let used = 0;
  for (let bin = 0; bin < count; bin++) {
    const at = histogram + (<usize>bin << 4);
    const h = load<f64>(at, 8);
    if (h <= 1e-12) continue;
    const key = load<f64>(at) / (h + smooth);
    // Insertion: few categories are in a leaf.
    let place = used;
    while (place > 0 && load<f64>(order + (<usize>(place - 1) << 3)) > key) {
      store<f64>(order + (<usize>place << 3), load<f64>(order + (<usize>(place - 1) << 3)));
      store<u32>(places + (<usize>place << 2), load<u32>(places + (<usize>(place - 1) << 2)));
      place--;
    }
    store<f64>(order + (<usize>place << 3), key);
    store<u32>(places + (<usize>place << 2), bin);
    used++;
  }
  for (let direction = 0; direction < 2; direction++) {
    let gl: f64 = 0;
    let hl: f64 = 0;
    const end = min(used - 1, most);
    for (let i = 0; i < end; i++) {
      const bin = load<u32>(places + (<usize>(direction == 0 ? i : used - 1 - i) << 2));
      gl += load<f64>(histogram + (<usize>bin << 4));
      hl += load<f64>(histogram + (<usize>bin << 4), 8);
      if (hl < least) continue;
      const hr = S - hl;
      if (hr < least) break;
      const gr = G - gl;
      const gain = gainOf(gl, hl + l2, clamp(-gl / (hl + l2), low, high)) + gainOf(gr, hr + l2, clamp(-gr / (hr + l2), low, high)) - parent;
      if (gain <= load<f64>(out)) continue;
      store<f64>(out, gain);
      store<f64>(out, <f64>feature, outFeature);
      store<f64>(out, -1, outBin);
      store<f64>(out, 0, outMissing);
      store<f64>(out, gl, outGradient);
      store<f64>(out, hl, outHessian);
      memory.fill(out + outSet, 0, 32);
      for (let k = 0; k <= i; k++) {
        const chosen = load<u32>(places + (<usize>(direction == 0 ? k : used - 1 - k) << 2));
        const byte = out + outSet + (chosen >> 3);
        store<u8>(byte, load<u8>(byte) | (1 << (chosen & 7)));
      }
    }
  }
}

// ── Rows ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export function iota(index: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) store<u32>(index + (<usize>i << 2), i);
}

/**
 * Orders index[from, to) into rows that go left, which stay there in order, and rows that go right, which come to `spare` [from, …) in
 * order. `goesLeft`: for each of 256 bins 1 or 0. `bins`: of row 0; `stride` bytes between rows. @returns how many go left
 */
export function partition(bins: usize, stride: usize, goesLeft: usize, index: usize, from: i32, to: i32, spare: usize): i32 {
  let left = index + (<usize>from << 2);
  let right = spare + (<usize>from << 2);
  const begin = left;
  const end = index + (<usize>to << 2);
  for (let at = begin; at < end; at += 4) {
    const row = load<u32>(at);
    const step = <usize>load<u8>(goesLeft + <usize>load<u8>(bins + <usize>row * stride)) << 2;
    store<u32>(left, row);
    store<u32>(right, row);
    left += step;
    right += 4 - step;
  }
  return <i32>((left - begin) >> 2);
}

/** memmove: parts of the index to their places. */
export function move(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}

/** Adds `value` to the scores of the rows index[from, to). */
export function addToScores(scores: usize, index: usize, from: i32, to: i32, value: f32): void {
  for (let i = from; i < to; i++) {
    const at = scores + (<usize>load<u32>(index + (<usize>i << 2)) << 2);
    store<f32>(at, load<f32>(at) + value);
  }
}

/**
 * Adds a tree's values to the scores of the rows [from, to), by their bins. Nodes are 48 bytes: address of the feature's bins (64 bits; 0: a
 * leaf), children left and right (32 bits each), value (float32), 4 bytes of nothing, then the set of bins that go left (32 bytes would be too
 * wide here: its address in `sets`, 64 bits), the last 16 bytes free.
 */
export function scoreByBins(nodes: usize, stride: usize, scores: usize, from: i32, to: i32): void {
  for (let row = from; row < to; row++) {
    let node = nodes;
    for (;;) {
      const bins = <usize>load<u64>(node);
      if (bins == 0) break;
      const left = load<u8>(<usize>load<u64>(node, 24) + <usize>load<u8>(bins + <usize>row * stride));
      node = nodes + <usize>load<u32>(node, left ? 8 : 12) * 48;
    }
    const at = scores + (<usize>row << 2);
    store<f32>(at, load<f32>(at) + load<f32>(node, 16));
  }
}

// ── Forests ────────────────────────────────────────────────────────────────────────────────────────────────────────

// A node of a forest has few rows and looks at few features, so its bins are marked in a bitmap: only those are visited, and emptied by the way.

/**
 * Best split by numbers of one feature for two classes or for regression: the largest fall of the sum of squares (for two classes, of
 * Gini's impurity). `bins`: of row 0, a byte a row. `ordered`: pairs (weight × target, weight) of index[from, to), side by side.
 * `histogram`: 256 empty bins; left empty. `out` as in `bestByNumber`. @returns whether the feature has more than one value here
 */
export function forestSplit(bins: usize, feature: i32, index: usize, from: i32, to: i32, ordered: usize, histogram: usize, G: f64, S: f64, least: f64, out: usize): bool {
  let m0: u64 = 0;
  let m1: u64 = 0;
  let m2: u64 = 0;
  let m3: u64 = 0;
  let pairs = ordered + (<usize>from << 3);
  const end = index + (<usize>to << 2);
  for (let at = index + (<usize>from << 2); at < end; at += 4) {
    const bin: u32 = load<u8>(bins + <usize>load<u32>(at));
    const bit: u64 = 1 << <u64>(bin & 63);
    const word = bin >> 6;
    if (word == 0) m0 |= bit;
    else if (word == 1) m1 |= bit;
    else if (word == 2) m2 |= bit;
    else m3 |= bit;
    addTo(histogram + (<usize>bin << 4), f64x2.promote_low_f32x4(v128.load64_zero(pairs)));
    pairs += 8;
  }
  const missing = histogram + (<usize>missingBin << 4);
  const hasMissing = (m3 >> 63) != 0;
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
      for (let side = 0; side < (hasMissing ? 2 : 1); side++) {
        const gLeft = side == 1 ? gl + gm : gl;
        const hLeft = side == 1 ? hl + hm : hl;
        const hRight = S - hLeft;
        if (hLeft < least || hRight < least) continue;
        const gRight = G - gLeft;
        const gain = (gLeft * gLeft) / hLeft + (gRight * gRight) / hRight - parent;
        if (gain <= best) continue;
        best = gain;
        store<f64>(out, gain);
        store<f64>(out, <f64>feature, outFeature);
        store<f64>(out, <f64>bin, outBin);
        store<f64>(out, <f64>side, outMissing);
        store<f64>(out, gLeft, outGradient);
        store<f64>(out, hLeft, outHessian);
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
  let m0: u64 = 0;
  let m1: u64 = 0;
  let m2: u64 = 0;
  let m3: u64 = 0;
  const size = <usize>classes << 3;
  const end = index + (<usize>to << 2);
  for (let at = index + (<usize>from << 2); at < end; at += 4) {
    const row = <usize>load<u32>(at);
    const bin: u32 = load<u8>(bins + row);
    const bit: u64 = 1 << <u64>(bin & 63);
    const word = bin >> 6;
    if (word == 0) m0 |= bit;
    else if (word == 1) m1 |= bit;
    else if (word == 2) m2 |= bit;
    else m3 |= bit;
    const cell = histogram + <usize>bin * size + (<usize>load<u16>(labels + (row << 1)) << 3);
    store<f64>(cell, load<f64>(cell) + <f64>load<f32>(weights + (row << 2)));
  }
  const missing = histogram + <usize>missingBin * size;
  const hasMissing = (m3 >> 63) != 0;
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
      for (let side = 0; side < (hasMissing ? 2 : 1); side++) {
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
