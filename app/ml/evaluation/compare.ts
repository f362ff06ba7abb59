import { PenstockError } from '#app/core/errors.ts';
import { col, named, project } from '#app/relation/build.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import { betterBy, type ScoreMetric } from '#app/sdk/scores.ts';
import { correct } from '../association/correction.ts';
import { resampledTest, type ResampledTest } from './resampled.ts';

/** Scores of one learner by split. */
export interface ScoredLearner {
  readonly name: string;
  readonly bySplit: ReadonlyMap<string, number>;
}

/** Two learners on the splits that both were scored in; `test.mean` is the first's mean less the other's. */
export interface Comparison {
  readonly learner: string;
  readonly other: string;
  readonly test: ResampledTest;
  /** p answering for the number of comparisons (Holm 1979). */
  readonly corrected: number;
  /** The better one where the data can tell at the confidence asked for, else null. */
  readonly better: string | null;
}

export interface ComparedScores {
  readonly learners: readonly ScoredLearner[];
  /** Tested ÷ training rows of a split, over all. */
  readonly ratio: number;
}

/**
 * Reads the scores of a metric by learner and split, learners in the order in which they first stand in the table.
 * @throws PenstockError `duplicate-scores`, `no-scores`.
 */
export async function readScoresByFold(table: TableValue, metric: ScoreMetric, tables: Pick<TableServices, 'rows'>): Promise<ComparedScores> {
  const columns = ['learner', 'repeat', 'fold', 'training_rows', 'test_rows', metric.name];
  const { rows } = await tables.rows(project(table.relation, columns.map((name) => named(name, col(name)))));
  const learners = new Map<string, Map<string, number>>();
  let trained = 0;
  let tested = 0;
  for (const [learner, repeat, fold, trainingRows, testRows, score] of rows) {
    const name = String(learner ?? '');
    const scores = learners.get(name) ?? new Map<string, number>();
    learners.set(name, scores);
    const split = `${String(repeat)}/${String(fold)}`;
    if (scores.has(split)) {
      throw new PenstockError('duplicate-scores', `“${name}” has two scores for repeat ${String(repeat)}, fold ${String(fold)}.`, {
        remedy: 'Connect the scores of one Test and Score; where several are joined, give their learners different names.',
        place: { port: 'scores', column: 'learner' },
      });
    }
    scores.set(split, typeof score === 'number' ? score : Number.NaN);
    trained += Number(trainingRows ?? 0);
    tested += Number(testRows ?? 0);
  }
  if (![...learners.values()].some((scores) => [...scores.values()].some((score) => Number.isFinite(score)))) {
    throw new PenstockError('no-scores', `The table has no score of ${metric.title}.`, { remedy: 'Choose another metric, or check what filters the scores.', place: { param: ['metric'] } });
  }
  return { learners: [...learners].map(([name, bySplit]) => ({ name, bySplit })), ratio: tested / trained };
}

/**
 * Compares each pair of learners, or each with the reference (the reference is then the second of each pair).
 * @throws PenstockError `too-few-learners`, `unknown-learner`, `too-few-folds`.
 */
export function compareLearners({ learners, ratio }: ComparedScores, metric: ScoreMetric, reference: string | null, confidence: number): Comparison[] {
  if (learners.length < 2) {
    throw new PenstockError('too-few-learners', `The scores are of one learner (“${learners[0]?.name ?? ''}”), so there is nothing to compare.`, { remedy: 'Connect a second learner to Test and Score.', place: { port: 'scores' } });
  }
  const pairs = pairsOf(learners, reference);
  const tests = pairs.map(([first, second]) => {
    const differences = [...first.bySplit].flatMap(([split, score]) => {
      const difference = score - (second.bySplit.get(split) ?? Number.NaN);
      return Number.isFinite(difference) ? [difference] : [];
    });
    return { learner: first.name, other: second.name, test: resampledTest(differences, ratio, confidence) };
  });
  const short = tests.find(({ test }) => test.count < 2);
  if (short !== undefined) {
    throw new PenstockError('too-few-folds', `“${short.learner}” and “${short.other}” were scored together in ${short.test.count === 0 ? 'no fold' : 'one fold'} only, so that nothing is known of chance.`, {
      remedy: 'Use several folds or repeats in Test and Score, the same for all learners.',
      place: { port: 'scores' },
    });
  }
  const corrected = correct(tests.map(({ test }) => test.p), 'holm');
  return tests.map((one, index) => {
    const p = corrected[index] ?? Number.NaN;
    const better = p < 1 - confidence ? (betterBy(metric, one.test.mean) > 0 ? one.learner : one.other) : null;
    return { ...one, corrected: p, better };
  });
}

function pairsOf(learners: readonly ScoredLearner[], reference: string | null): [ScoredLearner, ScoredLearner][] {
  if (reference === null) return learners.flatMap((first, index) => learners.slice(index + 1).map((second): [ScoredLearner, ScoredLearner] => [first, second]));
  const against = learners.find(({ name }) => name === reference);
  if (against === undefined) {
    throw new PenstockError('unknown-learner', `The scores have no learner “${reference}”.`, {
      remedy: `Choose one of ${learners.slice(0, 10).map(({ name }) => `“${name}”`).join(', ')}.`,
      place: { param: ['reference'] },
    });
  }
  return learners.filter((learner) => learner !== against).map((learner) => [learner, against]);
}
