import { z } from 'zod';
import type { TrainDetails, TrainHooks, TrainInput, TrainedLearner } from '../learners/types.ts';
import { boost, type BoostingState } from './boosting.ts';
import type { BoostingParams } from './boosting-params.ts';
import { growForest } from './forest.ts';
import { forestParams, type ForestParams } from './forest-params.ts';
import { boostedHead, forestHead } from './onnx.ts';
import { gainShares, type TreeEnsemble } from './tree.ts';
import { unseenMetrics } from './unseen-rows.ts';

/** One tree over all rows and features, with cuts found exactly on bins. */
export const treeParams = z.object({
  maxDepth: z.number().int().min(0).max(64).default(0),
  minRows: z.number().int().min(1).default(5),
  minGain: z.number().min(0).default(0),
  maxBins: z.number().int().min(2).max(255).default(255),
  classWeights: z.enum(['none', 'balanced']).default('none'),
});
export type TreeParams = z.output<typeof treeParams>;

/** What of the loss's fall each feature brought about, largest first; features that no split uses are left out. */
function importanceOf(ensemble: TreeEnsemble, features: readonly string[]): NonNullable<TrainDetails['importance']> {
  const shares = gainShares(ensemble, features.length);
  return features
    .map((feature, j) => ({ feature, share: shares[j] as number }))
    .filter(({ share }) => share > 0)
    .toSorted((a, b) => b.share - a.share);
}

const leavesOf = ({ trees }: TreeEnsemble): number => trees.reduce((sum, tree) => sum + tree.feature.reduce((leaves, by) => leaves + (by < 0 ? 1 : 0), 0), 0);

export async function trainBoosting(input: TrainInput, params: BoostingParams, hooks: TrainHooks, seed: number): Promise<TrainedLearner> {
  const { checkpoint } = hooks;
  const { ensemble, rounds, dropped, trainingLoss, validationLoss } = await boost(input, params, seed, { ...hooks, ...(checkpoint === undefined ? {} : { save: checkpoint.save }) }, (checkpoint?.state ?? null) as BoostingState | null);
  const notes: string[] = [];
  if (ensemble.trees.every((tree) => tree.feature.length === 1)) {
    notes.push('No split improved the loss, so the model predicts the same for every row: there are too few rows for the least number in a leaf, or the features say nothing about the target.');
  }
  if (rounds === params.iterations && params.earlyStopping && validationLoss !== null && dropped === 0) {
    notes.push(`The loss on held-back rows was still falling after ${rounds} rounds: more rounds, or a higher learning rate, may do better.`);
  }
  const unknown = Object.keys(params.monotone).filter((name) => !input.features.includes(name));
  if (unknown.length > 0) notes.push(`There is no feature ${unknown.map((name) => `“${name}”`).join(', ')} that could be kept rising or falling; features are named as the recipe makes them.`);
  return {
    head: boostedHead(ensemble, input.classes),
    metrics: { trainingLoss, ...(validationLoss === null ? {} : { validationLoss }), rounds, leaves: leavesOf(ensemble) },
    details: { importance: importanceOf(ensemble, input.features), iterations: rounds, notes },
  };
}

/** Numbers in a model file; beyond, it would be too large to hand about (about 40 bytes each). */
const mostNodes = 20_000_000;

async function forestLearner(input: TrainInput, params: ForestParams, hooks: TrainHooks, seed: number): Promise<TrainedLearner> {
  const { ensemble, ranks, unseen } = await growForest(input, params, seed, hooks);
  const outOfBag = unseen === null ? { metrics: {}, notes: [] } : unseenMetrics(input, unseen);
  const nodes = ensemble.trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const notes = nodes * ensemble.leafValues > mostNodes ? [`The trees have ${nodes} nodes, and the model file will be very large: raise the least number of rows in a leaf.`] : [];
  return {
    head: forestHead(ensemble, input.classes, ranks),
    metrics: { trees: ensemble.trees.length, leaves: leavesOf(ensemble), deepest: Math.max(...ensemble.trees.map(depthOf)), ...outOfBag.metrics },
    details: { importance: importanceOf(ensemble, input.features), notes: [...notes, ...outOfBag.notes] },
  };
}

function depthOf({ feature, left, right }: TreeEnsemble['trees'][number]): number {
  const depth = new Int32Array(feature.length);
  let deepest = 0;
  for (let node = 0; node < feature.length; node += 1) {
    if ((feature[node] as number) < 0) continue;
    for (const child of [left[node] as number, right[node] as number]) {
      depth[child] = (depth[node] as number) + 1;
      deepest = Math.max(deepest, depth[child] as number);
    }
  }
  return deepest;
}

export const trainForest = (input: TrainInput, params: ForestParams, hooks: TrainHooks, seed: number): Promise<TrainedLearner> => forestLearner(input, params, hooks, seed);

export const trainTree = (input: TrainInput, params: TreeParams, hooks: TrainHooks, seed: number): Promise<TrainedLearner> =>
  forestLearner(input, forestParams.parse({ ...params, trees: 1, bootstrap: false, features: 'all' }), hooks, seed);
