import { penstockVersion } from '#app/core/version.ts';
import { onnxOpset, type OnnxAttribute, type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValueInfo } from '#app/relation/emitters/onnx/graph.ts';
import { sortedClasses, type ImportPlan, type ImportedTensor } from '#app/sdk/imported-model.ts';
import { inputTensorName, type ModelSignature } from '#app/sdk/ports.ts';
import { encodeModel, modelProto } from '../onnx/encode.ts';
import { innerGraph, readModel, type LooseGraph, type LooseModel } from '../understanding/edit-model.ts';

/** TensorProto.DataType, for Cast. */
const types = { float: 1, int32: 6, int64: 7, string: 8, bool: 9, double: 11 } as const;

/**
 * The file as our contract has models: one tensor a column in; `label` and `probabilities`, or `prediction`, out. Its own operators stay
 * as they are, under names that nothing else has; those before and after them mean the same in every version from 9 on.
 */
export function wrapModel(model: LooseModel, plan: ImportPlan, signature: ModelSignature): Uint8Array {
  const columns = plan.inputs.flatMap(({ columns: own }) => own.map(({ name }) => inputTensorName(name)));
  let prefix = 'imported/';
  while (columns.some((name) => name.startsWith(prefix))) prefix = `_${prefix}`;
  const own = renamed(model.graph, (name) => (name === '' ? '' : `${prefix}${name}`));
  const front = readModel(encodeModel(frontGraph(plan, prefix))).graph;
  const end = readModel(encodeModel(endGraph(plan, signature, prefix))).graph;
  const constants = new Set(own.initializer.map(({ name }) => name));
  const numbered = (nodes: LooseGraph['node'], part: string): LooseGraph['node'] => nodes.map((node) => ({ ...node, name: `${prefix}${part}/${node.name}` }));
  const edited = {
    ...model,
    opsetImport: model.opsetImport.some(({ domain }) => domain === '' || domain === 'ai.onnx') ? model.opsetImport : [...model.opsetImport, { domain: '', version: onnxOpset }],
    graph: {
      ...own,
      node: [...numbered(front.node, 'front'), ...own.node, ...numbered(end.node, 'end')],
      initializer: [...front.initializer, ...own.initializer, ...end.initializer],
      // Constants that old files list as inputs too have their values.
      input: [...front.input, ...own.input.filter(({ name }) => constants.has(name))],
      output: end.output,
      quantizationAnnotation: [],
    },
    metadataProps: [
      ...model.metadataProps.filter(({ key }) => !key.startsWith('penstock.')),
      { key: 'penstock.algorithm', value: 'imported' },
      { key: 'penstock.format', value: '1' },
      { key: 'penstock.signature', value: JSON.stringify(signature) },
      { key: 'penstock.version', value: penstockVersion },
    ],
  };
  return new Uint8Array(modelProto.encode(modelProto.create(edited)).finish());
}

/** Nodes and constants of one side. */
class Side {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, number>> = {}, output = `${this.#prefix}${this.nodes.length}`): string {
    const own = Object.fromEntries(Object.entries(attributes).map(([name, value]): [string, OnnxAttribute] => [name, { kind: 'int', value }]));
    this.nodes.push({ op, inputs, outputs: [output], attributes: own });
    return output;
  }

  constant(type: OnnxTensor['type'], dims: readonly number[], data: readonly number[]): string {
    const name = `${this.#prefix}c${this.initializers.length}`;
    this.initializers.push({ name, type, dims, data });
    return name;
  }
}

function frontGraph(plan: ImportPlan, prefix: string): OnnxGraph {
  const side = new Side(`${prefix}front/`);
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  for (const { tensor, columns } of plan.inputs) {
    const parts = columns.map(({ name, type }) => {
      const input = inputTensorName(name);
      inputs.push({ name: input, type: type === 'string' ? 'string' : 'double', shape: ['rows', 1] });
      return input;
    });
    const output = `${prefix}${tensor.name}`;
    const [only] = parts;
    const joined = parts.length === 1 && only !== undefined ? only : side.op('Concat', parts, { axis: 1 });
    const flat = tensor.rank === 2 ? joined : side.op('Reshape', [joined, side.constant('int64', [1], [-1])]);
    if (tensor.type === 'string') side.op('Identity', [flat], {}, output);
    else side.op('Cast', [flat], { to: types[tensor.type] }, output);
    outputs.push({ name: output, type: tensor.type, shape: tensor.rank === 2 ? ['rows', columns.length] : ['rows'] });
  }
  return { name: 'front', inputs, outputs, nodes: side.nodes, initializers: side.initializers };
}

