import { Buffer } from 'node:buffer';
import type { Region } from '../kernels/team.ts';

/** Numbers that the threads share: places in the control block's integers. Addresses, unless said otherwise. */
export const shared = {
  /** The part that nobody has taken yet: threads that are held up take fewer. */
  next: 0,
  /** Count of parts, and of them in rows: where the first begins, from one beginning to the next, and how many each has. */
  parts: 1,
  first: 2,
  stride: 3,
  length: 4,
  /** Rows of the table, from `first` + parts × stride on of no concern. */
  rows: 5,
  columns: 6,
  groups: 7,
  blockRows: 8,
  /** Float32 [groups × 4]; 0: nothing is taken from the rows. */
  shift: 9,
  /** By row, float64: targets and weights; 0: there are none. */
  targets: 10,
  weights: 11,
  /** By row: labels, a byte each, and weights, float32; 0: all weights are 1. */
  labels: 12,
  shares: 13,
  beta: 14,
  /** `roomBytes` a thread: see `roomOf`. */
  room: 15,
  roomBytes: 16,
  /** By part, `partBytes`: see `partOf`. */
  sums: 17,
  partBytes: 18,
  /** The rows, where they lie in the kernels' memory; 0: the region's table has them. */
  table: 20,
  /** 1: products of the columns with each other (logistic: the curvature) are asked for; 0: squares alone (the slope alone). */
  products: 19,
} as const;

/** Places in the control block's float64. */
export const single = { level: 0, intercept: 1 } as const;

/** Rows of a block, a multiple of four: as many as the nearest cache holds beside their products. */
export const blockRowsOf = (groups: number): number => Math.max(16, Math.min(256, Math.floor(2048 / groups / 4) * 4));

/** What each thread has room for: rows as they are, rows of the block, the same weighted, and three float32 a row. */
export function roomOf(columns: number, groups: number): { readonly raw: number; readonly block: number; readonly scaled: number; readonly lines: number; readonly bytes: number } {
  const rows = blockRowsOf(groups);
  const raw = 0;
  const block = raw + Math.ceil((rows * columns * 4 + 16) / 64) * 64;
  const scaled = block + rows * groups * 16;
  const lines = scaled + rows * groups * 16;
  return { raw, block, scaled, lines, bytes: lines + 4 * rows * 4 };
}

/** Float64 sums of a part: five of rows, two of rows times a factor, and products. */
export function partOf(groups: number): { readonly sides: number; readonly products: number; readonly bytes: number } {
  const line = groups * 32;
  const sides = 64;
  return { sides, products: sides + 2 * line, bytes: sides + 2 * line + groups * 4 * line };
}

interface Block {
  /** Its first row in the table, and how many there are: some, and those with the filling up to a multiple of four. */
  readonly row: number;
  readonly rows: number;
  readonly filled: number;
  readonly at: number;
  /** Room for the same, weighted. */
  readonly scaled: number;
  readonly lines: readonly [number, number, number, number];
  /** Sums of the part. */
  readonly sums: number;
  readonly sides: readonly [number, number];
  readonly products: number;
}

