import type { RunContext } from '#app/sdk/node.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import { betterBy, type ScoreMetric } from '#app/sdk/scores.ts';
import { leaderboardSchema } from '#app/sdk/search-space.ts';
import { paramsInWords } from '../space.ts';
import { deviationOf } from '../trials-table.ts';
import type { Trial } from '../trials.ts';

/** An ensemble: what it is made of was tried before. */
interface Ensemble {
  readonly title: string;
  readonly mean: number;
  readonly parts: number;
}

export type Leader = Trial | Ensemble;

export const isTrial = (leader: Leader): leader is Trial => 'number' in leader;
const isFull = (leader: Leader): boolean => !isTrial(leader) || (leader.status === 'done' && leader.budget >= 1);

/** Best first; what was left behind or failed stands at the end. */
export function rankLeaders(leaders: readonly Leader[], metric: ScoreMetric): Leader[] {
  return leaders.toSorted((a, b) => Number(isFull(b)) - Number(isFull(a)) || (Number.isNaN(a.mean) ? 1 : Number.isNaN(b.mean) ? -1 : betterBy(metric, b.mean - a.mean)));
}

/** `leaderboardSchema`, best first. */
export async function leaderboardTable(leaders: readonly Leader[], metric: ScoreMetric, tables: Pick<RunContext<unknown>['tables'], 'fromColumns'>): Promise<TableValue> {
  const ranked = rankLeaders(leaders, metric);
  const cells: Readonly<Record<string, (leader: Leader, index: number) => string | number | null>> = {
    rank: (leader, index) => (isFull(leader) ? index + 1 : null),
    learner: ({ title }) => title,
    score: ({ mean }) => mean,
    deviation: (leader) => (isTrial(leader) ? deviationOf(leader.scores) : null),
    status: (leader) => (isTrial(leader) ? leader.status : 'done'),
    budget: (leader) => (isTrial(leader) ? leader.budget : 1),
    seconds: (leader) => (isTrial(leader) ? leader.seconds : null),
    trial: (leader) => (isTrial(leader) ? leader.number : null),
    algorithm: (leader) => (isTrial(leader) ? leader.spec.algorithm : 'stacking'),
    params: (leader) => (isTrial(leader) ? paramsInWords(leader.params) : `${leader.parts} learners`),
    recipe: (leader) => (isTrial(leader) ? leader.spec.recipe.steps.map(({ step }) => step).join(', ') : null),
    failure: (leader) => (isTrial(leader) ? (leader.failure?.message ?? null) : null),
  };
  return tables.fromColumns(leaderboardSchema.map(({ name, type }) => ({ name, type, values: ranked.map((leader, index) => cells[name]?.(leader, index) ?? null) })), 'leaderboard');
}
