import type { OnnxAttribute, OnnxGraph, OnnxNode } from '#app/relation/emitters/onnx/graph.ts';

/** Nodes of trees from which on a model is written with them as `TreeEnsemble`; fewer remain what older runtimes read. */
const manyNodes = 500_000;
/** Nodes of one operator, about; more are shared out among several, for onnxruntime's tables of one operator go before it makes the next's. */
const mostTogether = 1_000_000;

/**
 * A graph with large trees as `TreeEnsemble` of ai.onnx.ml 5, which onnxruntime knows since 1.21: of the older operator it keeps a string and six
 * integers of eight bytes a node, three times over while it loads, 460 bytes in all where this takes 160; files are a third as large, and scoring is
 * no slower. The newer operator set has the older operators no more, so all trees of a graph go or none: trees that split by single values stay, and
 * leaves with several values.
 * @param least nodes from which on it is done
 * @param most nodes of one operator
 */
export function withCompactTrees(graph: OnnxGraph, least = manyNodes, most = mostTogether): OnnxGraph {
  const ensembles = graph.nodes.filter(isEnsemble);
  const size = ensembles.reduce((sum, node) => sum + ints(node, 'nodes_treeids').length, 0);
  if (ensembles.length === 0 || size < least || graph.nodes.some(hasInner)) return graph;
  const compact = new Map<OnnxNode, readonly OnnxNode[]>();
  for (const node of ensembles) {
    const made = compactTrees(node, most);
    if (made === null) return graph;
    compact.set(node, made);
  }
  return { ...graph, nodes: graph.nodes.flatMap((node) => compact.get(node) ?? node) };
}

const isEnsemble = ({ op, domain }: OnnxNode): boolean => domain === 'ai.onnx.ml' && op.startsWith('TreeEnsemble');

/** Whether trees lie in a graph within the node. */
function hasInner(node: OnnxNode): boolean {
  return Object.values(node.attributes ?? {}).some((attribute) => attribute.kind === 'graph' && attribute.value.nodes.some((inner) => isEnsemble(inner) || hasInner(inner)));
}

type Numbers = readonly number[] | Int32Array | Uint8Array | Float32Array;

function ints(node: OnnxNode, name: string): Numbers {
  const attribute = node.attributes?.[name];
  return attribute?.kind === 'ints' || attribute?.kind === 'floats' ? attribute.value : [];
}

/** Of each row its mode as the newer operator counts them, or 255 for a leaf; null where there are others than ≤. */
function leafRows(node: OnnxNode, size: number): Uint8Array | null {
  const modes = node.attributes?.['nodes_modes'];
  if (modes?.kind !== 'strings') return null;
  const { value } = modes;
  const found = new Uint8Array(size);
  const isLeaf = (word: string): number | null => (word === 'LEAF' ? 1 : word === 'BRANCH_LEQ' ? 0 : null);
  const words = 'words' in value ? value.words.map(isLeaf) : null;
  for (let i = 0; i < size; i += 1) {
    const leaf = 'words' in value ? words?.[value.codes[i] as number] : isLeaf(value[i] as string);
    if (leaf === null || leaf === undefined) return null;
    found[i] = leaf;
  }
  return found;
}

const sum = { kind: 'int', value: 1 } as const;
const average = { kind: 'int', value: 0 } as const;

