import type { OnnxNode } from '#app/relation/emitters/onnx/graph.ts';
import type { HeadBuilder } from './heads.ts';

/** Adds an operator to the body of a block and gives the name of its result; of several results the first, the others are that with `.1`, `.2` … */
export type BlockOp = (type: string, inputs: readonly string[], attributes?: OnnxNode['attributes'], results?: number) => string;

/** Numbers held at once between a block of rows and everything they are compared with: 64 MB. */
const blockCells = 8_000_000;
const mostBlockRows = 256;

/** Rows of a block that are compared with `others` rows each. */
export const blockRows = (others: number): number => Math.max(1, Math.min(mostBlockRows, Math.floor(blockCells / Math.max(1, others))));

const int = (value: number) => ({ kind: 'int', value }) as const;

/**
 * For heads that compare each row with many others: rows go through in blocks (ONNX Scan), so that scoring a large table does not hold
 * all comparisons at once. `x`: double [rows, size]; `body` makes double [block, outputs] of a block [block, size], and may read names of
 * the head. Gives double [rows, outputs]. A single row is a block of one.
 */
export function inBlocks(builder: HeadBuilder, x: string, size: number, others: number, outputs: number, body: (op: BlockOp, block: string) => string): string {
  const longs = (values: readonly number[]): string => builder.constant('int64', [values.length], values);
  const [zero, one] = [longs([0]), longs([1])];
  const count = builder.op('Slice', [builder.op('Shape', [x]), zero, one]);
  const block = builder.op('Max', [one, builder.op('Min', [count, longs([blockRows(others)])])]);
  // The last block is filled up with zeros, which are cut off again at the end.
  const fill = builder.op('Mod', [builder.op('Neg', [count]), block]);
  const filled = builder.op('Pad', [x, builder.op('Concat', [zero, zero, fill, zero], { axis: int(0) })]);
  const blocks = builder.op('Reshape', [filled, builder.op('Concat', [longs([-1]), block, longs([size])], { axis: int(0) })]);

  const nodes: OnnxNode[] = [];
  const op: BlockOp = (type, inputs, attributes, results = 1) => {
    const own = `head.block.t${nodes.length}`;
    nodes.push({ op: type, inputs, outputs: Array.from({ length: results }, (_, i) => (i === 0 ? own : `${own}.${i}`)), ...(attributes === undefined ? {} : { attributes }) });
    return own;
  };
  const input = 'head.block.x';
  const result = body(op, input);
  const graph = {
    name: 'block',
    inputs: [{ name: input, type: 'double', shape: ['block', size] }],
    outputs: [{ name: result, type: 'double', shape: ['block', outputs] }],
    nodes,
    initializers: [],
  } as const;
  const found = builder.op('Scan', [blocks], { body: { kind: 'graph', value: graph }, num_scan_inputs: int(1) });
  return builder.op('Slice', [builder.op('Reshape', [found, longs([-1, outputs])]), zero, count, zero]);
}
