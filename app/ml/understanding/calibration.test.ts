import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brierScore, logLoss } from '../metrics/probability.ts';
import type { TaskHooks } from '../worker/tasks.ts';
import { calibrateInWorker, type CalibratePayload } from './calibrate.ts';
import { calibrated, calibrateRows, fitIsotonic, fitPlatt } from './calibrators.ts';
import { differenceInterval, meanInterval, studentQuantile, wilson } from './intervals.ts';
import { reliabilityOf } from './reliability.ts';
import reference from './understanding.reference.json' with { type: 'json' };

const { given, happened, curves, ...answers } = reference.calibration;
const quiet: TaskHooks = { cancelled: () => false, check: () => undefined, progress: () => undefined, send: () => undefined };

describe('reliability', () => {
  it.each(['uniform', 'quantile'] as const)('has the %s bins of scikit-learn’s calibration_curve', (strategy) => {
    const { bins } = reliabilityOf(given, happened, 8, strategy);
    expect(bins.length).toBe(curves[strategy].given.length);
    bins.forEach((bin, i) => {
      expect(bin.given).toBeCloseTo(curves[strategy].given[i] ?? Number.NaN, 9);
      expect(bin.observed).toBeCloseTo(curves[strategy].observed[i] ?? Number.NaN, 9);
      expect(bin.interval.low).toBeLessThanOrEqual(bin.observed);
      expect(bin.interval.high).toBeGreaterThanOrEqual(bin.observed);
    });
  });

  it('gives scikit-learn’s Brier score and log loss', () => {
    const both = given.flatMap((p) => [1 - p, p]);
    expect(reliabilityOf(given, happened, 10, 'quantile').brier).toBeCloseTo(answers.brier, 10);
    expect(brierScore(both, happened, 2)).toBeCloseTo(answers.brier, 10);
    expect(logLoss(both, happened, 2)).toBeCloseTo(answers.logLoss, 6);
  });

  it('splits the Brier score without a rest, whatever the bins', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 12 }), fc.constantFrom('uniform' as const, 'quantile' as const), (rows, bins, strategy) => {
        const found = reliabilityOf(rows.map(([p]) => p), rows.map(([, hit]) => Number(hit)), bins, strategy);
        expect(found.reliability - found.resolution + found.uncertainty).toBeCloseTo(found.brier, 10);
        expect(found.bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows.length);
        expect(found.expectedError).toBeLessThanOrEqual(found.largestError + 1e-12);
      }),
    );
  });
});

