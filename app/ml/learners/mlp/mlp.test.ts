import { afterAll, describe, expect, it } from 'vitest';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { normal, uniform } from '../random.ts';
import { runHead, trainInput } from '../testing.ts';
import { type FittedLearner, type TrainServices, trainLearner } from '../train.ts';
import type { LearnerHead, TrainInput } from '../types.ts';

afterAll(closeIdleWorkers);

const next = uniform(11);
const points = Array.from({ length: 600 }, () => [normal(next), normal(next)]);
/** Inside or outside a circle: no linear model can tell. */
const ring = (): TrainInput => trainInput(points, points.map(([a = 0, b = 0]) => (a * a + b * b > 1.4 ? 1 : 0)), 2);
const sectors = (): TrainInput => trainInput(points, points.map(([a = 0, b = 0]) => (a > 0 ? (b > 0 ? 0 : 1) : 2)), 3);
/** A curve whose values are far from zero. */
const curve = (): TrainInput => trainInput(points, points.map(([a = 0, b = 0]) => 50_000 + 1000 * (Math.sin(2 * a) + b)), 0);

const quick = { hiddenLayers: [16], epochs: 40, batchSize: 32, learningRate: 0.02 };
const train = (input: TrainInput, params: object = {}, services: Partial<TrainServices> = {}): Promise<FittedLearner> => trainLearner('mlp', { ...quick, ...params }, input, { seed: 5, ...services });

const matrix = Float32Array.from(points.flat());
const asHead = (fitted: FittedLearner): LearnerHead => ({ input: 'features', ...fitted.head('features') });
const predict = (fitted: FittedLearner): Promise<Record<string, number[]>> => runHead(asHead(fitted), matrix, 2);
const share = (labels: readonly number[] | undefined, target: Float64Array): number => target.reduce((right, cls, row) => right + Number(labels?.[row] === cls), 0) / target.length;
const failure = (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (error: unknown) => error);

