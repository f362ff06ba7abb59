import { afterAll, describe, expect, it } from 'vitest';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { quietHooks, runHead, trainInput } from '../testing.ts';
import type { TrainInput } from '../types.ts';
import { featureKinds } from './kinds.ts';
import { trainNaiveBayes } from './naive-bayes.ts';
import { naiveBayesParams } from './params.ts';
import reference from './reference.json' with { type: 'json' };

afterAll(closeIdleWorkers);
const input = (over: Partial<TrainInput> = {}): TrainInput => ({ ...trainInput(reference.matrix, reference.target, 3), features: reference.features, ...over });

async function probabilities(data: TrainInput, params: object): Promise<number[]> {
  const { head } = trainNaiveBayes(data, naiveBayesParams.parse(params), quietHooks());
  return (await runHead(head, data.matrix, data.features.length))['probabilities'] ?? [];
}

describe('naive Bayes', () => {
  it('sees what features are', () => {
    expect(featureKinds(input()).map(({ kind }) => kind)).toEqual(['normal', 'normal', 'normal', 'two-valued', 'category', 'category', 'category', 'category']);
    const both = trainInput([[1, 1, 5], [0, 1, 5], [1, 0, 5]], [0, 1, 0], 2);
    expect(featureKinds({ ...both, features: ['c=a', 'c=b', 'k'] }).map(({ kind }) => kind)).toEqual(['two-valued', 'two-valued', 'constant']);
  });

  it('gives the probabilities of scikit-learn’s three classifiers together', async () => {
    const found = await probabilities(input(), {});
    reference.plain.flat().forEach((value, i) => expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThan(1e-6));
  });

  it('takes row weights and another smoothing', async () => {
    const found = await probabilities(input({ weights: Float64Array.from(reference.weights) }), { smoothing: 0.5 });
    reference.weighted.flat().forEach((value, i) => expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThan(1e-6));
  });

  it('is GaussianNB for numbers alone', async () => {
    const numbers = trainInput(reference.matrix.map((row) => row.slice(0, 3)), reference.target, 3);
    const found = await probabilities(numbers, {});
    reference.gaussian.flat().forEach((value, i) => expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThan(1e-6));
  });

  it('measures itself as its file does', async () => {
    const data = input();
    const { head, metrics } = trainNaiveBayes(data, naiveBayesParams.parse({}), quietHooks());
    const { label, probabilities: found } = await runHead(head, data.matrix, 8);
    expect(metrics['trainingAccuracy']).toBeCloseTo((label ?? []).filter((own, i) => own === reference.target[i]).length / 150, 10);
    expect(metrics['trainingLogLoss']).toBeCloseTo(-reference.target.reduce((sum, cls, i) => sum + Math.log(found?.[3 * i + cls] ?? 0), 0) / 150, 5);
  });

  it('has answers for classes without rows, categories never seen with a class, and no smoothing', async () => {
    const data = trainInput([[1, 0, 2], [1, 0, 2], [0, 1, 3.5], [0, 1, 3.7], [0, 1, 3.1]], [0, 0, 2, 2, 2], 3);
    const found = await probabilities({ ...data, features: ['c=a', 'c=b', 'x'] }, { smoothing: 0, varianceShare: 0 });
    expect(found.every(Number.isFinite)).toBe(true);
    expect([found[0], found[1], found[8]]).toEqual([1, 0, 1]);
  });

  it('says that one class is nothing to tell apart', () => {
    expect(() => trainNaiveBayes(trainInput([[1], [2]], [0, 0], 2), naiveBayesParams.parse({}), quietHooks())).toThrow(expect.objectContaining({ code: 'one-class' }));
  });
});