function endGraph(plan: ImportPlan, signature: ModelSignature, prefix: string): OnnxGraph {
  const side = new Side(`${prefix}end/`);
  const { output, holds } = plan;
  const from = `${prefix}${output.name}`;
  const inputs: OnnxValueInfo[] = [{ name: from, type: output.type, shape: shapeOf(output) }];
  const done = (outputs: readonly OnnxValueInfo[]): OnnxGraph => ({ name: 'end', inputs, outputs, nodes: side.nodes, initializers: side.initializers });
  const rowsBy = (width: number): string => side.constant('int64', [2], [-1, width]);
  if (holds === 'number') {
    side.op('Reshape', [side.op('Cast', [from], { to: types.float }), rowsBy(1)], {}, 'prediction');
    return done([{ name: 'prediction', type: 'float', shape: ['rows', 1] }]);
  }
  const classes = plan.classes ?? [];
  const count = classes.length;
  const probabilities = holds === 'label' ? ofLabel(side, from, count, rowsBy(1)) : ofScores(side, from, plan, rowsBy);
  const order = sortedClasses(classes).map((label) => classes.indexOf(label));
  const isSorted = order.every((place, index) => place === index);
  const sorted = isSorted ? probabilities : side.op('Gather', [probabilities, side.constant('int64', [count], order)], { axis: 1 });
  side.op('Identity', [sorted], {}, 'probabilities');
  side.op('ArgMax', [sorted], { axis: 1, keepdims: 0 }, 'label');
  return done([
    { name: 'label', type: 'int64', shape: ['rows'] },
    { name: 'probabilities', type: 'float', shape: ['rows', signature.classes?.length ?? count] },
  ]);
}

const shapeOf = ({ rank, width }: ImportedTensor): (number | string)[] => (rank === 1 ? ['rows'] : ['rows', width ?? 'columns']);

/** Certain of the class that the label names. */
function ofLabel(side: Side, from: string, count: number, column: string): string {
  const label = side.op('Reshape', [side.op('Cast', [from], { to: types.int64 }), column]);
  const all = side.constant('int64', [1, count], Array.from({ length: count }, (_unused, index) => index));
  return side.op('Cast', [side.op('Equal', [label, all])], { to: types.float });
}

function ofScores(side: Side, from: string, { output, holds, classes }: ImportPlan, rowsBy: (width: number) => string): string {
  const scores = side.op('Cast', [from], { to: types.float });
  const count = classes?.length ?? 0;
  // One value a row is the second class's.
  if (output.width !== 1) {
    const wide = side.op('Reshape', [scores, rowsBy(count)]);
    return holds === 'logits' ? side.op('Softmax', [wide], { axis: 1 }) : wide;
  }
  const column = side.op('Reshape', [scores, rowsBy(1)]);
  const second = holds === 'logits' ? side.op('Sigmoid', [column]) : column;
  return side.op('Concat', [side.op('Sub', [side.constant('float', [], [1]), second]), second], { axis: 1 });
}

/** Every name of a graph and of the graphs inside it. */
function renamed(graph: LooseGraph, rename: (name: string) => string): LooseGraph {
  const named = <T extends { readonly name: string }>(one: T): T => ({ ...one, name: rename(one.name) });
  return {
    ...graph,
    node: graph.node.map((one) => ({
      ...one,
      input: one.input.map(rename),
      output: one.output.map(rename),
      attribute: one.attribute.map((entry) => (entry.g === undefined ? entry : { ...entry, g: renamed(innerGraph(entry.g), rename) })),
    })),
    initializer: graph.initializer.map(named),
    input: graph.input.map(named),
    output: graph.output.map(named),
    valueInfo: graph.valueInfo.map(named),
  };
}
