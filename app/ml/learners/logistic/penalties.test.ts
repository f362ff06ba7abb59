import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from '../random.ts';
import { quietHooks, trainInput } from '../testing.ts';
import type { TrainInput, TrainedLearner } from '../types.ts';
import { mostSquared } from '../wide.ts';
import { bestShift } from './centre.ts';
import { trainLogistic } from './logistic.ts';
import reference from './logistic.reference.json' with { type: 'json' };
import { logisticParams } from './params.ts';

const train = (input: TrainInput, params: object): Promise<TrainedLearner> => trainLogistic(input, logisticParams.parse(params), quietHooks());
const found = (trained: TrainedLearner): number[] => (trained.details.coefficients ?? []).map(({ coefficient }) => coefficient);

describe('penalties', () => {
  for (const [name, expected] of Object.entries(reference.cases)) {
    it(`have scikit-learn's solution: ${name}`, async () => {
      const target = expected.target === 'binary' ? reference.binary : reference.multi;
      const input: TrainInput = {
        task: 'classification',
        matrix: Float32Array.from(reference.matrix),
        rows: target.length,
        features: Array.from({ length: reference.columns }, (_, j) => `x${j}`),
        target: Float64Array.from(target),
        classes: expected.target === 'binary' ? 2 : 3,
        ...(expected.weighted ? { weights: Float64Array.from(reference.weights) } : {}),
      };
      const trained = await train(input, { ...expected.params, tolerance: 1e-8 });
      expect(trained.details.converged).toBe(true);
      const wanted = expected.coefficients.flatMap((row, cls) => [...row, expected.intercepts[cls] ?? Number.NaN]);
      const actual = found(trained);
      expect(actual).toHaveLength(wanted.length);
      for (const [i, value] of wanted.entries()) {
        expect(Math.abs((actual[i] ?? Number.NaN) - value)).toBeLessThan(1e-4);
        if (value === 0) expect(actual[i]).toBe(0);
      }
    });
  }

  it('leave no feature where they are strong', async () => {
    for (const classes of [2, 3]) {
      const rows = Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(i)]);
      const trained = await train(trainInput(rows, rows.map((_, i) => i % classes), classes), { penalty: 'l1', strength: 1000 });
      expect(found(trained).filter((_, i) => i % 3 !== 2).every((value) => value === 0)).toBe(true);
      expect(trained.details.notes.join()).toContain('leaves no feature');
    }
  });

  it('stay finite on classes that can be told apart, and on columns that repeat or never vary', async () => {
    const next = uniform(4);
    const rows = Array.from({ length: 60 }, () => {
      const x = normal(next);
      return [x, x, 3, normal(next)];
    });
    for (const classes of [2, 3]) {
      const target = rows.map(([x = 0]) => Math.min(classes - 1, x > 0.4 ? 2 : x > -0.4 ? 1 : 0));
      for (const penalty of ['none', 'l1', 'elastic-net'] as const) {
        const trained = await train(trainInput(rows, target, classes), { penalty, strength: 1e-6, maxIterations: 200 });
        expect(found(trained).every(Number.isFinite)).toBe(true);
        expect(trained.metrics['trainingAccuracy']).toBe(1);
        expect(trained.details.notes.join()).toContain('without a single error');
        expect(trained.details.notes.join()).toContain("'x2'");
      }
    }
  });

  it('find the same over more columns than can be multiplied with each other', async () => {
    const next = uniform(6);
    const rows = Array.from({ length: 40 }, () => [normal(next), normal(next), normal(next)]);
    const wide = rows.map((row) => [...row, ...Array.from({ length: mostSquared }, () => 0)]);
    for (const classes of [2, 3]) {
      const target = rows.map(([a = 0, b = 0]) => (a + b + normal(next) > 0 ? classes - 1 : b > 0 ? 1 : 0));
      const narrow = found(await train(trainInput(rows, target, classes), { strength: 2, tolerance: 1e-8 }));
      const trained = await train(trainInput(wide, target, classes), { strength: 2, tolerance: 1e-8 });
      const kept = (trained.details.coefficients ?? []).filter(({ feature }) => /^x[012]$|intercept/.test(feature)).map(({ coefficient }) => coefficient);
      for (const [i, value] of narrow.entries()) expect(kept[i]).toBeCloseTo(value, 6);
      await expect(train(trainInput(wide, target, classes), { penalty: 'l1' })).rejects.toMatchObject({ code: 'too-many-features' });
    }
  });

  it('name the value that cannot be learnt from', async () => {
    await expect(train(trainInput([[1, 2], [3, Number.NaN], [5, 6]], [0, 1, 0], 2), { penalty: 'l1' })).rejects.toMatchObject({ code: 'training-data', place: { column: 'x1' } });
  });
});

describe('bestShift', () => {
  const values = fc.array(fc.integer({ min: -40, max: 40 }).map((whole) => whole / 8), { minLength: 3, maxLength: 7 });
  it('is where the penalty is least', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(0, 0.5, 2), fc.constantFrom(0, 0.3, 4), (all, l1, l2) => {
        fc.pre(l1 + l2 > 0);
        const cost = (shift: number): number => all.reduce((sum, value) => sum + l1 * Math.abs(value - shift) + 0.5 * l2 * (value - shift) ** 2, 0);
        const shift = bestShift(all, l1, l2);
        for (const other of [...all, shift - 1e-3, shift + 1e-3, 0]) expect(cost(other)).toBeGreaterThanOrEqual(cost(shift) - 1e-9);
      }),
    );
  });
});
