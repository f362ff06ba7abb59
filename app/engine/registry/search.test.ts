import fc from 'fast-check';
import { expect, it } from 'vitest';
import { testVersion } from './testing.ts';
import { matchesSearch, parseSearch } from './search.ts';

const churn = testVersion({ name: 'churn', version: 3, stage: 'production', note: 'Second try with Größe', aliases: ['champion'], evaluated: { 'ROC and PR: rocAuc': 0.83, 'Test and Score: accuracy': 0.9 } });

it.each([
  ['churn', true],
  ['CHURN stage:production', true],
  ['stage:staging', false],
  ['-stage:staging größe', true],
  ['"second try"', true],
  ['"try second"', false],
  ['feature:age', true],
  ['feature:income', false],
  ['-feature:income alias:champ', true],
  ['target:churned task:classification', true],
  ['auc>0.8', true],
  ['auc > 83.5%', false],
  ['roc_auc>=0.83 accuracy<0.95', true],
  ['accuracy!=0.9', false],
  ['validationLoss<0.5', true],
  ['-validationLoss<0.5', false],
  ['nothing>0', false],
  ['version:3 by:ann', true],
  ['   ', true],
])('“%s” finds it: %s', (text, found) => expect(matchesSearch(churn, parseSearch(text))).toBe(found));

it('names what it does not understand', () => {
  expect(() => parseSearch('stage:prod')).toThrow('There is no stage “prod”.');
  expect(() => parseSearch('colour:red')).toThrow('Models cannot be searched by “colour”.');
  expect(() => parseSearch('auc>high')).toThrow('“high” in “auc>high” is not a number.');
});

it('reads any text without hanging: terms or a sentence', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        for (const term of parseSearch(text)) expect(matchesSearch(churn, [term]) !== matchesSearch(churn, [{ ...term, not: !term.not }])).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ code: 'search-syntax' });
      }
    }),
  );
});
