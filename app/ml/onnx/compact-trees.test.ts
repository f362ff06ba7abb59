import { afterAll, describe, expect, it } from 'vitest';
import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { normal, uniform } from '../learners/random.ts';
import { quietHooks } from '../learners/testing.ts';
import type { TrainInput } from '../learners/types.ts';
import { headGraph } from '../model/assemble.ts';
import { boostingParams } from '../trees/boosting-params.ts';
import { forestParams } from '../trees/forest-params.ts';
import { treesOfModel } from '../trees/from-onnx.ts';
import { trainBoosting, trainForest } from '../trees/learners.ts';
import type { Tree } from '../trees/tree.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { withCompactTrees } from './compact-trees.ts';
import { decodeModel } from './decode.ts';
import { encodeModel } from './encode.ts';
import { createRunner, type Runner } from './runner.ts';

afterAll(closeIdleWorkers);

const [rows, columns] = [400, 5];

/** With missing values in the second column. */
function made(task: TrainInput['task'], classes: number, categories = 0): TrainInput {
  const next = uniform(3);
  const matrix = Float32Array.from({ length: rows * columns }, (_, i) => (i % columns === 1 && next() < 0.2 ? Number.NaN : i % columns === 2 && categories > 0 ? Math.floor(next() * categories) : normal(next)));
  const target = Float64Array.from({ length: rows }, (_, row) => {
    const value = (matrix[row * columns] ?? 0) + (Number.isNaN(matrix[row * columns + 1]) ? 1 : 0) + ((matrix[row * columns + 2] ?? 0) % 3) + normal(next) / 2;
    return classes === 0 ? value : Math.max(0, Math.min(classes - 1, Math.floor(value + classes / 2)));
  });
  return { task, matrix, rows, features: ['a', 'b', 'c', 'd', 'e'], target, classes, ...(categories > 0 ? { categories: [0, 0, categories, 0, 0] } : {}) };
}

const forestOf = async (input: TrainInput): Promise<OnnxGraph> => headGraph((await trainForest(input, forestParams.parse({ trees: 9 }), quietHooks(), 1)).head, columns);
const boostedOf = async (input: TrainInput, more: object = {}): Promise<OnnxGraph> => headGraph((await trainBoosting(input, boostingParams.parse({ iterations: 12, earlyStopping: false, ...more }), quietHooks(), 1)).head, columns);
const opsOf = (graph: OnnxGraph): string[] => graph.nodes.map(({ op }) => op).filter((op) => op.startsWith('TreeEnsemble'));

/** Whether two trees ask and answer alike, however their nodes are numbered; covers as shares of the parent's. */
function sameTree(a: Tree, b: Tree | undefined, at = 0, other = 0): boolean {
  const by = a.feature[at] as number;
  if (b === undefined || by !== b.feature[other]) return false;
  if (by < 0) return a.value[at] === b.value[other];
  const share = (tree: Tree, node: number): number => (tree.cover[tree.left[node] as number] as number) / (tree.cover[node] as number);
  if (a.threshold[at] !== b.threshold[other] || a.missingLeft[at] !== b.missingLeft[other] || Math.abs(share(a, at) - share(b, other)) > 1e-6) return false;
  return sameTree(a, b, a.left[at], b.left[other]) && sameTree(a, b, a.right[at], b.right[other]);
}

async function scores(graph: OnnxGraph, { matrix }: TrainInput): ReturnType<Runner['run']> {
  // As bytes, for a graph would be written by the rule for large ones.
  const runner = await createRunner(encodeModel(graph));
  try {
    return await runner.run({ [graph.inputs[0]?.name ?? '']: { dims: [rows, columns], data: matrix } });
  } finally {
    await runner.close();
  }
}

describe('compact trees', () => {
  it.each([
    ['a forest of two classes', made('classification', 2), forestOf],
    ['a forest of numbers', made('regression', 0), forestOf],
    ['boosting of two classes', made('classification', 2), boostedOf],
    ['boosting of three classes', made('classification', 3), boostedOf],
    ['boosting of numbers', made('regression', 0), boostedOf],
  ] as const)('give the same predictions, missing values too: %s', async (_name, input, train) => {
    const graph = await train(input);
    const compact = withCompactTrees(graph, 1);
    expect([opsOf(graph), opsOf(compact)]).toEqual([['TreeEnsembleRegressor'], ['TreeEnsemble']]);
    expect(await scores(compact, input)).toEqual(await scores(graph, input));
    expect(encodeModel(compact).length).toBeLessThan(0.5 * encodeModel(graph).length);
  });

  it.each([
    ['a forest', made('classification', 2), forestOf],
    ['boosting', made('regression', 0), boostedOf],
  ] as const)('of several operators give the same but for the last digit: %s', async (_name, input, train) => {
    const graph = await train(input);
    const compact = withCompactTrees(graph, 1, 200);
    expect(opsOf(compact).length).toBeGreaterThan(1);
    const [found, wanted] = [await scores(compact, input), await scores(graph, input)];
    for (const [name, { data }] of Object.entries(wanted)) for (let i = 0; i < data.length; i++) expect(Math.abs(Number(found[name]?.data[i]) - Number(data[i]))).toBeLessThan(1e-5);
  });

  it('are read back as the trees that they were', async () => {
    for (const graph of [await forestOf(made('classification', 2)), await boostedOf(made('regression', 0))]) {
      const [plain, ...others] = [graph, withCompactTrees(graph, 1), withCompactTrees(graph, 1, 200)].map((one) => treesOfModel(decodeModel(encodeModel(one)).graph));
      for (const compact of others) {
        expect(compact?.ensemble.trees).toHaveLength(plain?.ensemble.trees.length ?? 0);
        for (const [t, tree] of (plain?.ensemble.trees ?? []).entries()) expect(sameTree(tree, compact?.ensemble.trees[t])).toBe(true);
        expect({ ...compact, ensemble: { ...compact?.ensemble, trees: [] } }).toEqual({ ...plain, ensemble: { ...plain?.ensemble, trees: [] } });
      }
    }
  });

  it('are left alone where they are few, split by sets of categories, hold shares of several classes, or are leaves alone', async () => {
    const few = await forestOf(made('classification', 2));
    expect(withCompactTrees(few)).toBe(few);
    for (const graph of [await forestOf(made('classification', 3)), await boostedOf(made('regression', 0, 6)), await boostedOf(made('regression', 0), { minRows: rows })]) {
      expect(opsOf(graph)).toEqual(['TreeEnsembleRegressor']);
      expect(withCompactTrees(graph, 1)).toBe(graph);
    }
  });

  it('are all written so or none, for the newer operators have the older one no more', async () => {
    const [forest, boosted, shares] = [await forestOf(made('classification', 2)), await boostedOf(made('classification', 2)), await forestOf(made('classification', 3))];
    const both = (a: OnnxGraph, b: OnnxGraph): OnnxGraph => ({ ...a, nodes: [...a.nodes, ...b.nodes] });
    expect(opsOf(withCompactTrees(both(forest, boosted), 1))).toEqual(['TreeEnsemble', 'TreeEnsemble']);
    expect(opsOf(withCompactTrees(both(forest, shares), 1))).toEqual(['TreeEnsembleRegressor', 'TreeEnsembleRegressor']);
  });
});
