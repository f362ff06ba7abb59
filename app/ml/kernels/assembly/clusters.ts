/** sum + d²; rounded once or twice, as the processor can. What uses distances allows for either. */
// @ts-ignore: decorator
@inline
function plusSquare(sum: v128, d: v128): v128 {
  return f32x4.relaxed_madd(d, d, sum);
}

/** Squared distances of a row [columns] to `pitch` centres, a multiple of four, which lie column by column; float32 into `out` [pitch]. */
// @ts-ignore: decorator
@inline
function squaredDistances(row: usize, columns: i32, centres: usize, pitch: i32, out: usize): void {
  const step = <usize>pitch << 2;
  for (let group = 0; group < pitch; group += 8) {
    const both = pitch - group > 4;
    let at = centres + (<usize>group << 2);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let j = 0;
    // Two sums for each four centres, because one would wait for each addition.
    for (; j + 1 < columns; j += 2) {
      const x = v128.load32_splat(row + (<usize>j << 2));
      const y = v128.load32_splat(row + (<usize>j << 2), 4);
      a = plusSquare(a, f32x4.sub(x, v128.load(at)));
      c = plusSquare(c, f32x4.sub(y, v128.load(at + step)));
      if (both) {
        b = plusSquare(b, f32x4.sub(x, v128.load(at, 16)));
        d = plusSquare(d, f32x4.sub(y, v128.load(at + step, 16)));
      }
      at += 2 * step;
    }
    if (j < columns) {
      const x = v128.load32_splat(row + (<usize>j << 2));
      a = plusSquare(a, f32x4.sub(x, v128.load(at)));
      if (both) b = plusSquare(b, f32x4.sub(x, v128.load(at, 16)));
    }
    v128.store(out + (<usize>group << 2), f32x4.add(a, c));
    if (both) v128.store(out + (<usize>group << 2), f32x4.add(b, d), 16);
  }
}

/** The same of two rows at a time, to `out` and `other`: each centre is read once for both. */
// @ts-ignore: decorator
@inline
function squaredDistancesOfTwo(row: usize, next: usize, columns: i32, centres: usize, pitch: i32, out: usize, other: usize): void {
  const step = <usize>pitch << 2;
  let group = 0;
  for (; group + 7 < pitch; group += 8) {
    let at = centres + (<usize>group << 2);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let e = f32x4.splat(0);
    let f = f32x4.splat(0);
    let g = f32x4.splat(0);
    let h = f32x4.splat(0);
    let j: usize = 0;
    const end = <usize>columns << 2;
    for (; j + 4 < end; j += 8) {
      const p = v128.load(at);
      const q = v128.load(at, 16);
      const x = v128.load32_splat(row + j);
      a = plusSquare(a, f32x4.sub(x, p));
      b = plusSquare(b, f32x4.sub(x, q));
      const z = v128.load32_splat(next + j);
      e = plusSquare(e, f32x4.sub(z, p));
      f = plusSquare(f, f32x4.sub(z, q));
      at += step;
      const r = v128.load(at);
      const s = v128.load(at, 16);
      const y = v128.load32_splat(row + j, 4);
      c = plusSquare(c, f32x4.sub(y, r));
      d = plusSquare(d, f32x4.sub(y, s));
      const w = v128.load32_splat(next + j, 4);
      g = plusSquare(g, f32x4.sub(w, r));
      h = plusSquare(h, f32x4.sub(w, s));
      at += step;
    }
    if (j < end) {
      const p = v128.load(at);
      const q = v128.load(at, 16);
      const x = v128.load32_splat(row + j);
      a = plusSquare(a, f32x4.sub(x, p));
      b = plusSquare(b, f32x4.sub(x, q));
      const z = v128.load32_splat(next + j);
      e = plusSquare(e, f32x4.sub(z, p));
      f = plusSquare(f, f32x4.sub(z, q));
    }
    const place = <usize>group << 2;
    v128.store(out + place, f32x4.add(a, c));
    v128.store(out + place, f32x4.add(b, d), 16);
    v128.store(other + place, f32x4.add(e, g));
    v128.store(other + place, f32x4.add(f, h), 16);
  }
  if (group == pitch) return;
  let at = centres + (<usize>group << 2);
  let a = f32x4.splat(0);
  let c = f32x4.splat(0);
  let e = f32x4.splat(0);
  let g = f32x4.splat(0);
  let j: usize = 0;
  const end = <usize>columns << 2;
  for (; j + 4 < end; j += 8) {
    const p = v128.load(at);
    a = plusSquare(a, f32x4.sub(v128.load32_splat(row + j), p));
    e = plusSquare(e, f32x4.sub(v128.load32_splat(next + j), p));
    const r = v128.load(at + step);
    c = plusSquare(c, f32x4.sub(v128.load32_splat(row + j, 4), r));
    g = plusSquare(g, f32x4.sub(v128.load32_splat(next + j, 4), r));
    at += 2 * step;
  }
  if (j < end) {
    const p = v128.load(at);
    a = plusSquare(a, f32x4.sub(v128.load32_splat(row + j), p));
    e = plusSquare(e, f32x4.sub(v128.load32_splat(next + j), p));
  }
  v128.store(out + (<usize>group << 2), f32x4.add(a, c));
  v128.store(other + (<usize>group << 2), f32x4.add(e, g));
}

