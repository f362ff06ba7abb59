import { afterAll, describe, expect, it } from 'vitest';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { columnScales } from '../columns.ts';
import { normal, uniform } from '../random.ts';
import { quietHooks, runHead, trainInput } from '../testing.ts';
import { trainLearner } from '../train.ts';
import { coupleProbabilities } from './head.ts';
import { directKernel, type KernelSpec } from './kernel.ts';
import { decisionsOf, everyRow, scaleGamma, trainClassifier } from './machine.ts';
import { svmParams } from './params.ts';
import { fitSigmoid, probabilityOf } from './platt.ts';
import reference from './reference.json' with { type: 'json' };
import { trainSvm } from './svm.ts';
import type { TrainInput } from '../types.ts';

afterAll(closeIdleWorkers);
const test = Float32Array.from(reference.test.flat());
const matrix = Float32Array.from([...reference.train, ...reference.test].flat());
const kernels: Readonly<Record<string, { kernel: 'rbf' | 'linear'; gamma: number }>> = { rbf: { kernel: 'rbf', gamma: 0 }, wide: { kernel: 'rbf', gamma: 2.5 }, linear: { kernel: 'linear', gamma: 0 } };
const train = (input: TrainInput, params: object) => trainSvm(input, svmParams.parse(params), quietHooks(), 3);
const exact = { tolerance: 1e-7 };

describe('machines', () => {
  it.each(reference.classifiers)('decide as scikit-learn’s SVC does: $name, C = $c', ({ name, c, decisions, support }) => {
    const rows = reference.train.length;
    const { kernel, gamma } = kernels[name] ?? { kernel: 'linear', gamma: 0 };
    const spec: KernelSpec = kernel === 'linear' ? { kind: 'linear' } : { kind: 'rbf', gamma: gamma || scaleGamma({ matrix: matrix.subarray(0, rows * 3) }, 3) };
    const which = everyRow(rows);
    const source = directKernel(spec, matrix, 3, new Float64Array(3));
    const machine = trainClassifier(source.of(which), which, Uint8Array.from(reference.binary), new Float64Array(rows).fill(c), { ...exact, check: () => undefined });
    expect(machine.converged).toBe(true);
    const carried = { ...machine, coefficients: Float64Array.from({ length: rows + decisions.length }, (_, row) => machine.coefficients[row] ?? 0) };
    const found = decisionsOf(carried, source, Int32Array.from({ length: decisions.length }, (_, i) => rows + i), () => undefined);
    // libsvm keeps its kernel in float32 too, so that both are only so exact.
    decisions.forEach((value, i) => expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThan(2e-4 * Math.max(1, Math.abs(value))));
    expect(Math.abs(machine.coefficients.filter((value) => value !== 0).length - support)).toBeLessThanOrEqual(2);
  });
});

