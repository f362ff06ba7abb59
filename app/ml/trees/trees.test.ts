import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankScores, rocAuc } from '../metrics/ranking.ts';
import type { TrainHooks, TrainInput } from '../learners/types.ts';
import { boost, type BoostingState } from './boosting.ts';
import { boostingParams } from './boosting-params.ts';
import { growForest } from './forest.ts';
import { forestParams } from './forest-params.ts';
import { predictRaw, type TreeEnsemble } from './tree.ts';

interface Reference {
  readonly rows: number;
  readonly width: number;
  readonly X: (number | null)[];
  readonly number: number[];
  readonly binary: number[];
  readonly several: number[];
  readonly weights: number[];
  readonly boosted: Record<string, number[]>;
  readonly tree: Record<string, number[]>;
  readonly forest: { rows: number; width: number; X: number[]; label: number[]; auc: number };
}

const reference = JSON.parse(readFileSync(new URL('./trees.reference.json', import.meta.url), 'utf8')) as Reference;
const quiet: TrainHooks = { cancelled: () => false, check: () => {}, progress: () => {}, send: () => {} };
const matrix = Float32Array.from(reference.X, (value) => value ?? Number.NaN);
const filled = matrix.map((value) => (Number.isNaN(value) ? 0 : value));
const features = Array.from({ length: reference.width }, (_, j) => `f${j}`);

function input(task: TrainInput['task'], target: readonly number[], classes = 0, more: Partial<TrainInput> = {}): TrainInput {
  return { task, matrix, rows: reference.rows, features, target: Float64Array.from(target), classes, ...more };
}

const settings = { iterations: 25, learningRate: 0.2, maxLeaves: 8, minRows: 5, earlyStopping: false };
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function probabilities(ensemble: TreeEnsemble, X: Float32Array, rows: number): number[] {
  const raw = predictRaw(ensemble, X, rows);
  if (ensemble.outputs === 1) return Array.from(raw, sigmoid).flatMap((p) => [1 - p, p]);
  return Array.from({ length: rows }, (_, row) => {
    const e = Array.from(raw.subarray(row * ensemble.outputs, (row + 1) * ensemble.outputs), Math.exp);
    const sum = e.reduce((a, b) => a + b, 0);
    return e.map((value) => value / sum);
  }).flat();
}

function expectNear(actual: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(wanted.length);
  expect(Math.max(...wanted.map((value, i) => Math.abs(value - (actual[i] as number))))).toBeLessThan(tolerance);
}