/** Squared distances of the rows [from, to) to `pitch` points, as in `squaredDistances`; float32 into `out`, `pitch` a row. */
export function distanceRows(data: usize, columns: i32, from: i32, to: i32, centres: usize, pitch: i32, out: usize): void {
  const step = <usize>pitch << 2;
  for (let i = from; i < to; i++) {
    squaredDistances(data + (<usize>i * <usize>columns << 2), columns, centres, pitch, out);
    out += step;
  }
}

/** Adds the roots of `count` float32 to the float64 `sums` of their labels (int32), but for the one at `own`. */
export function addDistances(squares: usize, count: i32, labels: usize, own: i32, sums: usize): void {
  for (let j = 0; j < count; j++) {
    if (j == own) continue;
    const at = sums + (<usize>load<i32>(labels + (<usize>j << 2)) << 3);
    store<f64>(at, load<f64>(at) + sqrt<f64>(<f64>load<f32>(squares + (<usize>j << 2))));
  }
}

/** Centres are at most 64. */
const numberBits: i32 = 63;

/**
 * One step of Lloyd's for the rows [from, to) with Hamerly's bounds (2010): a row is left alone where its distance to the own centre, at most, is below
 * that to any other, at least. Centres' ways are added up once for all rows: `upper` is a row's bound less its centre's way so far (`ways`), `apart` is
 * that less the lower bound and the longest way (`longest`, of all centres, summed over steps) so far; `limits`: for each centre what
 * `apart` must not exceed. `gaps`: half the distance of each centre to the nearest other. `slack`: what rounding may do to a bound, as a share.
 * `centres` [columns × pitch], those beyond k far away; labels are int32. Rows that change cluster go from and to `sums` (float64 [k × columns]) and `counts`.
 * `room`: pitch × 8 bytes; `list`: 4 bytes a row. Distances are told apart to 1 part in 131 072. @returns how many changed
 */
export function lloydStep(data: usize, columns: i32, from: i32, to: i32, centres: usize, pitch: i32, labels: usize, upper: usize, apart: usize, ways: usize, limits: usize, gaps: usize, longest: f32, slack: f32, sums: usize, counts: usize, room: usize, list: usize): i32 {
  // First which rows are not left alone, without a branch, for which they are nobody can foresee.
  let end = list;
  for (let i = from; i < to; i++) {
    const place = <usize>i << 2;
    const before = load<i32>(labels + place);
    // Rows without a cluster look at the first centre's limit, and are apart by infinity.
    const own = <usize>max(before, 0) << 2;
    store<u32>(end, i);
    end += load<f32>(apart + place) <= load<f32>(limits + own) ? 0 : 4;
  }
  // Of these, those that may be nearer to another centre than to their own.
  const some = end;
  end = list;
  for (let at = list; at < some; at += 4) {
    const i = load<u32>(at);
    const place = <usize>i << 2;
    const before = load<i32>(labels + place);
    const own = <usize>max(before, 0) << 2;
    const isNear = i32(before >= 0) & i32(load<f32>(upper + place) + load<f32>(ways + own) <= load<f32>(gaps + own));
    store<u32>(end, i);
    end += isNear ? 0 : 4;
  }
  const step = <usize>pitch << 2;
  const width = <usize>columns << 2;
  let at = list;
  let changed = 0;
  for (; at + 4 < end; at += 8) {
    const i = load<u32>(at);
    const j = load<u32>(at, 4);
    squaredDistancesOfTwo(data + <usize>i * width, data + <usize>j * width, columns, centres, pitch, room, room + step);
    changed += settle(i, data, columns, room, pitch, labels, upper, apart, ways, longest, slack, sums, counts);
    changed += settle(j, data, columns, room + step, pitch, labels, upper, apart, ways, longest, slack, sums, counts);
  }
  if (at < end) {
    const i = load<u32>(at);
    squaredDistances(data + <usize>i * width, columns, centres, pitch, room);
    changed += settle(i, data, columns, room, pitch, labels, upper, apart, ways, longest, slack, sums, counts);
  }
  return changed;
}

