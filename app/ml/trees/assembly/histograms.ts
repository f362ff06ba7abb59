import { addTo } from './pairs';

/**
 * Histograms (Ke et al. 2017, LightGBM): for each feature 256 bins of two float64, the sums of gradients and of hessians over the rows in
 * the bin; 4096 bytes. Bin 255 holds the rows whose value is missing.
 *
 * Bins of the training rows lie in groups of up to four features, one 32-bit word a row, so that one read serves four histograms.
 */

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
