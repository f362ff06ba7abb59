import { missingBin } from './memory';

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

/** Copies the values of a column of row-major values that are not missing. @returns how many */
export function columnValues(values: usize, rows: i32, width: i32, column: i32, out: usize): i32 {
  let at = values + (<usize>column << 2);
  let to = out;
  for (let i = 0; i < rows; i++) {
    const x = load<f32>(at);
    at += <usize>width << 2;
    store<f32>(to, x);
    to += x == x ? 4 : 0;
  }
  return <i32>((to - out) >> 2);
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

/** A step of a binary search among sorted cuts. */
// @ts-ignore: decorator
@inline
function step(base: usize, half: usize, x: f32): usize {
  return select<usize>(base + half, base, load<f32>(base + half - 4) < x);
}

/** Number of cuts below x, 255 where it is missing; `base`: where the search ended. */
// @ts-ignore: decorator
@inline
function binOf(base: usize, cuts: usize, count: i32, x: f32): u32 {
  const bin = <u32>((base - cuts) >> 2) + (count > 0 && load<f32>(base) < x ? 1 : 0);
  return x == x ? bin : missingBin;
}

/** Bins of one column of row-major values, a byte a row: the number of cuts below the value; 255 where it is missing. */
export function binColumn(values: usize, rows: i32, width: i32, column: i32, cuts: usize, count: i32, out: usize): void {
  const pitch = <usize>width << 2;
  let at = values + (<usize>column << 2);
  let i = 0;
  // Four searches at a time: each step of one waits for memory, and the others go on.
  for (; i + 3 < rows; i += 4) {
    const a = load<f32>(at);
    const b = load<f32>(at + pitch);
    const c = load<f32>(at + 2 * pitch);
    const d = load<f32>(at + 3 * pitch);
    at += 4 * pitch;
    let atA = cuts;
    let atB = cuts;
    let atC = cuts;
    let atD = cuts;
    let left = count;
    while (left > 1) {
      const half = <usize>(left >>> 1) << 2;
      atA = step(atA, half, a);
      atB = step(atB, half, b);
      atC = step(atC, half, c);
      atD = step(atD, half, d);
      left -= left >>> 1;
    }
    store<u32>(out + i, binOf(atA, cuts, count, a) | (binOf(atB, cuts, count, b) << 8) | (binOf(atC, cuts, count, c) << 16) | (binOf(atD, cuts, count, d) << 24));
  }
  for (; i < rows; i++) {
    const x = load<f32>(at);
    at += pitch;
    let base = cuts;
    let left = count;
    while (left > 1) {
      base = step(base, <usize>(left >>> 1) << 2, x);
      left -= left >>> 1;
    }
    store<u8>(out + i, binOf(base, cuts, count, x));
  }
}

/** Bins of a column of category codes: the code, 255 for what is missing or beyond `most`. */
export function binCodes(values: usize, rows: i32, width: i32, column: i32, most: i32, out: usize): void {
  let at = values + (<usize>column << 2);
  for (let i = 0; i < rows; i++) {
    const x = load<f32>(at);
    at += <usize>width << 2;
    store<u8>(out, x >= 0 && x < <f32>most ? <u32>x : missingBin);
    out += 1;
  }
}

/** Bins of the rows [0, rows) of `lanes` columns, `pitch` bytes apart, side by side for each row: `stride` bytes a row. */
export function packLanes(columns: usize, pitch: usize, lanes: i32, rows: i32, out: usize, stride: usize): void {
  // Tiles of rows stay in the nearest cache while their columns come by.
  for (let tile = 0; tile < rows; tile += 1024) {
    const end = min(rows, tile + 1024);
    for (let lane = 0; lane < lanes; lane++) {
      const column = columns + <usize>lane * pitch;
      let at = out + <usize>tile * stride + lane;
      for (let i = tile; i < end; i++) {
        store<u8>(at, load<u8>(column + i));
        at += stride;
      }
    }
  }
}
