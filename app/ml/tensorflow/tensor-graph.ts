import type { OnnxGraph, OnnxTensor } from '#app/relation/emitters/onnx/graph.ts';
import { applyOperator, type Tf, type TfTensor } from './operators.ts';

const typed = ({ type, data }: OnnxTensor): Float32Array | Int32Array => (type === 'float' ? (data instanceof Float32Array ? data.slice() : Float32Array.from(data as ArrayLike<number>)) : Int32Array.from(data as ArrayLike<number>));

/**
 * An ONNX graph of a network, run operator by operator by TensorFlow.js, which differentiates through it. What is made on the way
 * belongs to the caller's `tf.tidy`.
 */
export class TensorGraph {
  readonly #tf: Tf;
  readonly #graph: OnnxGraph;
  readonly #constants = new Map<string, { readonly tensor: TfTensor; readonly data: OnnxTensor['data'] }>();

  constructor(tf: Tf, graph: OnnxGraph) {
    this.#tf = tf;
    this.#graph = graph;
    for (const one of graph.initializers) {
      this.#constants.set(one.name, { data: one.data, tensor: tf.keep(tf.tensor(typed(one), [...one.dims], one.type === 'float' ? 'float32' : 'int32')) });
    }
  }

  /** Outputs by name. @throws PenstockError `tensorflow-operator`; Error of TensorFlow.js. */
  run(feeds: Readonly<Record<string, TfTensor>>): Record<string, TfTensor> {
    const values = new Map(Object.entries(feeds));
    const valueOf = (name: string): TfTensor => {
      const found = values.get(name) ?? this.#constants.get(name)?.tensor;
      if (found === undefined) throw new Error(`'${name}' is not known where it is needed.`);
      return found;
    };
    for (const node of this.#graph.nodes) {
      const made = applyOperator({
        tf: this.#tf,
        node,
        inputs: node.inputs.map(valueOf),
        numbers: (input) => {
          const name = node.inputs[input] ?? '';
          const constant = this.#constants.get(name)?.data;
          return Array.from(constant === undefined ? valueOf(name).dataSync() : (constant as ArrayLike<number>));
        },
      });
      for (const [i, output] of node.outputs.entries()) {
        const tensor = made[i];
        if (tensor !== undefined) values.set(output, tensor);
      }
    }
    return Object.fromEntries(this.#graph.outputs.map(({ name }) => [name, valueOf(name)]));
  }

  release(): void {
    for (const { tensor } of this.#constants.values()) tensor.dispose();
    this.#constants.clear();
  }
}
