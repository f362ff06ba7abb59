import type { OnnxFragment, OnnxNode, OnnxTensor, OnnxValueInfo } from '#app/relation/emitters/onnx/graph.ts';
import type { LearnerHead } from './types.ts';

/** Every tensor of a head starts with this, so that it can stand in one graph with the recipe's. */
const prefix = 'head.';
export const headInput = `${prefix}features`;

const labelOutput: OnnxValueInfo = { name: 'label', type: 'int64', shape: ['rows'] };
const predictionOutput: OnnxValueInfo = { name: 'prediction', type: 'float', shape: ['rows', 1] };
const probabilitiesOutput = (classes: number): OnnxValueInfo => ({ name: 'probabilities', type: 'float', shape: ['rows', classes] });

/** Collects the nodes and constants of a head under names of its own. */
export class HeadBuilder {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  #next = 0;

  constant(type: OnnxTensor['type'], dims: readonly number[], data: OnnxTensor['data']): string {
    const name = `${prefix}c${this.#next++}`;
    this.#initializers.push({ name, type, dims, data });
    return name;
  }

  op(op: string, inputs: readonly string[], attributes?: OnnxNode['attributes'], output = `${prefix}t${this.#next++}`, domain?: OnnxNode['domain']): string {
    this.#nodes.push({ op, inputs, outputs: [output], ...(attributes === undefined ? {} : { attributes }), ...(domain === undefined ? {} : { domain }) });
    return output;
  }

  cast(input: string, to: 'float' | 'double', output?: string): string {
    return this.op('Cast', [input], { to: { kind: 'int', value: to === 'float' ? 1 : 11 } }, output);
  }

  /**
   * x W + b in float64: coefficients of unscaled columns cancel, and float32 would lose the digits that training kept.
   * `weights` [inputs × outputs] row-major, `bias` [outputs].
   */
  affine(input: string, weights: Float64Array, bias: Float64Array): string {
    const dims = [weights.length / bias.length, bias.length];
    const product = this.op('MatMul', [this.cast(input, 'double'), this.constant('double', dims, weights)]);
    return this.op('Add', [product, this.constant('double', [bias.length], bias)]);
  }

  /**
   * Probabilities [rows, classes] float, in `source`, and the label that goes with them: the first of the largest. `mayLack`: some rows
   * may have no answer, NaN; their label is −1.
   */
  classification(source: string, classes: number, mayLack = false): LearnerHead {
    const best = { axis: { kind: 'int', value: 1 }, keepdims: { kind: 'int', value: 0 } } as const;
    this.op('Identity', [source], undefined, 'probabilities');
    if (mayLack) {
      const lacking = this.op('IsNaN', [this.op('Gather', [source, this.constant('int64', [], [0])], { axis: best.axis })]);
      this.op('Where', [lacking, this.constant('int64', [], [-1]), this.op('ArgMax', [source], best)], undefined, 'label');
    } else this.op('ArgMax', [source], best, 'label');
    return this.#head([labelOutput, probabilitiesOutput(classes)]);
  }

  /** `source`: float [rows, 1]. */
  regression(source: string): LearnerHead {
    this.op('Identity', [source], undefined, 'prediction');
    return this.#head([predictionOutput]);
  }

  #head(outputs: readonly OnnxValueInfo[]): LearnerHead {
    return { input: headInput, outputs, nodes: this.#nodes, initializers: this.#initializers };
  }
}

/** p of the second class, [rows, 1], as both probabilities [rows, 2] in float. */
export function bothProbabilities(builder: HeadBuilder, second: string): string {
  const one = builder.constant('double', [], [1]);
  const first = builder.op('Sub', [one, second]);
  return builder.cast(builder.op('Concat', [first, second], { axis: { kind: 'int', value: 1 } }), 'float');
}

/** The head with its input joined to the tensor `features`, float [rows, features]. */
export function attachHead(head: LearnerHead, features: string): OnnxFragment & { readonly outputs: readonly OnnxValueInfo[] } {
  return {
    nodes: head.nodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => (input === head.input ? features : input)) })),
    initializers: head.initializers,
    outputs: head.outputs,
  };
}