describe('mlp', () => {
  for (const activation of ['relu', 'tanh', 'sigmoid', 'gelu']) {
    it(`learns what no line separates: ${activation}`, async () => {
      const fitted = await train(ring(), { activation });
      expect(share((await predict(fitted))['label'], ring().target)).toBeGreaterThan(0.95);
    });
  }
  for (const params of [{ optimizer: 'adamw', weightDecay: 0.01 }, { optimizer: 'sgd', learningRate: 0.1, clipNorm: 1 }, { dropout: 0.2 }, { hiddenLayers: [8, 8, 8] }]) {
    it(`learns with ${JSON.stringify(params)}`, async () => {
      const fitted = await train(ring(), params);
      expect(share((await predict(fitted))['label'], ring().target)).toBeGreaterThan(0.93);
    });
  }

  it('tells several classes apart, with probabilities that sum to one', async () => {
    const { label = [], probabilities = [] } = await predict(await train(sectors()));
    expect(share(label, sectors().target)).toBeGreaterThan(0.95);
    for (const row of label.keys()) {
      const part = probabilities.slice(3 * row, 3 * row + 3);
      expect(part.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(part.indexOf(Math.max(...part))).toBe(label[row]);
    }
  });

  it('predicts numbers in their own units', async () => {
    const fitted = await train(curve());
    const { prediction = [] } = await predict(fitted);
    const target = curve().target;
    const rmse = Math.sqrt(target.reduce((sum, value, row) => sum + (value - (prediction[row] ?? 0)) ** 2, 0) / target.length);
    expect(rmse).toBeLessThan(250);
    expect(fitted.metrics['validationRmse']).toBeLessThan(300);
  });

  it('gives the same weights for the same seed, and others for another', async () => {
    const params = { epochs: 3, dropout: 0.3 };
    const [one, same, other] = [await train(ring(), params), await train(ring(), params), await train(ring(), params, { seed: 6 })];
    expect(one.head('x').initializers).toEqual(same.head('x').initializers);
    expect(one.metrics).toEqual(same.metrics);
    expect(one.head('x').initializers).not.toEqual(other.head('x').initializers);
    const fixed = await train(ring(), { ...params, seed: 5 }, { seed: 99 });
    expect(fixed.metrics).toEqual(one.metrics);
  });

  it('reports a curve by epoch', async () => {
    const seen: [string, number, number][] = [];
    await train(ring(), { epochs: 4 }, { metric: (...point) => seen.push(point) });
    for (const name of ['loss', 'validationLoss', 'accuracy']) {
      const curveOf = seen.filter(([metric]) => metric === name);
      expect(curveOf.map(([, , step]) => step)).toEqual([1, 2, 3, 4]);
    }
    const loss = seen.filter(([name]) => name === 'loss').map(([, value]) => value);
    expect(loss[3]).toBeLessThan(loss[0] ?? 0);
  });

  it('stops early and takes the best epoch', async () => {
    const noise = uniform(2);
    const random = trainInput(points, points.map(() => Number(noise() > 0.5)), 2);
    const losses: number[] = [];
    const fitted = await train(random, { epochs: 300, patience: 5, hiddenLayers: [64] }, { metric: (name, value) => name === 'validationLoss' && losses.push(value) });
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(losses).toHaveLength(best + 5);
    expect(fitted.metrics).toMatchObject({ bestEpoch: best, epochs: best + 5, validationLoss: losses[best - 1] });
    expect(fitted.details.notes.join()).toContain(`epoch ${best}`);
  });

  it('weighs classes and rows', async () => {
    const skewed = (): TrainInput => trainInput(points, points.map(([a = 0]) => Number(a + normal(uniform(Math.round(a * 1e6))) > 2)), 2);
    const positives = async (params: object, weights?: Float64Array): Promise<number> =>
      ((await predict(await train({ ...skewed(), ...(weights === undefined ? {} : { weights }) }, params)))['label'] ?? []).filter((cls) => cls === 1).length;
    const plain = await positives({});
    expect(await positives({ classWeights: 'balanced' })).toBeGreaterThan(1.5 * plain);
    expect(await positives({}, skewed().target.map((cls) => (cls === 1 ? 10 : 1)))).toBeGreaterThan(1.5 * plain);
  });

  it('scales columns of unwieldy size inside the model', async () => {
    const big = { ...ring(), matrix: matrix.map((value, i) => (i % 2 === 0 ? 1e6 + 1e5 * value : 1e-4 * value)) };
    const large = big.matrix.slice();
    const fitted = await train(big);
    expect(share((await runHead(asHead(fitted), large, 2))['label'], ring().target)).toBeGreaterThan(0.95);
    expect(fitted.details.notes.join()).toContain('x0, x1');
  });

  it('trains on very few rows, without a validation part', async () => {
    const fitted = await train(trainInput([[0, 1], [1, 0], [1, 1]], [0, 1, 1], 2), { epochs: 100 });
    expect(fitted.metrics['trainingAccuracy']).toBe(1);
    expect(fitted.details.notes.join()).toContain('no validation part');
    const constant = await train(trainInput([[1], [2], [3]], [4, 4, 4], 0), { epochs: 60 });
    const { prediction } = await runHead(asHead(constant), Float32Array.of(2), 1);
    expect(prediction?.[0]).toBeCloseTo(4, 0);
  });

  it('names divergence', async () => {
    expect(await failure(train(curve(), { optimizer: 'sgd', learningRate: 100, epochs: 200 }))).toMatchObject({ code: 'diverged', place: { param: ['learningRate'] } });
  });

  it('stops when cancelled', async () => {
    const controller = new AbortController();
    const work = train(ring(), { epochs: 100_000, earlyStopping: false }, { signal: controller.signal, metric: (_, __, step) => step === 3 && controller.abort() });
    expect(await failure(work)).toMatchObject({ code: 'cancelled' });
  });

  it('refuses params that make no sense', async () => {
    expect(await failure(train(ring(), { hiddenLayers: [0] }))).toMatchObject({ code: 'params-invalid', place: { param: ['hiddenLayers', 0] } });
  });
});
