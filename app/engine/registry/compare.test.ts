import { expect, it } from 'vitest';
import { compareVersions, mainMetric } from './compare.ts';
import { testVersion } from './testing.ts';

const dataset = { title: 'Customers', rows: 100, columns: ['age'], key: 'k' };
const one = testVersion({ version: 1, evaluated: { 'ROC: rocAuc': 0.8 }, metrics: { validationLoss: 0.5, epochs: 10 }, facts: { data: 'd', dataset, recipe: [{ step: 'scale' }] } });
const two = testVersion({ version: 2, evaluated: { 'ROC: rocAuc': 0.85 }, metrics: { validationLoss: 0.4 }, params: { l2: 1, seed: 3 }, inputs: [{ name: 'age', type: 'float' }, { name: 'income', type: 'float' }], facts: { data: 'e', dataset, recipe: [{ step: 'scale' }, { step: 'impute' }] } });

it('puts metrics side by side with differences, their direction and the best', () => {
  const { metrics } = compareVersions([one, two]);
  expect(metrics.map(({ name, better, best }) => [name, better, best])).toEqual([['ROC: rocAuc', 'higher', 1], ['validationLoss', 'lower', 1], ['epochs', null, null]]);
  expect(metrics[0]?.differences[1]).toBeCloseTo(0.05);
  expect(metrics[2]).toMatchObject({ values: [10, null], differences: [0, null] });
});

it('says what differs in signature, params, recipe and data, and nothing that does not', () => {
  const found = compareVersions([one, two]);
  expect(found.inputs).toEqual([{ name: 'age', types: ['integer', 'float'] }, { name: 'plan', types: ['string', null] }, { name: 'income', types: [null, 'float'] }]);
  expect(found.params).toEqual([{ name: 'l2', values: ['0.1', '1'] }, { name: 'seed', values: [null, '3'] }]);
  expect(found.facts).toEqual([{ name: 'recipe', values: ['scale', 'scale, impute'] }]);
  // Not the same file, but the same steps of the same sources.
  expect(found.sameData).toEqual([true, true]);
  expect(compareVersions([one, testVersion({ facts: { data: 'f', dataset: { ...dataset, key: 'other' } } }), testVersion({})]).sameData).toEqual([true, false, null]);
  expect(compareVersions([one, one])).toMatchObject({ inputs: [], params: [], facts: [], sameInputs: 2, sameModel: [true, true] });
});

it('chooses a metric that stands for the model: an evaluation, the usual ones first', () => {
  expect(mainMetric([one, two])).toBe('ROC: rocAuc');
  expect(mainMetric([testVersion({ metrics: { trainingRmse: 3, epochs: 2 } })])).toBe('trainingRmse');
  expect(mainMetric([testVersion({ metrics: { epochs: 2 } })])).toBeNull();
});
