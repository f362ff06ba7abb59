import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { encodeModel } from '../onnx/encode.ts';
import { type NativeSession, openNativeSession } from '../worker/ort.ts';

/** What products are computed in. Sums over blocks are float64 in both. */
export type Precision = 'float' | 'double';

/** Rows [first, first + batch × rows) as `batch` matrices of `rows` rows each. */
export interface Block {
  readonly first: number;
  readonly batch: number;
  readonly rows: number;
}

/** Rows summed in float32 before float64 takes over: few enough that rounding stays near that of one value. */
const blockRows = 1024;
/** Blocks in one call: enough to share among threads. */
const mostBlocks = 16;
/** Rows in one call, at most. */
export const mostRows = blockRows * mostBlocks;
/** Values in one call, about: what is computed of them should stay in the cache. */
const callValues = 1 << 19;

/** Cuts rows into calls of equal blocks, and the rest into two smaller ones. `width`: values of a row. */
export function blocksOf(rows: number, width: number): Block[] {
  const batch = Math.max(1, Math.min(mostBlocks, Math.floor(callValues / (blockRows * Math.max(1, width)))));
  const blocks: Block[] = [];
  let first = 0;
  while (rows - first >= blockRows) {
    const whole = Math.min(batch, Math.floor((rows - first) / blockRows));
    blocks.push({ first, batch: whole, rows: blockRows });
    first += whole * blockRows;
  }
  if (first < rows) blocks.push({ first, batch: 1, rows: rows - first });
  return blocks;
}

/** Evenly spread blocks that hold about `wanted` of the rows. */
export function someBlocks(rows: number, wanted: number): Block[] {
  const count = Math.max(1, Math.floor(wanted / blockRows));
  return Array.from({ length: count }, (_, i) => ({ first: Math.floor((i * (rows - blockRows)) / count), batch: 1, rows: blockRows }));
}

/** Sessions of small graphs stay open: a fold of a cross-validation then starts at once. */
const keptSessions = 8;
const sessions = new Map<string, NativeSession>();

/** The session of a graph that `key` stands for. In a worker only; opening takes a few milliseconds the first time. */
export async function kernel(key: string, graph: () => OnnxGraph): Promise<NativeSession> {
  const known = sessions.get(key);
  if (known !== undefined) {
    // Last used, last dropped.
    sessions.delete(key);
    sessions.set(key, known);
    return known;
  }
  // One after another: a worker is inside onnxruntime once at most.
  for (const [oldest, session] of sessions) {
    if (sessions.size < keptSessions) break;
    sessions.delete(oldest);
    await session.release();
  }
  const opened = await openNativeSession(encodeModel(graph()), 'training');
  sessions.set(key, opened);
  return opened;
}