describe('calibrators', () => {
  it('finds the slope and offset of scikit-learn’s sigmoid calibration', () => {
    const found = fitPlatt(given, happened);
    expect(found.method === 'platt' ? found.slope : 0).toBeCloseTo(answers.platt.slope, 5);
    expect(found.method === 'platt' ? found.offset : 0).toBeCloseTo(answers.platt.offset, 5);
  });

  it('finds the line of scikit-learn’s IsotonicRegression', () => {
    const found = fitIsotonic(given, happened);
    answers.isotonic.asked.forEach((p, i) => expect(calibrated(found, p)).toBeCloseTo(answers.isotonic.answers[i] ?? Number.NaN, 8));
    answers.isotonic.x.forEach((p, i) => expect(calibrated(found, p)).toBeCloseTo(answers.isotonic.y[i] ?? Number.NaN, 8));
  });

  it('of three classes give scikit-learn’s CalibratedClassifierCV', () => {
    const three = reference.calibration.three;
    const calibrators = [0, 1, 2].map((cls) => fitIsotonic(three.truth.map((_row, row) => three.given[3 * row + cls] ?? 0), three.truth.map((value) => (value === cls ? 1 : 0))));
    calibrateRows(calibrators, three.given, 3).forEach((p, i) => expect(p).toBeCloseTo(three.answers[i] ?? Number.NaN, 8));
  });

  it('never turns an order round, and leaves shares of one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), { minLength: 4, maxLength: 50 }), fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 }), (rows, asked) => {
        const line = fitIsotonic(rows.map(([p]) => p), rows.map(([, hit]) => Number(hit)));
        const found = asked.toSorted((a, b) => a - b).map((p) => calibrated(line, p));
        found.forEach((value, i) => expect(value).toBeGreaterThanOrEqual((found[i - 1] ?? 0) - 1e-12));
        const three = calibrateRows([line, line, line], asked.flatMap((p) => [p, (1 - p) / 2, (1 - p) / 2]), 3);
        for (let at = 0; at < three.length; at += 3) expect((three[at] ?? 0) + (three[at + 1] ?? 0) + (three[at + 2] ?? 0)).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe('calibrating in the worker', () => {
  const payload: CalibratePayload = {
    probabilities: Float32Array.from(given.flatMap((p) => [1 - p, p])),
    truth: Int32Array.from(happened),
    classes: 2,
    method: 'platt',
    bins: 10,
    strategy: 'quantile',
    seed: 3,
  };

  it('makes too sure probabilities better on rows that a calibrator has not seen', () => {
    for (const method of ['platt', 'isotonic'] as const) {
      const { before, after, calibrators } = calibrateInWorker({ ...payload, method }, quiet).result;
      expect(calibrators).toHaveLength(1);
      expect(after?.brier).toBeLessThan(before.brier - 0.005);
      // Isotonic regression ends in shares of 0 and 1, for which the log loss punishes a single surprise.
      if (method === 'platt') expect(after?.logLoss).toBeLessThan(before.logLoss - 0.03);
      expect(before.classes[0]?.histogram.reduce((sum, rows) => sum + rows, 0)).toBe(given.length);
    }
  });

  it('does not measure a calibrator on its own rows: noise stays noise', () => {
    // Truth that has nothing to do with the probabilities: on its own rows isotonic regression would seem to know something.
    const truth = Int32Array.from({ length: 400 }, (_unused, row) => (Math.imul(row + 1, 2654435761) >>> 16) & 1);
    const probabilities = Float32Array.from({ length: 800 }, (_unused, at) => (at % 2 === 0 ? 1 - (at >> 1) / 400 : (at >> 1) / 400));
    const { after, calibrators } = calibrateInWorker({ ...payload, probabilities, truth, method: 'isotonic' }, quiet).result;
    const seen = brierScore(calibrateRows(calibrators, probabilities, 2), truth, 2);
    expect(seen).toBeLessThan(0.25);
    expect(after?.brier).toBeGreaterThan(seen);
  });

  it('leaves a class alone that has no rows', () => {
    const three = { ...payload, classes: 3, probabilities: Float32Array.from(given.flatMap((p) => [0.1, 0.9 * (1 - p), 0.9 * p])), truth: Int32Array.from(happened, (hit) => hit + 1) };
    const { calibrators } = calibrateInWorker(three, quiet).result;
    expect(calibrators[0]).toEqual({ method: 'platt', slope: 1, offset: 0 });
    expect(calibrateInWorker({ ...three, method: 'isotonic' }, quiet).result.calibrators[0]).toEqual({ method: 'isotonic', x: [0, 1], y: [0, 1] });
  });
});

describe('intervals', () => {
  it('are SciPy’s', () => {
    expect(wilson(15, 20).low).toBeCloseTo(0.5312991223812561, 9);
    expect(wilson(15, 20).high).toBeCloseTo(0.8881382985923344, 9);
    expect(wilson(0, 12).low).toBe(0);
    expect(wilson(12, 12).high).toBe(1);
    expect(studentQuantile(4)).toBeCloseTo(2.7764451051977934, 8);
    expect(studentQuantile(1e6)).toBeCloseTo(1.959966, 5);
    expect(meanInterval([1, 2, 3, 4, 5]).low).toBeCloseTo(3 - (2.776445 * Math.sqrt(2.5)) / Math.sqrt(5), 5);
  });

  it('of a difference are Newcombe’s: 56 of 70 against 48 of 80', () => {
    const { low, high } = differenceInterval({ hits: 56, rows: 70 }, { hits: 48, rows: 80 });
    expect(low).toBeCloseTo(0.0524, 4);
    expect(high).toBeCloseTo(0.3339, 4);
  });
});
