import { exp4 } from './exponential';

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

/** Largest |gradient| and largest hessian of the pairs [from, to), as two float32 in `out`, where they exceed what is there. */
export function largestPair(pairs: usize, from: i32, to: i32, out: usize): void {
  let most = v128.load64_zero(out);
  let i = from;
  for (; i + 1 < to; i += 2) most = f32x4.max(most, f32x4.abs(v128.load(pairs + (<usize>i << 3))));
  if (i < to) most = f32x4.max(most, f32x4.abs(v128.load64_zero(pairs + (<usize>i << 3))));
  v128.store64_lane(out, f32x4.max(most, v128.shuffle<f32>(most, most, 2, 3, 2, 3)), 0);
}

/** A number in [0, 1) for each of four rows: multiples of an irrational number, which fill the interval evenly (Weyl 1916). */
// @ts-ignore: decorator
@inline
function dither4(rows: v128, step: i32, seed: i32): v128 {
  const bits = i32x4.add(i32x4.mul(rows, i32x4.splat(step)), i32x4.splat(seed));
  return f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(bits, 8)), f32x4.splat(5.9604644775390625e-8));
}

/**
 * Pairs of float32 [from, to) become packed pairs in the same place: levels of the gradient above `hessianBits` bits of levels of the hessian. Rounded
 * up or down at random, so that sums are right on average whatever the number of levels; a hessian has at least one. `from` is a multiple of
 * four, arrays are padded to four rows. `seed` 0: to the nearest, where levels are many. Adds their sum, packed, to `out`.
 */
export function packPairs(pairs: usize, from: i32, to: i32, gradientLevels: f32, hessianLevels: f32, hessianBits: i32, seed: i32, out: usize): void {
  const one = i32x4.splat(1);
  const half = f32x4.splat(0.5);
  let rows = i32x4.add(i32x4.splat(from), i32x4(0, 1, 2, 3));
  let sum: i64 = 0;
  for (let i = from; i < to; i += 4) {
    const at = pairs + (<usize>i << 3);
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const gradients = f32x4.mul(v128.shuffle<f32>(a, b, 0, 2, 4, 6), f32x4.splat(gradientLevels));
    const hessians = f32x4.mul(v128.shuffle<f32>(a, b, 1, 3, 5, 7), f32x4.splat(hessianLevels));
    const g = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(gradients, seed == 0 ? half : dither4(rows, 0x9e3779b1, seed))));
    const h = i32x4.max_s(one, i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(hessians, seed == 0 ? half : dither4(rows, 0x85ebca77, seed ^ 0x2545f491)))));
    const low = i64x2.add(i64x2.shl(i64x2.extend_low_i32x4_s(g), hessianBits), i64x2.extend_low_i32x4_u(h));
    const high = i64x2.add(i64x2.shl(i64x2.extend_high_i32x4_s(g), hessianBits), i64x2.extend_high_i32x4_u(h));
    v128.store(at, low);
    v128.store(at, high, 16);
    const left = to - i;
    sum += i64x2.extract_lane(low, 0);
    if (left > 1) sum += i64x2.extract_lane(low, 1);
    if (left > 2) sum += i64x2.extract_lane(high, 0);
    if (left > 3) sum += i64x2.extract_lane(high, 1);
    rows = i32x4.add(rows, i32x4.splat(4));
  }
  store<i64>(out, load<i64>(out) + sum);
}

/** Sum, packed, of the packed pairs of the rows index[from, to). */
export function sumPacked(index: usize, from: i32, to: i32, pairs: usize, out: usize): void {
  let sum: i64 = 0;
  for (let i = from; i < to; i++) sum += load<i64>(pairs + (<usize>load<u32>(index + (<usize>i << 2)) << 3));
  store<i64>(out, sum);
}

/**
 * Sum of the logistic loss over the rows [from, to), good to about 1e-7 a row. Chances of what happened are multiplied up before a logarithm is
 * taken of them: none is below 1e-19, so sixteen of them stay far from the smallest float64.
 */
export function logisticLoss(scores: usize, targets: usize, from: i32, to: i32): f64 {
  const least = f32x4.splat(1e-19);
  const one = f32x4.splat(1);
  let sum: f64 = 0;
  for (let block = from; block < to; block += 32) {
    const end = min(block + 32, to);
    let low = f64x2.splat(1);
    let high = f64x2.splat(1);
    for (let i = block; i < end; i += 4) {
      const at = <usize>i << 2;
      const happened = f32x4.eq(v128.load(targets + at), one);
      const score = v128.load(scores + at);
      let chance = f32x4.max(least, sigmoid4(v128.bitselect(score, f32x4.neg(score), happened)));
      // Rows past the end count as certain.
      if (end - i < 4) chance = v128.bitselect(chance, one, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(end - i)));
      low = f64x2.mul(low, f64x2.promote_low_f32x4(chance));
      high = f64x2.mul(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(chance, chance, 2, 3, 2, 3)));
    }
    const both = f64x2.mul(low, high);
    sum -= Math.log(f64x2.extract_lane(both, 0)) + Math.log(f64x2.extract_lane(both, 1));
  }
  return sum;
}
