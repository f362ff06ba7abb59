import { PenstockError } from '#app/core/errors.ts';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '#app/relation/emitters/onnx/graph.ts';

/** The `graph` in the sentence of an error: which graph is wrong. */
function invalid(graph: string, problem: string): PenstockError {
  return new PenstockError('onnx-invalid', `The ONNX graph '${graph}' is not valid: ${problem}.`, {
    remedy: 'This is a fault in the program, not in your data. Please report it with the pipeline that shows it.',
  });
}

function checkTensor(graph: string, tensor: OnnxTensor): void {
  let size = 1;
  for (const dim of tensor.dims) {
    if (!Number.isSafeInteger(dim) || dim < 0) throw invalid(graph, `tensor '${tensor.name}' has the dimension ${dim}`);
    size *= dim;
  }
  if (size !== tensor.data.length) {
    throw invalid(graph, `tensor '${tensor.name}' has ${tensor.data.length} values for the shape [${tensor.dims.join(', ')}]`);
  }
  const wantsText = tensor.type === 'string';
  for (let i = 0; i < tensor.data.length; i++) {
    const value = tensor.data[i];
    if ((typeof value === 'string') !== wantsText) {
      throw invalid(graph, `tensor '${tensor.name}' of type ${tensor.type} holds ${JSON.stringify(value)} at ${i}`);
    }
    if (tensor.type === 'uint8' && tensor.data instanceof Uint8Array) break;
    if (wantsText || tensor.type === 'float' || tensor.type === 'double') continue;
    if (!Number.isSafeInteger(value)) throw invalid(graph, `tensor '${tensor.name}' of type ${tensor.type} holds ${String(value)} at ${i}`);
    if (tensor.type === 'bool' && value !== 0 && value !== 1) {
      throw invalid(graph, `tensor '${tensor.name}' of type bool holds ${String(value)} at ${i}`);
    }
    if (tensor.type === 'int32' && Number(value) !== (Number(value) | 0)) {
      throw invalid(graph, `tensor '${tensor.name}' of type int32 holds ${String(value)} at ${i}`);
    }
  }
}

function checkAttributes(graph: string, node: OnnxNode, scope: ReadonlySet<string>): void {
  for (const [name, attribute] of Object.entries(node.attributes ?? {})) {
    switch (attribute.kind) {
      case 'int':
      case 'ints':
        if (ArrayBuffer.isView(attribute.value)) break;
        for (const value of [attribute.value].flat()) {
          if (!Number.isSafeInteger(value)) throw invalid(graph, `attribute '${name}' of ${node.op} holds ${value}, not an integer`);
        }
        break;
      case 'tensor':
        checkTensor(graph, attribute.value);
        break;
      case 'graph':
        checkGraph(attribute.value, scope);
        break;
      default:
        break;
    }
  }
}

/**
 * Checks what the runtime would only find later and say less clearly: every name is defined once, every input of a node is
 * defined before it is used (ONNX wants nodes in topological order), every output exists, tensors have as many values as
 * their shape says. `outer`: names that a subgraph may read from the graphs around it.
 * @throws PenstockError `onnx-invalid`.
 */
export function checkGraph(graph: OnnxGraph, outer: ReadonlySet<string> = new Set()): void {
  const known = new Set(outer);
  const own = new Set<string>();
  const define = (name: string, what: string): void => {
    if (name === '') throw invalid(graph.name, `${what} has no name`);
    if (known.has(name)) throw invalid(graph.name, `the name '${name}' (${what}) is used twice`);
    known.add(name);
    own.add(name);
  };
  for (const input of graph.inputs) define(input.name, 'an input');
  for (const tensor of graph.initializers) {
    define(tensor.name, 'a constant');
    checkTensor(graph.name, tensor);
  }
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      // The empty name stands for an optional input that is not given.
      if (input !== '' && !known.has(input)) {
        throw invalid(graph.name, `${node.op} uses '${input}', which no input, constant or earlier node gives`);
      }
    }
    checkAttributes(graph.name, node, known);
    for (const output of node.outputs) if (output !== '') define(output, `an output of ${node.op}`);
  }
  const outputs = new Set<string>();
  for (const output of graph.outputs) {
    if (!own.has(output.name)) throw invalid(graph.name, `the output '${output.name}' is not computed in it`);
    if (outputs.has(output.name)) throw invalid(graph.name, `the output '${output.name}' is listed twice`);
    outputs.add(output.name);
  }
}
