import { penstockVersion } from '#app/core/version.ts';
import { emitFeatures } from '#app/relation/emitters/onnx/features.ts';
import type { OnnxAttribute, OnnxFragment, OnnxGraph, OnnxNode } from '#app/relation/emitters/onnx/graph.ts';
import { inputTensorName, type FittedRecipe, type ModelSignature } from '#app/sdk/ports.ts';
import type { LearnerHead } from '../learners/types.ts';
import { encodeModel } from '../onnx/encode.ts';

/** Written into every model file; raised when the meaning of inputs, outputs or metadata changes. */
export const MODEL_FORMAT = '1';

/** One file from raw records to predictions: the recipe's features, then the learner's head. */
export function assembleModel(fitted: FittedRecipe, head: LearnerHead, signature: ModelSignature, algorithm: string): Uint8Array {
  const features = emitFeatures(fitted, { tensorName: inputTensorName });
  const outputs = new Set(head.outputs.map((output) => output.name));
  const renamed = renameTensors(head, (name) => {
    if (name === head.input) return features.output;
    return name === '' || outputs.has(name) ? name : `head/${name}`;
  });
  const graph: OnnxGraph = {
    name: 'penstock',
    inputs: features.inputs,
    outputs: head.outputs,
    nodes: [...features.nodes, ...renamed.nodes],
    initializers: [...features.initializers, ...renamed.initializers],
  };
  return encodeModel(graph, {
    'penstock.format': MODEL_FORMAT,
    'penstock.version': penstockVersion,
    'penstock.algorithm': algorithm,
    'penstock.signature': JSON.stringify(signature),
  });
}

/** The head by itself: float32 features [rows, width] in, predictions out. */
export function headGraph(head: LearnerHead, width: number): OnnxGraph {
  return { name: 'head', inputs: [{ name: head.input, type: 'float', shape: ['rows', width] }], outputs: head.outputs, nodes: head.nodes, initializers: head.initializers };
}

/** The same as a file. */
export const headModel = (head: LearnerHead, width: number): Uint8Array => encodeModel(headGraph(head, width));

/** A fragment under other names, the graphs inside its nodes too. `rename` must keep the empty name. */
export function renameTensors(fragment: OnnxFragment, rename: (name: string) => string): OnnxFragment {
  return {
    nodes: fragment.nodes.map((node) => renameNode(node, rename)),
    initializers: fragment.initializers.map((tensor) => ({ ...tensor, name: rename(tensor.name) })),
  };
}

function renameNode(node: OnnxNode, rename: (name: string) => string): OnnxNode {
  return {
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    ...(node.attributes === undefined
      ? {}
      : { attributes: Object.fromEntries(Object.entries(node.attributes).map(([key, value]) => [key, renameAttribute(value, rename)])) }),
  };
}

function renameAttribute(attribute: OnnxAttribute, rename: (name: string) => string): OnnxAttribute {
  if (attribute.kind !== 'graph') return attribute;
  const graph = attribute.value;
  return {
    kind: 'graph',
    value: {
      ...graph,
      ...renameTensors(graph, rename),
      inputs: graph.inputs.map((input) => ({ ...input, name: rename(input.name) })),
      outputs: graph.outputs.map((output) => ({ ...output, name: rename(output.name) })),
    },
  };
}
