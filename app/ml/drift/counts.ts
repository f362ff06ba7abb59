import type { Column, Relation } from '#app/relation/types.ts';
import { ask, isNumber, numberSql, quoteColumn, quoteText, sqlNumber, toNumber, type Asked } from '#app/sdk/analysis.ts';
import { mostCategories, type ColumnBins } from './bins.ts';

/** A column of one table in bins. */
export interface CountedColumn {
  readonly bins: ColumnBins;
  /** Rows by bin, missing ones left out. */
  readonly counts: readonly number[];
  readonly missing: number;
  /** Number columns; NaN without values. */
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly deviation: number;
  /** Values that the reference does not have: categories that are not listed where all are, numbers beyond its smallest and largest. */
  readonly beyond: number;
  /** The most frequent of such categories. */
  readonly fresh: readonly { readonly value: string; readonly count: number }[];
}

export interface CountedBins {
  readonly column: Column;
  /** Categories: empty `values` where they are still to be found. */
  readonly bins: ColumnBins;
  /** Number columns: the reference's ends. */
  readonly low?: number | null;
  readonly high?: number | null;
}

const numbersAtOnce = 32;
const categoriesAtOnce = 20;
/** New categories that are named. */
const named = 5;

/** Counts columns in their bins: all number columns of a few dozen in one scan, categories by groups. */
export async function countColumns(tables: Asked, relation: Relation, columns: readonly CountedBins[], progress?: (fraction: number) => void): Promise<CountedColumn[]> {
  const answers = new Map<CountedBins, CountedColumn>();
  const numeric = columns.filter(({ column }) => isNumber(column.type));
  const categorical = columns.filter(({ column }) => !isNumber(column.type));
  for (let from = 0; from < numeric.length; from += numbersAtOnce) {
    progress?.(from / Math.max(1, columns.length));
    const part = numeric.slice(from, from + numbersAtOnce);
    for (const [i, answer] of (await countNumbers(tables, relation, part)).entries()) answers.set(part[i] as CountedBins, answer);
  }
  for (let from = 0; from < categorical.length; from += categoriesAtOnce) {
    progress?.((numeric.length + from) / Math.max(1, columns.length));
    const part = categorical.slice(from, from + categoriesAtOnce);
    for (const [i, answer] of (await countCategories(tables, relation, part)).entries()) answers.set(part[i] as CountedBins, answer);
  }
  return columns.flatMap((one) => answers.get(one) ?? []);
}

async function countNumbers(tables: Asked, relation: Relation, part: readonly CountedBins[]): Promise<CountedColumn[]> {
  const read = part.map(({ column }, i) => `${numberSql(column)} as x${i}`).join(', ');
  const asked = part.map(({ bins, low, high }, i) => {
    const edges = bins.kind === 'number' ? bins.edges : [];
    const beyond = typeof low === 'number' && typeof high === 'number' ? `count(*) filter (where x${i} < ${sqlNumber(low)} or x${i} > ${sqlNumber(high)})` : '0';
    return `to_json(map_values(histogram(x${i}, [${edges.map(sqlNumber).join(', ')}]::double[]))), count(x${i}), min(x${i}), max(x${i}), avg(x${i}), stddev_samp(x${i}), ${beyond}`;
  });
  const [row = []] = await ask(tables, relation, `select count(*), ${asked.join(', ')} from (select ${read} from t)`, ['integer', ...part.flatMap(() => ['string', 'integer', 'float', 'float', 'float', 'float', 'integer'] as const)]);
  const rows = toNumber(row[0]);
  return part.map(({ bins }, i) => {
    const [counts, present, low, high, mean, deviation, beyond] = row.slice(1 + 7 * i, 8 + 7 * i);
    const edges = bins.kind === 'number' ? bins.edges.length : 0;
    const parsed: unknown = typeof counts === 'string' ? JSON.parse(counts) : [];
    const list = Array.isArray(parsed) ? parsed.map(Number) : [];
    return { bins, counts: Array.from({ length: edges + 1 }, (_, bin) => list[bin] ?? 0), missing: rows - toNumber(present), low: toNumber(low), high: toNumber(high), mean: toNumber(mean), deviation: toNumber(deviation), beyond: toNumber(beyond), fresh: [] };
  });
}

async function countCategories(tables: Asked, relation: Relation, part: readonly CountedBins[]): Promise<CountedColumn[]> {
  const text = part.map(({ column, bins }, i) => {
    const listed = bins.kind === 'category' ? bins.values : [];
    // While the values are not known yet the most frequent are listed; later the known ones, and a few of the others.
    const isListed = listed.length === 0 ? 'true' : `v in (${listed.map(quoteText).join(', ')})`;
    const groups = `select ${quoteColumn(column.name)}::varchar as v, count(*) as n from t group by 1`;
    const ranked = `select v, n, l, sum(case when v is not null then n else 0 end) over () as present, sum(case when v is null then n else 0 end) over () as missing, count(v) over () as different, sum((n = 1 and v is not null)::int) over () as singles, row_number() over (partition by l, v is null order by n desc, v) as r from (select v, n, ${isListed} as l from (${groups}))`;
    return `select ${i} as p, v, n, l, present, missing, different, singles from (${ranked}) where r <= case when l then ${mostCategories} else ${named} end`;
  });
  const rows = await ask(tables, relation, text.map((one) => `(${one})`).join(' union all '), ['integer', 'string', 'integer', 'boolean', 'integer', 'integer', 'integer', 'integer'], part.length * (mostCategories + named + 2));
  return part.map(({ bins }, i) => {
    const own = rows.filter(([p]) => toNumber(p) === i);
    const [, , , , present, missing, different, singles] = own[0] ?? [];
    const values = own.flatMap(([, v, n, listed]) => (typeof v === 'string' ? [{ value: v, count: toNumber(n), listed: listed === true }] : [])).sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
    const isNew = bins.kind !== 'category' || bins.values.length === 0;
    const found: ColumnBins = isNew ? { kind: 'category', values: values.map(({ value }) => value), complete: (toNumber(different) || 0) <= mostCategories, singletons: toNumber(singles) || 0 } : bins;
    const counts = new Map(values.map(({ value, count }) => [value, count]));
    const listed = found.kind === 'category' ? found.values.map((value) => counts.get(value) ?? 0) : [];
    const rest = (toNumber(present) || 0) - listed.reduce((sum, count) => sum + count, 0);
    const others = isNew ? [] : values.filter((one) => !one.listed);
    return { bins: found, counts: [...listed, rest], missing: toNumber(missing) || 0, low: Number.NaN, high: Number.NaN, mean: Number.NaN, deviation: Number.NaN, beyond: found.kind === 'category' && found.complete ? rest : 0, fresh: others.map(({ value, count }) => ({ value, count })) };
  });
}
