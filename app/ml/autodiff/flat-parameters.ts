import type { GraphBuilder, Value } from './graph-builder.ts';
import { reshape } from './shaping.ts';

export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

/** Number of values in all parameters together. */
export function parameterCount(shapes: readonly ParameterShape[]): number {
  return shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** A vector needs no other shape: a node less in each step. */
const shaped = (g: GraphBuilder, value: Value, shape: readonly number[]): Value => (shape.length === 1 && value.shape.length === 1 ? value : reshape(g, value, shape));

/** The parameters as tensors of their shapes, cut from one vector that holds them one after another. */
export function cutParameters(g: GraphBuilder, vector: Value, shapes: readonly ParameterShape[]): Value[] {
  const sizes = shapes.map(({ shape }) => sizeOf(shape));
  return g.split(vector, sizes).map((piece, i) => shaped(g, piece, shapes[i]?.shape ?? []));
}

/** The inverse: tensors one after another as one vector. */
export function joinParameters(g: GraphBuilder, values: readonly Value[], shapes: readonly ParameterShape[]): Value {
  const pieces = values.map((value, i) => shaped(g, value, [sizeOf(shapes[i]?.shape ?? [])]));
  const type = pieces[0]?.type ?? 'float';
  return g.node('Concat', pieces, { type, shape: [parameterCount(shapes)] }, { axis: { kind: 'int', value: 0 } });
}

/** The same cut on numbers: views, not copies. */
export function parameterViews(vector: Float32Array, shapes: readonly ParameterShape[]): Float32Array[] {
  let at = 0;
  return shapes.map(({ shape }) => {
    const size = sizeOf(shape);
    at += size;
    return vector.subarray(at - size, at);
  });
}
