import { afterAll, describe, expect, it } from 'vitest';
import type { FittedRecipe } from '#app/sdk/ports.ts';
import { parameterCount } from '../../autodiff/flat-parameters.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { createRunner } from '../../onnx/runner.ts';
import { headModel } from '../../model/assemble.ts';
import { nativeRuntime, runModel, wasmRuntime } from '../../onnx/testing.ts';
import { featuresInOnnx } from '../../recipe/testing.ts';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { evaluationGraph } from '../network/graphs.ts';
import { initialStatistics } from '../network/pass.ts';
import { normal, uniform } from '../random.ts';
import { runHead, trainInput } from '../testing.ts';
import { trainLearner } from '../train.ts';
import type { TrainInput } from '../types.ts';
import { putImage, randomMovement } from './augment.ts';
import { cnnHead } from './head.ts';
import { cnnNetwork, type CnnSpec, initialParameters, parameterShapes, toInput } from './network.ts';

afterAll(closeIdleWorkers);

const size = 8;
const bytesOf = (salt: number): Uint8Array => Uint8Array.from({ length: 3 * size * size }, (_, i) => (i * 37 * salt + 11 * salt + ((i * i) % 251)) & 255);
/** As a recipe gives them. */
const packed = (bytes: Uint8Array): Float32Array => Float32Array.from({ length: bytes.length / 3 }, (_, i) => (bytes[3 * i] ?? 0) * 65_536 + (bytes[3 * i + 1] ?? 0) * 256 + (bytes[3 * i + 2] ?? 0));

it('a model file reads base64 as a recipe reads files; what is no image is missing', async () => {
  const fitted: FittedRecipe = {
    inputs: [{ name: 'path', type: 'string' }],
    outputs: Array.from({ length: size * size }, (_, term) => ({ name: `path:pixel ${term + 1}`, text: 0, term })),
    texts: [{ image: 'path', width: size, height: size }],
  };
  const images = [1, 2, 3].map(bytesOf);
  const texts = images.map((image) => Buffer.from(image).toString('base64'));
  const bad = ['', 'photo.png', texts[0]?.slice(1) ?? '', `${texts[0]}A`, texts[0]?.replace(/^../, '=…') ?? ''];
  const found = await featuresInOnnx(nativeRuntime, fitted, fitted.inputs, [...texts, ...bad].map((text) => [text]));
  expect(found.slice(0, 3 * size * size)).toEqual(Float32Array.from(images.flatMap((image) => Array.from(packed(image)))));
  expect(found.slice(3 * size * size).every(Number.isNaN)).toBe(true);
  expect(found.length).toBe(8 * size * size);
});

