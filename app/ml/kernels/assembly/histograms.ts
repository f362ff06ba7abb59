import { missingBin } from './memory';

/**
 * Histograms (Ke et al. 2017, LightGBM): for each feature 256 bins of one 64-bit integer, the sum of the rows' packed pairs; 2048 bytes. A packed
 * pair holds a gradient in its upper bits and a hessian in its lower ones, both as small integers (Shi et al. 2022, “Quantized training of gradient
 * boosting decision trees”): one addition serves both, and sums of integers are the same in any order. Bin 255 holds the rows whose value is missing.
 *
 * Bins of the training rows lie in groups of up to sixteen features, side by side for each row, so that a row costs one visit to memory.
 */

/** Rows that are brought together before they are added: their bins and pairs fit the nearest cache. */
const tileRows: i32 = 128;

/** Adds one row's packed pair to the histograms of `lanes` features. `lanes` is a constant where this is inlined. */
// @ts-ignore: decorator
@inline
function addRow(lanes: i32, bins: usize, pair: i64, histogram: usize): void {
  addAt(histogram + (<usize>load<u8>(bins) << 3), 0, pair);
  if (lanes > 1) addAt(histogram + (<usize>load<u8>(bins, 1) << 3), 2048, pair);
  if (lanes > 2) addAt(histogram + (<usize>load<u8>(bins, 2) << 3), 4096, pair);
  if (lanes > 3) addAt(histogram + (<usize>load<u8>(bins, 3) << 3), 6144, pair);
  if (lanes > 4) addAt(histogram + (<usize>load<u8>(bins, 4) << 3), 8192, pair);
  if (lanes > 5) addAt(histogram + (<usize>load<u8>(bins, 5) << 3), 10240, pair);
  if (lanes > 6) addAt(histogram + (<usize>load<u8>(bins, 6) << 3), 12288, pair);
  if (lanes > 7) addAt(histogram + (<usize>load<u8>(bins, 7) << 3), 14336, pair);
  if (lanes > 8) addAt(histogram + (<usize>load<u8>(bins, 8) << 3), 16384, pair);
  if (lanes > 9) addAt(histogram + (<usize>load<u8>(bins, 9) << 3), 18432, pair);
  if (lanes > 10) addAt(histogram + (<usize>load<u8>(bins, 10) << 3), 20480, pair);
  if (lanes > 11) addAt(histogram + (<usize>load<u8>(bins, 11) << 3), 22528, pair);
  if (lanes > 12) addAt(histogram + (<usize>load<u8>(bins, 12) << 3), 24576, pair);
  if (lanes > 13) addAt(histogram + (<usize>load<u8>(bins, 13) << 3), 26624, pair);
  if (lanes > 14) addAt(histogram + (<usize>load<u8>(bins, 14) << 3), 28672, pair);
  if (lanes > 15) addAt(histogram + (<usize>load<u8>(bins, 15) << 3), 30720, pair);
}

// @ts-ignore: decorator
@inline
function addAt(place: usize, lane: usize, pair: i64): void {
  const at = place + lane;
  store<i64>(at, load<i64>(at) + pair);
}

/** `rows` rows, whose bins lie `stride` bytes apart from `bins` on and whose pairs lie side by side. */
// @ts-ignore: decorator
@inline
function addRows(lanes: i32, bins: usize, stride: usize, pairs: usize, rows: i32, histogram: usize): void {
  const end = pairs + (<usize>rows << 3);
  while (pairs < end) {
    addRow(lanes, bins, load<i64>(pairs), histogram);
    bins += stride;
    pairs += 8;
  }
}

function addTile(lanes: i32, bins: usize, stride: usize, pairs: usize, rows: i32, histogram: usize): void {
  // A loop for each number of lanes: none has a branch inside.
  switch (lanes) {
    case 1: addRows(1, bins, stride, pairs, rows, histogram); break;
    case 2: addRows(2, bins, stride, pairs, rows, histogram); break;
    case 3: addRows(3, bins, stride, pairs, rows, histogram); break;
    case 4: addRows(4, bins, stride, pairs, rows, histogram); break;
    case 5: addRows(5, bins, stride, pairs, rows, histogram); break;
    case 6: addRows(6, bins, stride, pairs, rows, histogram); break;
    case 7: addRows(7, bins, stride, pairs, rows, histogram); break;
    case 8: addRows(8, bins, stride, pairs, rows, histogram); break;
    case 9: addRows(9, bins, stride, pairs, rows, histogram); break;
    case 10: addRows(10, bins, stride, pairs, rows, histogram); break;
    case 11: addRows(11, bins, stride, pairs, rows, histogram); break;
    case 12: addRows(12, bins, stride, pairs, rows, histogram); break;
    case 13: addRows(13, bins, stride, pairs, rows, histogram); break;
    case 14: addRows(14, bins, stride, pairs, rows, histogram); break;
    case 15: addRows(15, bins, stride, pairs, rows, histogram); break;
    default: addRows(16, bins, stride, pairs, rows, histogram);
  }
}

/**
 * Adds the rows `index[from, to)` to the histograms of the `lanes` features of a group. `group`: bins of row 0; `stride` (4, 8 or 16) bytes to the
 * next. `pairs`: packed, by row. `index` 0: the rows from `from` up to `to` as they come. `room`: 3072 bytes.
 */
export function addGroup(group: usize, stride: usize, lanes: i32, index: usize, from: i32, to: i32, pairs: usize, room: usize, histogram: usize): void {
  if (index == 0) {
    addTile(lanes, group + <usize>from * stride, stride, pairs + (<usize>from << 3), to - from, histogram);
    return;
  }
  // Rows are brought near by a loop that does nothing else, so that many wait for memory at once.
  const tilePairs = room + (<usize>tileRows << 4);
  for (let tile = from; tile < to; tile += tileRows) {
    const rows = min(tileRows, to - tile);
    const list = index + (<usize>tile << 2);
    if (stride == 16) {
      for (let i: usize = 0; i < <usize>rows; i++) {
        const row = <usize>load<u32>(list + (i << 2));
        v128.store(room + (i << 4), v128.load(group + (row << 4)));
        store<i64>(tilePairs + (i << 3), load<i64>(pairs + (row << 3)));
      }
    } else if (stride == 8) {
      for (let i: usize = 0; i < <usize>rows; i++) {
        const row = <usize>load<u32>(list + (i << 2));
        store<u64>(room + (i << 3), load<u64>(group + (row << 3)));
        store<i64>(tilePairs + (i << 3), load<i64>(pairs + (row << 3)));
      }
    } else {
      for (let i: usize = 0; i < <usize>rows; i++) {
        const row = <usize>load<u32>(list + (i << 2));
        store<u32>(room + (i << 2), load<u32>(group + (row << 2)));
        store<i64>(tilePairs + (i << 3), load<i64>(pairs + (row << 3)));
      }
    }
    addTile(lanes, room, stride, tilePairs, rows, histogram);
  }
}

/** parent - child, in the parent's place. */
export function subtract(parent: usize, child: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(parent + i, i64x2.sub(v128.load(parent + i), v128.load(child + i)));
}

/** Sum of the hessians, in levels, of the rows whose value is missing. */
export function missingHessian(histogram: usize, hessianBits: i32): f64 {
  return <f64>(load<i64>(histogram + (<usize>missingBin << 3)) & ((<i64>1 << hessianBits) - 1));
}
