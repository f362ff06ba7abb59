import { HeadBuilder, bothProbabilities, headInput } from '../learners/heads.ts';
import type { LearnerHead } from '../learners/types.ts';
import type { Tree, TreeEnsemble } from './tree.ts';

const modes = ['LEAF', 'BRANCH_LEQ', 'BRANCH_EQ'] as const;
type Mode = 0 | 1 | 2;

/** Nodes of all trees as TreeEnsemble attributes. */
class NodeTable {
  readonly treeids: Int32Array;
  readonly nodeids: Int32Array;
  readonly featureids: Int32Array;
  readonly values: Float32Array;
  readonly modes: Uint8Array;
  readonly truenodeids: Int32Array;
  readonly falsenodeids: Int32Array;
  readonly missingTracksTrue: Uint8Array;
  /** Weight of the training rows that came through: of use for explanations, of none to runtimes. */
  readonly hitrates: Float32Array;
  private end = 0;

  constructor(trees: readonly Tree[]) {
    const size = trees.reduce((sum, { feature, categories }) => [...categories.values()].reduce((more, set) => more + set.length - 1, sum + feature.length), 0);
    this.treeids = new Int32Array(size);
    this.nodeids = new Int32Array(size);
    this.featureids = new Int32Array(size);
    this.values = new Float32Array(size);
    this.modes = new Uint8Array(size);
    this.truenodeids = new Int32Array(size);
    this.falsenodeids = new Int32Array(size);
    this.missingTracksTrue = new Uint8Array(size);
    this.hitrates = new Float32Array(size);
    for (const [id, tree] of trees.entries()) this.addTree(id, tree);
  }

  /** A set of categories becomes a chain of nodes that each ask for one code and share what is to their left, which onnxruntime takes for a set. */
  private addTree(id: number, tree: Tree): void {
    let next = tree.feature.length;
    for (let node = 0; node < tree.feature.length; node += 1) {
      const feature = tree.feature[node] as number;
      const cover = tree.cover[node] as number;
      const [left, right] = [tree.left[node] as number, tree.right[node] as number];
      if (feature < 0) {
        this.add(id, node, 0, 0, 0, 0, 0, 0, cover);
        continue;
      }
      const set = tree.categories.get(node);
      if (set === undefined) {
        this.add(id, node, feature, tree.threshold[node] as number, 1, left, right, tree.missingLeft[node] as number, cover);
        continue;
      }
      for (const [i, code] of set.entries()) {
        const here = i === 0 ? node : next++;
        this.add(id, here, feature, code, 2, left, i === set.length - 1 ? right : next, 0, cover);
      }
    }
  }

  private add(tree: number, node: number, feature: number, value: number, mode: Mode, yes: number, no: number, missing: number, cover: number): void {
    const at = this.end++;
    this.treeids[at] = tree;
    this.nodeids[at] = node;
    this.featureids[at] = feature;
    this.values[at] = value;
    this.modes[at] = mode;
    this.truenodeids[at] = yes;
    this.falsenodeids[at] = no;
    this.missingTracksTrue[at] = missing;
    this.hitrates[at] = cover;
  }
}