describe('a model file', () => {
  for (const colour of ['rgb', 'grey'] as const) {
    for (const pooling of ['max', 'average'] as const) {
      it(`sees pixels as training does, and has no answer where they are missing: ${colour}, ${pooling}`, async () => {
        const spec: CnnSpec = { kind: 'multiclass', classes: 3, weighted: false, params: { size, colour, blocks: [4, 6], kernel: 3, pooling, hiddenLayers: [5], dropout: 0.4 } };
        const next = uniform(7);
        const vector = initialParameters(spec, next).map((value) => value + 0.1 * normal(next));
        expect(vector).toHaveLength(parameterCount(parameterShapes(spec)));
        const statistics = initialStatistics(spec.params.blocks).map((value) => value + 0.3 * next());
        // The network as training measures it: its images come from `putImage`.
        const measured = await createRunner(encodeModel(evaluationGraph(cnnNetwork(spec))));
        const images = [1, 2, 3, 4, 5].map((salt) => packed(bytesOf(salt)));
        const channels = colour === 'grey' ? 1 : 3;
        const found = await runHead(cnnHead(spec, vector, statistics), Float32Array.from([...images.flatMap((image) => Array.from(image)), ...new Array<number>(size * size).fill(Number.NaN)]), size * size);
        const { probabilities = [], label = [] } = found;
        // The build of ONNX Runtime that bundles are served with.
        const head = cnnHead(spec, vector, statistics);
        const { probabilities: served = { data: [] } } = await runModel(wasmRuntime(), headModel(head, size * size), { [head.input]: { data: images[0] ?? new Float32Array(), dims: [1, size * size] } });
        for (const [cls, value] of probabilities.slice(0, 3).entries()) expect((served.data as Float32Array)[cls]).toBeCloseTo(value, 5);
        expect(probabilities.slice(15)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
        for (const [row, image] of images.entries()) {
          const data = new Float32Array(channels * size * size);
          putImage(image, size, colour, data, 0, null);
          const part = probabilities.slice(3 * row, 3 * row + 3);
          expect(label[row]).toBe(part.indexOf(Math.max(...part)));
          for (const [cls, probability] of part.entries()) {
            const { loss = { data: [] } } = await measured.run({ images: { dims: [1, channels, size, size], data }, target: { dims: [1, 1], data: Float32Array.of(cls) }, parameters: { dims: [vector.length], data: vector.slice() }, statistics: { dims: [statistics.length], data: statistics.slice() } });
            expect(Math.exp(-Number(loss.data[0]))).toBeCloseTo(probability, 5);
          }
        }
        expect(label[5]).toBe(-1);
        await measured.close();
      });
    }
  }
});

describe('augmentation', () => {
  const plane = (movement: Parameters<typeof putImage>[5]): Float32Array => {
    const out = new Float32Array(size * size);
    const ramp = Uint8Array.from({ length: 3 * size * size }, (_, i) => 10 * (Math.floor(i / 3) % size) + Math.floor(i / 3 / size));
    putImage(packed(ramp), size, 'grey', out, 0, movement);
    return out;
  };
  const still = { cos: 1, sin: 0, mirror: 1, x: 0, y: 0 };
  const value = (x: number, y: number): number => toInput(10 * x + y);
  const close = (found: number | undefined, expected: number): void => expect(found).toBeCloseTo(expected, 4);
  it('leaves an image as it is', () => expect(plane(still)).toEqual(plane(null)));
  it('mirrors', () => close(plane({ ...still, mirror: -1 })[2 + size * 3], value(size - 3, 3)));
  it('moves, the edge repeating', () => {
    const moved = plane({ ...still, x: 1.5, y: -2 });
    close(moved[2 + size * 3], value(3.5, 1));
    close(moved[7], value(7, 0));
  });
  it('turns by a right angle', () => close(plane({ ...still, cos: 0, sin: 1 })[2 + size * 3], value(3, size - 3)));
  it('draws within its bounds, the same from the same seed', () => {
    const draw = (seed: number) => {
      const next = uniform(seed);
      return Array.from({ length: 200 }, () => randomMovement({ flip: true, shift: 0.25, rotate: 20 }, size, next));
    };
    const all = draw(1);
    expect(draw(1)).toEqual(all);
    for (const { cos, x, y } of all) {
      expect(Math.abs(x)).toBeLessThanOrEqual(2);
      expect(Math.abs(y)).toBeLessThanOrEqual(2);
      expect(cos).toBeGreaterThanOrEqual(Math.cos((20 * Math.PI) / 180));
    }
    expect(all.filter(({ mirror }) => mirror < 0).length).toBeGreaterThan(60);
  });
});

const input = (): TrainInput => trainInput(Array.from({ length: 40 }, (_, i) => Array.from(packed(bytesOf(i + 1)))), Array.from({ length: 40 }, (_, i) => i % 2), 2);
const params = { blocks: [4], epochs: 2, batchSize: 4, earlyStopping: false };

it('stops when cancelled, and gives the same network for the same seed', async () => {
  const train = () => trainLearner('convolutional-network', params, input(), { seed: 3 });
  const [one, again] = [await train(), await train()];
  expect(again.head('x').initializers).toEqual(one.head('x').initializers);
  const controller = new AbortController();
  const work = trainLearner('convolutional-network', { ...params, epochs: 9999 }, input(), { seed: 3, signal: controller.signal, metric: (_name, _value, step) => step === 3 && controller.abort() });
  await expect(work).rejects.toMatchObject({ code: 'cancelled' });
});

it('leaves out images that could not be read', async () => {
  const { matrix, ...rest } = input();
  const some = { ...rest, matrix: matrix.fill(Number.NaN, 0, 2 * size * size) };
  const fitted = await trainLearner('convolutional-network', params, some, { seed: 3 });
  expect(fitted.details.notes[0]).toBe('2 images could not be read and were left out.');
  const none = trainLearner('convolutional-network', params, { ...input(), matrix: input().matrix.fill(Number.NaN) }, { seed: 3 });
  await expect(none).rejects.toMatchObject({ code: 'image-unreadable' });
});
