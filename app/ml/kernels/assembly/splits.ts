import { missingBin } from './memory';

// The best split found so far, where `out` points: gain, feature, bin (numbers up to and including it go left) or -1 (a set of categories),
// missing values go left (1) or right (0), sums of gradients and hessians on the left; then 32 bytes: the set of bins that goes left.
export const outFeature: usize = 8;
export const outBin: usize = 16;
export const outMissing: usize = 24;
export const outGradient: usize = 32;
export const outHessian: usize = 40;
export const outSet: usize = 48;

// What a leaf to be split is like, where `leaf` points, gradients and hessians in levels (see histograms.ts): sums of gradients and hessians, rows ÷ hessian, bounds of the leaves' values.
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
/** Sets of so few categories are too few to overfit: smoothing and their penalty would only blur them (LightGBM's max_cat_to_onehot). */
const fewCategories: i32 = 4;

/** The best split so far is this one. */
// @ts-ignore: decorator
@inline
export function keepSplit(out: usize, gain: f64, feature: i32, bin: i32, missingLeft: i32, gradient: f64, hessian: f64): void {
  store<f64>(out, gain);
  store<f64>(out, <f64>feature, outFeature);
  store<f64>(out, <f64>bin, outBin);
  store<f64>(out, <f64>missingLeft, outMissing);
  store<f64>(out, gradient, outGradient);
  store<f64>(out, hessian, outHessian);
}

/**
 * Best split of a leaf by numbers of one feature: `cuts` of them. `hessianBits`: of the packed sums. `monotone`: 1 where the value
 * may only rise with the feature, -1 only fall, 0 any. Improves on what is in `out`. All gradients and hessians are in levels.
 */
export function bestByNumber(histogram: usize, feature: i32, cuts: i32, hessianBits: i32, monotone: i32, leaf: usize, rules: usize, out: usize): void {
  const low = load<f64>(leaf, leafLow);
  const high = load<f64>(leaf, leafHigh);
  const missing = load<i64>(histogram + (<usize>missingBin << 3));
  const bounded = low > -Infinity || high < Infinity || monotone != 0;
  if (bounded) bestBounded(histogram, feature, cuts, hessianBits, monotone, leaf, rules, 0, 0, out);
  else bestFree(histogram, feature, cuts, hessianBits, leaf, rules, 0, 0, out);
  // With nothing missing here, where it would go makes no difference to the sums.
  if (missing == 0) return;
  if (bounded) bestBounded(histogram, feature, cuts, hessianBits, monotone, leaf, rules, missing, 1, out);
  else bestFree(histogram, feature, cuts, hessianBits, leaf, rules, missing, 1, out);
}

/** Of leaves whose values have no bounds. `missing`: packed sum of what is missing where it goes left (`side` 1), 0 where it goes right. */
// @ts-ignore: decorator
@inline
function bestFree(histogram: usize, feature: i32, cuts: i32, hessianBits: i32, leaf: usize, rules: usize, missing: i64, side: i32, out: usize): void {
  const G = load<f64>(leaf);
  const S = load<f64>(leaf, leafHessian);
  const l2 = load<f64>(rules, ruleL2);
  const least = leastHessian(rules, load<f64>(leaf, leafRows));
  const parent = (G * G) / (S + l2);
  const mask = (<i64>1 << hessianBits) - 1;
  // What gl² ÷ hl + gr² ÷ hr must exceed; compared with both sides multiplied out, for a division costs more than all the rest.
  let bar = load<f64>(out) + parent;
  let sum = missing;
  const end = histogram + (<usize>cuts << 3);
  for (let at = histogram; at < end; at += 8) {
    sum += load<i64>(at);
    const hl = <f64>(sum & mask);
    if (hl < least) continue;
    const hr = S - hl;
    if (hr < least) break;
    const gl = <f64>(sum >> hessianBits);
    const gr = G - gl;
    const a = hl + l2;
    const b = hr + l2;
    const above = gl * gl * b + gr * gr * a;
    const below = a * b;
    if (above > bar * below) {
      const found = above / below;
      // Rounding may let through what is no gain.
      if (found <= bar) continue;
      bar = found;
      keepSplit(out, found - parent, feature, <i32>((at - histogram) >> 3), side, gl, hl);
    }
  }
}