/** Nodes and leaves are counted apart, each through all trees in their order. Null where the newer operator has no words for it. */
function compactTrees(node: OnnxNode, most: number): OnnxNode[] | null {
  const { n_targets: targets, aggregate_function: aggregate } = node.attributes ?? {};
  const trees = ints(node, 'nodes_treeids');
  const ids = ints(node, 'nodes_nodeids');
  const size = trees.length;
  const leaf = leafRows(node, size);
  const [weights, weightTrees, weightIds] = [ints(node, 'target_weights'), ints(node, 'target_treeids'), ints(node, 'target_nodeids')];
  if (node.op !== 'TreeEnsembleRegressor' || leaf === null || targets === undefined) return null;
  const leaves = leaf.reduce((count, is) => count + is, 0);
  const inner = size - leaves;
  // One value a leaf, in the same order.
  if (weights.length !== leaves) return null;
  const place = new Int32Array(size);
  const starts: number[] = [];
  for (let i = 0, [n, l] = [0, 0]; i < size; i += 1) {
    if (i === 0 || trees[i] !== trees[i - 1]) {
      // A tree of a leaf alone has no node to begin at.
      if (leaf[i] === 1) return null;
      starts.push(i);
    }
    // Rows of a tree stand in the order of their numbers.
    if (ids[i] !== i - (starts.at(-1) as number)) return null;
    if (leaf[i] === 1 && (weightTrees[l] !== trees[i] || weightIds[l] !== ids[i])) return null;
    place[i] = leaf[i] === 1 ? l++ : n++;
  }
  const [features, values, yes, no, missing, covers] = ['nodes_featureids', 'nodes_values', 'nodes_truenodeids', 'nodes_falsenodeids', 'nodes_missing_value_tracks_true', 'nodes_hitrates'].map((name) => ints(node, name)) as [Numbers, Numbers, Numbers, Numbers, Numbers, Numbers];
  const out = { features: new Int32Array(inner), splits: new Float32Array(inner), yes: new Int32Array(inner), isYesLeaf: new Uint8Array(inner), no: new Int32Array(inner), isNoLeaf: new Uint8Array(inner), missing: new Uint8Array(inner) };
  const shares = new Float32Array(covers.length === size ? inner : 0);
  for (let i = 0, n = 0, tree = -1; i < size; i += 1) {
    if (i === starts[tree + 1]) tree += 1;
    if (leaf[i] === 1) continue;
    const start = starts[tree] as number;
    const [left, right] = [start + (yes[i] as number), start + (no[i] as number)];
    out.features[n] = features[i] as number;
    out.splits[n] = values[i] as number;
    out.yes[n] = place[left] as number;
    out.isYesLeaf[n] = leaf[left] as number;
    out.no[n] = place[right] as number;
    out.isNoLeaf[n] = leaf[right] as number;
    out.missing[n] = missing[i] ?? 0;
    if (shares.length > 0) shares[n] = (covers[left] as number) / (covers[i] as number);
    n += 1;
  }
  const roots = starts.map((start) => place[start] as number);
  const isMean = aggregate?.kind === 'string' && aggregate.value === 'AVERAGE';
  const floats = (name: string, data: Float32Array): OnnxAttribute => ({ kind: 'tensor', value: { name, type: 'float', dims: [data.length], data } });
  const leafWeights = Float32Array.from(weights);
  const leafTargets = Int32Array.from(ints(node, 'target_ids'));
  /** The trees [from, to) as an operator of their own: nodes and leaves count from their first. */
  const part = (from: number, to: number, output: string, mean: boolean): OnnxNode => {
    const row = (tree: number): number => starts[tree] ?? size;
    const [firstNode, endNode] = [roots[from] ?? 0, roots[to] ?? inner];
    const [firstLeaf, endLeaf] = [row(from) - firstNode, row(to) - endNode];
    const within = (places: Int32Array, isLeaf: Uint8Array): Int32Array => places.slice(firstNode, endNode).map((at, i) => at - (isLeaf[firstNode + i] === 1 ? firstLeaf : firstNode));
    const flags = (all: Uint8Array): OnnxAttribute => ({ kind: 'ints', value: all.slice(firstNode, endNode) });
    const lacks = out.missing.subarray(firstNode, endNode);
    const attributes: Record<string, OnnxAttribute> = {
      n_targets: targets,
      aggregate_function: mean ? average : sum,
      tree_roots: { kind: 'ints', value: roots.slice(from, to).map((root) => root - firstNode) },
      nodes_featureids: { kind: 'ints', value: out.features.slice(firstNode, endNode) },
      nodes_splits: floats('splits', out.splits.slice(firstNode, endNode)),
      nodes_modes: { kind: 'tensor', value: { name: 'modes', type: 'uint8', dims: [endNode - firstNode], data: new Uint8Array(endNode - firstNode) } },
      nodes_truenodeids: { kind: 'ints', value: within(out.yes, out.isYesLeaf) },
      nodes_trueleafs: flags(out.isYesLeaf),
      nodes_falsenodeids: { kind: 'ints', value: within(out.no, out.isNoLeaf) },
      nodes_falseleafs: flags(out.isNoLeaf),
      ...(lacks.includes(1) ? { nodes_missing_value_tracks_true: flags(out.missing) } : {}),
      // Leaves have no place here, so each node says what share of its training rows goes the way of the true: of use for explanations, of none to runtimes.
      ...(shares.length > 0 ? { nodes_hitrates: floats('hitrates', shares.slice(firstNode, endNode)) } : {}),
      leaf_targetids: { kind: 'ints', value: leafTargets.slice(firstLeaf, endLeaf) },
      leaf_weights: floats('weights', leafWeights.slice(firstLeaf, endLeaf)),
    };
    return { ...node, op: 'TreeEnsemble', outputs: [output], attributes };
  };
  const [output = ''] = node.outputs;
  if (size <= most) return [part(0, starts.length, output, isMean)];
  const parts: OnnxNode[] = [];
  for (let from = 0, to = 0; from < starts.length; from = to) {
    for (to = from + 1; to < starts.length && (starts[to + 1] ?? size) - (starts[from] as number) <= most; to += 1);
    parts.push(part(from, to, `${output}.part${parts.length}`, false));
  }
  const all = isMean ? `${output}.sum` : output;
  const added: OnnxNode = { op: 'Sum', inputs: parts.flatMap(({ outputs }) => outputs), outputs: [all] };
  if (!isMean) return [...parts, added];
  const count: OnnxNode = { op: 'Constant', inputs: [], outputs: [`${output}.trees`], attributes: { value: { kind: 'tensor', value: { name: 'trees', type: 'float', dims: [], data: [starts.length] } } } };
  return [...parts, added, count, { op: 'Div', inputs: [all, `${output}.trees`], outputs: [output] }];
}
