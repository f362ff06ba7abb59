import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '#app/relation/emitters/onnx/graph.ts';
import { encodeModel, modelProto } from '../onnx/encode.ts';

/** What reads `probabilities` [rows, classes] float and `label` [rows] int64 of a model, and gives both anew. */
export interface ModelEnd {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

/** The names an end is written with: what the old file gave, and a start for names of its own that nothing in the file has. */
export interface EndNames {
  readonly probabilities: string;
  readonly label: string;
  readonly prefix: string;
}

const names = z.array(z.string()).default([]);
const attribute = z.looseObject({ g: z.unknown().optional() });
const node = z.looseObject({ name: z.string().default(''), input: names, output: names, attribute: z.array(attribute).default([]) });
const withName = z.looseObject({ name: z.string().default('') });
const graphSchema = z.looseObject({
  node: z.array(node).default([]),
  initializer: z.array(withName).default([]),
  input: z.array(withName).default([]),
  output: z.array(withName).default([]),
  valueInfo: z.array(withName).default([]),
});
const opset = z.looseObject({ domain: z.string().default(''), version: z.coerce.number().default(0) });
const modelSchema = z.looseObject({
  graph: graphSchema,
  opsetImport: z.array(opset).default([]),
  metadataProps: z.array(z.looseObject({ key: z.string().default(''), value: z.string().default('') })).default([]),
});
export type LooseModel = z.output<typeof modelSchema>;
export type LooseGraph = z.output<typeof graphSchema>;
type Graph = LooseGraph;

/** The operators of an end, double arithmetic included, mean the same from this version on. */
const OLDEST_OPSET = 13;

/**
 * A classifier's file with an end appended: everything else in it, operators of other domains and versions too, stays as it is.
 * `metadata` is added to the file's own, of which `outdated` keys go.
 * @throws PenstockError `onnx-damaged`; `onnx-unsupported` for a file of operators before opset 13; `model-output`.
 */
export function appendEnd(file: Uint8Array, classes: number, build: (names: EndNames) => ModelEnd, metadata: Readonly<Record<string, string>>, outdated: readonly string[] = []): Uint8Array {
  const model = readModel(file);
  const version = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0;
  if (version < OLDEST_OPSET) {
    throw new PenstockError('onnx-unsupported', `The model file is written for operators of version ${version}; only files from version ${OLDEST_OPSET} on can be changed.`, { remedy: 'Train the model here, or export it again with a newer opset.' });
  }
  for (const wanted of ['probabilities', 'label']) {
    if (model.graph.output.some(({ name }) => name === wanted)) continue;
    throw new PenstockError('model-output', `The model file does not give “${wanted}”.`, { remedy: 'Connect a model that predicts classes.' });
  }
  const used = new Set<string>();
  collectNames(model.graph, used);
  let prefix = 'end/';
  for (let n = 2; [...used].some((name) => name.startsWith(prefix)); n += 1) prefix = `end${n}/`;
  const before: EndNames = { probabilities: `${prefix}probabilities`, label: `${prefix}label`, prefix };
  const renames = new Map([['probabilities', before.probabilities], ['label', before.label]]);
  const old = renamed(model.graph, renames);
  const end = readModel(encodeModel(endGraph(build(before), before, classes)));
  const edited = {
    ...model,
    opsetImport: [...model.opsetImport, ...end.opsetImport.filter(({ domain }) => domain !== '' && !model.opsetImport.some((one) => one.domain === domain))],
    graph: { ...old, node: [...old.node, ...end.graph.node.map((one) => ({ ...one, name: `${prefix}${one.name}` }))], initializer: [...old.initializer, ...end.graph.initializer], output: end.graph.output },
    metadataProps: [...model.metadataProps.filter(({ key }) => !(key in metadata) && !outdated.includes(key)), ...Object.entries(metadata).map(([key, value]) => ({ key, value }))].sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
  return new Uint8Array(modelProto.encode(modelProto.create(edited)).finish());
}

function endGraph({ nodes, initializers }: ModelEnd, before: EndNames, classes: number): OnnxGraph {
  return {
    name: 'end',
    inputs: [
      { name: before.probabilities, type: 'float', shape: ['rows', classes] },
      { name: before.label, type: 'int64', shape: ['rows'] },
    ],
    outputs: [
      { name: 'label', type: 'int64', shape: ['rows'] },
      { name: 'probabilities', type: 'float', shape: ['rows', classes] },
    ],
    nodes,
    initializers,
  };
}

/** A model file as it is, with whatever operators and versions, checked as far as names go. @throws PenstockError `onnx-damaged`. */
export function readModel(file: Uint8Array): LooseModel {
  try {
    // Without options, 64-bit integers stay exact: the largest one is common in Slice.
    return modelSchema.parse(modelProto.toObject(modelProto.decode(file), { enums: Number }));
  } catch (error) {
    throw new PenstockError('onnx-damaged', 'The file is not a readable ONNX model.', { remedy: 'Train or export the model again.', cause: error });
  }
}

/** The graph inside a node's attribute, such as a branch of If. */
export const innerGraph = (value: unknown): LooseGraph => graphSchema.parse(value);

function collectNames(graph: Graph, into: Set<string>): void {
  for (const { name } of [...graph.initializer, ...graph.input, ...graph.output]) into.add(name);
  for (const { input, output, attribute: attributes } of graph.node) {
    for (const name of [...input, ...output]) into.add(name);
    for (const { g } of attributes) if (g !== undefined) collectNames(graphSchema.parse(g), into);
  }
}

/** Names within a graph and the graphs inside it, which may read what is around them. */
function renamed(graph: Graph, renames: ReadonlyMap<string, string>): Graph {
  const rename = (name: string): string => renames.get(name) ?? name;
  return {
    ...graph,
    node: graph.node.map((one) => ({
      ...one,
      input: one.input.map(rename),
      output: one.output.map(rename),
      attribute: one.attribute.map((entry) => (entry.g === undefined ? entry : { ...entry, g: renamed(graphSchema.parse(entry.g), renames) })),
    })),
    initializer: graph.initializer.map((one) => ({ ...one, name: rename(one.name) })),
    valueInfo: graph.valueInfo.map((one) => ({ ...one, name: rename(one.name) })),
    output: graph.output.map((one) => ({ ...one, name: rename(one.name) })),
  };
}

/** Collects the nodes and constants of an end. */
export class EndBuilder {
  readonly names: EndNames;
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  #next = 0;

  constructor(before: EndNames) {
    this.names = before;
  }

  constant(type: OnnxTensor['type'], dims: readonly number[], data: OnnxTensor['data']): string {
    const name = `${this.names.prefix}c${this.#next++}`;
    this.#initializers.push({ name, type, dims, data });
    return name;
  }

  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, number>> = {}, output = `${this.names.prefix}t${this.#next++}`): string {
    const own = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { kind: 'int' as const, value }]));
    this.#nodes.push({ op, inputs, outputs: [output], attributes: own });
    return output;
  }

  /** TensorProto.DataType: float 1, double 11. */
  cast(input: string, to: 'float' | 'double', output?: string): string {
    return this.op('Cast', [input], { to: to === 'float' ? 1 : 11 }, output);
  }

  finish(): ModelEnd {
    return { nodes: this.#nodes, initializers: this.#initializers };
  }
}