/** Gives a row to the nearest centre of those whose squared distances are in `room`, with its bounds. @returns 1 where it changes cluster */
// @ts-ignore: decorator
@inline
function settle(i: i32, data: usize, columns: i32, room: usize, pitch: i32, labels: usize, upper: usize, apart: usize, ways: usize, longest: f32, slack: f32, sums: usize, counts: usize): i32 {
  const place = <usize>i << 2;
  const before = load<i32>(labels + place);
  // Bits of float32 that are not negative stand in the order of their numbers; the last ones give way to the centre's number, so that the least
  // of them says whose it is.
  let leasts = i32x4.splat(i32.MAX_VALUE);
  let nexts = i32x4.splat(i32.MAX_VALUE);
  let numbers = i32x4(0, 1, 2, 3);
  for (let group = 0; group < pitch; group += 4) {
    const here = v128.or(v128.and(v128.load(room + (<usize>group << 2)), i32x4.splat(~numberBits)), numbers);
    nexts = i32x4.min_s(nexts, i32x4.max_s(leasts, here));
    leasts = i32x4.min_s(leasts, here);
    numbers = i32x4.add(numbers, i32x4.splat(4));
  }
  const halves = v128.shuffle<i32>(leasts, leasts, 2, 3, 0, 1);
  nexts = i32x4.min_s(i32x4.min_s(nexts, v128.shuffle<i32>(nexts, nexts, 2, 3, 0, 1)), i32x4.max_s(leasts, halves));
  leasts = i32x4.min_s(leasts, halves);
  const others = v128.shuffle<i32>(leasts, leasts, 1, 0, 3, 2);
  nexts = i32x4.min_s(i32x4.min_s(nexts, v128.shuffle<i32>(nexts, nexts, 1, 0, 3, 2)), i32x4.max_s(leasts, others));
  const least = i32x4.extract_lane(i32x4.min_s(leasts, others), 0);
  const label = least & numberBits;
  const nearest = reinterpret<f32>(least & ~numberBits);
  const next = reinterpret<f32>(i32x4.extract_lane(nexts, 0) & ~numberBits);
  const bound = sqrt<f32>(nearest) * (1 + slack) - load<f32>(ways + (<usize>label << 2));
  store<f32>(upper + place, bound);
  store<f32>(apart + place, bound - (sqrt<f32>(next) * (1 - slack) + longest));
  if (label == before) return 0;
  const width = <usize>columns << 2;
  const row = data + <usize>i * width;
  store<i32>(labels + place, label);
  addRow(row, columns, sums + <usize>label * (width << 1), 1);
  store<i32>(counts + (<usize>label << 2), load<i32>(counts + (<usize>label << 2)) + 1);
  if (before < 0) return 1;
  addRow(row, columns, sums + <usize>before * (width << 1), -1);
  store<i32>(counts + (<usize>before << 2), load<i32>(counts + (<usize>before << 2)) - 1);
  return 1;
}

// @ts-ignore: decorator
@inline
function addRow(row: usize, columns: i32, sum: usize, sign: f64): void {
  const signs = f64x2.splat(sign);
  let c = 0;
  for (; c + 1 < columns; c += 2) {
    const at = sum + (<usize>c << 3);
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(signs, f64x2.promote_low_f32x4(v128.load64_zero(row + (<usize>c << 2))))));
  }
  if (c == columns) return;
  const at = sum + (<usize>c << 3);
  store<f64>(at, load<f64>(at) + sign * <f64>load<f32>(row + (<usize>c << 2)));
}
