import protobuf from 'protobufjs';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxType, OnnxValueInfo } from '#app/relation/emitters/onnx/graph.ts';
import { onnxIrVersion, onnxMlOpset, onnxOpset, onnxTreesOpset } from '#app/relation/emitters/onnx/graph.ts';
import { checkGraph } from './check.ts';
import { withCompactTrees } from './compact-trees.ts';
import { onnxProto } from './onnx-proto.ts';
import { withFloats, withInts, withStrings } from './packed.ts';
import { toRawData } from './tensor-bytes.ts';

/** `ModelProto` of the current onnx.proto, fields in camelCase. */
export const modelProto: protobuf.Type = protobuf.parse(onnxProto).root.lookupType('onnx.ModelProto');

/** As `modelProto` with attributes as bytes: those of large trees are encoded by `packed.ts`, without an object a number. */
const writtenRoot = protobuf.parse(onnxProto.replace('repeated AttributeProto attribute = 5;', 'repeated bytes attribute = 5;')).root;
const writtenProto = writtenRoot.lookupType('onnx.ModelProto');
const attributeHeadProto = writtenRoot.lookupType('onnx.AttributeProto');

/** TensorProto.DataType */
export const dataTypes: Readonly<Record<OnnxType, number>> = { float: 1, uint8: 2, int32: 6, int64: 7, string: 8, bool: 9, double: 11 };

/** AttributeProto.AttributeType */
export const attributeTypes: Readonly<Record<OnnxAttribute['kind'], number>> = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
};

const utf8 = new TextEncoder();

function tensorProto(tensor: OnnxTensor): object {
  const head = { name: tensor.name, dataType: dataTypes[tensor.type], dims: [...tensor.dims] };
  return tensor.type === 'string'
    ? { ...head, stringData: Array.from<number | string, Uint8Array>(tensor.data, (value) => utf8.encode(String(value))) }
    : { ...head, rawData: toRawData(tensor) };
}

/** Bytes of an AttributeProto. */
function attributeBytes(name: string, attribute: OnnxAttribute): Uint8Array {
  const fields = { name, type: attributeTypes[attribute.kind], ...attributeFields(attribute) };
  const head = attributeHeadProto.encode(attributeHeadProto.create(fields)).finish();
  switch (attribute.kind) {
    case 'floats':
      return withFloats(head, 7, attribute.value);
    case 'ints':
      return withInts(head, 8, attribute.value);
    case 'strings':
      return withStrings(head, 9, attribute.value);
    default:
      return new Uint8Array(head);
  }
}

function attributeFields(attribute: OnnxAttribute): object {
  switch (attribute.kind) {
    case 'int':
      return { i: attribute.value };
    case 'float':
      return { f: attribute.value };
    case 'string':
      return { s: utf8.encode(attribute.value) };
    case 'tensor':
      return { t: tensorProto(attribute.value) };
    case 'graph':
      return { g: graphProto(attribute.value) };
    default:
      return {};
  }
}

function nodeProto(node: OnnxNode, index: number): object {
  return {
    name: `${node.op}_${index}`,
    opType: node.op,
    ...(node.domain ? { domain: node.domain } : {}),
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => attributeBytes(name, value)),
  };
}

function valueInfoProto(value: OnnxValueInfo): object {
  const dim = value.shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name: value.name, type: { tensorType: { elemType: dataTypes[value.type], shape: { dim } } } };
}

function graphProto(graph: OnnxGraph): object {
  return {
    name: graph.name,
    node: graph.nodes.map(nodeProto),
    initializer: graph.initializers.map(tensorProto),
    input: graph.inputs.map(valueInfoProto),
    output: graph.outputs.map(valueInfoProto),
  };
}

function uses(domain: string, graph: OnnxGraph): boolean {
  return graph.nodes.some(
    (node) =>
      node.domain === domain ||
      Object.values(node.attributes ?? {}).some((attribute) => attribute.kind === 'graph' && uses(domain, attribute.value)),
  );
}

/** Versions of the operator sets beside the default one, where the graph uses them. */
function furtherOpsets(graph: OnnxGraph): { readonly domain: string; readonly version: number }[] {
  const version = graph.nodes.some(({ op }) => op === 'TreeEnsemble') ? onnxTreesOpset : onnxMlOpset;
  return [{ domain: 'ai.onnx.ml', version }, { domain: 'com.microsoft', version: 1 }].filter(({ domain }) => uses(domain, graph));
}

/**
 * An ONNX file: opset `onnxOpset` (and `ai.onnx.ml` opset `onnxMlOpset`, with large trees `onnxTreesOpset`, and `com.microsoft` opset 1, where a node needs
 * them), tensors as little-endian raw data.
 * Equal graphs and metadata give equal bytes. `metadata` becomes `metadata_props`, keys sorted.
 * Nodes must be in topological order.
 * @throws PenstockError `onnx-invalid` where a name is defined twice or not at all, or a tensor does not fit its shape.
 */
export function encodeModel(given: OnnxGraph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const graph = withCompactTrees(given);
  checkGraph(graph);
  const message = writtenProto.create({
    irVersion: onnxIrVersion,
    producerName: 'penstock',
    opsetImport: [{ domain: '', version: onnxOpset }, ...furtherOpsets(graph)],
    graph: graphProto(graph),
    metadataProps: Object.keys(metadata)
      .sort()
      .map((key) => ({ key, value: metadata[key] })),
  });
  return ownBytes(writtenProto.encode(message).finish());
}

/** Bytes with a buffer of their own, for they are handed to other threads: protobufjs gives small ones as views into a pooled buffer. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}
