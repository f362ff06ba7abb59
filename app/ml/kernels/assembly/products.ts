import { plusProduct } from './fused';

/*
 * Sums of products over a block of rows that stays in the nearest cache: row-major float32, `groups` of four columns a row, those beyond the
 * last column 0, rows a multiple of four, those beyond the last row 0. Products are summed in float32 over the block, and blocks in float64.
 */

/** Adds four float32 to as many float64. */
// @ts-ignore: decorator
@inline
function addFour(to: usize, sums: v128): void {
  v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(sums)));
  v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(v128.shuffle<i32>(sums, sums, 2, 3, 0, 1))), 16);
}

/**
 * Rows [columns] as they lie in a table, less `shift` (float32 [groups × 4], 0 beyond the columns; 0: nothing), into a block. Rows up to
 * the next multiple of four are filled with 0.
 */
export function shiftRows(from: usize, rows: i32, columns: i32, shift: usize, groups: i32, to: usize): void {
  const whole = <usize>(columns >> 2) << 4;
  const rest = columns & 3;
  // A row's last columns are read together with the first of the next, which are taken out again.
  const mask = i32x4.gt_s(i32x4.splat(rest), i32x4(0, 1, 2, 3));
  const step = <usize>columns << 2;
  const pitch = <usize>groups << 4;
  for (let i = 0; i < rows; i++) {
    if (shift != 0) {
      for (let j: usize = 0; j < whole; j += 16) v128.store(to + j, f32x4.sub(v128.load(from + j), v128.load(shift + j)));
      if (rest > 0) v128.store(to + whole, f32x4.sub(v128.and(v128.load(from + whole), mask), v128.load(shift + whole)));
    } else {
      for (let j: usize = 0; j < whole; j += 16) v128.store(to + j, v128.load(from + j));
      if (rest > 0) v128.store(to + whole, v128.and(v128.load(from + whole), mask));
    }
    from += step;
    to += pitch;
  }
  memory.fill(to, 0, <usize>((4 - (rows & 3)) & 3) * pitch);
}

/** Rows times a factor each, into another block. */
export function scaleRows(block: usize, rows: i32, groups: i32, factors: usize, to: usize): void {
  const pitch = <usize>groups << 4;
  for (let i = 0; i < rows; i++) {
    const factor = v128.load32_splat(factors + (<usize>i << 2));
    for (let j: usize = 0; j < pitch; j += 16) v128.store(to + j, f32x4.mul(v128.load(block + j), factor));
    block += pitch;
    to += pitch;
  }
}

/** Four columns of `left` with eight of `right`; both up to `end` of the left one. */
// @ts-ignore: decorator
@inline
function fourByEight(left: usize, right: usize, end: usize, pitch: usize, out: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  while (left < end) {
    const x = v128.load(right);
    const y = v128.load(right, 16);
    const a = v128.load32_splat(left);
    a0 = plusProduct(a0, a, x);
    a1 = plusProduct(a1, a, y);
    const b = v128.load32_splat(left, 4);
    b0 = plusProduct(b0, b, x);
    b1 = plusProduct(b1, b, y);
    const c = v128.load32_splat(left, 8);
    c0 = plusProduct(c0, c, x);
    c1 = plusProduct(c1, c, y);
    const d = v128.load32_splat(left, 12);
    d0 = plusProduct(d0, d, x);
    d1 = plusProduct(d1, d, y);
    left += pitch;
    right += pitch;
  }
  const line = pitch << 1;
  addFour(out, a0);
  addFour(out + 32, a1);
  addFour(out + line, b0);
  addFour(out + line + 32, b1);
  addFour(out + 2 * line, c0);
  addFour(out + 2 * line + 32, c1);
  addFour(out + 3 * line, d0);
  addFour(out + 3 * line + 32, d1);
}

