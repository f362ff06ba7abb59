import type { Relation } from '#app/relation/types.ts';
import { ask, toNumber, type Asked } from '#app/sdk/analysis.ts';
import { chiSquareUpper } from './distributions.ts';

/** Kruskal–Wallis test of a number expression by the groups of a key, with the correction for ties. Rows with either missing are left out. */
export async function kruskal(tables: Asked, relation: Relation, key: string, number: string): Promise<{ statistic: number; p: number }> {
  const both = `(select k, x from (select (${key})::varchar as k, ${number} as x from t) where k is not null and x is not null)`;
  const ranked = `(select k, rank() over (order by x) + (count(*) over (partition by x) - 1) / 2.0::double as r, count(*) over (partition by x) as ties from ${both})`;
  const groups = await ask(tables, relation, `select count(*), avg(r), sum(ties::double * ties - 1) from ${ranked} group by k`, ['integer', 'float', 'float'], 1_000_000);
  const n = groups.reduce((sum, [count]) => sum + toNumber(count), 0);
  const tied = groups.reduce((sum, [, , ties]) => sum + toNumber(ties), 0);
  // Around the mean rank rather than as Σ R²/n − 3(n + 1), which loses digits on millions of rows.
  const raw = groups.reduce((sum, [count, mean]) => sum + toNumber(count) * (toNumber(mean) - (n + 1) / 2) ** 2, 0);
  const statistic = ((12 / (n * (n + 1))) * raw) / (1 - tied / (n * (n * n - 1)));
  return groups.length < 2 || !Number.isFinite(statistic) ? { statistic: Number.NaN, p: Number.NaN } : { statistic, p: chiSquareUpper(statistic, groups.length - 1) };
}
