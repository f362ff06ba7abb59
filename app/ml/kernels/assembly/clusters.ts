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

/**
 * One step of Lloyd's for the rows [from, to) with Hamerly's bounds (2010): `upper`, the distance to the own centre at most, and `lower`, that to any
 * other at least, grow and shrink with the centres' `moves`; only where they meet are distances measured. `gaps`: half the distance of each
 * centre to the nearest other. `far`: the largest move, of centre `farthest`; `second` the largest of the others. `slack`: what rounding may do to a
 * bound, as a share. `centres` [columns × pitch], those beyond `k` far away. Rows that change cluster go from and to `sums` (float64 [k × columns]) and
 * `counts`. `room`: pitch × 4 bytes. @returns how many changed
 */
export function lloydStep(data: usize, columns: i32, from: i32, to: i32, centres: usize, k: i32, pitch: i32, labels: usize, upper: usize, lower: usize, moves: usize, gaps: usize, far: f32, farthest: i32, second: f32, slack: f32, sums: usize, counts: usize, room: usize): i32 {
  let changed = 0;
  const width = <usize>columns << 2;
  for (let i = from; i < to; i++) {
    const place = <usize>i << 2;
    const before = load<i32>(labels + place);
    if (before >= 0) {
      const own = <usize>before << 2;
      const most = (load<f32>(upper + place) + load<f32>(moves + own)) * (1 + slack);
      const least = load<f32>(lower + place) - select<f32>(second, far, before == farthest) * (1 + slack);
      store<f32>(upper + place, most);
      store<f32>(lower + place, least);
      if (most <= least || most <= load<f32>(gaps + own)) continue;
    }
    const row = data + <usize>i * width;
    squaredDistances(row, columns, centres, pitch, room);
    // Bits of float32 that are not negative stand in the order of their numbers, and integers compare without a thought for NaN.
    let nearestBits = i32.MAX_VALUE;
    let nextBits = i32.MAX_VALUE;
    let label = 0;
    for (let j = 0; j < k; j++) {
      const d = load<i32>(room + (<usize>j << 2));
      const closer = d < nearestBits;
      nextBits = select<i32>(nearestBits, select<i32>(d, nextBits, d < nextBits), closer);
      label = select<i32>(j, label, closer);
      nearestBits = select<i32>(d, nearestBits, closer);
    }
    const nearest = reinterpret<f32>(nearestBits);
    // With one centre there is no next: the bits stay those of no number.
    const next = k > 1 ? reinterpret<f32>(nextBits) : <f32>Infinity;
    store<f32>(upper + place, sqrt<f32>(nearest) * (1 + slack));
    store<f32>(lower + place, sqrt<f32>(next) * (1 - slack));
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
