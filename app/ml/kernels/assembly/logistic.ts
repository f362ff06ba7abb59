import { exp4, exp4Below } from './exponential';
import { plusProduct } from './fused';

/** Each of four vectors summed up, in their order. */
// @ts-ignore: decorator
@inline
function sumEach(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** Rows of a block times `beta` (float32 [groups × 4]) plus the intercept, into float32 `out`; rows a multiple of four. */
export function margins(block: usize, rows: i32, groups: i32, beta: usize, intercept: f32, out: usize): void {
  const pitch = <usize>groups << 4;
  for (let i = 0; i < rows; i += 4) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (let j: usize = 0; j < pitch; j += 16) {
      const slope = v128.load(beta + j);
      const at = block + j;
      a = plusProduct(a, slope, v128.load(at));
      b = plusProduct(b, slope, v128.load(at + pitch));
      c = plusProduct(c, slope, v128.load(at + 2 * pitch));
      d = plusProduct(d, slope, v128.load(at + 3 * pitch));
    }
    v128.store(out + (<usize>i << 2), f32x4.add(sumEach(a, b, c, d), f32x4.splat(intercept)));
    block += 4 * pitch;
  }
}

// @ts-ignore: decorator
@inline
function addSum(to: usize, four: v128): void {
  const sum = <f64>f32x4.extract_lane(four, 0) + <f64>f32x4.extract_lane(four, 1) + (<f64>f32x4.extract_lane(four, 2) + <f64>f32x4.extract_lane(four, 3));
  store<f64>(to, load<f64>(to) + sum);
}

// @ts-ignore: decorator
@inline
function addSums(sums: usize, losses: v128, downs: v128, hits: v128, curves: v128, total: v128): void {
  addSum(sums, losses);
  addSum(sums + 8, downs);
  addSum(sums + 16, hits);
  addSum(sums + 24, curves);
  addSum(sums + 32, total);
}

/** Four labels, a byte each: −1 or +1. */
// @ts-ignore: decorator
@inline
function signs4(labels: usize): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(labels))));
}

/**
 * Of float32 logits z, labels (a byte each: +1 for the second class, −1 for the first) and float32 weights w: what the loss w ln(1 + e^−label z) gives for each row. Writes its
 * slope and bend, its first and second derivative by z; adds loss, slope, what is predicted right (w where label z > 0), bend
 * and w to the float64 `sums` [5]. ln(1 + e) is 2 artanh(e ⁄ (2 + e)), whose series ends where float32 does.
 */
export function logisticTerms(z: usize, labels: usize, weights: usize, rows: i32, slopes: usize, bends: usize, sums: usize): void {
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  const zero = f32x4.splat(0);
  let losses = zero;
  let downs = zero;
  let hits = zero;
  let curves = zero;
  let total = zero;
  for (let i = 0; i < rows; i += 4) {
    const at = <usize>i << 2;
    const label = signs4(labels + i);
    const weight = v128.load(weights + at);
    const sure = f32x4.mul(label, v128.load(z + at));
    const e = exp4(f32x4.neg(f32x4.abs(sure)));
    // The probability of what is likelier, and what is left of it.
    const more = f32x4.div(one, f32x4.add(one, e));
    const less = f32x4.mul(e, more);
    const isRight = f32x4.gt(sure, zero);
    const slope = f32x4.neg(f32x4.mul(weight, f32x4.mul(label, v128.bitselect(less, more, isRight))));
    const bend = f32x4.mul(weight, f32x4.mul(more, less));
    const s = f32x4.div(e, f32x4.add(two, e));
    const q = f32x4.mul(s, s);
    let p = f32x4.splat(1.0 / 13.0);
    p = f32x4.add(f32x4.mul(p, q), f32x4.splat(1.0 / 11.0));
    p = f32x4.add(f32x4.mul(p, q), f32x4.splat(1.0 / 9.0));
    p = f32x4.add(f32x4.mul(p, q), f32x4.splat(1.0 / 7.0));
    p = f32x4.add(f32x4.mul(p, q), f32x4.splat(1.0 / 5.0));
    p = f32x4.add(f32x4.mul(p, q), f32x4.splat(1.0 / 3.0));
    p = f32x4.add(f32x4.mul(p, q), one);
    const loss = f32x4.add(f32x4.pmax(f32x4.neg(sure), zero), f32x4.mul(f32x4.mul(two, s), p));
    losses = f32x4.add(losses, f32x4.mul(weight, loss));
    downs = f32x4.add(downs, slope);
    hits = f32x4.add(hits, v128.and(weight, isRight));
    curves = f32x4.add(curves, bend);
    total = f32x4.add(total, weight);
    v128.store(slopes + at, slope);
    v128.store(bends + at, bend);
  }
  addSums(sums, losses, downs, hits, curves, total);
}

/**
 * The same where all weights are 1, or 0 in the filling, for at most 400 rows: logarithms of their 1 + e are that of their product, which is given back for the caller to
 * add its logarithm to the loss. Bends are written and summed up unless `bends` is 0.
 */
export function logisticOnes(z: usize, labels: usize, weights: usize, rows: i32, slopes: usize, bends: usize, sums: usize): f64 {
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  let products = one;
  let losses = zero;
  let downs = zero;
  let hits = zero;
  let curves = zero;
  let total = zero;
  for (let i = 0; i < rows; i += 4) {
    const at = <usize>i << 2;
    const label = signs4(labels + i);
    const weight = v128.load(weights + at);
    const sure = f32x4.mul(label, v128.load(z + at));
    const e = exp4Below(f32x4.neg(f32x4.abs(sure)));
    const more = f32x4.div(one, f32x4.add(one, e));
    const less = f32x4.mul(e, more);
    const isRight = f32x4.gt(sure, zero);
    const slope = f32x4.neg(f32x4.mul(weight, f32x4.mul(label, v128.bitselect(less, more, isRight))));
    products = f32x4.mul(products, plusProduct(one, weight, e));
    losses = plusProduct(losses, weight, f32x4.pmax(f32x4.neg(sure), zero));
    downs = f32x4.add(downs, slope);
    hits = f32x4.add(hits, v128.and(weight, isRight));
    total = f32x4.add(total, weight);
    v128.store(slopes + at, slope);
    if (bends != 0) {
      const bend = f32x4.mul(weight, f32x4.mul(more, less));
      curves = f32x4.add(curves, bend);
      v128.store(bends + at, bend);
    }
  }
  addSums(sums, losses, downs, hits, curves, total);
  return <f64>f32x4.extract_lane(products, 0) * <f64>f32x4.extract_lane(products, 1) * (<f64>f32x4.extract_lane(products, 2) * <f64>f32x4.extract_lane(products, 3));
}

/** Of float64 classes, 0 or 1: −1 or +1, a byte each. */
export function writeSigns(classes: usize, rows: i32, out: usize): void {
  for (let i = 0; i < rows; i++) store<i8>(out + i, <i8>(load<f64>(classes + (<usize>i << 3)) > 0.5 ? 1 : -1));
}
