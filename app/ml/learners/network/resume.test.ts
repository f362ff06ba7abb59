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
const params = { hiddenLayers: [32, 32], epochs: 40, batchSize: 16, patience: 60, learningRate: 0.002 };

/** Keeps the states of a training, as the engine does on disk. */
function keeper(last: Uint8Array | null, saved: () => void = () => {}): { readonly services: CheckpointServices; readonly states: Uint8Array[] } {
  const states: Uint8Array[] = [];
  const save = async (bytes: Uint8Array): Promise<void> => {
    states.push(bytes);
    saved();
  };
  return { services: { load: async () => last, save, everyMs: 0 }, states };
}

it.each([params, { ...params, dropout: 0.3, schedule: 'cosine' }])('a killed training goes on to the very model of an unbroken one, with its whole curve: %j', async (params) => {
  const whole: [string, number, number][] = [];
  const expected = await trainLearner('mlp', params, ring(), { seed: 1, metric: (...point) => whole.push(point) });

  const controller = new AbortController();
  const first = keeper(null, () => controller.abort());
  const killed = trainLearner('mlp', params, ring(), { seed: 1, signal: controller.signal, checkpoint: first.services });
  await expect(killed).rejects.toMatchObject({ code: 'cancelled' });
  expect(first.states.length).toBeGreaterThan(0);

  const again: [string, number, number][] = [];
  let progress = 0;
  const found = await trainLearner('mlp', params, ring(), { seed: 1, checkpoint: keeper(first.states.at(-1) ?? null).services, metric: (...point) => again.push(point), progress: (fraction) => { progress ||= fraction ?? 0; } });
  expect(found.head('x').initializers).toEqual(expected.head('x').initializers);
  expect(found.metrics).toEqual(expected.metrics);
  expect(again).toEqual(whole);
  // It did go on rather than begin anew.
  expect(progress).toBeGreaterThan(0.01);
}, 120_000);
