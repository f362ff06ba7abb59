import type { OnnxAttribute, OnnxGraph, OnnxNode, WordCodes } from '#app/relation/emitters/onnx/graph.ts';
import { TreeBuilder, type Tree, type TreeEnsemble } from './tree.ts';

export interface FoundTrees {
  readonly ensemble: TreeEnsemble;
  /** The tensor of features that the trees read. */
  readonly features: string;
  /** What becomes of the raw outputs. */
  readonly link: 'identity' | 'sigmoid' | 'softmax';
}

/** The trees of a model file that `onnx.ts` wrote, whatever was appended to it; null where the model has none, or they lack the rows of their nodes. */
export function treesOfModel(graph: OnnxGraph): FoundTrees | null {
  const node = graph.nodes.find(({ op }) => op === 'TreeEnsembleRegressor' || op === 'TreeEnsemble');
  const features = node?.inputs[0];
  if (node === undefined || features === undefined) return null;
  const parts = partsOf(graph, node);
  const trees = node.op === 'TreeEnsemble' ? readCompactTrees(parts.nodes) : readTrees(node);
  if (trees === null) return null;
  const outputs = int(node, 'n_targets');
  const after = follow(graph, parts.output, outputs);
  const perTree = trees.leafValues;
  return {
    ensemble: { trees: trees.trees, leafValues: perTree, outputs, base: after.base, combine: parts.isMean || isMean(node) ? 'mean' : 'sum' },
    features,
    link: after.link,
  };
}

type Ints = ReturnType<typeof numbers>;

interface Parts {
  readonly nodes: readonly OnnxNode[];
  /** The tensor that they give together, and whether that is their sum by the number of trees. */
  readonly output: string;
  readonly isMean: boolean;
}

/** Large trees are shared out among several operators: see `withCompactTrees`. */
function partsOf(graph: OnnxGraph, first: OnnxNode): Parts {
  const [own = ''] = first.outputs;
  const sum = graph.nodes.find(({ op, inputs }) => op === 'Sum' && inputs.includes(own));
  if (sum === undefined) return { nodes: [first], output: own, isMean: false };
  const nodes = graph.nodes.filter(({ op, outputs }) => op === 'TreeEnsemble' && outputs.some((output) => sum.inputs.includes(output)));
  const [all = ''] = sum.outputs;
  const mean = graph.nodes.find(({ op, inputs }) => op === 'Div' && inputs[0] === all);
  return { nodes, output: mean?.outputs[0] ?? all, isMean: mean !== undefined };
}

const attribute = (node: OnnxNode, name: string): OnnxAttribute | undefined => node.attributes?.[name];

function int(node: OnnxNode, name: string): number {
  const found = attribute(node, name);
  return found?.kind === 'int' ? found.value : 1;
}

function text(node: OnnxNode, name: string): string {
  const found = attribute(node, name);
  return found?.kind === 'string' ? found.value : '';
}

/** Of the newer operator 0 is the average. */
const isMean = (node: OnnxNode): boolean => (node.op === 'TreeEnsemble' ? int(node, 'aggregate_function') === 0 : text(node, 'aggregate_function') === 'AVERAGE');

function numbers(node: OnnxNode, name: string): readonly number[] | Int32Array | Uint8Array | Float32Array {
  const found = attribute(node, name);
  return found?.kind === 'ints' || found?.kind === 'floats' ? found.value : [];
}

const stringsOf = (value: readonly string[] | WordCodes): readonly string[] => ('words' in value ? Array.from(value.codes, (code) => value.words[code] ?? '') : value);