/** Of leaves whose values have bounds, or by a feature that must be monotone. */
function bestBounded(histogram: usize, feature: i32, cuts: i32, hessianBits: i32, monotone: i32, leaf: usize, rules: usize, missing: i64, side: i32, out: usize): void {
  const G = load<f64>(leaf);
  const S = load<f64>(leaf, leafHessian);
  const l2 = load<f64>(rules, ruleL2);
  const least = leastHessian(rules, load<f64>(leaf, leafRows));
  const low = load<f64>(leaf, leafLow);
  const high = load<f64>(leaf, leafHigh);
  const parent = gainOf(G, S + l2, clamp(-G / (S + l2), low, high));
  const mask = (<i64>1 << hessianBits) - 1;
  let best = load<f64>(out);
  let sum = missing;
  for (let bin = 0; bin < cuts; bin++) {
    sum += load<i64>(histogram + (<usize>bin << 3));
    const hl = <f64>(sum & mask);
    if (hl < least) continue;
    const hr = S - hl;
    if (hr < least) break;
    const gl = <f64>(sum >> hessianBits);
    const gr = G - gl;
    const left = clamp(-gl / (hl + l2), low, high);
    const right = clamp(-gr / (hr + l2), low, high);
    if ((monotone > 0 && left > right) || (monotone < 0 && left < right)) continue;
    const gain = gainOf(gl, hl + l2, left) + gainOf(gr, hr + l2, right) - parent;
    if (gain > best) {
      best = gain;
      keepSplit(out, gain, feature, bin, side, gl, hl);
    }
  }
}

/** Least hessian on a side: its own bound, and about that of the least rows, by the leaf's rows for each unit of hessian. */
// @ts-ignore: decorator
@inline
function leastHessian(rules: usize, rowsOf: f64): f64 {
  const rows = load<f64>(rules);
  return Math.max(load<f64>(rules, ruleHessian), rows > 1 ? rows / rowsOf - 1e-9 : 0);
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
export function bestByCategory(histogram: usize, feature: i32, count: i32, hessianBits: i32, leaf: usize, rules: usize, order: usize, out: usize): void {
  const G = load<f64>(leaf);
  const S = load<f64>(leaf, leafHessian);
  const few = count <= fewCategories;
  const l2 = load<f64>(rules, ruleL2) + (few ? 0 : load<f64>(rules, ruleCategoryL2));
  const smooth = few ? 0 : load<f64>(rules, ruleSmooth);
  const least = leastHessian(rules, load<f64>(leaf, leafRows));
  const most = <i32>load<f64>(rules, ruleMostCategories);
  const low = load<f64>(leaf, leafLow);
  const high = load<f64>(leaf, leafHigh);
  const parent = gainOf(G, S + load<f64>(rules, ruleL2), clamp(-G / (S + load<f64>(rules, ruleL2)), low, high));
  const places = order + 2048;
  const mask = (<i64>1 << hessianBits) - 1;
  let used = 0;
  for (let bin = 0; bin < count; bin++) {
    const sum = load<i64>(histogram + (<usize>bin << 3));
    const h = <f64>(sum & mask);
    if (h <= 0) continue;
    const key = <f64>(sum >> hessianBits) / (h + smooth);
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
      const sum = load<i64>(histogram + (<usize>bin << 3));
      gl += <f64>(sum >> hessianBits);
      hl += <f64>(sum & mask);
      if (hl < least) continue;
      const hr = S - hl;
      if (hr < least) break;
      const gr = G - gl;
      const gain = gainOf(gl, hl + l2, clamp(-gl / (hl + l2), low, high)) + gainOf(gr, hr + l2, clamp(-gr / (hr + l2), low, high)) - parent;
      if (gain <= load<f64>(out)) continue;
      keepSplit(out, gain, feature, -1, 0, gl, hl);
      memory.fill(out + outSet, 0, 32);
      for (let k = 0; k <= i; k++) {
        const chosen = load<u32>(places + (<usize>(direction == 0 ? k : used - 1 - k) << 2));
        const byte = out + outSet + (chosen >> 3);
        store<u8>(byte, load<u8>(byte) | (<u8>1 << <u8>(chosen & 7)));
      }
    }
  }
}