describe('gradient boosting', () => {
  it.each<[name: string, given: TrainInput, params: object]>([
    ['number', input('regression', reference.number), {}],
    ['weighted', input('regression', reference.number, 0, { weights: Float64Array.from(reference.weights) }), { minRows: 1 }],
    ['l2', input('regression', reference.number), { l2: 3 }],
    ['binary', input('classification', reference.binary, 2, { weights: Float64Array.from(reference.weights) }), { minRows: 1 }],
    ['several', input('classification', reference.several, 3, { weights: Float64Array.from(reference.weights) }), { minRows: 1 }],
  ])('gives scikit-learn’s predictions with missing values: %s', async (name, given, params) => {
    const { ensemble } = await boost(given, boostingParams.parse({ ...settings, ...params }), 1, quiet);
    const found = given.task === 'regression' ? predictRaw(ensemble, matrix, reference.rows) : probabilities(ensemble, matrix, reference.rows);
    expectNear(found, reference.boosted[name] ?? [], 2e-4);
  });

  it('gives the same trees whatever the number of threads', async () => {
    const given = manyRows(20_000, 7);
    const grown = await Promise.all([1, 2, 3].map((threads) => boost(given, boostingParams.parse({ iterations: 8, earlyStopping: false, threads }), 3, quiet)));
    for (const other of grown.slice(1)) expect(other.ensemble).toEqual(grown[0]?.ensemble);
  });

  it('goes on from a state to the model of an unbroken run', async () => {
    const given = manyRows(3000, 5);
    const params = boostingParams.parse({ iterations: 30, rowShare: 0.7, featureShare: 0.8, patience: 30, threads: 2 });
    const states: BoostingState[] = [];
    const whole = await boost(given, params, 5, { ...quiet, save: (state) => states.push(structuredClone(state())) });
    for (const at of [0, 11, 28]) expect(await boost(given, params, 5, quiet, states[at] ?? null)).toEqual(whole);
  });

  it('stops where the held-back rows say, and keeps the best round', async () => {
    const noise = manyRows(2000, 4, 5);
    const losses: number[] = [];
    const found = await boost(noise, boostingParams.parse({ iterations: 200, learningRate: 0.3, patience: 7, threads: 1 }), 2, { ...quiet, send: ({ name, value }) => name === 'validationLoss' && losses.push(value) });
    expect(losses.length).toBeLessThan(200);
    expect(found.dropped).toBe(7);
    expect(found.validationLoss).toBe(Math.min(...losses));
    expect(found.ensemble.trees).toHaveLength(losses.indexOf(Math.min(...losses)) + 1);
  });

  it('predicts quantiles that hold', async () => {
    const given = manyRows(6000, 4, 1);
    for (const quantile of [0.1, 0.5, 0.9]) {
      const { ensemble } = await boost(given, boostingParams.parse({ objective: 'quantile', quantile, iterations: 60, earlyStopping: false }), 1, quiet);
      const found = predictRaw(ensemble, given.matrix, given.rows);
      const below = found.reduce((count, value, row) => count + ((given.target[row] as number) <= value ? 1 : 0), 0) / given.rows;
      expect(Math.abs(below - quantile)).toBeLessThan(0.03);
    }
  });

  it('is monotone where it has to be', async () => {
    const given = manyRows(4000, 4, 2);
    const { ensemble } = await boost(given, boostingParams.parse({ iterations: 40, monotone: { f2: 'rising', f1: 'falling' }, earlyStopping: false }), 1, quiet);
    const row = fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(row, fc.float({ min: Math.fround(0.01), max: 2, noNaN: true }), (values, step) => {
        const at = (j: number, by: number): number => predictRaw(ensemble, Float32Array.from(values, (value, i) => (i === j ? value + by : value)), 1)[0] as number;
        expect(at(2, step)).toBeGreaterThanOrEqual(at(2, 0));
        expect(at(1, step)).toBeLessThanOrEqual(at(1, 0));
      }),
      { numRuns: 300 },
    );
  });

  it('parts categories by sets, and sends codes that it never saw the way of missing ones', async () => {
    const effects = [3, -1, 0.5, -2, 2, 1];
    const rows = 1200;
    const codes = Float32Array.from({ length: rows }, (_, i) => (i % 13 === 0 ? Number.NaN : i % 6));
    const given: TrainInput = { task: 'regression', matrix: codes, rows, features: ['c'], categories: [6], classes: 0, target: Float64Array.from(codes, (code) => (Number.isNaN(code) ? 10 : (effects[code] as number))) };
    const { ensemble } = await boost(given, boostingParams.parse({ iterations: 200, maxLeaves: 4, categorySmoothing: 0, categoryL2: 0, earlyStopping: false, mostListed: 254 }), 1, quiet);
    expectNear(predictRaw(ensemble, Float32Array.of(0, 1, 2, 3, 4, 5, Number.NaN), 7), [...effects, 10], 0.05);
    const [unseen, missing] = predictRaw(ensemble, Float32Array.of(77, Number.NaN), 2);
    expect(unseen).toBe(missing);
  });
});

describe('a single tree', () => {
  it.each<[name: string, given: TrainInput]>([
    ['number', input('regression', reference.number, 0, { matrix: filled, weights: Float64Array.from(reference.weights) })],
    ['binary', input('classification', reference.binary, 2, { matrix: filled, weights: Float64Array.from(reference.weights) })],
    ['several', input('classification', reference.several, 3, { matrix: filled, weights: Float64Array.from(reference.weights) })],
  ])('is scikit-learn’s: %s', async (name, given) => {
    const { ensemble } = await growForest(given, forestParams.parse({ trees: 1, bootstrap: false, features: 'all', maxDepth: 4, minRows: 1 }), 1, quiet);
    const raw = Array.from(predictRaw(ensemble, filled, reference.rows));
    expectNear(name === 'binary' ? raw.flatMap((p) => [1 - p, p]) : raw, reference.tree[name] ?? [], 1e-5);
  });
});