function readTrees(node: OnnxNode): { trees: Tree[]; leafValues: number } | null {
  const covers = numbers(node, 'nodes_hitrates');
  const treeIds = numbers(node, 'nodes_treeids');
  if (treeIds.length === 0 || covers.length !== treeIds.length) return null;
  const modes = attribute(node, 'nodes_modes');
  const table = {
    ids: numbers(node, 'nodes_nodeids'),
    features: numbers(node, 'nodes_featureids'),
    values: numbers(node, 'nodes_values'),
    modes: modes?.kind === 'strings' ? stringsOf(modes.value) : [],
    yes: numbers(node, 'nodes_truenodeids'),
    no: numbers(node, 'nodes_falsenodeids'),
    missing: numbers(node, 'nodes_missing_value_tracks_true'),
  };
  const targets = { trees: numbers(node, 'target_treeids'), nodes: numbers(node, 'target_nodeids'), ids: numbers(node, 'target_ids'), weights: numbers(node, 'target_weights') };
  const leaves = new Map<string, [output: number, value: number][]>();
  targets.trees.forEach((tree, i) => {
    const key = `${tree} ${targets.nodes[i] ?? 0}`;
    const values = leaves.get(key) ?? [];
    values.push([targets.ids[i] ?? 0, targets.weights[i] ?? 0]);
    leaves.set(key, values);
  });
  const leafValues = Math.max(1, ...[...leaves.values()].map((values) => values.length));
  const places = new Map<number, Map<number, number>>();
  treeIds.forEach((tree, i) => {
    const own = places.get(tree) ?? new Map<number, number>();
    own.set(table.ids[i] ?? 0, i);
    places.set(tree, own);
  });
  const trees = [...places].map(([id, own]) => {
    const builder = new TreeBuilder(leafValues);
    // Written node numbers and their places in the new tree, to be filled.
    const open: [written: number, made: number][] = [[0, builder.add(covers[own.get(0) ?? 0] ?? 0)]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [written, made] = next;
      const i = own.get(written) ?? 0;
      if (table.modes[i] === 'LEAF') {
        for (const [output, value] of leaves.get(`${id} ${written}`) ?? []) builder.setValue(made, value, leafValues === 1 ? 0 : output);
        continue;
      }
      const feature = table.features[i] ?? 0;
      const yes = table.yes[i] ?? 0;
      let no = table.no[i] ?? 0;
      let categories: number[] | undefined;
      if (table.modes[i] === 'BRANCH_EQ') {
        // A chain that asks for one code after the other and shares what is to its left is one split by a set.
        categories = [table.values[i] ?? 0];
        for (let j = own.get(no); j !== undefined && table.modes[j] === 'BRANCH_EQ' && table.features[j] === feature && table.yes[j] === yes; j = own.get(no)) {
          categories.push(table.values[j] ?? 0);
          no = table.no[j] ?? 0;
        }
      }
      const [left, right] = [builder.add(covers[own.get(yes) ?? 0] ?? 0), builder.add(covers[own.get(no) ?? 0] ?? 0)];
      builder.split(made, { feature, threshold: table.values[i] ?? 0, bin: 0, missingLeft: table.missing[i] === 1, gain: 0, categories }, left, right);
      open.push([yes, left], [no, right]);
    }
    return builder.finish();
  });
  return { trees, leafValues };
}

function tensor(node: OnnxNode, name: string): Float32Array {
  const found = attribute(node, name);
  return found?.kind === 'tensor' ? Float32Array.from(found.value.data, Number) : new Float32Array();
}

/** As `withCompactTrees` writes them: leaves of one value, and of each node the share of its rows that goes left; covers are of a root's 1. */
function readCompactTrees(nodes: readonly OnnxNode[]): { trees: Tree[]; leafValues: number } | null {
  const parts = nodes.map(readPart);
  return parts.includes(null) ? null : { trees: parts.flatMap((trees) => trees ?? []), leafValues: 1 };
}

function readPart(node: OnnxNode): Tree[] | null {
  const [features, yes, isYesLeaf, no, isNoLeaf, missing] = ['nodes_featureids', 'nodes_truenodeids', 'nodes_trueleafs', 'nodes_falsenodeids', 'nodes_falseleafs', 'nodes_missing_value_tracks_true'].map((name) => numbers(node, name)) as [Ints, Ints, Ints, Ints, Ints, Ints];
  const [splits, weights, shares] = [tensor(node, 'nodes_splits'), tensor(node, 'leaf_weights'), tensor(node, 'nodes_hitrates')];
  if (shares.length !== features.length) return null;
  return Array.from(numbers(node, 'tree_roots'), (root) => {
    const builder = new TreeBuilder(1);
    // Places among the nodes, and in the new tree.
    const open: [written: number, made: number, cover: number][] = [[root, builder.add(1), 1]];
    const child = (at: number, isLeaf: boolean, cover: number): number => {
      const made = builder.add(cover);
      if (isLeaf) builder.setValue(made, weights[at] ?? 0);
      else open.push([at, made, cover]);
      return made;
    };
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [i, made, cover] = next;
      const share = shares[i] ?? 0;
      const left = child(yes[i] ?? 0, isYesLeaf[i] === 1, cover * share);
      const right = child(no[i] ?? 0, isNoLeaf[i] === 1, cover * (1 - share));
      builder.split(made, { feature: features[i] ?? 0, threshold: splits[i] ?? 0, bin: 0, missingLeft: missing[i] === 1, gain: 0 }, left, right);
    }
    return builder.finish();
  });
}

/** The base that is added behind the trees, and the link. */
function follow(graph: OnnxGraph, from: string, outputs: number): { base: Float64Array; link: FoundTrees['link'] } {
  const base = new Float64Array(outputs);
  let tensor = from;
  for (;;) {
    const next = graph.nodes.find((node) => node.inputs.includes(tensor) && ['Cast', 'Add', 'Sigmoid', 'Softmax'].includes(node.op));
    if (next === undefined) return { base, link: 'identity' };
    if (next.op === 'Sigmoid') return { base, link: 'sigmoid' };
    if (next.op === 'Softmax') return { base, link: 'softmax' };
    if (next.op === 'Add') {
      const constant = graph.initializers.find(({ name }) => name !== tensor && next.inputs.includes(name));
      if (constant === undefined) return { base, link: 'identity' };
      Array.from<number | string>(constant.data).forEach((value, k) => {
        base[k] = Number(value);
      });
    }
    tensor = next.outputs[0] ?? '';
  }
}
