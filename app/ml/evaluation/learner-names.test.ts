import { expect, it } from 'vitest';
import type { LearnerSpec } from '#app/sdk/ports.ts';
import { defaultRecipe } from '#app/sdk/recipe.ts';
import { learnerNames } from './learner-names.ts';

const spec = (algorithm: string, params: Record<string, unknown> = {}): LearnerSpec => ({ algorithm, task: 'classification', params, recipe: defaultRecipe, target: 'y', features: null });

it('learners are named by algorithm, several of one by what differs, and else by number', () => {
  expect(learnerNames([spec('logistic-regression'), spec('mlp')])).toEqual(['Logistic regression', 'MLP']);
  expect(learnerNames([spec('logistic-regression', { strength: 1, penalty: 'l2' }), spec('logistic-regression', { strength: 0.1, penalty: 'l2' }), spec('svm')])).toEqual(['Logistic regression, strength 1', 'Logistic regression, strength 0.1', 'SVM']);
  expect(learnerNames([spec('mlp', { hiddenLayers: [64, 32], earlyStopping: true, seed: null }), spec('mlp', { hiddenLayers: [], earlyStopping: false, seed: 7 })])).toEqual(['MLP, hidden layers 64-32, early stopping on, seed none', 'MLP, hidden layers none, early stopping off, seed 7']);
  expect(learnerNames([spec('mlp'), spec('svm'), spec('mlp'), spec('mlp')])).toEqual(['MLP 1', 'SVM', 'MLP 2', 'MLP 3']);
  expect(learnerNames([spec('stacking', { bases: [{ algorithm: 'mlp' }], final: null }), spec('stacking', { bases: [{ algorithm: 'mlp' }, { algorithm: 'svm' }], final: { algorithm: 'mlp' } })])).toEqual(['Stacking, bases 1, final none', 'Stacking, bases 2, final chosen']);
});