describe('classifiers', () => {
  it.each(Object.entries(reference.pairs))('of several classes say what scikit-learn’s say: %s', async (name, { labels, accuracy }) => {
    const { head } = await train(trainInput(reference.train, reference.several, 3), { ...kernels[name], c: 5 });
    const { label, probabilities } = await runHead(head, test, 3);
    // Labels are the most likely class here and the one with most votes there.
    expect((label ?? []).filter((own, i) => own === labels[i]).length / labels.length).toBeGreaterThan(0.93);
    expect((label ?? []).filter((own, i) => own === reference.severalTest[i]).length / labels.length).toBeGreaterThan(accuracy - 0.05);
    for (let row = 0; row < labels.length; row++) expect((probabilities ?? []).slice(3 * row, 3 * row + 3).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  it('never predict a class that has no rows', async () => {
    const { head } = await train(trainInput(reference.train, reference.several.map((cls) => (cls === 1 ? 3 : cls)), 4), {});
    const { label } = await runHead(head, test, 3);
    expect([...new Set(label)].sort()).toEqual([0, 2, 3]);
  });

  it('couple pairs back to what they were made of', () => {
    const p = [0.2, 0.5, 0.3];
    const pairs = [{ first: 0, second: 1 }, { first: 0, second: 2 }, { first: 1, second: 2 }];
    const found = coupleProbabilities(pairs, pairs.map(({ first, second }) => (p[second] ?? 0) / ((p[first] ?? 0) + (p[second] ?? 0))), 3);
    p.forEach((value, k) => expect(found[k]).toBeCloseTo(value, 12));
  });

  it.each(['rbf', 'linear'])('of two classes have probabilities that can be believed: %s', async (name) => {
    const next = uniform(6);
    const rows = Array.from({ length: 390 }, () => [normal(next), normal(next)]);
    const chance = ([a = 0, b = 0]: readonly number[]): number => 1 / (1 + Math.exp(-2 * a - b));
    const target = rows.map((row) => Number(next() < chance(row)));
    const { head, metrics } = await train(trainInput(rows, target, 2), { ...kernels[name] });
    const { probabilities } = await runHead(head, Float32Array.from(rows.flat()), 2);
    const off = rows.reduce((sum, row, i) => sum + Math.abs((probabilities?.[2 * i + 1] ?? 0) - chance(row)), 0) / rows.length;
    expect(off).toBeLessThan(0.08);
    const best = rows.reduce((sum, row) => sum + Math.max(chance(row), 1 - chance(row)), 0) / rows.length;
    expect(Math.abs((metrics['crossValidatedAccuracy'] ?? 0) - best)).toBeLessThan(0.04);
  });

  it('count rare classes as much as frequent ones where asked', async () => {
    const next = uniform(12);
    const rows = Array.from({ length: 390 }, (_, i) => [normal(next) + (i < 40 ? 1.5 : 0), normal(next)]);
    const target = rows.map((_, i) => Number(i < 40));
    const found = async (classWeights: string): Promise<number> => {
      const { head } = await train(trainInput(rows, target, 2), { kernel: 'linear', classWeights });
      return (await runHead(head, Float32Array.from(rows.slice(0, 40).flat()), 2))['label']?.filter((label) => label === 1).length ?? 0;
    };
    expect(await found('none')).toBeLessThan(20);
    expect(await found('balanced')).toBeGreaterThan(25);
  });

  it('need two classes', async () => {
    await expect(train(trainInput([[1], [2], [4]], [1, 1, 1], 2), {})).rejects.toMatchObject({ code: 'one-class' });
    const many = Array.from({ length: 62 }, (_, i) => i);
    await expect(train(trainInput(many.map((i) => [i]), many.map((i) => i % 31), 31), {})).rejects.toMatchObject({ code: 'too-many-classes' });
  });
});

describe('regressors', () => {
  it.each(reference.regressors)('predict what scikit-learn’s SVR predicts: $name', async ({ name, predictions }) => {
    const { head, details } = await train(trainInput(reference.train, reference.value, 0), { ...kernels[name], c: 3, ...exact });
    const { prediction } = await runHead(head, test, 3);
    predictions.forEach((value, i) => expect(Math.abs((prediction?.[i] ?? Number.NaN) - value)).toBeLessThan(5e-4));
    expect(details.converged).toBe(true);
    if (name !== 'linear') return;
    const [first, second, third, intercept] = (details.coefficients ?? []).map(({ coefficient }) => coefficient);
    const [a = 0, b = 0, c = 0] = reference.test[0] ?? [];
    expect((first ?? 0) * a + (second ?? 0) * b + (third ?? 0) * c + (intercept ?? 0)).toBeCloseTo(predictions[0] ?? 0, 3);
  });

  it('do not care about the unit of the target', async () => {
    const fit = async (scale: number, shift: number): Promise<number[]> => (await runHead((await train(trainInput(reference.train, reference.value.map((value) => scale * value + shift), 0), exact)).head, test, 3))['prediction'] ?? [];
    const [plain, large] = [await fit(1, 0), await fit(1e5, 3e6)];
    plain.forEach((value, i) => expect(((large[i] ?? 0) - 3e6) / 1e5).toBeCloseTo(value, 4));
  });
});

describe('probabilities of decisions', () => {
  it('are those of Platt’s sigmoid, by its definition', () => {
    const decisions = Float64Array.of(-2, -1, -0.5, 0.4, 1, 3);
    const positive = Uint8Array.of(0, 0, 1, 0, 1, 1);
    const sigmoid = fitSigmoid(decisions, positive, new Float64Array(6).fill(1));
    // At the least loss the sums of errors, plain and times the decision, vanish.
    const [high, low] = [4 / 5, 1 / 5];
    const errors = Array.from(decisions, (d, i) => (positive[i] === 1 ? high : low) - probabilityOf(sigmoid, d));
    expect(errors.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 4);
    expect(errors.reduce((sum, error, i) => sum + error * (decisions[i] ?? 0), 0)).toBeCloseTo(0, 4);
    expect(probabilityOf(sigmoid, 3)).toBeGreaterThan(probabilityOf(sigmoid, -2));
  });
});

describe('many rows', () => {
  const next = uniform(30);
  // Far from zero in one column.
  const rows = Array.from({ length: 600 }, () => [normal(next), 300 + normal(next), normal(next)].map(Math.fround));
  const target = rows.map(([a = 0, b = 0]) => Number(a * a + b - 300 + 0.3 * normal(next) > 0.8));

  it.each(['rbf', 'linear'] as const)('have their kernel from matrix products, with the same machine: %s', async (kernel) => {
    const input = trainInput(rows, target, 2);
    const fitted = await trainLearner('support-vector-machine', { kernel, ...exact }, trainInput(rows, target, 2), { seed: 1 });
    const spec: KernelSpec = kernel === 'linear' ? { kind: 'linear' } : { kind: 'rbf', gamma: scaleGamma(input, 3) };
    const all = everyRow(600);
    const source = directKernel(spec, input.matrix, 3, columnScales(input).means);
    const machine = trainClassifier(source.of(all), all, Uint8Array.from(target), new Float64Array(600).fill(1), { ...exact, check: () => undefined });
    expect(Math.abs((fitted.metrics['supportVectors'] ?? 0) - machine.coefficients.filter((value) => value !== 0).length)).toBeLessThanOrEqual(3);
    const decisions = decisionsOf(machine, source, all, () => undefined);
    const { nodes, initializers, outputs } = fitted.head('head.features');
    const { probabilities } = await runHead({ nodes, initializers, outputs, input: 'head.features' }, input.matrix, 3);
    // Probabilities go with decisions, so their order is the same.
    const order = Array.from(all).sort((i, j) => (decisions[i] ?? 0) - (decisions[j] ?? 0));
    for (let at = 10; at < order.length; at += 10) expect(probabilities?.[2 * (order[at] ?? 0) + 1] ?? 0).toBeGreaterThan((probabilities?.[2 * (order[at - 10] ?? 0) + 1] ?? 0) - 1e-3);
  });
});

describe('limits', () => {
  it('are said before anything runs', async () => {
    const many: TrainInput = { task: 'regression', matrix: new Float32Array(), rows: 20_001, features: ['x'], target: new Float64Array(), classes: 0 };
    await expect(train(many, {})).rejects.toMatchObject({ code: 'too-many-rows' });
  });
});

describe('a killed training', () => {
  const next = uniform(3);
  const rows = Array.from({ length: 240 }, () => [normal(next), normal(next), normal(next)]);
  const three = (): TrainInput => trainInput(rows, rows.map(([a = 0, b = 0]) => (a * a + b * b > 1.4 ? 2 : Number(a > b))), 3);
  const numbers = (): TrainInput => trainInput(rows, rows.map(([a = 0, b = 0, c = 0]) => Math.sin(2 * a) + b * c), 0);

  it.each([['classes', three], ['numbers', numbers]] as const)('goes on to the very machines of an unbroken one, within a machine too: %s', async (_name, input) => {
    const params = svmParams.parse({ tolerance: 1e-5 });
    const states: unknown[] = [];
    let checks = 0;
    const counting = { ...quietHooks(), check: () => void checks++ };
    const whole = await trainSvm(input(), params, { ...counting, checkpoint: { state: null, save: (make) => void states.push(structuredClone(make())) } }, 3);
    const wholeChecks = checks;
    expect(states.length).toBeGreaterThan(3);
    for (const at of [1, Math.floor(states.length / 2), states.length - 1]) {
      checks = 0;
      const again = await trainSvm(input(), params, { ...counting, checkpoint: { state: structuredClone(states[at]), save: () => {} } }, 3);
      expect(again).toEqual(whole);
      expect(checks).toBeLessThan(wholeChecks);
    }
  });
});