/** Four columns of `left` with four of `right`, two rows at a time, because one sum would wait for each addition. */
// @ts-ignore: decorator
@inline
function fourByFour(left: usize, right: usize, end: usize, pitch: usize, out: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  while (left < end) {
    const x = v128.load(right);
    a0 = plusProduct(a0, v128.load32_splat(left), x);
    b0 = plusProduct(b0, v128.load32_splat(left, 4), x);
    c0 = plusProduct(c0, v128.load32_splat(left, 8), x);
    d0 = plusProduct(d0, v128.load32_splat(left, 12), x);
    left += pitch;
    right += pitch;
    const y = v128.load(right);
    a1 = plusProduct(a1, v128.load32_splat(left), y);
    b1 = plusProduct(b1, v128.load32_splat(left, 4), y);
    c1 = plusProduct(c1, v128.load32_splat(left, 8), y);
    d1 = plusProduct(d1, v128.load32_splat(left, 12), y);
    left += pitch;
    right += pitch;
  }
  const line = pitch << 1;
  addFour(out, f32x4.add(a0, a1));
  addFour(out + line, f32x4.add(b0, b1));
  addFour(out + 2 * line, f32x4.add(c0, c1));
  addFour(out + 3 * line, f32x4.add(d0, d1));
}

/** Adds one of four float32 to a float64. */
// @ts-ignore: decorator
@inline
function addOne(to: usize, sum: f32): void {
  store<f64>(to, load<f64>(to) + <f64>sum);
}

/**
 * Four columns with themselves, only what is on and under the diagonal: as they are, and turned by one and by two places. Also sums up the left
 * ones, by additions that processors have room for beside multiplications.
 */
// @ts-ignore: decorator
@inline
function fourTurned(left: usize, right: usize, end: usize, pitch: usize, out: usize, side: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  while (left < end) {
    const x = v128.load(right);
    const u = v128.load(left);
    a0 = plusProduct(a0, u, x);
    b0 = plusProduct(b0, u, v128.shuffle<i32>(x, x, 1, 2, 3, 0));
    c0 = plusProduct(c0, u, v128.shuffle<i32>(x, x, 2, 3, 0, 1));
    s0 = f32x4.add(s0, u);
    left += pitch;
    right += pitch;
    const y = v128.load(right);
    const v = v128.load(left);
    a1 = plusProduct(a1, v, y);
    b1 = plusProduct(b1, v, v128.shuffle<i32>(y, y, 1, 2, 3, 0));
    c1 = plusProduct(c1, v, v128.shuffle<i32>(y, y, 2, 3, 0, 1));
    s1 = f32x4.add(s1, v);
    left += pitch;
    right += pitch;
  }
  addFour(side, f32x4.add(s0, s1));
  const a = f32x4.add(a0, a1);
  const b = f32x4.add(b0, b1);
  const c = f32x4.add(c0, c1);
  const line = pitch << 1;
  addOne(out, f32x4.extract_lane(a, 0));
  addOne(out + line, f32x4.extract_lane(b, 0));
  addOne(out + line + 8, f32x4.extract_lane(a, 1));
  addOne(out + 2 * line, f32x4.extract_lane(c, 0));
  addOne(out + 2 * line + 8, f32x4.extract_lane(b, 1));
  addOne(out + 2 * line + 16, f32x4.extract_lane(a, 2));
  addOne(out + 3 * line, f32x4.extract_lane(b, 3));
  addOne(out + 3 * line + 8, f32x4.extract_lane(c, 1));
  addOne(out + 3 * line + 16, f32x4.extract_lane(b, 2));
  addOne(out + 3 * line + 24, f32x4.extract_lane(a, 3));
}

/**
 * Adds the products of the columns of two blocks, summed over their rows, to float64 `out` [groups × 4]², only on and under the diagonal: the
 * product is symmetric; and the rows of the left one, summed, to float64 `side` [groups × 4].
 */
export function addProducts(left: usize, right: usize, rows: i32, groups: i32, out: usize, side: usize): void {
  const pitch = <usize>groups << 4;
  const end = left + <usize>rows * pitch;
  // Most to do first: it hides the wait for a block that comes from afar.
  for (let g = groups - 1; g >= 0; g--) {
    const four = <usize>g << 4;
    const line = out + four * (pitch >> 1);
    let h = 0;
    for (; h + 1 < g; h += 2) fourByEight(left + four, right + (<usize>h << 4), end, pitch, line + (<usize>h << 5));
    if (h < g) fourByFour(left + four, right + (<usize>h << 4), end, pitch, line + (<usize>h << 5));
    fourTurned(left + four, right + four, end, pitch, line + (<usize>g << 5), side + (<usize>g << 5));
  }
}

