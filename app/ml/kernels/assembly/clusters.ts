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
      const toA = f32x4.sub(x, v128.load(at));
      const toC = f32x4.sub(y, v128.load(at + step));
      a = f32x4.add(a, f32x4.mul(toA, toA));
      c = f32x4.add(c, f32x4.mul(toC, toC));
      if (both) {
        const toB = f32x4.sub(x, v128.load(at, 16));
        const toD = f32x4.sub(y, v128.load(at + step, 16));
        b = f32x4.add(b, f32x4.mul(toB, toB));
        d = f32x4.add(d, f32x4.mul(toD, toD));
      }
      at += 2 * step;
    }
    if (j < columns) {
      const x = v128.load32_splat(row + (<usize>j << 2));
      const toA = f32x4.sub(x, v128.load(at));
      a = f32x4.add(a, f32x4.mul(toA, toA));
      if (both) {
        const toB = f32x4.sub(x, v128.load(at, 16));
        b = f32x4.add(b, f32x4.mul(toB, toB));
      }
    }
    v128.store(out + (<usize>group << 2), f32x4.add(a, c));
    if (both) v128.store(out + (<usize>group << 2), f32x4.add(b, d), 16);
  }
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
 * `room`: pitch × 4 bytes; `list`: 4 bytes a row. Distances are told apart to 1 part in 131 072. @returns how many changed
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
  let changed = 0;
  const width = <usize>columns << 2;
  for (let at = list; at < end; at += 4) {
    const i = load<u32>(at);
    const place = <usize>i << 2;
    const before = load<i32>(labels + place);
    if (before >= 0) {
      const own = <usize>before << 2;
      if (load<f32>(upper + place) + load<f32>(ways + own) <= load<f32>(gaps + own)) continue;
    }
    const row = data + <usize>i * width;
    squaredDistances(row, columns, centres, pitch, room);
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
    if (label == before) continue;
    changed++;
    store<i32>(labels + place, label);
    addRow(row, columns, sums + <usize>label * (width << 1), 1);
    store<i32>(counts + (<usize>label << 2), load<i32>(counts + (<usize>label << 2)) + 1);
    if (before < 0) continue;
    addRow(row, columns, sums + <usize>before * (width << 1), -1);
    store<i32>(counts + (<usize>before << 2), load<i32>(counts + (<usize>before << 2)) - 1);
  }
  return changed;
}

// @ts-ignore: decorator
@inline
function addRow(row: usize, columns: i32, sum: usize, sign: f64): void {
  for (let c = 0; c < columns; c++) {
    const at = sum + (<usize>c << 3);
    store<f64>(at, load<f64>(at) + sign * <f64>load<f32>(row + (<usize>c << 2)));
  }
}
