import { formatCount } from '#app/core/units.ts';
import type { AxisCategory, AxisSpec } from '#app/sdk/ports.ts';
import type { Column } from '#app/relation/types.ts';
import { quoteName, quoteText } from '../sql.ts';
import { logBins, numberBins, type Bins } from './number-bins.ts';
import { columnOf, extentOf, grouping, isNumber, isTime, typedColumn, type ChartSource } from './source.ts';
import { timeBins } from './time-bins.ts';

/** A column turned into places 0, 1, 2 … of an axis or of a set of colours. */
export interface Axis {
  readonly column: Column;
  readonly size: number;
  /** What the chart draws at each place: centres of bins, labels of categories. */
  readonly at: readonly (number | string)[];
  readonly edges: readonly (number | string)[] | null;
  readonly categories: readonly AxisCategory[] | null;
  readonly spec: AxisSpec;
  /** How its categories were found, where that was not by counting every value. */
  readonly found?: string;
  /** So many different values that rows are given their places one by one, rather than grouped by value first. */
  readonly many?: boolean;
  /**
   * SQL of what rows are grouped by first, over the table alias `t`; and, over an alias `g` where that is called `raw`, the place
   * (null: no place), with the join it may need.
   */
  readonly group: string;
  place(raw: string, alias: string): { readonly sql: string; readonly join: string };
}

export const missingLabel = '(missing)';
export const otherLabel = 'Other';

interface Kept {
  readonly values: readonly string[];
  /** There are values beyond those. */
  readonly more: boolean;
  readonly missing: boolean;
  /** One of so many rows was looked at to find them; null: all of them. */
  readonly every: number | null;
}

/** The most frequent values of the whole table as text, most frequent first. */
function keptValues(source: ChartSource, column: Column, most: number): Promise<Kept> {
  return source.remember(`kept ${column.name} ${most}`, async () => {
    const name = quoteName(column.name);
    const [total] = await source.query(`select count(*) from (${source.whole})`);
    const rows = Number(total?.[0] ?? 0);
    if (rows > countedUpTo && (await hasMany(source, name))) return candidates(source, name, most, rows);
    const found = await source.query(
      `with counted as (select v::varchar as v, n from (select ${name} as v, count(*) as n from (${source.whole}) group by 1))
       select v, (select count(v) from counted), (select count(*) - count(v) from counted) from counted where v is not null order by n desc, v limit ${most}`,
    );
    const [first] = found;
    // A table whose every value is missing gives no row to read the rest from.
    const missing = first === undefined ? rows > 0 : Number(first[2]) > 0;
    return { values: found.map(([value]) => String(value)), more: Number(first?.[1] ?? 0) > found.length, missing, every: null };
  });
}

/** Rows up to which every value is counted, whatever their number. */
const countedUpTo = 2_000_000;
/** The first rows tell whether a column has so many values that counting each of them would take seconds. */
const firstRows = 100_000;
const manyValues = 5000;
/** Rows of the sample that the most frequent values are looked for in. */
const sampledRows = 500_000;

async function hasMany(source: ChartSource, name: string): Promise<boolean> {
  const [row] = await source.query(`select count(distinct v) from (select ${name} as v from (${source.whole}) limit ${firstRows})`);
  return Number(row?.[0] ?? 0) > manyValues;
}

/** The values that are most frequent among those which a sample has most often, by their count in all rows. */
async function candidates(source: ChartSource, name: string, most: number, rows: number): Promise<Kept> {
  const every = Math.max(2, Math.floor(rows / sampledRows));
  const sampled = await source.query(`select v::varchar, (select count(*) from (${source.whole}) where ${name} is null) from (select v, count(*) as n from (${source.numbered(`${name} as v`, 'whole')}) where hash(place) % ${every} = 0 and v is not null group by 1 order by n desc limit ${5 * most})`);
  const missing = Number(sampled[0]?.[1] ?? 0) > 0;
  const list = sampled.map(([value]) => `(${quoteText(String(value))})`).join(', ');
  const counted = list === '' ? [] : await source.query(`select k.v, count(*) from (${source.whole}) t join (values ${list}) k(v) on k.v = t.${name}::varchar group by 1 order by 2 desc, 1 limit ${most}`);
  return { values: counted.map(([value]) => String(value)), more: true, missing, every };
}

