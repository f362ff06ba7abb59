import { afterAll, describe, expect, it } from 'vitest';
import reference from '../clustering/reference.json' with { type: 'json' };
import { runHead } from '../learners/testing.ts';
import { closeIdleWorkers, runTask } from '../worker/run-task.ts';
import { meanPath } from './forest.ts';

afterAll(closeIdleWorkers);
const points = () => ({ data: Float32Array.from(reference.data.flat()), rows: reference.data.length, columns: 4 });

/** Pearson correlation of ranks; there are no ties to speak of. */
function spearman(a: readonly number[], b: readonly number[]): number {
  const ranks = (values: readonly number[]): number[] => {
    const order = values.map((_, i) => i).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
    const out: number[] = [];
    order.forEach((i, rank) => (out[i] = rank));
    return out;
  };
  const [x, y] = [ranks(a), ranks(b)];
  const n = a.length;
  return 1 - (6 * x.reduce((sum, rank, i) => sum + (rank - (y[i] ?? 0)) ** 2, 0)) / (n * (n * n - 1));
}

describe('isolation forest', () => {
  it('ranks rows as scikit-learn does, on the same scale', async () => {
    const { scores } = await runTask('isolation-forest', { ...points(), trees: 300, sample: 128, seed: 5 });
    expect(spearman(Array.from(scores), reference.isolation)).toBeGreaterThan(0.98);
    const difference = scores.reduce((sum, score, i) => sum + Math.abs(score - (reference.isolation[i] ?? 0)), 0) / scores.length;
    expect(difference).toBeLessThan(0.01);
  });

  it('gives in its file what it gave in training', async () => {
    const { scores, head } = await runTask('isolation-forest', { ...points(), trees: 60, sample: 64, seed: 2 });
    const { prediction } = await runHead(head, points().data, 4);
    scores.forEach((score, i) => expect(prediction?.[i]).toBeCloseTo(score, 6));
  });

  it('is the same for the same seed, and takes rows that are all equal', async () => {
    const run = (seed: number) => runTask('isolation-forest', { ...points(), trees: 20, sample: 64, seed });
    expect((await run(1)).scores).toEqual((await run(1)).scores);
    expect((await run(1)).scores).not.toEqual((await run(2)).scores);
    const same = await runTask('isolation-forest', { data: new Float32Array(30).fill(4), rows: 10, columns: 3, trees: 5, sample: 256, seed: 1 });
    same.scores.forEach((score) => expect(score).toBeCloseTo(0.5, 6));
  });

  it('knows the mean path of a search tree', () => {
    // By counting: the mean depth of an external node of a random binary search tree with n − 1 keys is 2 (H(n) − 1).
    const harmonic = (n: number): number => Array.from({ length: n }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b, 0);
    for (const size of [64, 256, 1000]) expect(meanPath(size) / (2 * (harmonic(size) - 1))).toBeCloseTo(1, 2);
    expect([meanPath(0), meanPath(1), meanPath(2)]).toEqual([0, 0, 1]);
  });
});