/** Adds rows times a factor each, summed, to float64 `out` [groups × 4]. */
export function addWeighted(block: usize, rows: i32, groups: i32, factors: usize, out: usize): void {
  const pitch = <usize>groups << 4;
  let g = 0;
  for (; g + 3 < groups; g += 4) {
    let at = block + (<usize>g << 4);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      const factor = v128.load32_splat(factors + (<usize>i << 2));
      a = plusProduct(a, factor, v128.load(at));
      b = plusProduct(b, factor, v128.load(at, 16));
      c = plusProduct(c, factor, v128.load(at, 32));
      d = plusProduct(d, factor, v128.load(at, 48));
      at += pitch;
    }
    const to = out + (<usize>g << 5);
    addFour(to, a);
    addFour(to + 32, b);
    addFour(to + 64, c);
    addFour(to + 96, d);
  }
  for (; g < groups; g++) {
    let at = block + (<usize>g << 4);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    for (let i = 0; i < rows; i += 2) {
      a = plusProduct(a, v128.load32_splat(factors + (<usize>i << 2)), v128.load(at));
      at += pitch;
      b = plusProduct(b, v128.load32_splat(factors + (<usize>i << 2), 4), v128.load(at));
      at += pitch;
    }
    addFour(out + (<usize>g << 5), f32x4.add(a, b));
  }
}

/** Adds squares times a factor for each row, summed, to float64 `out` [groups × 4]. */
export function addSquares(block: usize, rows: i32, groups: i32, factors: usize, out: usize): void {
  const pitch = <usize>groups << 4;
  for (let g = 0; g < groups; g++) {
    let at = block + (<usize>g << 4);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    for (let i = 0; i < rows; i += 2) {
      const x = v128.load(at);
      a = plusProduct(a, f32x4.mul(v128.load32_splat(factors + (<usize>i << 2)), x), x);
      at += pitch;
      const y = v128.load(at);
      b = plusProduct(b, f32x4.mul(v128.load32_splat(factors + (<usize>i << 2), 4), y), y);
      at += pitch;
    }
    addFour(out + (<usize>g << 5), f32x4.add(a, b));
  }
}

/**
 * Of float64 targets y (0: all `level`) and weights w (0: all 1) of the rows of a block: float32 w, and, where there are either, w (y − level); both 0 up to
 * the next multiple of four rows. Adds Σ w, Σ w (y − level) and Σ w (y − level)² to `sums`.
 */
export function weighTargets(targets: usize, weights: usize, level: f64, rows: i32, shares: usize, deviations: usize, sums: usize): void {
  const fill = <usize>((4 - (rows & 3)) & 3) << 2;
  if (targets == 0 && weights == 0) {
    for (let i = 0; i < rows; i += 4) v128.store(shares + (<usize>i << 2), f32x4.splat(1));
    memory.fill(shares + (<usize>rows << 2), 0, fill);
    store<f64>(sums, load<f64>(sums) + <f64>rows);
    return;
  }
  let a: f64 = 0;
  let b: f64 = 0;
  let c: f64 = 0;
  for (let i = 0; i < rows; i++) {
    const w: f64 = weights == 0 ? 1 : load<f64>(weights + (<usize>i << 3));
    const d: f64 = targets == 0 ? 0 : load<f64>(targets + (<usize>i << 3)) - level;
    a += w;
    b += w * d;
    c += w * d * d;
    store<f32>(shares + (<usize>i << 2), <f32>w);
    store<f32>(deviations + (<usize>i << 2), <f32>(w * d));
  }
  memory.fill(shares + (<usize>rows << 2), 0, fill);
  memory.fill(deviations + (<usize>rows << 2), 0, fill);
  store<f64>(sums, load<f64>(sums) + a);
  store<f64>(sums, load<f64>(sums, 8) + b, 8);
  store<f64>(sums, load<f64>(sums, 16) + c, 16);
}

/** Adds the first `bytes` (a multiple of 16) of each of `count` lines of float64, `pitch` bytes apart, to `out`, in their order. */
export function addParts(parts: usize, count: i32, pitch: usize, bytes: usize, out: usize): void {
  for (let j: usize = 0; j < bytes; j += 16) {
    let sum = v128.load(out + j);
    let at = parts + j;
    for (let i = 0; i < count; i++) {
      sum = f64x2.add(sum, v128.load(at));
      at += pitch;
    }
    v128.store(out + j, sum);
  }
}
