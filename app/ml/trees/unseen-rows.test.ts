import { describe, expect, it } from 'vitest';
import { normal, uniform } from '../learners/random.ts';
import type { TrainHooks, TrainInput } from '../learners/types.ts';
import { growForest } from './forest.ts';
import { forestParams, type ForestParams } from './forest-params.ts';
import { trainForest } from './learners.ts';
import { predictRaw, type TreeEnsemble } from './tree.ts';
import { unseenMetrics } from './unseen-rows.ts';

const quiet: TrainHooks = { cancelled: () => false, check: () => {}, progress: () => {}, send: () => {} };
const rows = 400;
const next = uniform(6);
const matrix = Float32Array.from({ length: rows * 4 }, (_, i) => (i % 29 === 3 ? Number.NaN : Math.round(20 * normal(next)) / 10));
const signal = (row: number): number => (matrix[4 * row] || 0) - 0.7 * (matrix[4 * row + 2] || 0) + 0.4 * normal(next);
const sums = Float64Array.from({ length: rows }, (_, row) => signal(row));

function input(classes: number, more: Partial<TrainInput> = {}): TrainInput {
  const target = classes === 0 ? sums.map((sum) => 500 + sum) : sums.map((sum) => Math.max(0, Math.min(classes - 1, Math.floor((sum + 2) * (classes / 4)))));
  return { task: classes === 0 ? 'regression' : 'classification', matrix: matrix.slice(), rows, features: ['a', 'b', 'c', 'd'], target, classes, ...more };
}

/** Which rows a tree has drawn, told from the seed alone. */
function drawn(seed: number, tree: number): Set<number> {
  const chance = uniform((seed ^ Math.imul(tree + 1, 0x9e3779b1)) >>> 0);
  return new Set(Array.from({ length: rows }, () => Math.floor(chance() * rows)));
}

/** The mean over the trees that have not drawn a row, each asked by its thresholds; NaN without such a tree. */
function byHand({ trees, leafValues, base }: TreeEnsemble, seed: number): Float64Array {
  const total = new Float64Array(rows * leafValues);
  const count = new Float64Array(rows);
  for (const [index, tree] of trees.entries()) {
    const seen = drawn(seed, index);
    const said = predictRaw({ trees: [tree], leafValues, outputs: leafValues, base: new Float64Array(leafValues), combine: 'mean' }, matrix, rows);
    for (let row = 0; row < rows; row += 1) {
      if (seen.has(row)) continue;
      count[row] = (count[row] ?? 0) + 1;
      for (let c = 0; c < leafValues; c += 1) total[row * leafValues + c] = (total[row * leafValues + c] ?? 0) + (said[row * leafValues + c] ?? 0);
    }
  }
  return total.map((sum, at) => (base[0] ?? 0) + sum / (count[Math.floor(at / leafValues)] ?? 0));
}

const grow = (given: TrainInput, params: Partial<ForestParams>) => growForest(given, forestParams.parse({ trees: 25, minRows: 3, seed: 77, ...params }), 0, quiet);

describe('what trees say of rows they have not seen', () => {
  it.each([
    ['two classes', 2, {}],
    ['four classes', 4, {}],
    ['numbers', 0, { features: 'all' }],
    ['extra trees', 2, { randomCuts: true }],
    ['few trees', 2, { trees: 3 }],
  ] as const)('is the mean of the trees whose draw left them out: %s', async (_name, classes, params) => {
    const { ensemble, unseen } = await grow(input(classes), params);
    const wanted = byHand(ensemble, 77);
    expect(unseen?.means).toHaveLength(wanted.length);
    for (const [at, value] of wanted.entries()) {
      const found = unseen?.means[at] ?? 0;
      if (Number.isNaN(value)) expect(found).toBeNaN();
      else expect(found).toBeCloseTo(value, 4);
    }
    expect(wanted.some(Number.isNaN)).toBe('trees' in params);
  });

  it('is the same on any number of threads, and where a killed training went on', async () => {
    const [one, two, three] = [await grow(input(4), { threads: 1 }), await grow(input(4), { threads: 2 }), await grow(input(4), { threads: 3 })];
    expect(two.unseen).toEqual(one.unseen);
    expect(three.unseen).toEqual(one.unseen);
    const checkpoint = { state: one.ensemble.trees.slice(0, 11), save: () => {} };
    const again = await growForest(input(4), forestParams.parse({ trees: 25, minRows: 3, seed: 77, threads: 2 }), 0, { ...quiet, checkpoint });
    expect(again.unseen).toEqual(one.unseen);
  });

  it('is not asked where every tree sees every row', async () => {
    expect((await grow(input(2), { bootstrap: false })).unseen).toBeNull();
    const { metrics } = await trainForest(input(2), forestParams.parse({ trees: 5, bootstrap: false }), quiet, 1);
    expect(Object.keys(metrics)).toEqual(['trees', 'leaves', 'deepest']);
  });
});

describe('the out-of-bag score', () => {
  it('counts the rows with an answer, and says how many have none', async () => {
    const given = input(2);
    const { ensemble, unseen } = await grow(given, { trees: 4 });
    const answers = byHand(ensemble, 77);
    const kept = [...answers.keys()].filter((row) => !Number.isNaN(answers[row]));
    const right = kept.filter((row) => Number((answers[row] ?? 0) > 0.5) === given.target[row]).length;
    const pairs = kept.flatMap((a) => (given.target[a] === 1 ? kept.filter((b) => given.target[b] === 0).map((b) => Math.sign((answers[a] ?? 0) - (answers[b] ?? 0))) : []));
    if (unseen === null) throw new Error('The trees draw rows.');
    const { metrics, notes } = unseenMetrics(given, unseen);
    expect(metrics['outOfBagRows']).toBe(kept.length);
    expect(metrics['outOfBagAccuracy']).toBeCloseTo(right / kept.length, 10);
    expect(metrics['outOfBagAuc']).toBeCloseTo(pairs.reduce((sum: number, sign) => sum + (1 + sign) / 2, 0) / pairs.length, 10);
    expect(notes).toEqual([`${rows - kept.length} rows were drawn for every tree and are left out of the out-of-bag score; more trees leave out fewer.`]);
  });

  it('is near what other rows say, of numbers too', async () => {
    const numbers = await trainForest(input(0), forestParams.parse({ trees: 60, features: 'all' }), quiet, 3);
    // The noise has a standard deviation of 0.4, the values one of 1.3 and more.
    expect(numbers.metrics['outOfBagR2']).toBeGreaterThan(0.75);
    expect(numbers.metrics['outOfBagR2']).toBeLessThan(0.97);
    expect(numbers.metrics['outOfBagRmse']).toBeGreaterThan(0.35);
    expect(numbers.metrics['outOfBagRows']).toBe(rows);
    const chance = uniform(4);
    const noise = await trainForest({ ...input(2), target: Float64Array.from({ length: rows }, () => Number(chance() < 0.5)) }, forestParams.parse({ trees: 60 }), quiet, 3);
    expect(noise.metrics['outOfBagAuc']).toBeGreaterThan(0.4);
    expect(noise.metrics['outOfBagAuc']).toBeLessThan(0.6);
  });

  it('leaves out rows of no weight', async () => {
    const weights = Float64Array.from({ length: rows }, (_, row) => Number(row % 4 !== 0));
    const { metrics } = await trainForest(input(2, { weights }), forestParams.parse({ trees: 60 }), quiet, 3);
    expect(metrics['outOfBagRows']).toBe(300);
  });
});
