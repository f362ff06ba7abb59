import type { Column, Relation } from '#app/relation/types.ts';
import { ask, numberSql, toNumber, type Asked } from '#app/sdk/analysis.ts';
import { kendall } from './kendall.ts';

/** Association of two columns over the rows where both have a value. */
export interface PairAnswer {
  readonly value: number;
  /** Rows with both values. */
  readonly rows: number;
}

export type Pair = readonly [number, number];

export interface PairQuestion {
  readonly tables: Asked;
  readonly relation: Relation;
  readonly columns: readonly Column[];
  /** Places in `columns`. */
  readonly pairs: readonly Pair[];
  readonly progress?: (fraction: number) => void;
}

const atOnce = 600;
/** Rows × pairs that are ranked pair by pair, because their missing values differ. */
const rankedApart = 200_000_000;

/** Pearson correlations, a few hundred pairs in one pass over the rows. */
export async function pearsonPairs({ tables, relation, columns, pairs, progress }: PairQuestion): Promise<PairAnswer[]> {
  const read = columns.map((column, i) => `${numberSql(column)} as x${i}`).join(', ');
  return correlate({ tables, relation, pairs, progress }, `(select ${read} from t)`);
}

/**
 * Spearman correlations: Pearson's of ranks, ties sharing the mean of their ranks. Where a column of a pair has missing values the ranks
 * are those among the pair's rows; `approximate` says for how many pairs that was too much work, so that each column's own ranks count.
 */
export async function spearmanPairs({ tables, relation, columns, pairs, progress }: PairQuestion): Promise<{ answers: PairAnswer[]; approximate: number }> {
  const read = columns.map((column, i) => `${numberSql(column)} as x${i}`).join(', ');
  const [counts = []] = await ask(tables, relation, `select count(*), ${columns.map((_, i) => `count(x${i})`).join(', ')} from (select ${read} from t)`, [...columns.map(() => 'integer' as const), 'integer']);
  const rows = toNumber(counts[0]);
  const whole = (i: number): boolean => toNumber(counts[i + 1]) === rows;
  const apart = pairs.filter(([a, b]) => !whole(a) || !whole(b));
  const approximate = apart.length * rows > rankedApart ? apart.length : 0;
  const rank = (name: string): string => `case when ${name} is not null then rank() over (order by ${name}) + (count(*) over (partition by ${name}) - 1) / 2.0::double end`;
  const together = approximate > 0 ? pairs : pairs.filter(([a, b]) => whole(a) && whole(b));
  const ranked = `(select ${columns.map((_, i) => `${rank(`x${i}`)} as x${i}`).join(', ')} from (select ${read} from t))`;
  const found = together.length === 0 ? [] : await correlate({ tables, relation, pairs: together, progress }, ranked);
  const answers = new Map(together.map((pair, i) => [pair, found[i]]));
  if (approximate === 0) {
    for (const [i, pair] of apart.entries()) {
      progress?.(i / apart.length);
      const [a, b] = pair.map((at) => columns[at]);
      if (a === undefined || b === undefined) continue;
      const both = `(select ${numberSql(a)} as a, ${numberSql(b)} as b from t)`;
      const [row = []] = await ask(tables, relation, `select corr(a, b), count(*) from (select ${rank('a')} as a, ${rank('b')} as b from ${both} where a is not null and b is not null)`, ['float', 'integer']);
      answers.set(pair, { value: toNumber(row[0]), rows: toNumber(row[1]) });
    }
  }
  return { answers: pairs.map((pair) => answers.get(pair) ?? { value: Number.NaN, rows: 0 }), approximate };
}

async function correlate({ tables, relation, pairs, progress }: Pick<PairQuestion, 'tables' | 'relation' | 'pairs' | 'progress'>, from: string): Promise<PairAnswer[]> {
  const answers: PairAnswer[] = [];
  for (let at = 0; at < pairs.length; at += atOnce) {
    progress?.(at / pairs.length);
    const part = pairs.slice(at, at + atOnce);
    // A constant column has no correlation: NaN or null.
    const sql = part.map(([a, b]) => `corr(x${a}, x${b}), regr_count(x${a}, x${b})`).join(', ');
    const [row = []] = await ask(tables, relation, `select ${sql} from ${from}`, part.flatMap(() => ['float', 'integer'] as const));
    part.forEach((_, i) => answers.push({ value: clip(toNumber(row[2 * i])), rows: toNumber(row[2 * i + 1]) }));
  }
  return answers;
}

/** Rounding may pass 1 by a hair. */
const clip = (value: number): number => Math.max(-1, Math.min(1, value));

export interface KendallAnswer extends PairAnswer {
  /** Two-sided, by the normal approximation with ties. */
  readonly p: number;
}

/** Kendall's tau-b over all rows, or over the `most` rows with the smallest hash of their place where there are more. */
export async function kendallPairs({ tables, relation, columns, pairs, progress }: PairQuestion, most: number): Promise<{ answers: KendallAnswer[]; sampled: number | null }> {
  const read = columns.map((column, i) => `${numberSql(column)} as x${i}`).join(', ');
  const names = columns.map((_, i) => `x${i}`).join(', ');
  const rows = await ask(tables, relation, `select ${names} from (select ${read}, hash(row_number() over ()) as h from t) order by h limit ${most}`, columns.map(() => 'float'), most);
  const [[total] = []] = await ask(tables, relation, 'select count(*) from t', ['integer']);
  const answers = pairs.map(([a, b], at) => {
    progress?.(at / pairs.length);
    const both = rows.flatMap((row): [number, number][] => (typeof row[a] === 'number' && typeof row[b] === 'number' ? [[row[a], row[b]]] : []));
    return kendall(both.map(([x]) => x), both.map(([, y]) => y));
  });
  return { answers, sampled: toNumber(total) > rows.length ? rows.length : null };
}
