import { expect, it } from 'vitest';
import { openTensorFlow, withinMemory } from '../../tensorflow/open.ts';
import type { Tensor } from '../../worker/ort.ts';
import { initialParameters, mlpNetwork, type NetworkSpec } from '../mlp/network.ts';
import { normal, uniform } from '../random.ts';
import { quietHooks } from '../testing.ts';
import { fitNetwork } from './training-loop.ts';

const next = uniform(17);
const points = Array.from({ length: 400 }, () => [normal(next), normal(next), normal(next)]);

it('leaves no tensor behind, however long it trained', async () => {
  const spec: NetworkSpec = { kind: 'binary', features: 3, classes: 2, weighted: false, params: { hiddenLayers: [5], activation: 'relu', dropout: 0.2 } };
  const column = (type: 'float32' | 'int32', data: Float32Array | Int32Array, dims: readonly number[]) => ({ type, data, dims }) as unknown as Tensor;
  const fixed = { x: column('float32', Float32Array.from(points.flat()), [400, 3]), target: column('float32', Float32Array.from(points, ([a = 0]) => Number(a > 0)), [400, 1]) };
  const fit = (epochs: number) =>
    fitNetwork(
      mlpNetwork(spec),
      initialParameters(spec, uniform(1)),
      { training: Int32Array.from({ length: 350 }, (_, i) => i), validation: Int32Array.from({ length: 50 }, (_, i) => 350 + i), measuredRows: 20, weights: null, fixed, feeds: (rows) => ({ indices: column('int32', rows.slice(), [rows.length]) }) },
      { epochs, batchSize: 64, learningRate: 0.01, schedule: 'constant', warmUp: 0, optimizer: 'adam', weightDecay: 0, clipNorm: 1, earlyStopping: true, patience: 99, seed: 1, backend: 'tensorflow.js' },
      uniform(2),
      quietHooks(),
    );
  const { tf } = await openTensorFlow();
  await fit(1);
  const before = tf.memory();
  await fit(7);
  expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
});

it('says that memory ran out, and starts anew for the next training', async () => {
  const first = await openTensorFlow();
  const lost = first.tf.ones([3]);
  // What the library meets where there is no more memory.
  const trap = (): never => {
    throw new WebAssembly.RuntimeError('memory access out of bounds');
  };
  expect(() => withinMemory(first, trap)).toThrow(expect.objectContaining({ code: 'out-of-memory', place: { param: ['backend'] } }));
  const again = await openTensorFlow();
  expect(again).not.toBe(first);
  lost.dispose();
  const { tf } = again;
  expect(Array.from(withinMemory(again, () => tf.tidy(() => tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).dataSync())))).toEqual([2, 2, 2, 2]);
  expect(() => withinMemory(again, () => tf.matMul(tf.ones([2, 2]), tf.ones([3, 2])))).toThrow(/inner shapes/);
});
