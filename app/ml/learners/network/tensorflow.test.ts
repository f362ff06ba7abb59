import { createRequire } from 'node:module';
import type * as Core from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';
import { afterAll, describe, expect, it } from 'vitest';
import { closeIdleWorkers, runTask } from '../../worker/run-task.ts';
import { normal, uniform } from '../random.ts';
import { runHead, trainInput } from '../testing.ts';
import { type FittedLearner, type TrainServices, trainLearner } from '../train.ts';
import type { TrainInput } from '../types.ts';

afterAll(closeIdleWorkers);

const next = uniform(17);
const points = Array.from({ length: 400 }, () => [normal(next), normal(next), normal(next)]);
const inputs: Readonly<Record<string, () => TrainInput>> = {
  'two classes': () => trainInput(points, points.map(([a = 0, b = 0]) => Number(a * a + b * b > 1.4)), 2),
  'three classes': () => trainInput(points, points.map(([a = 0, b = 0]) => (a > 0 ? (b > 0 ? 0 : 1) : 2)), 3, points.map((_, i) => 1 + (i % 3))),
  'a number': () => trainInput(points, points.map(([a = 0, b = 0]) => 500 + 100 * (Math.sin(2 * a) + b)), 0),
};

const load = createRequire(import.meta.url);
/** Of the number that is predicted: networks learn it standardised. */
const numbers = Array.from(inputs['a number']?.().target ?? []);
const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const scale = { mean, spread: Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length) };

const quick = { hiddenLayers: [16, 8], epochs: 6, batchSize: 48, learningRate: 0.01 };
const train = (input: TrainInput, params: object, services: Partial<TrainServices> = {}): Promise<FittedLearner> => trainLearner('mlp', { ...quick, ...params }, input, { seed: 5, ...services });

/** Every weight of a finished model; its answer where pixels are missing is no weight. */
const weightsOf = (fitted: FittedLearner): number[] => fitted.head('features').initializers.flatMap(({ data }) => Array.from(data as ArrayLike<number>)).filter((value) => !Number.isNaN(value));