/** Goes through parts of the rows that nobody has taken yet, block by block. */
function eachBlock(region: Region, visit: (block: Block) => void): void {
  const { integers, kernels, member, memory, table } = region;
  const get = (place: number): number => integers[place] as number;
  const [columns, groups, blockRows, shift] = [get(shared.columns), get(shared.groups), get(shared.blockRows), get(shared.shift)];
  const here = get(shared.table);
  if (table === null && here === 0) throw new Error('these regions read a table');
  // Buffers copy shared memory twice as fast as typed arrays, which go word by word.
  const bytes = table === null || here > 0 ? null : Buffer.from(table.buffer as ArrayBuffer, table.byteOffset, table.byteLength);
  const room = roomOf(columns, groups);
  const own = get(shared.room) + member * get(shared.roomBytes);
  const raw = Buffer.from(memory.buffer as unknown as ArrayBuffer, own + room.raw, blockRows * columns * 4);
  const inPlace = shift === 0 && columns % 4 === 0;
  const line = blockRows * 4;
  const lines = [own + room.lines, own + room.lines + line, own + room.lines + 2 * line, own + room.lines + 3 * line] as const;
  const part = partOf(groups);
  for (;;) {
    const taken = Atomics.add(integers, shared.next, 1);
    if (taken >= get(shared.parts)) return;
    const sums = get(shared.sums) + taken * get(shared.partBytes);
    kernels.clear(sums, part.bytes);
    const from = get(shared.first) + taken * get(shared.stride);
    const to = Math.min(get(shared.rows), from + get(shared.length));
    for (let row = from; row < to; row += blockRows) {
      const rows = Math.min(blockRows, to - row);
      const where = row * columns * 4;
      let at = bytes === null ? here + where : own + room.raw;
      bytes?.copy(raw, 0, where, where + rows * columns * 4);
      if (!inPlace) {
        kernels.shiftRows(at, rows, columns, shift, groups, own + room.block);
        at = own + room.block;
      } else if (rows % 4 > 0) {
        if (bytes === null) kernels.move(own + room.raw, at, rows * columns * 4);
        at = own + room.raw;
        kernels.clear(at + rows * columns * 4, (4 - (rows % 4)) * columns * 4);
      }
      visit({ row, rows, filled: Math.ceil(rows / 4) * 4, at, scaled: own + room.scaled, lines, sums, sides: [sums + part.sides, sums + part.sides + groups * 32], products: sums + part.products });
    }
  }
}

/** As `momentsGraph` says: `sums` Σ w, Σ w d, Σ w d², sides Σ w u and Σ w d u, products Σ w u uᵀ. Without products, Σ w u² in place of the second side. */
function momentParts(region: Region): void {
  const { integers, floats, kernels } = region;
  const get = (place: number): number => integers[place] as number;
  const groups = get(shared.groups);
  const [targets, weights, level] = [get(shared.targets), get(shared.weights), floats[single.level] as number];
  eachBlock(region, ({ row, rows, filled, at, scaled, lines: [own, deviations], sums, sides: [first, second], products }) => {
    kernels.weighTargets(targets === 0 ? 0 : targets + row * 8, weights === 0 ? 0 : weights + row * 8, level, rows, own, deviations, sums);
    if (get(shared.products) === 0) {
      kernels.addWeighted(at, filled, groups, own, first);
      return kernels.addSquares(at, filled, groups, own, second);
    }
    if (targets !== 0) kernels.addWeighted(at, filled, groups, deviations, second);
    if (weights !== 0) kernels.scaleRows(at, filled, groups, own, scaled);
    kernels.addProducts(weights === 0 ? at : scaled, at, filled, groups, products, first);
  });
}

/** As `binaryGraph` says: `sums` loss, slope, right, bend and the weight, sides Σ slope u and Σ bend u, products Σ bend u uᵀ. */
function logisticParts(region: Region): void {
  const { integers, floats, kernels, memory } = region;
  const get = (place: number): number => integers[place] as number;
  const [groups, labels, shares, beta, intercept] = [get(shared.groups), get(shared.labels), get(shared.shares), get(shared.beta), floats[single.intercept] as number];
  const all = new Float32Array(memory.buffer);
  const losses = new Float64Array(memory.buffer);
  const curved = get(shared.products) !== 0;
  let ones = 0;
  eachBlock(region, ({ row, rows, filled, at, scaled, lines: [z, slopes, bends, own], sums, sides: [first, second], products }) => {
    kernels.margins(at, filled, groups, beta, intercept, z);
    // All weights are 1 mostly, in every block; rows of the filling weigh nothing.
    if (shares !== 0) kernels.move(own, shares + row * 4, rows * 4);
    else if (rows !== ones) all.fill(1, own / 4, own / 4 + rows);
    if (filled > rows) kernels.clear(own + rows * 4, (filled - rows) * 4);
    ones = rows;
    if (shares === 0) {
      const product = kernels.logisticOnes(z, labels + row, own, filled, slopes, curved ? bends : 0, sums);
      losses[sums / 8] = (losses[sums / 8] as number) + Math.log(product);
    } else kernels.logisticTerms(z, labels + row, own, filled, slopes, bends, sums);
    kernels.addWeighted(at, filled, groups, slopes, first);
    if (!curved) return;
    kernels.scaleRows(at, filled, groups, bends, scaled);
    kernels.addProducts(scaled, at, filled, groups, products, second);
  });
}

export const rowRegions = { momentParts, logisticParts } as const satisfies Record<string, (region: Region) => void>;
