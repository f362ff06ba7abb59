import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parameterCount } from '../../autodiff/flat-parameters.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { createRunner } from '../../onnx/runner.ts';
import { closeIdleWorkers, runTask } from '../../worker/run-task.ts';
import { normal, uniform } from '../random.ts';
import { initialStatistics } from '../network/pass.ts';
import { putImage, randomMovement } from './augment.ts';
import { cnnGraph, imagesGraph } from './model-graph.ts';
import { type CnnSpec, initialParameters, parameterShapes, toInput } from './network.ts';

afterAll(closeIdleWorkers);

const size = 8;
const bytesOf = (salt: number): Uint8Array => Uint8Array.from({ length: 3 * size * size }, (_, i) => (i * 37 * salt + 11 * salt + ((i * i) % 251)) & 255);

describe('a model file', () => {
  for (const colour of ['rgb', 'grey'] as const) {
    for (const pooling of ['max', 'average'] as const) {
      it(`reads base64 as training reads pixels: ${colour}, ${pooling}`, async () => {
        const spec: CnnSpec = { kind: 'multiclass', classes: 3, weighted: false, params: { size, colour, blocks: [4, 6], kernel: 3, pooling, hiddenLayers: [5], dropout: 0.4 } };
        const next = uniform(7);
        const vector = initialParameters(spec, next).map((value) => value + 0.1 * normal(next));
        expect(vector).toHaveLength(parameterCount(parameterShapes(spec)));
        const statistics = initialStatistics(spec.params.blocks).map((value) => value + 0.3 * next());
        const whole = await createRunner(encodeModel(cnnGraph(spec, vector, statistics, 'path')));
        const bare = await createRunner(encodeModel(imagesGraph(spec, vector, statistics)));
        const images = [1, 2, 3, 4, 5].map(bytesOf);
        const channels = colour === 'grey' ? 1 : 3;
        const data = new Float32Array(images.length * channels * size * size);
        for (const [i, image] of images.entries()) putImage(image, size, colour, data, i * channels * size * size, null);
        const expected = (await bare.run({ images: { dims: [images.length, channels, size, size], data } }))['probabilities']?.data as Float32Array;
        const texts = images.map((image) => Buffer.from(image).toString('base64'));
        const bad = ['', 'photo.png', texts[0]?.slice(1) ?? '', `${texts[0]}A`, texts[0]?.replace(/^../, '=…') ?? ''];
        const found = await whole.run({ path: [...texts, ...bad] });
        const probabilities = Array.from(found['probabilities']?.data as Float32Array);
        for (const [i, value] of expected.entries()) expect(probabilities[i]).toBeCloseTo(value, 5);
        expect(probabilities.slice(expected.length).every(Number.isNaN)).toBe(true);
        const labels = Array.from(found['label']?.data as BigInt64Array, Number);
        expect(labels.slice(images.length)).toEqual(bad.map(() => -1));
        for (let row = 0; row < images.length; row++) {
          const part = Array.from(expected.subarray(3 * row, 3 * row + 3));
          expect(labels[row]).toBe(part.indexOf(Math.max(...part)));
        }
        await whole.close();
        await bare.close();
      });
    }
  }
});

describe('augmentation', () => {
  const plane = (movement: Parameters<typeof putImage>[5]): Float32Array => {
    const out = new Float32Array(size * size);
    const ramp = Uint8Array.from({ length: 3 * size * size }, (_, i) => 10 * (Math.floor(i / 3) % size) + Math.floor(i / 3 / size));
    putImage(ramp, size, 'grey', out, 0, movement);
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

it('stops when cancelled, and gives the same network for the same seed', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'cnn-'));
  const file = path.join(folder, 'a.jpeg');
  await writeFile(file, readFileSync(new URL('../../images/fixtures/grey.jpeg', import.meta.url)));
  const payload = (epochs: number) => ({ tensor: 'path', values: new Array<string>(12).fill(file), target: Float64Array.from({ length: 12 }, (_, i) => i % 2), classes: 2, params: { size: 8, blocks: [4], epochs, batchSize: 4, earlyStopping: false }, seed: 3 });
  const [one, again] = [await runTask('train-images', payload(2)), await runTask('train-images', payload(2))];
  expect(again.graph.initializers).toEqual(one.graph.initializers);
  const controller = new AbortController();
  const work = runTask('train-images', payload(9999), { signal: controller.signal, onMessage: ({ step }) => step === 3 && controller.abort() });
  await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  await rm(folder, { recursive: true });
});
