import { canonicalJson } from '#app/core/hash.ts';
import type { LearnerSpec, Recipe } from './ports.ts';
import { defaultRecipe, treeRecipe } from './recipe.ts';

/** Nodes and wires that a person can put on the canvas. Ids are of this value only. */
export interface PipelinePart {
  readonly nodes: readonly PartNode[];
  readonly edges: readonly PartEdge[];
}

export interface PartNode {
  readonly id: string;
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly title?: string;
}

/** `from` null: what is connected to the input of that name of the node that the part comes from. */
export interface PartEdge {
  readonly from: { readonly node: string | null; readonly port: string };
  readonly to: { readonly node: string; readonly port: string };
}

/** Train nodes by algorithm, where the names differ. */
const nodeTypes: Readonly<Record<string, string>> = { mlp: 'train/neural-network', 'support-vector-machine': 'train/svm' };
/** Learners of one task only: their nodes have no choice of task. */
const oneTask: readonly string[] = ['logistic-regression', 'linear-regression', 'naive-bayes'];
const takeMissing: readonly string[] = ['gradient-boosting', 'random-forest', 'decision-tree'];

/** The train node that makes this learner: the inverse of train nodes' `trainerSpec`. Params that are not set are the node's defaults. */
export function nodeOfLearner({ algorithm, task, params, target, features, recipe }: LearnerSpec): Pick<PartNode, 'type' | 'params'> {
  const [reads] = recipe.steps;
  // Learners of one raw column have its recipe among their params.
  if (reads?.step === 'words') return { type: `train/${algorithm}`, params: { target, column: features?.[0] ?? '', vocabulary: reads.size, minRows: reads.minRows, length: reads.length, ...params } };
  if (reads?.step === 'pixels') return { type: `train/${algorithm}`, params: { target, column: features?.[0] ?? '', size: reads.width, ...params } };
  return {
    type: nodeTypes[algorithm] ?? `train/${algorithm}`,
    params: { target, features, ...(oneTask.includes(algorithm) ? {} : { task }), ...nodeParams(algorithm, params) },
  };
}

function nodeParams(algorithm: string, params: LearnerSpec['params']): Record<string, unknown> {
  switch (algorithm) {
    case 'random-forest': {
      const { features, randomCuts, bootstrap, ...rest } = params;
      return { ...rest, ...(features === undefined ? {} : { perNode: features }), kind: randomCuts === true ? 'extra-trees' : 'random-forest', ...(randomCuts === true ? { drawRows: bootstrap !== false } : {}) };
    }
    case 'gradient-boosting': {
      const { monotone, ...rest } = params;
      const named = (direction: string): string[] => Object.entries((monotone ?? {}) as Readonly<Record<string, string>>).flatMap(([name, found]) => (found === direction ? [name] : []));
      return { ...rest, ...(monotone === undefined ? {} : { rising: named('rising'), falling: named('falling') }) };
    }
    default:
      return { ...params };
  }
}

/** What the learner does with its columns where no recipe is connected. */
export const recipeWithout = (algorithm: string): Recipe => (takeMissing.includes(algorithm) ? treeRecipe : defaultRecipe);

/** What the params of a stack hold; see app/ml/stacking/params.ts. */
interface StackParams {
  readonly method: 'stack' | 'average';
  readonly bases: readonly Pick<LearnerSpec, 'algorithm' | 'params' | 'recipe' | 'features'>[];
  readonly weights: readonly number[] | null;
  readonly folds: number;
  readonly seed?: number | null | undefined;
}

/** A learner as nodes: its train node, a Preprocess node where its recipe is not the usual one, and for a stack all of its learners. */
export function partOfLearner(spec: LearnerSpec, table: string, titles: readonly string[] = []): PipelinePart {
  const nodes: PartNode[] = [];
  const edges: PartEdge[] = [];
  const recipes = new Map<string, string>();
  const add = (learner: LearnerSpec, id: string, title: string | undefined): void => {
    nodes.push({ id, ...nodeOfLearner(learner), ...(title === undefined ? {} : { title }) });
    const isOwn = learner.recipe.steps.some(({ step }) => step === 'words' || step === 'pixels');
    if (isOwn || canonicalJson(learner.recipe) === canonicalJson(recipeWithout(learner.algorithm))) return;
    const key = canonicalJson(learner.recipe);
    const recipe = recipes.get(key) ?? `recipe${recipes.size + 1}`;
    if (!recipes.has(key)) nodes.push({ id: recipe, type: 'train/preprocess', params: { steps: learner.recipe.steps } });
    recipes.set(key, recipe);
    edges.push({ from: { node: recipe, port: 'recipe' }, to: { node: id, port: 'recipe' } });
  };
  if (spec.algorithm !== 'stacking') {
    add(spec, 'learner', titles[0]);
    edges.push({ from: { node: null, port: table }, to: { node: 'learner', port: 'table' } });
    return { nodes, edges };
  }
  const { method, bases, weights, folds, seed } = spec.params as unknown as StackParams;
  for (const [index, base] of bases.entries()) {
    const id = `learner${index + 1}`;
    add({ ...base, task: spec.task, target: spec.target }, id, titles[index]);
    edges.push({ from: { node: id, port: 'learner' }, to: { node: 'stack', port: 'learner' } });
  }
  nodes.push({ id: 'stack', type: 'train/stacking', params: { method, folds, weights: (weights ?? []).map((weight) => ({ weight })), ...(typeof seed === 'number' ? { seed } : {}) } });
  edges.push({ from: { node: null, port: table }, to: { node: 'stack', port: 'table' } });
  return { nodes, edges };
}
