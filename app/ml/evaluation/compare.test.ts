import { describe, expect, it } from 'vitest';
import { scoreMetrics, type ScoreMetric } from '#app/sdk/scores.ts';
import { compareLearners, type ComparedScores } from './compare.ts';
import { compareReport, verdict } from './compare-report.ts';

const metric = (name: string): ScoreMetric => {
  const found = scoreMetrics.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const scored = (name: string, scores: readonly number[]) => ({ name, bySplit: new Map(scores.map((score, index) => [`1/${index + 1}`, score])) });
const far: ComparedScores = { ratio: 0.25, learners: [scored('A', [0.9, 0.91, 0.89, 0.9, 0.92]), scored('B', [0.5, 0.52, 0.49, 0.5, 0.51])] };
const near: ComparedScores = { ratio: 0.25, learners: [scored('A', [0.9, 0.8, 0.85, 0.7, 0.95]), scored('B', [0.85, 0.85, 0.8, 0.75, 0.9])] };

describe('the verdict on a pair', () => {
  it('names the better by a score, and the other by an error', () => {
    const [byScore] = compareLearners(far, metric('accuracy'), null, 0.95);
    const [byError] = compareLearners(far, metric('log_loss'), null, 0.95);
    expect([byScore?.better, byError?.better]).toEqual(['A', 'B']);
    expect(byScore && verdict(byScore, metric('accuracy'))).toBe('**A** is better than **B**: its Accuracy is higher by 0.4000 on average, and the data can tell (p below 0.001).');
    expect(byError && verdict(byError, metric('log_loss'))).toContain('**B** is better than **A**: its Log loss is lower by 0.4000');
  });

  it('says where the data cannot tell, and who is ahead', () => {
    const [pair] = compareLearners(near, metric('accuracy'), null, 0.95);
    expect(pair?.better).toBeNull();
    expect(pair && verdict(pair, metric('accuracy'))).toMatch(/the data cannot tell which is better\. A is ahead by 0\.0100/);
    const [equal] = compareLearners({ ratio: 0.25, learners: [scored('A', [0.5, 0.6]), scored('B', [0.5, 0.6])] }, metric('accuracy'), null, 0.95);
    expect(equal && verdict(equal, metric('accuracy'))).toContain('the same mean Accuracy');
  });

  it('puts the reference second, and compares on the folds that both have', () => {
    const three: ComparedScores = { ratio: 0.25, learners: [...near.learners, scored('C', [0.9, 0.8, Number.NaN])] };
    const pairs = compareLearners(three, metric('accuracy'), 'B', 0.95);
    expect(pairs.map(({ learner, other, test }) => [learner, other, test.count])).toEqual([['A', 'B', 5], ['C', 'B', 2]]);
    const report = compareReport(pairs, metric('accuracy'), 0.95);
    expect(JSON.stringify(report)).toContain('With 2 folds only large differences can be told');
    expect(JSON.stringify(report)).toContain('stays below 5 %');
  });

  it('is one sentence for all where many pairs cannot be told apart, after those that can', () => {
    const many: ComparedScores = { ratio: 0.25, learners: [...far.learners.slice(1), ...['C', 'D', 'E', 'F', 'G'].map((name, index) => scored(name, [0.9, 0.8 + index / 100, 0.85, 0.7, 0.95]))] };
    const pairs = compareLearners(many, metric('accuracy'), null, 0.95);
    const [text] = compareReport(pairs, metric('accuracy'), 0.95).blocks;
    const lines = text?.type === 'text' ? text.markdown.split('\n') : [];
    const told = pairs.filter(({ better }) => better !== null).length;
    expect(lines).toHaveLength(told + 1);
    expect(lines.at(-1)).toBe(`- Of ${told === 0 ? 'all' : 'the other'} ${15 - told} pairs the data cannot tell which is better; the table has them.`);
  });
});
