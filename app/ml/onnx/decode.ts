import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxType, OnnxValueInfo } from '#app/relation/emitters/onnx/graph.ts';
import { checkGraph } from './check.ts';
import { attributeTypes, dataTypes, modelProto } from './encode.ts';
import { fromRawData } from './tensor-bytes.ts';

export interface DecodedModel {
  readonly graph: OnnxGraph;
  readonly metadata: Readonly<Record<string, string>>;
  readonly irVersion: number;
  /** Opset version by domain; '' is the default domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
}

const bytes = z.instanceof(Uint8Array);
const text = z.string().default('');
const numbers = z.array(z.union([z.number(), z.nan(), z.literal([Infinity, -Infinity])])).default([]);

const tensorSchema = z.object({
  name: text,
  dataType: z.number().default(0),
  dims: numbers,
  floatData: numbers,
  doubleData: numbers,
  int32Data: numbers,
  int64Data: numbers,
  stringData: z.array(bytes).default([]),
  rawData: bytes.optional(),
  dataLocation: z.number().default(0),
});
const dimSchema = z.object({ dimValue: z.number().optional(), dimParam: z.string().optional() });
const valueInfoSchema = z.object({
  name: text,
  type: z
    .object({
      tensorType: z
        .object({ elemType: z.number().default(0), shape: z.object({ dim: z.array(dimSchema).default([]) }).default({ dim: [] }) })
        .optional(),
    })
    .optional(),
});
const attributeSchema = z.object({
  name: text,
  type: z.number().default(0),
  // NaN and infinities, too: an Imputer names the value that it takes for missing.
  f: z.union([z.number(), z.nan(), z.literal([Infinity, -Infinity])]).default(0),
  i: z.number().default(0),
  s: bytes.optional(),
  floats: numbers,
  ints: numbers,
  strings: z.array(bytes).default([]),
  t: tensorSchema.optional(),
  g: z.unknown().optional(),
});
const nodeSchema = z.object({
  opType: text,
  domain: text,
  input: z.array(z.string()).default([]),
  output: z.array(z.string()).default([]),
  attribute: z.array(attributeSchema).default([]),
});
const graphSchema = z.object({
  name: text,
  node: z.array(nodeSchema).default([]),
  initializer: z.array(tensorSchema).default([]),
  input: z.array(valueInfoSchema).default([]),
  output: z.array(valueInfoSchema).default([]),
});
const modelSchema = z.object({
  irVersion: z.number().default(0),
  producerName: text,
  opsetImport: z.array(z.object({ domain: text, version: z.number().default(0) })).default([]),
  metadataProps: z.array(z.object({ key: text, value: text })).default([]),
  graph: z.unknown().optional(),
});

function unsupported(what: string): PenstockError {
  return new PenstockError('onnx-unsupported', `The ONNX file uses ${what}, which cannot be read here.`, {
    remedy: 'Use a model that works on float, double, int32, uint8, int64, bool and string tensors kept inside the file.',
  });
}

const typeNames = new Map(Object.entries(dataTypes).map(([name, code]) => [code, name as OnnxType]));
const attributeNames = new Map(Object.entries(attributeTypes).map(([name, code]) => [code, name as OnnxAttribute['kind']]));
const utf8 = new TextDecoder('utf-8', { fatal: true });

function typeName(code: number, what: string): OnnxType {
  const name = typeNames.get(code);
  if (name === undefined) throw unsupported(`the data type ${code} for ${what}`);
  return name;
}

function readTensor(tensor: z.output<typeof tensorSchema>): OnnxTensor {
  if (tensor.dataLocation !== 0) throw unsupported(`data outside the file for the tensor '${tensor.name}'`);
  const type = typeName(tensor.dataType, `the tensor '${tensor.name}'`);
  const head = { name: tensor.name, type, dims: tensor.dims };
  if (type === 'string') return { ...head, data: tensor.stringData.map((item) => utf8.decode(item)) };
  if (tensor.rawData !== undefined && tensor.rawData.byteLength > 0) {
    const data = fromRawData(type, tensor.rawData);
    if (data === null) throw unsupported(`a damaged tensor '${tensor.name}'`);
    return { ...head, data };
  }
  const fields = { float: tensor.floatData, double: tensor.doubleData, int64: tensor.int64Data, int32: tensor.int32Data, uint8: tensor.int32Data, bool: tensor.int32Data };
  return { ...head, data: fields[type] };
}

function readAttribute(attribute: z.output<typeof attributeSchema>): OnnxAttribute {
  const kind = attributeNames.get(attribute.type);
  switch (kind) {
    case 'int':
      return { kind, value: attribute.i };
    case 'float':
      return { kind, value: attribute.f };
    case 'string':
      return { kind, value: utf8.decode(attribute.s ?? new Uint8Array()) };
    case 'ints':
      return { kind, value: attribute.ints };
    case 'floats':
      return { kind, value: attribute.floats };
    case 'strings':
      return { kind, value: attribute.strings.map((item) => utf8.decode(item)) };
    case 'tensor':
      if (attribute.t !== undefined) return { kind, value: readTensor(attribute.t) };
      break;
    case 'graph':
      return { kind, value: readGraph(attribute.g) };
    case undefined:
      break;
  }
  throw unsupported(`the attribute '${attribute.name}' of kind ${attribute.type}`);
}

function readNode(node: z.output<typeof nodeSchema>): OnnxNode {
  if (node.domain !== '' && node.domain !== 'ai.onnx.ml' && node.domain !== 'com.microsoft' && node.domain !== 'ai.onnx') {
    throw unsupported(`the operator ${node.opType} of the domain '${node.domain}'`);
  }
  return {
    op: node.opType,
    ...(node.domain === 'ai.onnx.ml' || node.domain === 'com.microsoft' ? { domain: node.domain } : {}),
    inputs: node.input,
    outputs: node.output,
    ...(node.attribute.length === 0
      ? {}
      : { attributes: Object.fromEntries(node.attribute.map((attribute) => [attribute.name, readAttribute(attribute)])) }),
  };
}

function readValueInfo(value: z.output<typeof valueInfoSchema>): OnnxValueInfo {
  const tensor = value.type?.tensorType;
  if (tensor === undefined) throw unsupported(`'${value.name}', which is not a tensor`);
  return {
    name: value.name,
    type: typeName(tensor.elemType, `'${value.name}'`),
    shape: tensor.shape.dim.map((dim) => dim.dimParam ?? dim.dimValue ?? '?'),
  };
}

function readGraph(value: unknown): OnnxGraph {
  const graph = graphSchema.parse(value);
  return {
    name: graph.name,
    inputs: graph.input.map(readValueInfo),
    outputs: graph.output.map(readValueInfo),
    nodes: graph.node.map(readNode),
    initializers: graph.initializer.map(readTensor),
  };
}

/**
 * Reads an ONNX file as plain values: the inverse of `encodeModel`.
 * @throws PenstockError `onnx-damaged` where the bytes are not an ONNX file, `onnx-unsupported` where it holds what an
 * `OnnxGraph` cannot say, `onnx-invalid` where the graph is inconsistent.
 */
export function decodeModel(file: Uint8Array): DecodedModel {
  const damaged = (cause?: unknown): PenstockError =>
    new PenstockError('onnx-damaged', 'The file is not a readable ONNX model.', {
      remedy: 'Export the model again, or choose another file.',
      cause,
    });
  let model: z.output<typeof modelSchema>;
  let graph: OnnxGraph;
  try {
    const message = modelProto.decode(file);
    model = modelSchema.parse(modelProto.toObject(message, { longs: Number, enums: Number }));
    if (model.graph === undefined) throw damaged();
    graph = readGraph(model.graph);
  } catch (error) {
    throw error instanceof PenstockError ? error : damaged(error);
  }
  checkGraph(graph);
  return {
    graph,
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
    irVersion: model.irVersion,
    opsets: Object.fromEntries(model.opsetImport.map(({ domain, version }) => [domain, version])),
    producer: model.producerName,
  };
}