function farthest(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

describe('TensorFlow.js as the backend', () => {
  const cases: readonly (readonly [keyof typeof inputs, object])[] = [
    ['two classes', { activation: 'relu', optimizer: 'adam' }],
    ['two classes', { activation: 'gelu', optimizer: 'adamw', weightDecay: 0.05, schedule: 'cosine', warmUp: 0.2 }],
    ['two classes', { activation: 'tanh', optimizer: 'sgd', clipNorm: 0.5, classWeights: 'balanced' }],
    ['three classes', { activation: 'sigmoid', optimizer: 'adam', earlyStopping: false }],
    ['three classes', { activation: 'relu', dropout: 0.3 }],
    ['a number', { activation: 'tanh', schedule: 'step', clipNorm: 1 }],
    ['a number', { hiddenLayers: [], optimizer: 'sgd', validationFraction: 0 }],
  ];
  for (const [what, params] of cases) {
    it(`gives the network that ONNX Runtime gives: ${what}, ${JSON.stringify(params)}`, async () => {
      const input = inputs[what] as () => TrainInput;
      const [ours, theirs] = [await train(input(), params), await train(input(), { ...params, backend: 'tensorflow.js' })];
      // It is not the network that training began with.
      const untrained = await train(input(), { ...params, epochs: 1, learningRate: 1e-9 });
      expect(farthest(weightsOf(ours), weightsOf(untrained))).toBeGreaterThan(0.02);
      expect(farthest(weightsOf(ours), weightsOf(theirs))).toBeLessThan(1e-3);
      expect(Object.keys(theirs.metrics)).toEqual(Object.keys(ours.metrics));
      for (const [name, value] of Object.entries(ours.metrics)) expect(theirs.metrics[name]).toBeCloseTo(value, 3);
      expect(theirs.details.notes.join()).toContain('TensorFlow.js');
    });
  }
});

/** The network with its trained weights once more, by the layers of TensorFlow.js on another of its backends. */
async function byLayers(fitted: FittedLearner, outputs: number, last: 'sigmoid' | 'softmax' | 'linear'): Promise<Float32Array> {
  const core = load('@tensorflow/tfjs-core') as typeof Core;
  // Otherwise it recommends its package for Node. Not IS_TEST: that takes what its gradients keep for a leak, in every file of this process.
  core.env().set('PROD', true);
  load('@tensorflow/tfjs-backend-cpu');
  const layers = load('@tensorflow/tfjs-layers') as typeof Layers;
  await core.setBackend('cpu');
  const units = [...quick.hiddenLayers, outputs];
  const model = layers.sequential({ layers: units.map((width, i) => layers.layers.dense({ units: width, activation: i === units.length - 1 ? last : 'tanh', ...(i === 0 ? { inputShape: [3] } : {}) })) });
  const weights = fitted.head('features').initializers.filter(({ dims, data }) => dims.length > 0 && data instanceof Float32Array);
  model.setWeights(weights.slice(0, 2 * units.length).map(({ dims, data }) => core.tensor(data as Float32Array, [...dims])));
  return (model.predict(core.tensor2d(points)) as Core.Tensor).dataSync() as Float32Array;
}

describe('what TensorFlow.js trained', () => {
  it('is predicted by the ONNX file as TensorFlow.js predicts it', async () => {
    const matrix = Float32Array.from(points.flat());
    for (const [what, outputs, last] of [['two classes', 1, 'sigmoid'], ['three classes', 3, 'softmax'], ['a number', 1, 'linear']] as const) {
      const fitted = await train((inputs[what] as () => TrainInput)(), { activation: 'tanh', backend: 'tensorflow.js' });
      const theirs = await byLayers(fitted, outputs, last);
      const { probabilities, prediction } = await runHead({ input: 'features', ...fitted.head('features') }, matrix, 3);
      const ours = outputs === 3 ? probabilities : last === 'sigmoid' ? probabilities?.filter((_, i) => i % 2 === 1) : prediction?.map((value) => (value - scale.mean) / scale.spread);
      expect(farthest(ours ?? [], Array.from(theirs))).toBeLessThan(1e-5);
    }
  });

  it('says how far it is, stops when cancelled, and reports the same curve', async () => {
    const controller = new AbortController();
    const progress: (number | null)[] = [];
    const stopped = train(inputs['two classes']?.() as TrainInput, { epochs: 100_000, earlyStopping: false, backend: 'tensorflow.js' }, {
      signal: controller.signal,
      progress: (fraction) => progress.push(fraction),
      metric: (_name, _value, step) => step === 3 && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(progress.length).toBeGreaterThan(0);
    const curve = async (backend: string): Promise<[string, number, number][]> => {
      const seen: [string, number, number][] = [];
      await train(inputs['two classes']?.() as TrainInput, { epochs: 4, backend }, { metric: (...point) => seen.push(point) });
      return seen;
    };
    const [ours, theirs] = [await curve('onnxruntime'), await curve('tensorflow.js')];
    expect(theirs.map(([name, , step]) => [name, step])).toEqual(ours.map(([name, , step]) => [name, step]));
    for (const [i, [, value]] of ours.entries()) expect(theirs[i]?.[1]).toBeCloseTo(value, 3);
  });

  it('goes on after a kill to the model of an unbroken training', async () => {
    const params = { epochs: 12, dropout: 0.2, earlyStopping: false, backend: 'tensorflow.js' };
    const input = inputs['two classes'] as () => TrainInput;
    const whole = await train(input(), params);
    const controller = new AbortController();
    const states: Uint8Array[] = [];
    const save = async (bytes: Uint8Array): Promise<void> => {
      states.push(bytes);
      controller.abort();
    };
    await expect(train(input(), params, { signal: controller.signal, checkpoint: { load: async () => null, save, everyMs: 0 } })).rejects.toMatchObject({ code: 'cancelled' });
    const rest = await train(input(), params, { checkpoint: { load: async () => states.at(-1) ?? null, save: async () => undefined, everyMs: 0 } });
    expect(weightsOf(rest)).toEqual(weightsOf(whole));
    expect(rest.metrics).toEqual(whole.metrics);
  });

  it('names divergence', async () => {
    await expect(train(inputs['a number']?.() as TrainInput, { optimizer: 'sgd', learningRate: 100, epochs: 200, backend: 'tensorflow.js' })).rejects.toMatchObject({ code: 'diverged' });
  });
});

describe('other networks by TensorFlow.js', () => {
  /** Trains by both backends and gives the farthest weight, and how far training came. */
  async function compare(algorithm: string, params: object, input: () => TrainInput): Promise<{ apart: number; moved: number }> {
    const of = (more: object): Promise<FittedLearner> => trainLearner(algorithm, { ...params, ...more }, input(), { seed: 3 });
    const [ours, theirs, untrained] = [await of({}), await of({ backend: 'tensorflow.js' }), await of({ epochs: 1, learningRate: 1e-9 })];
    for (const [name, value] of Object.entries(ours.metrics)) expect(theirs.metrics[name]).toBeCloseTo(value, 3);
    return { apart: farthest(weightsOf(ours), weightsOf(theirs)), moved: farthest(weightsOf(ours), weightsOf(untrained)) };
  }

  it.each([
    { blocks: [4, 6], pooling: 'max', kernel: 3, hiddenLayers: [5], colour: 'rgb', dropout: 0.2 },
    { blocks: [3], pooling: 'average', kernel: 5, hiddenLayers: [], colour: 'grey', dropout: 0 },
  ])('a convolutional network: %j', async (params) => {
    const images = (): TrainInput => {
      const next = uniform(5);
      const target = Array.from({ length: 40 }, (_, i) => i % 3);
      const rows = target.map((cls) => Array.from({ length: 81 }, (_, i) => (Math.floor(i / 9) % 3 === cls ? 200 : 40) * 65_793 + Math.floor(50 * next())));
      return trainInput(rows, target, 3);
    };
    const { apart, moved } = await compare('convolutional-network', { ...params, epochs: 4, batchSize: 8, earlyStopping: false, learningRate: 0.01 }, images);
    expect(moved).toBeGreaterThan(0.02);
    expect(apart).toBeLessThan(1e-3);
  });

  it.each(['mean', 'attention'])('a classifier of texts: %s', async (pooling) => {
    const texts = (): TrainInput => {
      const next = uniform(8);
      const target = Array.from({ length: 90 }, (_, i) => i % 3);
      const rows = target.map((cls) => Array.from({ length: 9 }, (_, i) => (i === 4 ? 21 + cls : i < 7 ? 1 + Math.floor(20 * next()) : 0)));
      return { ...trainInput(rows, target, 3), categories: new Array<number>(9).fill(24) };
    };
    const { apart, moved } = await compare('text-classifier', { pooling, embedding: 6, hiddenLayers: [5], epochs: 6, batchSize: 16, learningRate: 0.02 }, texts);
    expect(moved).toBeGreaterThan(0.02);
    expect(apart).toBeLessThan(1e-3);
  });

  it('a forecast', async () => {
    const next = uniform(5);
    const values = Float64Array.from({ length: 150 }, (_, i) => 50 + 0.3 * i + 10 * Math.sin((i * Math.PI) / 6) + 2 * normal(next));
    const covariates = [{ name: 'open', values: values.map((_, i) => i % 7) }];
    const forecast = (backend: 'onnxruntime' | 'tensorflow.js', epochs: number) =>
      runTask('forecast', { options: { kind: 'integer', method: 'network', horizon: 4, season: 12, origins: 5, level: 0.8, logarithm: false, seed: 3, network: { lookback: 0, channels: 6, layers: 3, epochs, learningRate: 0.01, backend } }, times: Float64Array.from({ length: 154 }, (_, i) => i), values: Float64Array.of(...values, Number.NaN, Number.NaN, Number.NaN, Number.NaN), series: null, covariates: covariates.map(({ name, values: known }) => ({ name, values: Float64Array.of(...known, 1, 2, 3, 4) })) });
    const [ours, theirs, short] = [await forecast('onnxruntime', 5), await forecast('tensorflow.js', 5), await forecast('onnxruntime', 1)];
    const [a = [], b = [], c = []] = [ours, theirs, short].map(({ forecasts }) => forecasts[0]?.values.slice() ?? []);
    expect(a).toHaveLength(4);
    expect(farthest(a, c)).toBeGreaterThan(0.05);
    expect(farthest(a, b)).toBeLessThan(0.01);
  });
});
