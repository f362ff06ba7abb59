import { z } from 'zod';
import type { PenstockError } from '#app/core/errors.ts';
import type { OnnxAttribute } from '#app/relation/emitters/onnx/graph.ts';
import type { Dim, GraphBuilder, Value } from '../../autodiff/graph-builder.ts';
import { damaged, unsupported } from './faults.ts';
import type { Flavour } from './source.ts';
import type { KerasLayer } from './topology.ts';
import type { KerasWeight } from './weights.ts';

export const int = (value: number): OnnxAttribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): OnnxAttribute => ({ kind: 'ints', value });
export const float = (value: number): OnnxAttribute => ({ kind: 'float', value });
export const floats = (value: readonly number[]): OnnxAttribute => ({ kind: 'floats', value });
export const text = (value: string): OnnxAttribute => ({ kind: 'string', value });

/** One call of a layer: writes its operators. Values keep Keras' order of axes; the first is that of rows. */
export class LayerCall {
  readonly g: GraphBuilder;
  readonly layer: KerasLayer;
  readonly inputs: readonly Value[];
  readonly flavour: Flavour;
  readonly #weights: readonly KerasWeight[];
  readonly #masks: Map<string, Value>;
  #taken = 0;

  /** `masks`: by the names of the values that have one. */
  constructor(g: GraphBuilder, layer: KerasLayer, inputs: readonly Value[], weights: readonly KerasWeight[], flavour: Flavour, masks: Map<string, Value>) {
    this.g = g;
    this.layer = layer;
    this.inputs = inputs;
    this.flavour = flavour;
    this.#weights = weights;
    this.#masks = masks;
  }

  /** Of the only input: 1 where a step counts and 0 where it is masked, float [rows, steps]; null where all count. */
  get mask(): Value | null {
    return this.#masks.get(this.x.name) ?? null;
  }

  get hasMaskedInput(): boolean {
    return this.inputs.some(({ name }) => this.#masks.has(name));
  }

  /** Gives `value` a mask, and `value` back. */
  masked(value: Value, mask: Value | null): Value {
    if (mask !== null) this.#masks.set(value.name, mask);
    return value;
  }

  /** The only input. */
  get x(): Value {
    const [x] = this.inputs;
    if (x === undefined || this.inputs.length > 1) throw this.fail(`reads ${this.inputs.length === 0 ? 'nothing' : `${this.inputs.length} tensors`}`);
    return x;
  }

  /** What cannot be imported of this layer. */
  fail(what: string): PenstockError {
    return unsupported(`The layer “${this.layer.name}” (${this.layer.className}) ${what}, which cannot be imported.`);
  }

  /** The shape of the layer's next weight; empty where there is none. */
  get nextShape(): readonly number[] {
    return this.#weights[this.#taken]?.dims ?? [];
  }

  /** The layer's next weight. @throws PenstockError `keras-damaged` where it is missing or of another shape. */
  weight(...dims: readonly number[]): Float32Array {
    const found = this.#weights[this.#taken++];
    if (found === undefined) throw damaged(this.layer.name, `(a layer of the class ${this.layer.className}) has fewer weights in the file than it needs`);
    if (found.dims.length !== dims.length || found.dims.some((dim, i) => dim !== dims[i])) throw damaged(this.layer.name, `(a layer of the class ${this.layer.className}) has weights of the shape ${found.dims.join(' × ')} where ${dims.join(' × ')} are needed`);
    return found.data;
  }

  /** One operator with one float output. */
  op(op: string, inputs: readonly Value[], shape: readonly Dim[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): Value {
    return this.g.node(op, inputs, { type: 'float', shape }, attributes);
  }

  constant(dims: readonly number[], data: readonly number[] | Float32Array): Value {
    return this.g.constant('float', dims, data);
  }

  list(values: readonly number[]): Value {
    return this.g.constant('int64', [values.length], values);
  }

  /** Sizes after the rows. @throws PenstockError `keras-unsupported` where one is not known. */
  sizes(x: Value): number[] {
    return x.shape.slice(1).map((dim) => {
      if (typeof dim === 'number') return dim;
      throw this.fail('reads a tensor whose size is not fixed');
    });
  }

  /** The same numbers in other sizes after the rows. */
  reshape(x: Value, sizes: readonly number[]): Value {
    return this.op('Reshape', [x, this.list([-1, ...sizes])], ['rows', ...sizes]);
  }

  transpose(x: Value, order: readonly number[]): Value {
    return this.op('Transpose', [x], order.map((axis) => x.shape[axis] as Dim), { perm: ints(order) });
  }

  /** Adds a number to each place of the last axis. */
  bias(x: Value, size: number): Value {
    return this.op('Add', [x, this.constant([size], this.weight(size))], x.shape);
  }
}

export type LayerWriter = (call: LayerCall) => Value;

/** A layer whose config is read by `schema`. @throws PenstockError `keras-unsupported` where it cannot be. */
export function writer<S extends z.ZodType>(schema: S, write: (call: LayerCall, config: z.output<S>) => Value): LayerWriter {
  return (call) => {
    const config = schema.safeParse(call.layer.config);
    if (config.success) return write(call, config.data);
    const issue = config.error.issues[0];
    throw call.fail(`has ${issue === undefined || issue.path.length === 0 ? 'a description' : `a parameter '${issue.path.join('.')}'`} of a form that is not known`);
  };
}

/** Params of many layers. Old files say null where nothing was given. */
export const flag = (otherwise: boolean) => z.boolean().nullish().transform((value) => value ?? otherwise);
export const number = (otherwise: number) => z.number().nullish().transform((value) => value ?? otherwise);
/** One number for every axis, or one for each. */
export const sizes = z.union([z.number(), z.array(z.number())]);
export const perAxis = (value: z.output<typeof sizes> | null | undefined, axes: number, otherwise: number): number[] => {
  const given = value ?? otherwise;
  return typeof given === 'number' ? new Array<number>(axes).fill(given) : given.length === axes ? given : Array.from({ length: axes }, (_, i) => given[i] ?? given[0] ?? otherwise);
};
export const dataFormat = z.enum(['channels_last', 'channels_first', 'channelsLast', 'channelsFirst']).nullish().transform((value) => (value ?? 'channels_last').toLowerCase().endsWith('first') ? 'first' : 'last');
