import { formatNumber } from '#app/core/units.ts';
import type { Report, ReportBlock } from '#app/sdk/ports.ts';
import { betterBy, type ScoreMetric } from '#app/sdk/scores.ts';
import type { Comparison } from './compare.ts';

/** Fewer differences than this find only large ones. */
const FEW = 10;

/** Pairs that cannot be told apart and still get a sentence each. */
const MAX_UNTOLD = 6;

/** Who is better, and whether the data can tell: sentences, intervals, the numbers. */
export function compareReport(comparisons: readonly Comparison[], metric: ScoreMetric, confidence: number): Report {
  const percent = `${formatNumber(confidence * 100)} %`;
  const least = Math.min(...comparisons.map(({ test }) => test.count));
  const blocks: ReportBlock[] = [
    { type: 'text', markdown: verdicts(comparisons, metric).map((sentence) => `- ${sentence}`).join('\n') },
    { type: 'text', markdown: explanation(comparisons.length, least, confidence) },
    {
      type: 'chart',
      chart: {
        title: `Difference of ${metric.title}, with ${percent} intervals`,
        x: { title: `difference of ${metric.title} (${metric.higher ? 'higher' : 'lower'} is better)` },
        y: { title: '', scale: 'category' },
        series: [
          { name: 'difference', mark: 'points', x: comparisons.map(({ test }) => test.mean), y: comparisons.map(pairTitle), group: 'difference' },
          { name: `${percent} interval`, mark: 'line', ...intervals(comparisons), group: 'difference' },
          { name: 'no difference', mark: 'reference', x: comparisons.map(() => 0), y: comparisons.map(pairTitle) },
        ],
        note: 'Where an interval holds 0, this pair by itself could be equal.',
      },
    },
    {
      type: 'table',
      title: 'Pairs',
      columns: [
        { name: 'learner', type: 'string' },
        { name: 'other', type: 'string' },
        { name: 'difference', type: 'float' },
        { name: 'low', type: 'float' },
        { name: 'high', type: 'float' },
        { name: 'p', type: 'float' },
        { name: 'p (Holm)', type: 'float' },
        { name: 'better', type: 'string' },
      ],
      rows: comparisons.map(({ learner, other, test, corrected, better }) => [learner, other, test.mean, test.low, test.high, test.p, corrected, better ?? 'cannot tell']),
    },
  ];
  return { title: `Learners compared by ${metric.title}`, blocks };
}

/** A sentence for each pair that the data can tell apart, and for each other one, or one for all where there are many. */
function verdicts(comparisons: readonly Comparison[], metric: ScoreMetric): string[] {
  const told = comparisons.filter(({ better }) => better !== null);
  const untold = comparisons.filter(({ better }) => better === null);
  if (untold.length <= MAX_UNTOLD) return [...told, ...untold].map((one) => verdict(one, metric));
  return [...told.map((one) => verdict(one, metric)), `Of ${told.length === 0 ? 'all' : 'the other'} ${untold.length} pairs the data cannot tell which is better; the table has them.`];
}

/** One plain sentence about a pair. */
export function verdict({ learner, other, test, corrected, better }: Comparison, metric: ScoreMetric): string {
  const difference = formatNumber(Math.abs(test.mean));
  if (better !== null) {
    const worse = better === learner ? other : learner;
    return `**${better}** is better than **${worse}**: its ${metric.title} is ${metric.higher ? 'higher' : 'lower'} by ${difference} on average, and the data can tell (${pInWords(corrected)}).`;
  }
  if (test.mean === 0) return `**${learner}** and **${other}** have the same mean ${metric.title}; the data cannot tell them apart.`;
  const ahead = betterBy(metric, test.mean) > 0 ? learner : other;
  return `**${learner}** and **${other}**: the data cannot tell which is better. ${ahead} is ahead by ${difference}, but by chance alone such a difference is common enough (${pInWords(corrected)}).`;
}

function pInWords(p: number): string {
  return p < 0.001 ? 'p below 0.001' : `p = ${formatNumber(p)}`;
}

function explanation(pairs: number, least: number, confidence: number): string {
  const lines = [
    'Differences are taken fold by fold, and the test counts in that folds share training rows (corrected resampled t-test, Nadeau and Bengio 2003).',
    ...(pairs > 1 ? [`p is corrected for comparing ${pairs} pairs (Holm): the chance of calling any equal pair different stays below ${formatNumber(Math.round((1 - confidence) * 1000) / 10)} %. The intervals are for each pair alone.`] : []),
    ...(least < FEW ? [`With ${least} folds only large differences can be told; repeated k-fold gives more.`] : []),
  ];
  return lines.join(' ');
}

const pairTitle = ({ learner, other }: Comparison): string => `${learner} − ${other}`;

/** One line with gaps: an interval a pair. */
function intervals(comparisons: readonly Comparison[]): { x: (number | null)[]; y: (string | null)[] } {
  return {
    x: comparisons.flatMap(({ test }) => [test.low, test.high, null]),
    y: comparisons.flatMap((one) => [pairTitle(one), pairTitle(one), null]),
  };
}
