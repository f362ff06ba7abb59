import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { briefHash, emptyBrief, goals, isEmptyBrief, parseBrief, readBrief, serialiseBrief, type Brief } from './document.ts';
import { judgeMetrics, verdictSentence } from './judge.ts';
import { canonicalMetric } from '#app/core/metric-names.ts';
import { knownMetrics } from './metric-names.ts';
import { adviseTechniques, guessGoal, type DataFacts } from './techniques.ts';

const facts = (given: Partial<DataFacts>): DataFacts => ({ rows: 10_000, sampled: false, columns: [{ name: 'y', type: 'string', distinct: 2, missing: 0 }], classes: [0.6, 0.4], ...given });
const fitOf = (id: string, ...given: Parameters<typeof adviseTechniques>): number => adviseTechniques(...given).find((one) => one.id === id)?.fit ?? Number.NaN;
const no: Pick<Brief, 'constraints' | 'target'> = { constraints: [], target: 'y' };

describe('the brief', () => {
  it('reads back what it wrote, and an empty file of an older version has every field', () => {
    const brief = { ...emptyBrief(), problem: 'Customers leave.', metrics: [{ metric: 'roc_auc', target: 0.85 }], risks: [{ text: 'bias', likelihood: 'low' as const, impact: 'high' as const, answer: '' }] };
    expect(parseBrief(serialiseBrief(brief))).toEqual(brief);
    expect(briefHash(parseBrief('{}'))).toBe(briefHash(emptyBrief()));
    expect(isEmptyBrief(emptyBrief())).toBe(true);
    expect(isEmptyBrief(brief)).toBe(false);
  });

  it('names what is wrong with a file', () => {
    expect(() => parseBrief('{')).toThrow(/not valid JSON/);
    expect(() => readBrief({ goal: 'magic' })).toThrow(/damaged at goal/);
    expect(() => readBrief({ version: 2 })).toThrow(/newer Penstock/);
  });
});

describe('targets', () => {
  it('know a metric by any of its spellings', () => {
    for (const name of ['rocAuc', 'roc_auc', 'ROC AUC', 'AUC', 'ROC AUC (macro)']) expect(canonicalMetric(name)).toBe('roc_auc');
    expect(canonicalMetric('R²')).toBe('r2');
    expect(canonicalMetric('balancedAccuracy')).toBe('balanced_accuracy');
    for (const { name } of knownMetrics) expect(canonicalMetric(name)).toBe(name);
  });

  it('are met or not in the direction of the metric, by the best of several learners', () => {
    const targets = [
      { metric: 'roc_auc', target: 0.85 },
      { metric: 'log_loss', target: 0.3 },
      { metric: 'recall', target: 0.5 },
    ];
    const found = judgeMetrics(targets, { 'roc_auc: Forest': 0.8, 'roc_auc: Boosting': 0.81, logLoss: 0.25, recall: Number.NaN });
    expect(found.map(({ metric, value, met, of, isMain }) => [metric, value, met, of, isMain])).toEqual([
      ['roc_auc', 0.81, false, 'Boosting', true],
      ['log_loss', 0.25, true, null, false],
    ]);
    expect(found.map(verdictSentence)).toEqual(['ROC AUC 0.8100 (Boosting), target 0.8500: not met', 'Log loss 0.2500, target 0.3000: met']);
  });

  it('are met exactly where no better target would be missed by less', () => {
    fc.assert(
      fc.property(fc.constantFrom(...knownMetrics), fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 }), ({ name, better }, value, target) => {
        const [verdict] = judgeMetrics([{ metric: name, target }], { [name]: value });
        expect(verdict?.met).toBe(value === target || value > target === (better === 'higher'));
      }),
    );
  });
});

describe('advice', () => {
  it('has techniques for every goal, each once, in order', () => {
    for (const goal of goals) {
      const advice = adviseTechniques(goal, no, null);
      expect(advice.length).toBeGreaterThan(0);
      expect(new Set(advice.map(({ id }) => id)).size).toBe(advice.length);
      expect(advice.map(({ fit }) => fit)).toEqual(advice.map(({ fit }) => fit).toSorted((a, b) => b - a));
      for (const one of advice) expect(one.reasons.length).toBeGreaterThan(0);
    }
  });

  it('follows the data: few rows speak for straight lines, many against neighbours, rare classes are named', () => {
    expect(adviseTechniques('classification', no, facts({ rows: 150 }))[0]?.id).toBe('logistic');
    expect(adviseTechniques('classification', no, facts({ rows: 100_000 }))[0]?.id).toBe('boosting');
    expect(fitOf('neighbours', 'classification', no, facts({ rows: 5_000_000 }))).toBeLessThan(fitOf('neighbours', 'classification', no, facts({ rows: 5_000 })));
    const rare = adviseTechniques('classification', no, facts({ classes: [0.98, 0.02] }));
    expect(rare.every(({ cautions }) => cautions.some(({ code }) => code === 'imbalanced'))).toBe(true);
  });

  it('follows the constraints: what must be explained is explained by itself', () => {
    const [first] = adviseTechniques('classification', { target: 'y', constraints: [{ kind: 'explainability', text: 'Regulator asks why.' }] }, facts({}));
    expect(first?.id).toBe('logistic');
    const boosted = adviseTechniques('classification', { target: 'y', constraints: [{ kind: 'explainability', text: '' }] }, facts({})).find(({ id }) => id === 'boosting');
    expect(boosted?.cautions.map(({ code }) => code)).toContain('hard-to-explain');
  });

  it('guesses the goal from the target', () => {
    const column = (type: string, distinct: number): DataFacts => facts({ columns: [{ name: 'y', type, distinct, missing: 0 }] });
    expect([guessGoal('y', column('string', 3)), guessGoal('y', column('integer', 2)), guessGoal('y', column('integer', 90)), guessGoal('y', column('float', 2)), guessGoal('z', column('float', 2))]).toEqual(['classification', 'classification', 'regression', 'regression', null]);
  });
});
