export function iota(index: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) store<u32>(index + (<usize>i << 2), i);
}

/**
 * Orders index[from, to) into rows that go left, which stay there in order, and rows that go right, which come to `spare` [from, …) in
 * order. `goesLeft`: for each of 256 bins 1 or 0. `bins`: a byte a row. @returns how many go left
 */
export function partition(bins: usize, goesLeft: usize, index: usize, from: i32, to: i32, spare: usize): i32 {
  let left = index + (<usize>from << 2);
  let right = spare + (<usize>from << 2);
  const begin = left;
  const end = index + (<usize>to << 2);
  for (let at = begin; at < end; at += 4) {
    const row = load<u32>(at);
    const step = <usize>load<u8>(goesLeft + <usize>load<u8>(bins + <usize>row)) << 2;
    store<u32>(left, row);
    store<u32>(right, row);
    left += step;
    right += 4 - step;
  }
  return <i32>((left - begin) >> 2);
}


/** Adds `value` to the scores of the rows index[from, to). */
export function addToScores(scores: usize, index: usize, from: i32, to: i32, value: f32): void {
  for (let i = from; i < to; i++) {
    const at = scores + (<usize>load<u32>(index + (<usize>i << 2)) << 2);
    store<f32>(at, load<f32>(at) + value);
  }
}

/**
 * Adds a tree's values to the scores of the rows [from, to), by their bins. Nodes are 32 bytes, words of 32 bits: address of the feature's
 * bins (a byte a row), 0 in a leaf; address of 256 bytes that say which bins go left; node to the left; node to the
 * right; value of a leaf (float32).
 */
export function scoreByBins(nodes: usize, scores: usize, from: i32, to: i32): void {
  for (let row = from; row < to; row++) {
    let node = nodes;
    for (;;) {
      const bins = <usize>load<u32>(node);
      if (bins == 0) break;
      const isLeft = load<u8>(<usize>load<u32>(node, 4) + <usize>load<u8>(bins + <usize>row));
      node = nodes + (<usize>select<u32>(load<u32>(node, 8), load<u32>(node, 12), isLeft != 0) << 5);
    }
    const at = scores + (<usize>row << 2);
    store<f32>(at, load<f32>(at) + load<f32>(node, 16));
  }
}
