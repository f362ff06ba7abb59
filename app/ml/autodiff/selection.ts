import type { Dim, GraphBuilder, Value } from './graph-builder.ts';
import { shapeError } from './shaping.ts';

const int = (value: number) => ({ kind: 'int', value }) as const;
const ints = (value: readonly number[]) => ({ kind: 'ints', value }) as const;

/** Negative axes count from the end. @throws PenstockError `autodiff-shape`. */
function axisOf(what: string, value: Value, axis: number): number {
  const at = axis < 0 ? axis + value.shape.length : axis;
  if (at < 0 || at >= value.shape.length) throw shapeError(`${what} along the axis ${axis}`, value);
  return at;
}

/** Axes in another order: axis i of the result is axis `order[i]` of `value`. @throws PenstockError `autodiff-shape`. */
export function permute(g: GraphBuilder, value: Value, order: readonly number[]): Value {
  if (order.length !== value.shape.length || order.some((_, i) => !order.includes(i))) throw shapeError(`A transpose by ${order.join(', ')}`, value);
  const back = order.map((_, i) => order.indexOf(i));
  const shape = order.map((axis) => value.shape[axis] as Dim);
  return g.node('Transpose', [value], { type: value.type, shape }, { perm: ints(order) }, [(gradient) => permute(g, gradient, back)]);
}

/** Elements `from`…`to` (exclusive) along one axis of known size. @throws PenstockError `autodiff-shape`. */
export function slice(g: GraphBuilder, value: Value, axis: number, from: number, to: number): Value {
  const at = axisOf('A slice', value, axis);
  const size = value.shape[at];
  if (typeof size !== 'number' || from < 0 || to > size || from >= to) throw shapeError(`A slice ${from}…${to}`, value);
  const one = (index: number): Value => g.constant('int64', [1], [index]);
  const shape = value.shape.with(at, to - from);
  return g.node('Slice', [value, one(from), one(to), one(at), one(1)], { type: value.type, shape }, {}, [
    (gradient) => {
      const rank = value.shape.length;
      const pads = new Array<number>(2 * rank).fill(0).with(at, from).with(rank + at, size - to);
      return g.node('Pad', [gradient, g.constant('int64', [2 * rank], pads), g.scalar(0, value.type)], value);
    },
  ]);
}

/** Values one after another along an axis of known sizes; alike along all others. @throws PenstockError `autodiff-shape`. */
export function concat(g: GraphBuilder, values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (first === undefined) throw shapeError('A concatenation of nothing');
  const at = axisOf('A concatenation', first, axis);
  const starts: number[] = [];
  let total = 0;
  for (const value of values) {
    const size = value.shape[at];
    if (typeof size !== 'number' || value.shape.length !== first.shape.length || value.shape.some((dim, i) => i !== at && dim !== first.shape[i])) throw shapeError('A concatenation', ...values);
    starts.push(total);
    total += size;
  }
  const backward = values.map((value, i) => (gradient: Value) => slice(g, gradient, at, starts[i] ?? 0, (starts[i] ?? 0) + (value.shape[at] as number)));
  return g.node('Concat', values, { type: first.type, shape: first.shape.with(at, total) }, { axis: int(at) }, backward);
}

/**
 * Rows of a table: `table` [size, width] at `indices` (int32 or int64, any shape) → [...indices, width]. Its gradient adds each row's
 * share to the rows it came from; an index that occurs often gets the sum.
 * @throws PenstockError `autodiff-shape`.
 */
export function embed(g: GraphBuilder, table: Value, indices: Value): Value {
  const [size, width] = table.shape;
  if (table.shape.length !== 2 || typeof size !== 'number' || typeof width !== 'number') throw shapeError('A look-up of rows', table);
  const result = { type: table.type, shape: [...indices.shape, width] };
  return g.node('Gather', [table, indices], result, { axis: int(0) }, [
    (gradient) => {
      const zeros = g.node('Expand', [g.scalar(0, table.type), g.constant('int64', [2], [size, width])], table);
      const flat = g.node('Reshape', [gradient, g.constant('int64', [2], [-1, width])], { type: table.type, shape: ['picked', width] });
      // Not ScatterND: on several threads onnxruntime 1.30 loses additions to the same row (35 060 of 50 000 were left in a trial).
      const column = g.node('Reshape', [g.cast(indices, 'int64'), g.constant('int64', [2], [-1, 1])], { type: 'int64', shape: ['picked', 1] });
      const places = g.node('Expand', [column, g.node('Shape', [flat], { type: 'int64', shape: [2] })], { type: 'int64', shape: ['picked', width] });
      return g.node('ScatterElements', [zeros, places, flat], table, { axis: int(0), reduction: { kind: 'string', value: 'add' } });
    },
  ]);
}
