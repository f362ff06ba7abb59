import { afterAll, expect, it } from 'vitest';
import type { CheckpointServices } from '#app/sdk/node.ts';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { normal, uniform } from '../random.ts';
import { trainInput } from '../testing.ts';
import { trainLearner } from '../train.ts';
import type { TrainInput } from '../types.ts';

afterAll(closeIdleWorkers);

const next = uniform(4);
const points = Array.from({ length: 3000 }, () => [normal(next), normal(next), normal(next)]);
const ring = (): TrainInput => trainInput(points, points.map(([a = 0, b = 0]) => Number(a * a + b * b > 1.4)), 2);
const mlp = { hiddenLayers: [32, 32], epochs: 40, batchSize: 16, patience: 60, learningRate: 0.002 };
/** Texts of 30 words, one of which tells the class. */
const texts = (): TrainInput => {
  const words = points.slice(0, 600).map((point, row) => Array.from({ length: 30 }, (_, i) => (i === 7 ? 1 + (row % 3) : 4 + Math.floor(Math.abs((point[i % 3] ?? 0) * 1000 * (i + 1)) % 60))));
  return { ...trainInput(words, words.map((_row, i) => i % 3), 3), categories: new Array<number>(30).fill(70) };
};
/** Bars that lie or stand, as pixels. */
const images = (): TrainInput => {
  const pixels = points.slice(0, 160).map(([a = 0], row) => Array.from({ length: 256 }, (_, i) => (((row % 2 === 0 ? i >> 4 : i & 15) + Math.floor(10 * Math.abs(a))) % 12 < 3 ? 0xc0a080 : 0x101010)));
  return trainInput(pixels, pixels.map((_row, i) => i % 2), 2);
};

const trainings: readonly (readonly [algorithm: string, params: Readonly<Record<string, unknown>>, input: () => TrainInput])[] = [
  ['mlp', mlp, ring],
  ['mlp', { ...mlp, dropout: 0.3, schedule: 'cosine' }, ring],
  ['text-classifier', { epochs: 25, patience: 25 }, texts],
  ['convolutional-network', { blocks: [8, 8], epochs: 25, patience: 25, batchSize: 8 }, images],
];

/** Keeps the states of a training, as the engine does on disk. */
function keeper(last: Uint8Array | null, saved: () => void = () => {}): { readonly services: CheckpointServices; readonly states: Uint8Array[] } {
  const states: Uint8Array[] = [];
  const save = async (bytes: Uint8Array): Promise<void> => {
    states.push(bytes);
    saved();
  };
  return { services: { load: async () => last, save, everyMs: 0 }, states };
}

it.each(trainings)('a killed training goes on to the very model of an unbroken one, with its whole curve: %s %j', async (algorithm, params, input) => {
  const whole: [string, number, number][] = [];
  const expected = await trainLearner(algorithm, params, input(), { seed: 1, metric: (...point) => whole.push(point) });

  const controller = new AbortController();
  const first = keeper(null, () => controller.abort());
  const killed = trainLearner(algorithm, params, input(), { seed: 1, signal: controller.signal, checkpoint: first.services });
  await expect(killed).rejects.toMatchObject({ code: 'cancelled' });
  expect(first.states.length).toBeGreaterThan(0);

  const again: [string, number, number][] = [];
  let progress = 0;
  const found = await trainLearner(algorithm, params, input(), { seed: 1, checkpoint: keeper(first.states.at(-1) ?? null).services, metric: (...point) => again.push(point), progress: (fraction) => { progress ||= fraction ?? 0; } });
  expect(found.head('x').initializers).toEqual(expected.head('x').initializers);
  expect(found.metrics).toEqual(expected.metrics);
  expect(again).toEqual(whole);
  // It did go on rather than begin anew.
  expect(progress).toBeGreaterThan(0.01);
}, 120_000);