export interface CategoryOptions {
  readonly most: number;
  /** Places for missing values, where there are any. */
  readonly missing: boolean;
  /** Numbers, dates and times by value, texts by name; else most frequent first. */
  readonly sorted: boolean;
}

/** One place for each of the most frequent values, then “Other” and missing where there are such. */
export async function categoryAxis(source: ChartSource, name: string, options: CategoryOptions): Promise<Axis> {
  const column = typedColumn(source, name, grouping, 'binary values make no groups');
  const kept = await keptValues(source, column, options.most);
  const values = options.sorted ? kept.values.toSorted((a, b) => byValue(column, a, b)) : kept.values;
  const labels = new Set(values);
  const categories: AxisCategory[] = values.map((text) => ({ label: text === '' ? '(empty)' : text, value: typedValue(column, text) }));
  const rest = kept.more ? categories.length : null;
  if (rest !== null) categories.push({ label: labels.has(otherLabel) ? '(other)' : otherLabel, value: null, rest: true });
  const missing = options.missing && kept.missing ? categories.length : null;
  if (missing !== null) categories.push({ label: missingLabel, value: null });
  return {
    column,
    size: categories.length,
    at: categories.map(({ label }) => label),
    edges: null,
    categories,
    spec: { title: name, scale: 'category', column, categories },
    ...(kept.every === null ? {} : { many: true, found: `The most frequent of very many values of ${name} were looked for in 1 of every ${formatCount(kept.every)} rows.` }),
    group: quoteName(name),
    place: (raw, alias) => ({
      sql: `case when ${raw} is null then ${missing ?? 'null'} else coalesce(${alias}.ki, ${rest ?? 'null'}) end`,
      join: values.length === 0 ? `left join (select null::varchar as kv, null::integer as ki) ${alias} on false` : `left join (values ${values.map((value, i) => `(${quoteText(value)}, ${i})`).join(', ')}) ${alias}(kv, ki) on ${alias}.kv = ${raw}::varchar`,
    }),
  };
}

function typedValue(column: Column, text: string): boolean | number | string {
  if (column.type === 'boolean') return text === 'true';
  return isNumber(column.type) ? Number(text) : text;
}

function byValue(column: Column, a: string, b: string): number {
  const difference = isNumber(column.type) ? Number(a) - Number(b) : 0;
  return difference !== 0 && !Number.isNaN(difference) ? difference : a < b ? -1 : a > b ? 1 : 0;
}

export interface BinOptions {
  readonly wanted: number;
  readonly width?: number | null;
  readonly log?: boolean;
}

/** Bins over numbers, dates or timestamps; null where the column has no value that can be drawn. */
export async function binAxis(source: ChartSource, column: Column, { wanted, width = null, log = false }: BinOptions): Promise<Axis | null> {
  const extent = await extentOf(source, column, log);
  const low = log ? extent.lowPositive : extent.low;
  if (low === null || extent.high === null) return null;
  const time = isTime(column.type);
  const bins: Bins = isTime(column.type)
    ? timeBins(low, extent.high, column.type, wanted)
    : log
      ? logBins(low, extent.high, wanted, extent.odd)
      : numberBins({ low, high: extent.high, whole: column.type === 'integer', wanted, width, odd: extent.odd });
  return {
    column,
    size: bins.count,
    at: bins.centres,
    edges: bins.edges,
    categories: null,
    spec: { title: column.name, scale: time ? 'time' : log ? 'log' : 'linear', column },
    group: time && extent.odd ? `case when isfinite(${quoteName(column.name)}) then ${bins.place(quoteName(column.name))} end` : bins.place(quoteName(column.name)),
    place: (raw) => ({ sql: raw, join: '' }),
  };
}

/** Bins where the column is a number or a time, else categories. Whole numbers of few different values are categories of their own. */
export async function anyAxis(source: ChartSource, name: string, wanted: number): Promise<Axis | null> {
  const column = columnOf(source, name);
  if (!isNumber(column.type) && !isTime(column.type)) return categoryAxis(source, name, { most: wanted, missing: true, sorted: true });
  return binAxis(source, column, { wanted });
}
