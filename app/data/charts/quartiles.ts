import type { ChartSource } from './source.ts';

/** Linear interpolation between the two nearest ranks, as NumPy's default. */
const fractions = [0.25, 0.5, 0.75] as const;
export type Quartiles = readonly [number, number, number];

/** Up to here DuckDB sorts; beyond, counting in bins finds the few values that matter several times as fast, and as exactly. */
const sortedUpTo = 1_000_000;
const bins = 4096;
/** Values looked at one by one; a bin that holds more is left to DuckDB. */
const fetched = 400_000;

/**
 * Exact quartiles of `v` (finite, not null) by group `g` (an integer), given the rows of each group and the range of all values.
 * @param from SQL of a table with the columns g and v.
 */
export async function quartilesOf(source: ChartSource, from: string, groups: ReadonlyMap<number, { readonly rows: number; readonly low: number; readonly high: number }>): Promise<Map<number, Quartiles>> {
  const total = [...groups.values()].reduce((sum, { rows }) => sum + rows, 0);
  if (total <= sortedUpTo) return sorted(source, from);
  const low = Math.min(...[...groups.values()].map((group) => group.low));
  const high = Math.max(...[...groups.values()].map((group) => group.high));
  const width = (high - low) / bins;
  if (!(width > 0) || !Number.isFinite(width)) return sorted(source, from);
  const bin = `least(floor((v - (${low})) / ${width}), ${bins - 1})::integer`;
  const counted = new Map<number, [bin: number, rows: number][]>();
  for (const [g, b, n] of await source.query(`select g, ${bin} as b, count(*) from ${from} group by 1, 2 order by 1, 2`)) {
    const list = counted.get(Number(g)) ?? [];
    list.push([Number(b), Number(n)]);
    counted.set(Number(g), list);
  }
  const wanted: { readonly group: number; readonly bin: number; readonly before: number; readonly rows: number }[] = [];
  for (const [group, list] of counted) {
    const n = list.reduce((sum, [, rows]) => sum + rows, 0);
    const ranks = new Set(fractions.flatMap((fraction) => [Math.floor((n - 1) * fraction), Math.ceil((n - 1) * fraction)]));
    let before = 0;
    for (const [at, rows] of list) {
      if ([...ranks].some((rank) => rank >= before && rank < before + rows)) wanted.push({ group, bin: at, before, rows });
      before += rows;
    }
  }
  if (wanted.reduce((sum, { rows }) => sum + rows, 0) > fetched) return sorted(source, from);
  const pairs = wanted.map(({ group, bin: at }) => `(${group}, ${at})`).join(', ');
  const ends = [...new Set(wanted.map(({ bin: at }) => at))].map((at) => `(v >= ${low + at * width - width * 1e-6} and v <= ${low + (at + 1) * width + width * 1e-6})`).join(' or ');
  const values = new Map<string, number[]>();
  for (const [g, b, v] of await source.query(`select g, b, v from (select g, v, ${bin} as b from ${from} where ${ends}) where (g, b) in (${pairs}) order by 1, 2, 3`)) {
    const key = `${g} ${b}`;
    const list = values.get(key);
    if (list === undefined) values.set(key, [Number(v)]);
    else list.push(Number(v));
  }
  const answer = new Map<number, Quartiles>();
  for (const [group, list] of counted) {
    const n = list.reduce((sum, [, rows]) => sum + rows, 0);
    const own = wanted.filter((one) => one.group === group);
    const ranked = (rank: number): number => {
      const one = own.find(({ before, rows }) => rank >= before && rank < before + rows);
      return (one === undefined ? undefined : values.get(`${group} ${one.bin}`)?.[rank - one.before]) ?? Number.NaN;
    };
    const at = (fraction: number): number => between(ranked(Math.floor((n - 1) * fraction)), ranked(Math.ceil((n - 1) * fraction)), ((n - 1) * fraction) % 1);
    answer.set(group, [at(0.25), at(0.5), at(0.75)]);
  }
  return answer;
}

const between = (a: number, b: number, part: number): number => (a === b ? a : a + (b - a) * part);

async function sorted(source: ChartSource, from: string): Promise<Map<number, Quartiles>> {
  const rows = await source.query(`select g, quantile_cont(v, 0.25), quantile_cont(v, 0.5), quantile_cont(v, 0.75) from ${from} group by 1`);
  return new Map(rows.map(([g, q1, q2, q3]) => [Number(g), [Number(q1), Number(q2), Number(q3)] as const]));
}