/** Raw outputs of an ensemble, float64 [rows, outputs], from float32 features. */
export function rawOutputs(builder: HeadBuilder, ensemble: TreeEnsemble, features = headInput): string {
  const { trees, outputs, leafValues, base, combine } = ensemble;
  const table = new NodeTable(trees);
  const leaves = trees.reduce((sum, { feature }) => feature.reduce((more, each) => more + (each < 0 ? 1 : 0), sum), 0);
  const targets = { treeids: new Int32Array(leaves * leafValues), nodeids: new Int32Array(leaves * leafValues), ids: new Int32Array(leaves * leafValues), weights: new Float32Array(leaves * leafValues) };
  let at = 0;
  for (const [id, tree] of trees.entries()) {
    for (let node = 0; node < tree.feature.length; node += 1) {
      if ((tree.feature[node] as number) >= 0) continue;
      for (let k = 0; k < leafValues; k += 1) {
        targets.treeids[at] = id;
        targets.nodeids[at] = node;
        targets.ids[at] = leafValues === 1 ? id % outputs : k;
        targets.weights[at] = tree.value[node * leafValues + k] as number;
        at += 1;
      }
    }
  }
  const raw = builder.op(
    'TreeEnsembleRegressor',
    [features],
    {
      n_targets: { kind: 'int', value: outputs },
      aggregate_function: { kind: 'string', value: combine === 'mean' ? 'AVERAGE' : 'SUM' },
      nodes_treeids: { kind: 'ints', value: table.treeids },
      nodes_nodeids: { kind: 'ints', value: table.nodeids },
      nodes_featureids: { kind: 'ints', value: table.featureids },
      nodes_values: { kind: 'floats', value: table.values },
      nodes_modes: { kind: 'strings', value: { words: modes, codes: table.modes } },
      nodes_truenodeids: { kind: 'ints', value: table.truenodeids },
      nodes_falsenodeids: { kind: 'ints', value: table.falsenodeids },
      nodes_missing_value_tracks_true: { kind: 'ints', value: table.missingTracksTrue },
      nodes_hitrates: { kind: 'floats', value: table.hitrates },
      target_treeids: { kind: 'ints', value: targets.treeids },
      target_nodeids: { kind: 'ints', value: targets.nodeids },
      target_ids: { kind: 'ints', value: targets.ids },
      target_weights: { kind: 'floats', value: targets.weights },
    },
    undefined,
    'ai.onnx.ml',
  );
  const wide = builder.cast(raw, 'double');
  return base.some((value) => value !== 0) ? builder.op('Add', [wide, builder.constant('double', [1, outputs], base)]) : wide;
}

/** Boosted trees as the fitted end of a model: scores through the inverse link. */
export function boostedHead(ensemble: TreeEnsemble, classes: number): LearnerHead {
  const builder = new HeadBuilder();
  const raw = rawOutputs(builder, ensemble);
  if (classes === 0) return builder.regression(builder.cast(raw, 'float'));
  if (classes === 2) return builder.classification(bothProbabilities(builder, builder.op('Sigmoid', [raw])), 2);
  return builder.classification(builder.cast(builder.op('Softmax', [raw], { axis: { kind: 'int', value: 1 } }), 'float'), classes);
}

/** The features with the codes of categories as ranks, which trees of forests cut; codes that have none are missing. */
function rankedFeatures(builder: HeadBuilder, ranks: readonly (Float32Array | null)[]): string {
  if (ranks.every((each) => each === null)) return headInput;
  const int64 = (values: readonly number[]): string => builder.constant('int64', [values.length], [...values]);
  const parts: string[] = [];
  for (let j = 0; j < ranks.length; ) {
    let end = j + 1;
    const own = ranks[j] ?? null;
    if (own === null) while (end < ranks.length && ranks[end] === null) end += 1;
    const part = builder.op('Slice', [headInput, int64([j]), int64([end]), int64([1])]);
    if (own === null) parts.push(part);
    else {
      // Missing and unseen codes look up the entry behind the last.
      const count = own.length;
      const known = builder.op('And', [builder.op('GreaterOrEqual', [part, builder.constant('float', [], [0])]), builder.op('Less', [part, builder.constant('float', [], [count])])]);
      const code = builder.op('Cast', [builder.op('Where', [known, part, builder.constant('float', [], [count])])], { to: { kind: 'int', value: 7 } });
      parts.push(builder.op('Gather', [builder.constant('float', [count + 1], Float32Array.of(...own, Number.NaN)), code], { axis: { kind: 'int', value: 0 } }));
    }
    j = end;
  }
  return parts.length === 1 ? (parts[0] as string) : builder.op('Concat', parts, { axis: { kind: 'int', value: 1 } });
}

/** A forest: leaves hold means, or shares of the classes (of two, that of the second). */
export function forestHead(ensemble: TreeEnsemble, classes: number, ranks: readonly (Float32Array | null)[]): LearnerHead {
  const builder = new HeadBuilder();
  const raw = rawOutputs(builder, ensemble, rankedFeatures(builder, ranks));
  if (classes === 0) return builder.regression(builder.cast(raw, 'float'));
  if (classes === 2) return builder.classification(bothProbabilities(builder, raw), 2);
  return builder.classification(builder.cast(raw, 'float'), classes);
}