describe('forests', () => {
  const { rows, width, X, label, auc } = reference.forest;
  const all = Float32Array.from(X);
  const given: TrainInput = { task: 'classification', matrix: all.slice(0, rows * width), rows, features: Array.from({ length: width }, (_, j) => `f${j}`), classes: 2, target: Float64Array.from(label.slice(0, rows)) };

  it.each([{ randomCuts: false }, { randomCuts: true, bootstrap: false }])('rank new rows as well as scikit-learn’s: %o', async (params) => {
    const { ensemble } = await growForest(given, forestParams.parse({ trees: 100, ...params }), 1, quiet);
    const found = predictRaw(ensemble, all.slice(rows * width), label.length - rows);
    expect(rocAuc(rankScores(found, label.slice(rows)))).toBeGreaterThan(auc - 0.012);
  });

  it('are the same whatever the number of threads', async () => {
    const grown = await Promise.all([1, 2, 3].map((threads) => growForest(given, forestParams.parse({ trees: 7, threads, minRows: 3 }), 9, quiet)));
    for (const other of grown.slice(1)) expect(other.ensemble).toEqual(grown[0]?.ensemble);
  });

  it('of several classes give shares that sum up to 1, with missing values', async () => {
    const { ensemble } = await growForest(input('classification', reference.several, 3), forestParams.parse({ trees: 20 }), 1, quiet);
    const found = predictRaw(ensemble, matrix, reference.rows);
    let right = 0;
    for (let row = 0; row < reference.rows; row += 1) {
      const shares = found.subarray(row * 3, row * 3 + 3);
      expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      if (shares.indexOf(Math.max(...shares)) === reference.several[row]) right += 1;
    }
    expect(right / reference.rows).toBeGreaterThan(0.95);
  });

  it('cut categories in the order of their means', async () => {
    const effects = [3, -1, 0.5, -2, 2, 1];
    const codes = Float32Array.from({ length: 600 }, (_, i) => i % 6);
    const { ensemble, ranks } = await growForest({ task: 'regression', matrix: codes, rows: 600, features: ['c'], categories: [6], classes: 0, target: Float64Array.from(codes, (code) => effects[code] as number) }, forestParams.parse({ trees: 1, bootstrap: false, features: 'all' }), 1, quiet);
    expect(Array.from(ranks[0] ?? [])).toEqual([5, 1, 2, 0, 4, 3]);
    expectNear(predictRaw(ensemble, Float32Array.from(ranks[0] ?? []), 6), effects, 1e-6);
  });
});

/** Rows of a noisy rule; `noise` 0: a class, else a number. */
function manyRows(rows: number, width: number, noise = 0): TrainInput {
  let state = 42;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const values = Float32Array.from({ length: rows * width }, () => (next() + next() + next() - 1.5) * 2);
  const signal = (row: number): number => (values[row * width] as number) * (values[row * width + 1] as number) + (values[row * width + 2] as number);
  const target = Float64Array.from({ length: rows }, (_, row) => (noise === 0 ? (signal(row) + next() - 0.5 > 0 ? 1 : 0) : signal(row) + noise * (next() - 0.5)));
  return { task: noise === 0 ? 'classification' : 'regression', matrix: values, rows, features: Array.from({ length: width }, (_, j) => `f${j}`), target, classes: noise === 0 ? 2 : 0 };
}

it('a forest tells missing values from all others', async () => {
  const X = Float32Array.from({ length: 60 }, (_, row) => (row % 3 === 0 ? Number.NaN : row));
  const target = Float64Array.from({ length: 60 }, (_, row) => Number(row % 3 === 0));
  const { ensemble } = await growForest({ task: 'classification', matrix: X, rows: 60, features: ['x'], target, classes: 2 }, forestParams.parse({ trees: 3, bootstrap: false }), 1, quiet);
  expect(Array.from(predictRaw(ensemble, X, 60))).toEqual(Array.from(target));
  expect(Array.from(predictRaw(ensemble, Float32Array.of(-1e30, 1e30, Number.NaN), 3))).toEqual([0, 0, 1]);
});
