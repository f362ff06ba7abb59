import type { OnnxGraph, OnnxNode } from '#app/relation/emitters/onnx/graph.ts';

/** A model that is a weighted sum of its features, and what becomes of the sum. */
export interface FoundLinear {
  /** The tensor of features. */
  readonly features: string;
  /** [features × outputs], row-major. */
  readonly weights: Float64Array;
  /** [outputs]. */
  readonly bias: Float64Array;
  readonly link: 'identity' | 'sigmoid' | 'softmax';
}

/** What may stand between the sum and the outputs without changing what the sum says. */
const links: ReadonlySet<string> = new Set(['Cast', 'Identity', 'Sigmoid', 'Softmax', 'Sub', 'Concat', 'ArgMax']);

/**
 * The one product of all features with constant weights that the outputs of a model are made of; null where there is more to it (layers,
 * trees, a calibration behind).
 */
export function linearOfModel({ nodes, initializers, outputs }: OnnxGraph, width: number): FoundLinear | null {
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const made = new Map(nodes.flatMap((node) => node.outputs.map((output): [string, OnnxNode] => [output, node])));
  const sinks = new Map<string, OnnxNode[]>();
  for (const node of nodes) for (const input of node.inputs) sinks.set(input, [...(sinks.get(input) ?? []), node]);
  const products = nodes.filter((node) => node.op === 'MatMul' && constants.get(node.inputs[1] ?? '')?.dims[0] === width);
  const [product] = products;
  const weights = constants.get(product?.inputs[1] ?? '');
  const add = sinks.get(product?.outputs[0] ?? '')?.[0];
  const bias = constants.get(add?.inputs[1] ?? '');
  if (products.length !== 1 || product === undefined || weights?.dims.length !== 2 || add?.op !== 'Add' || bias === undefined) return null;
  const cast = made.get(product.inputs[0] ?? '');
  const features = cast?.op === 'Cast' ? cast.inputs[0] : product.inputs[0];
  // Nothing but the sum may look at the features, or what is behind is more than the sum.
  if (features === undefined || (sinks.get(features) ?? []).length !== 1 || (sinks.get(product.inputs[0] ?? '') ?? []).length !== 1) return null;
  let link: FoundLinear['link'] = 'identity';
  const open = [...add.outputs];
  const reached = new Set<string>();
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    reached.add(tensor);
    for (const node of sinks.get(tensor) ?? []) {
      if (!links.has(node.op)) return null;
      if (node.op === 'Sigmoid') link = 'sigmoid';
      if (node.op === 'Softmax') link = 'softmax';
      open.push(...node.outputs);
    }
  }
  if (!outputs.every(({ name }) => reached.has(name))) return null;
  const numbers = (data: ArrayLike<number | string>): Float64Array => Float64Array.from(Array.from(data, Number));
  const found = { features, weights: numbers(weights.data as ArrayLike<number>), bias: numbers(bias.data as ArrayLike<number>), link };
  return found.weights.length === width * found.bias.length ? found : null;
}
