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
  /** Different values beyond those. */
  readonly more: number;
  readonly missing: boolean;
}

/** The most frequent values of the whole table as text, most frequent first. */
function keptValues(source: ChartSource, column: Column, most: number): Promise<Kept> {
  return source.remember(`kept ${column.name} ${most}`, async () => {
    const name = quoteName(column.name);
    const rows = await source.query(
      `with counted as (select v::varchar as v, n from (select ${name} as v, count(*) as n from (${source.whole}) group by 1))
       select v, (select count(v) from counted), (select count(*) - count(v) from counted) from counted where v is not null order by n desc, v limit ${most}`,
    );
    const [first] = rows;
    // A table whose every value is missing gives no row to read the rest from.
    const missing = first === undefined ? (await source.query(`select count(*) from (${source.whole})`))[0]?.[0] !== 0 : Number(first[2]) > 0;
    return { values: rows.map(([value]) => String(value)), more: Number(first?.[1] ?? 0) - rows.length, missing };
  });
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
  const rest = kept.more > 0 ? categories.length : null;
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
