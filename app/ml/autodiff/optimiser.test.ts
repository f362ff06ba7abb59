import { afterAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../onnx/encode.ts';
import { createRunner } from '../onnx/runner.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { GraphBuilder } from './graph-builder.ts';
import { type OptimiserOptions, optimiserState, optimiserStep, stepNumbers } from './optimiser.ts';

afterAll(closeIdleWorkers);

const start = [0.5, -1, 2, 0];
const slopes = [
  [0.1, -0.2, 3, 1],
  [-0.4, 0.3, 1, 1],
  [0.2, 0.2, -2, 1],
];
const rate = 0.01;

/** Steps through the written graph. Gives the parameters and the optimiser's state. */
async function written(options: OptimiserOptions, along: readonly (readonly number[])[] = slopes): Promise<Record<string, number[]>> {
  const g = new GraphBuilder();
  const [parameters, gradient] = ['parameters', 'gradient'].map((name) => g.input(name, 'float', [4])) as [ReturnType<GraphBuilder['input']>, ReturnType<GraphBuilder['input']>];
  const names = optimiserState(options.name);
  const step = optimiserStep(g, options, parameters, gradient, names.map((name) => g.input(name, 'float', [4])), g.input('numbers', 'float', [3]));
  g.output('parameters.next', step.parameters);
  names.forEach((name, i) => g.output(`${name}.next`, step.state[i] ?? parameters));
  const runner = await createRunner(encodeModel(g.build('step')));
  let state: Record<string, number[]> = { parameters: start, ...Object.fromEntries(names.map((name) => [name, [0, 0, 0, 0]])) };
  for (const [i, slope] of along.entries()) {
    const vector = (data: readonly number[] | Float32Array) => ({ dims: [data.length], data: Float32Array.from(data) });
    const feeds = Object.fromEntries(Object.entries(state).map(([name, data]) => [name, vector(data)]));
    const found = await runner.run({ ...feeds, gradient: vector(slope), numbers: vector(stepNumbers(rate, i + 1)) });
    state = Object.fromEntries(Object.keys(state).map((name) => [name, Array.from(found[`${name}.next`]?.data as Float32Array)]));
  }
  await runner.close();
  return state;
}

/** The same three steps as the papers write them, one number at a time. */
function byHand({ name, weightDecay, decayed, clipNorm }: OptimiserOptions): number[] {
  const w = [...start];
  const m = [0, 0, 0, 0];
  const v = [0, 0, 0, 0];
  for (const [i, slope] of slopes.entries()) {
    const norm = Math.hypot(...slope);
    const shrink = clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
    for (let j = 0; j < 4; j++) {
      const before = w[j] ?? 0;
      const decay = weightDecay * (decayed[j] ?? 0);
      const g = (slope[j] ?? 0) * shrink + (name === 'adamw' ? 0 : decay * before);
      if (name === 'sgd') {
        m[j] = 0.9 * (m[j] ?? 0) + g;
        w[j] = before - rate * (m[j] ?? 0);
        continue;
      }
      m[j] = 0.9 * (m[j] ?? 0) + 0.1 * g;
      v[j] = 0.999 * (v[j] ?? 0) + 0.001 * g * g;
      const mean = (m[j] ?? 0) / (1 - 0.9 ** (i + 1));
      const square = (v[j] ?? 0) / (1 - 0.999 ** (i + 1));
      w[j] = before - rate * (mean / (Math.sqrt(square) + 1e-8)) - (name === 'adamw' ? rate * decay * before : 0);
    }
  }
  return w;
}

describe('optimiserStep', () => {
  for (const name of ['adam', 'adamw', 'sgd'] as const) {
    for (const [title, weightDecay, decayed, clipNorm] of [
      ['plain', 0, [1, 1, 1, 1], 0],
      ['decay on weights only', 0.3, [1, 1, 0, 1], 0],
      ['decay and a clipped gradient', 0.3, [1, 1, 1, 1], 1.5],
    ] as const) {
      it(`${name}: ${title}`, async () => {
        const options: OptimiserOptions = { name, weightDecay, decayed: Float32Array.from(decayed), clipNorm };
        const expected = byHand(options);
        const { parameters = [] } = await written(options);
        for (const [j, value] of parameters.entries()) expect(value).toBeCloseTo(expected[j] ?? Number.NaN, 6);
      });
    }
  }

  it('keeps no number that is below the least normal one: processors are slow with those', async () => {
    for (const name of ['adam', 'sgd'] as const) {
      const options: OptimiserOptions = { name, weightDecay: 0, decayed: new Float32Array(4), clipNorm: 0 };
      const still = Array.from({ length: 900 }, () => [0, 0, 0, 0]);
      const { parameters: _moved, ...state } = await written(options, [...slopes, ...still]);
      const { [name === 'sgd' ? 'velocity' : 'first']: faded = [] } = state;
      for (const value of faded) expect(Math.abs(value)).toBeLessThan(1e-30);
      for (const value of Object.values(state).flat()) expect(value === 0 || Math.abs(value) > 1.2e-38).toBe(true);
    }
  });
});
