import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxType, OnnxValueInfo } from '#app/relation/emitters/onnx/graph.ts';

/** A number, or a name for a size known only at run time; equal names are equal sizes. */
export type Dim = number | string;

/** A tensor of the graph being built. Shapes are static but for named dimensions: broadcasting is decided while building. */
export interface Value {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly Dim[];
}

/**
 * For each input: from the gradient of the loss with respect to the operator's output to that with respect to the input; null
 * where there is none. One function an input, so that only the gradients that are asked for are computed.
 */
export type Backward = readonly (((gradient: Value) => Value) | null)[];

interface Step {
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly backward: Backward;
}

const dataTypeCodes: Readonly<Record<OnnxType, number>> = { float: 1, uint8: 2, int32: 6, int64: 7, string: 8, bool: 9, double: 11 };
const int = (value: number): OnnxAttribute => ({ kind: 'int', value });

/**
 * Builds an ONNX graph operator by operator and remembers how each is differentiated, so that `gradients` can write the backward
 * pass into the same graph. The operators are functions over a builder, in operators.ts and shaping.ts.
 */
export class GraphBuilder {
  readonly #inputs: OnnxValueInfo[] = [];
  /** `from`: the value that each is. */
  readonly #outputs: (OnnxValueInfo & { readonly from: string })[] = [];
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  readonly #scalars = new Map<string, Value>();
  readonly #steps: Step[] = [];
  readonly #prefix: string;
  #next = 0;

  /** `prefix`: how the names of intermediate tensors begin, where the graph becomes a part of a larger one. */
  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  /** What has been computed so far, in order. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  input(name: string, type: OnnxType, shape: readonly Dim[]): Value {
    this.#inputs.push({ name, type, shape });
    return { name, type, shape };
  }

  /** `value` under the name `name` among the graph's outputs. */
  output(name: string, value: Value): void {
    this.#outputs.push({ name, type: value.type, shape: value.shape, from: value.name });
  }

  constant(type: OnnxType, shape: readonly number[], data: OnnxTensor['data']): Value {
    const name = `${this.#prefix}c${this.#next++}`;
    this.#initializers.push({ name, type, dims: shape, data });
    return { name, type, shape };
  }

  /** A number of the given type, shape []. Equal ones are shared. */
  scalar(value: number, type: OnnxType = 'float'): Value {
    const key = `${type}:${Object.is(value, -0) ? '-0' : value}`;
    const found = this.#scalars.get(key);
    if (found !== undefined) return found;
    const made = this.constant(type, [], [value]);
    this.#scalars.set(key, made);
    return made;
  }

  /** One node with one output. Without `backward` it is a constant to differentiation. */
  node(
    op: string,
    inputs: readonly Value[],
    result: { readonly type: OnnxType; readonly shape: readonly Dim[] },
    attributes: OnnxNode['attributes'] = {},
    backward: Backward = [],
    domain: NonNullable<OnnxNode['domain']> = '',
  ): Value {
    const output: Value = { name: `${this.#prefix}t${this.#next++}`, type: result.type, shape: result.shape };
    this.#nodes.push({ op, inputs: inputs.map(({ name }) => name), outputs: [output.name], attributes, ...(domain === '' ? {} : { domain }) });
    this.#steps.push({ inputs, output, backward });
    return output;
  }

  /** One node with several outputs. Not differentiated by itself: see `differentiable`. */
  nodes(op: string, inputs: readonly Value[], results: readonly { readonly type: OnnxType; readonly shape: readonly Dim[] }[], attributes: OnnxNode['attributes'] = {}): Value[] {
    const outputs = results.map(({ type, shape }): Value => ({ name: `${this.#prefix}t${this.#next++}`, type, shape }));
    this.#nodes.push({ op, inputs: inputs.map(({ name }) => name), outputs: outputs.map(({ name }) => name), attributes });
    return outputs;
  }

  /** Says how `output`, computed by nodes without a way back, is differentiated: for operators whose gradient is best written by hand. */
  differentiable(inputs: readonly Value[], output: Value, backward: Backward): Value {
    this.#steps.push({ inputs, output, backward });
    return output;
  }

  /** Splits a vector into pieces of the given sizes. Not differentiated. */
  split(value: Value, sizes: readonly number[]): Value[] {
    const outputs = sizes.map((size): Value => ({ name: `${this.#prefix}t${this.#next++}`, type: value.type, shape: [size] }));
    const pieces = this.constant('int64', [sizes.length], sizes);
    this.#nodes.push({ op: 'Split', inputs: [value.name, pieces.name], outputs: outputs.map(({ name }) => name), attributes: { axis: int(0) } });
    return outputs;
  }

  cast(value: Value, type: OnnxType): Value {
    if (value.type === type) return value;
    return this.node('Cast', [value], { type, shape: value.shape }, { to: int(dataTypeCodes[type]) }, [(gradient) => this.cast(gradient, value.type)]);
  }

  build(name: string): OnnxGraph {
    const outputs = this.#outputs.map(({ from: _value, ...output }) => output);
    return { name, inputs: this.#inputs, outputs, nodes: this.#namedNodes(), initializers: this.#initializers };
  }

  /** What a node makes bears the name of the output that it is; copied is what is an output twice, or an input or a constant. */
  #namedNodes(): OnnxNode[] {
    const made = new Set(this.#nodes.flatMap((node) => node.outputs));
    const called = new Map<string, string>();
    const copies: OnnxNode[] = [];
    for (const { name, from } of this.#outputs) {
      if (made.has(from) && !called.has(from)) called.set(from, name);
      else copies.push({ op: 'Identity', inputs: [from], outputs: [name] });
    }
    const nameOf = (name: string): string => called.get(name) ?? name;
    return [...this.#nodes, ...copies].map((node) => ({ ...node, inputs: node.inputs.map(nameOf), outputs: node.outputs.map(nameOf) }));
  }
}
