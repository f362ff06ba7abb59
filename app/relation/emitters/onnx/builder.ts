import type { OnnxAttribute, OnnxFragment, OnnxNode, OnnxTensor } from './graph.ts';

/** ONNX TensorProto data type numbers used as `to` of Cast. */
const dataTypes = { float: 1, int64: 7, bool: 9, double: 11 } as const;

/** Collects nodes and constants under fresh names; equal constants are kept once, and so are equal nodes. */
export class FragmentBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #prefix: string;
  readonly #constants = new Map<string, string>();
  readonly #known = new Map<string, string>();
  #count = 0;

  /** @param prefix starts every name made here; must not start any other tensor's name. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  fresh(hint: string): string {
    this.#count += 1;
    return `${this.#prefix}${hint}_${this.#count}`;
  }

  node(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, OnnxAttribute>>, domain: OnnxNode['domain'] = ''): string {
    const key = JSON.stringify([op, domain, inputs, attributes]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const output = this.fresh(op.toLowerCase());
    this.#known.set(key, output);
    this.nodes.push({ op, domain, inputs, outputs: [output], ...(attributes === undefined ? {} : { attributes }) });
    return output;
  }

  cast(input: string, to: keyof typeof dataTypes): string {
    return this.node('Cast', [input], { to: { kind: 'int', value: dataTypes[to] } });
  }

  concat(inputs: readonly string[]): string {
    const [only] = inputs;
    return inputs.length === 1 && only !== undefined ? only : this.node('Concat', inputs, { axis: { kind: 'int', value: 1 } });
  }

  /** What `output` depends on; the rest was emitted for comparisons that turned out simpler. */
  reaching(output: string): OnnxFragment {
    const needed = new Set([output]);
    const nodes = this.nodes.toReversed().filter((node) => {
      const used = node.outputs.some((name) => needed.has(name));
      if (used) for (const name of node.inputs) needed.add(name);
      return used;
    });
    return { nodes: nodes.reverse(), initializers: this.initializers.filter((tensor) => needed.has(tensor.name)) };
  }

  /** Float64 constant of shape [1, values.length]. */
  doubles(values: readonly number[]): string {
    return this.constant({ type: 'double', dims: [1, values.length], data: Float64Array.from(values) });
  }

  text(value: string): string {
    return this.constant({ type: 'string', dims: [1, 1], data: [value] });
  }

  constant(tensor: Omit<OnnxTensor, 'name'>): string {
    const key = `${tensor.type}|${tensor.dims.join(',')}|${JSON.stringify(Array.from(tensor.data as ArrayLike<number | string>, String))}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.fresh('constant');
    this.#constants.set(key, name);
    this.initializers.push({ name, ...tensor });
    return name;
  }
}
