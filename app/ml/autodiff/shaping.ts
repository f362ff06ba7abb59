import { PenstockError } from '#app/core/errors.ts';
import type { Dim, GraphBuilder, Value } from './graph-builder.ts';

const int = (value: number) => ({ kind: 'int', value }) as const;
const ints = (value: readonly number[]) => ({ kind: 'ints', value }) as const;

export function shapeError(what: string, ...values: readonly Value[]): PenstockError {
  return new PenstockError('autodiff-shape', `${what} does not work on the shapes ${values.map(({ shape }) => `[${shape.join(', ')}]`).join(' and ')}.`);
}

/** The shape of an element-wise operation, by NumPy's rules. @throws PenstockError `autodiff-shape`. */
export function broadcast(what: string, a: Value, b: Value): Dim[] {
  const rank = Math.max(a.shape.length, b.shape.length);
  return Array.from({ length: rank }, (_, i) => {
    const p = a.shape[i - rank + a.shape.length] ?? 1;
    const q = b.shape[i - rank + b.shape.length] ?? 1;
    if (p !== q && p !== 1 && q !== 1) throw shapeError(what, a, b);
    return p === 1 ? q : p;
  });
}

/** Negative axes count from the end. */
function normalAxes(value: Value, axes: readonly number[]): number[] {
  const rank = value.shape.length;
  const normal = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  if (normal.some((axis) => axis < 0 || axis >= rank) || new Set(normal).size !== axes.length) throw shapeError(`A reduction over the axes ${axes.join(', ')}`, value);
  return normal;
}

function reducedShape(value: Value, axes: readonly number[], keep: boolean): Dim[] {
  return value.shape.flatMap((dim, i) => (axes.includes(i) ? (keep ? [1] : []) : [dim]));
}

/** Gradient of a reduction: the same for every element that was reduced. */
function spread(g: GraphBuilder, gradient: Value, like: Value, axes: readonly number[], keep: boolean): Value {
  const kept = keep || axes.length === 0 ? gradient : unsqueeze(g, gradient, axes, reducedShape(like, axes, true));
  const shape = g.node('Shape', [like], { type: 'int64', shape: [like.shape.length] });
  return g.node('Expand', [kept, shape], { type: gradient.type, shape: like.shape });
}

/** Further axes of size 1 at `axes` of the result, whose shape is `shape`. */
export function unsqueeze(g: GraphBuilder, value: Value, axes: readonly number[], shape: readonly Dim[]): Value {
  const at = g.constant('int64', [axes.length], [...axes].sort((a, b) => a - b));
  return g.node('Unsqueeze', [value, at], { type: value.type, shape }, {}, [(gradient) => reshapeLike(g, gradient, value)]);
}

/** `value` with the same elements in the shape of `like`. */
function reshapeLike(g: GraphBuilder, value: Value, like: Value): Value {
  const shape = g.node('Shape', [like], { type: 'int64', shape: [like.shape.length] });
  return g.node('Reshape', [value, shape], { type: value.type, shape: like.shape });
}

/** Sum over `axes` (default: all). */
export function reduceSum(g: GraphBuilder, value: Value, axes: readonly number[] = value.shape.map((_, i) => i), keep = false): Value {
  const at = normalAxes(value, axes);
  // ONNX takes an empty list of axes as "all of them"; a scalar has none.
  if (at.length === 0) return value;
  return g.node(
    'ReduceSum',
    [value, g.constant('int64', [at.length], at)],
    { type: value.type, shape: reducedShape(value, at, keep) },
    { keepdims: int(keep ? 1 : 0) },
    [(gradient) => spread(g, gradient, value, at, keep)],
  );
}

/** Mean over `axes` (default: all). */
export function reduceMean(g: GraphBuilder, value: Value, axes: readonly number[] = value.shape.map((_, i) => i), keep = false): Value {
  const at = normalAxes(value, axes);
  if (at.length === 0) return value;
  const shape = reducedShape(value, at, keep);
  return g.node('ReduceMean', [value], { type: value.type, shape }, { axes: ints(at), keepdims: int(keep ? 1 : 0) }, [
    (gradient) => {
      const sizes = at.map((axis) => value.shape[axis] ?? 1);
      // Elements that went into one mean: from the shape where it is known, else (elements in) / (elements out) at run time.
      const count = sizes.every((size) => typeof size === 'number')
        ? g.scalar(
            sizes.reduce((product, size) => product * size, 1),
            value.type,
          )
        : g.node('Div', [elementCount(g, value), elementCount(g, gradient)], { type: value.type, shape: [] });
      const share = g.node('Div', [gradient, count], { type: value.type, shape: gradient.shape });
      return spread(g, share, value, at, keep);
    },
  ]);
}

function elementCount(g: GraphBuilder, value: Value): Value {
  return g.cast(g.node('Size', [value], { type: 'int64', shape: [] }), value.type);
}

/** The gradient of a broadcast operand: summed over the axes along which it was repeated. */
export function unbroadcast(g: GraphBuilder, gradient: Value, to: Value): Value {
  const missing = gradient.shape.length - to.shape.length;
  const repeated = to.shape.flatMap((dim, i) => (dim === 1 && gradient.shape[i + missing] !== 1 ? [i + missing] : []));
  let sum = gradient;
  if (repeated.length > 0) sum = reduceSum(g, sum, repeated, true);
  if (missing > 0) {
    sum = reduceSum(
      g,
      sum,
      Array.from({ length: missing }, (_, i) => i),
    );
  }
  return sum;
}

/** Swaps the axes of a matrix. */
export function transpose(g: GraphBuilder, value: Value): Value {
  const [rows, columns, ...more] = value.shape;
  if (rows === undefined || columns === undefined || more.length > 0) throw shapeError('A transpose', value);
  return g.node('Transpose', [value], { type: value.type, shape: [columns, rows] }, { perm: ints([1, 0]) }, [(gradient) => transpose(g, gradient)]);
}

/** The same elements in another shape; at most one dimension may be a name. @throws PenstockError `autodiff-shape`. */
export function reshape(g: GraphBuilder, value: Value, shape: readonly Dim[]): Value {
  const named = shape.filter((dim) => typeof dim === 'string');
  const size = (dims: readonly Dim[]): number => dims.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : 1), 1);
  const wasNamed = value.shape.filter((dim) => typeof dim === 'string');
  if (named.length > 1 || named.join() !== wasNamed.join() || size(shape) !== size(value.shape)) throw shapeError(`A reshape to [${shape.join(', ')}]`, value);
  const target = g.constant(
    'int64',
    [shape.length],
    shape.map((dim) => (typeof dim === 'number' ? dim : -1)),
  );
  return g.node('Reshape', [value, target], { type: value.type, shape }, {}, [(gradient) => reshapeLike(g, gradient, value)]);
}
