import type { Column, ColumnType, Relation } from '#app/relation/types.ts';
import { ask, isNumber, numberSql, quoteColumn, quoteText, sqlNumber, toNumber, toNumberOrNull, type Asked } from '#app/sdk/analysis.ts';

/** What is counted in a column; every number is over all rows. Text facts are 0 for other types. */
export interface ColumnFacts {
  readonly column: Column;
  readonly present: number;
  /** About how many different values (HyperLogLog); exact where `exact`. */
  readonly distinct: number;
  readonly exact: boolean;
  readonly empty: number;
  readonly blank: number;
  readonly spaces: number;
  readonly placeholders: number;
  readonly numbers: number;
  readonly codes: number;
  readonly commaNumbers: number;
  readonly isoDates: number;
  readonly otherDates: number;
  /** Infinities and NaN. */
  readonly odd: number;
  readonly fences: { readonly low: number; readonly high: number; readonly farLow: number; readonly farHigh: number; readonly robustLow: number; readonly robustHigh: number } | null;
  readonly outliers: number;
  readonly robustOutliers: number;
  /** Values that usually stand for “missing”, with their counts. */
  readonly defaults: readonly { readonly value: string; readonly count: number; readonly outside: boolean }[];
  readonly top: { readonly value: string; readonly count: number } | null;
  /** Groups of values that differ only in case and spaces. */
  readonly variants: readonly { readonly values: readonly string[]; readonly count: number }[];
  readonly fingerprint: string | null;
}

/** Aggregates of one query. */
const columnsAtOnce = 30;
/** Columns with more values are not listed value by value. */
export const listedValues = 5000;
const defaultNumbers = [-99999, -9999, -999, -99, -1, 999, 9999, 99999, 999999, 9999999];
const defaultDates = ['0001-01-01', '1899-12-30', '1900-01-01', '1970-01-01', '2099-12-31', '2999-12-31', '9999-12-31'];
const placeholders = ['na', 'n/a', '#n/a', 'nan', 'null', 'none', 'nil', 'undefined', 'missing', 'unknown', '-', '--', '.', '?', 'tbd', 'xxx'];

const isTime = (type: ColumnType): boolean => type === 'date' || type === 'timestamp';

interface First {
  readonly column: Column;
  readonly values: readonly (null | boolean | number | string)[];
  readonly names: readonly string[];
}

/** First pass: counts, formats, quartiles. */
function firstMeasures(column: Column): [string, string, ColumnType][] {
  const name = quoteColumn(column.name);
  const measures: [string, string, ColumnType][] = [['present', `count(${name})`, 'integer']];
  if (column.type === 'binary') return measures;
  measures.push(['distinct', `approx_count_distinct(${name})`, 'integer']);
  if (column.type === 'string') {
    const text = `trim(${name})`;
    const count = (key: string, condition: string): void => void measures.push([key, `count(*) filter (where ${condition})`, 'integer']);
    count('empty', `${name} = ''`);
    count('blank', `${name} <> '' and regexp_full_match(${name}, '\\s+')`);
    count('spaces', `regexp_matches(${name}, '^\\s|\\s$') and not regexp_full_match(${name}, '\\s*')`);
    count('placeholders', `lower(${text}) in (${placeholders.map(quoteText).join(', ')})`);
    count('numbers', `try_cast(${text} as double) is not null and not regexp_matches(${text}, '^[-+]?(0\\d|inf|nan)', 'i')`);
    count('codes', `regexp_full_match(${text}, '0\\d+')`);
    count('commaNumbers', `regexp_full_match(${text}, '[-+]?\\d{1,3}([. ]\\d{3})*,\\d+|[-+]?\\d+,\\d+|[-+]?\\d{1,3}(,\\d{3})+\\.\\d+')`);
    count('isoDates', `regexp_matches(${text}, '^\\d{4}-\\d{1,2}-\\d{1,2}([ T]\\d|$)')`);
    count('otherDates', `regexp_matches(${text}, '^\\d{1,2}[./-]\\d{1,2}[./-](\\d{4}|\\d{2})( \\d|$)|^\\d{4}/\\d{1,2}/\\d{1,2}( \\d|$)|^\\d{1,2}[ -](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)', 'i')`);
  }
  if (isNumber(column.type)) {
    const value = numberSql(column);
    if (column.type === 'float') measures.push(['odd', `count(*) filter (where not isfinite(${name}))`, 'integer']);
    measures.push(['q1', `quantile_cont(${value}, 0.25)`, 'float'], ['median', `quantile_cont(${value}, 0.5)`, 'float'], ['q3', `quantile_cont(${value}, 0.75)`, 'float'], ['mad', `mad(${value})`, 'float'], ['min', `min(${value})`, 'float'], ['negative', `count(*) filter (where (${value}) < 0)`, 'integer']);
    for (const one of defaultNumbers) measures.push([`is ${one}`, `count(*) filter (where (${value}) = ${sqlNumber(one)})`, 'integer']);
  }
  if (isTime(column.type)) for (const one of defaultDates) measures.push([`is ${one}`, `count(*) filter (where ${name}::date = date '${one}')`, 'integer']);
  return measures;
}

export interface TableFacts {
  readonly rows: number;
  /** Rows that repeat another one; null: not asked for. By 64-bit hashes. */
  readonly repeated: number | null;
  readonly columns: readonly ColumnFacts[];
}

/** A few passes over all rows, each for up to 30 columns. */
export async function factsOf(tables: Asked, relation: Relation, columns: readonly Column[], duplicates: boolean, progress: (fraction: number, message: string) => void): Promise<TableFacts> {
  const [[total] = []] = await ask(tables, relation, 'select count(*) from t', ['integer']);
  const rows = toNumber(total);
  const first: First[] = [];
  for (let from = 0; from < columns.length; from += columnsAtOnce) {
    progress((0.4 * from) / columns.length, 'Counting');
    const part = columns.slice(from, from + columnsAtOnce);
    const measures = part.map(firstMeasures);
    const all = measures.flat();
    const [row = []] = await ask(tables, relation, `select ${all.map(([, sql]) => sql).join(', ')} from t`, all.map(([, , type]) => type));
    let at = 0;
    part.forEach((column, i) => {
      const names = measures[i]?.map(([name]) => name) ?? [];
      first.push({ column, names, values: row.slice(at, at + names.length) });
      at += names.length;
    });
  }
  progress(0.4, 'Values');
  const listed = await listValues(tables, relation, first);
  const second = await secondPass(tables, relation, first, rows, listed, progress);
  progress(0.75, 'Repeated rows');
  const whole = duplicates && rows > 0 ? await fingerprints(tables, relation, columns) : null;
  return { rows, repeated: whole === null ? null : rows - whole.different, columns: second.map((facts, i) => ({ ...facts, fingerprint: whole?.columns[i] ?? null })) };
}

const valueOf = (first: First, name: string): null | boolean | number | string => first.values[first.names.indexOf(name)] ?? null;
const countOf = (first: First, name: string): number => toNumberOrNull(valueOf(first, name)) ?? 0;

type Listed = ReadonlyMap<string, readonly { readonly value: string; readonly count: number }[]>;

/** Counts of every value of columns with few of them: grouping sets make many columns one scan. */
async function listValues(tables: Asked, relation: Relation, first: readonly First[]): Promise<Listed> {
  const few = first.filter((one) => one.column.type !== 'binary' && one.column.type !== 'float' && countOf(one, 'distinct') <= listedValues).map(({ column }) => column);
  const found = new Map<string, { value: string; count: number }[]>();
  for (let from = 0; from < few.length; from += columnsAtOnce) {
    const part = few.slice(from, from + columnsAtOnce);
    const keys = part.map(({ name }, i) => `${quoteColumn(name)}::varchar as k${i}`).join(', ');
    const pick = (value: (i: number) => string): string => `case ${part.map((_, i) => `when grouping(k${i}) = 0 then ${value(i)}`).join(' ')} end`;
    const text = `select p, v, n from (select ${pick(String)} as p, ${pick((i) => `k${i}`)} as v, count(*) as n from (select ${keys} from t) group by grouping sets (${part.map((_, i) => `(k${i})`).join(', ')})) where v is not null`;
    for (const [p, v, n] of await ask(tables, relation, text, ['integer', 'string', 'integer'], columnsAtOnce * listedValues * 2)) {
      const name = part[toNumber(p)]?.name ?? '';
      const values = found.get(name) ?? [];
      values.push({ value: String(v), count: toNumber(n) });
      found.set(name, values);
    }
  }
  for (const values of found.values()) values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return found;
}

type Second = Omit<ColumnFacts, 'fingerprint'>;

/** Counts that need what the first pass found: values beyond fences, exact numbers of values of what may be keys, the most frequent value. */
async function secondPass(tables: Asked, relation: Relation, first: readonly First[], rows: number, listed: Listed, progress: (fraction: number, message: string) => void): Promise<Second[]> {
  const answers: Second[] = [];
  for (let from = 0; from < first.length; from += columnsAtOnce) {
    progress(0.5 + (0.25 * from) / first.length, 'Outliers and keys');
    const part = first.slice(from, from + columnsAtOnce);
    const fences = part.map(fencesOf);
    const mayBeKey = part.map((one) => one.column.type !== 'binary' && one.column.type !== 'float' && countOf(one, 'distinct') >= 0.9 * countOf(one, 'present') && countOf(one, 'present') > 0);
    const sql = part.flatMap((one, i): string[] => {
      const [fence, value, name] = [fences[i] ?? null, numberSql(one.column), quoteColumn(one.column.name)];
      return [
        fence === null ? '0' : `count(*) filter (where (${value}) < ${sqlNumber(fence.low)} or (${value}) > ${sqlNumber(fence.high)})`,
        fence === null ? '0' : `count(*) filter (where (${value}) < ${sqlNumber(fence.robustLow)} or (${value}) > ${sqlNumber(fence.robustHigh)})`,
        mayBeKey[i] === true ? `count(distinct ${name})` : 'null',
        // Of columns with very many values: which one is frequent, if any (counted exactly below).
        listed.has(one.column.name) || one.column.type === 'binary' || mayBeKey[i] === true ? 'null' : `approx_top_k(${name}, 1)[1]::varchar`,
      ];
    });
    const [row = []] = await ask(tables, relation, `select ${sql.join(', ')} from t`, part.flatMap(() => ['integer', 'integer', 'integer', 'string'] as const));
    const frequent = part.map((_, i) => (typeof row[4 * i + 3] === 'string' ? String(row[4 * i + 3]) : null));
    const asked = frequent.flatMap((value, i) => (value === null ? [] : [{ value, i }]));
    const [counts = []] = asked.length === 0 ? [] : await ask(tables, relation, `select ${asked.map(({ value, i }) => `count(*) filter (where ${quoteColumn(part[i]?.column.name ?? '')}::varchar = ${quoteText(value)})`).join(', ')} from t`, asked.map(() => 'integer'));
    part.forEach((one, i) => {
      const values = listed.get(one.column.name);
      const place = asked.findIndex((entry) => entry.i === i);
      const exact = values === undefined ? toNumberOrNull(row[4 * i + 2]) : values.length;
      answers.push({
        column: one.column,
        present: countOf(one, 'present'),
        distinct: exact ?? countOf(one, 'distinct'),
        exact: exact !== null,
        empty: countOf(one, 'empty'),
        blank: countOf(one, 'blank'),
        spaces: countOf(one, 'spaces'),
        placeholders: countOf(one, 'placeholders'),
        numbers: countOf(one, 'numbers'),
        codes: countOf(one, 'codes'),
        commaNumbers: countOf(one, 'commaNumbers'),
        isoDates: countOf(one, 'isoDates'),
        otherDates: countOf(one, 'otherDates'),
        odd: countOf(one, 'odd'),
        fences: fences[i] ?? null,
        outliers: toNumberOrNull(row[4 * i]) ?? 0,
        robustOutliers: toNumberOrNull(row[4 * i + 1]) ?? 0,
        defaults: defaultsOf(one, fences[i] ?? null),
        top: values === undefined ? (place < 0 ? null : { value: frequent[i] ?? '', count: toNumber(counts[place]) }) : (values[0] ?? null),
        variants: one.column.type === 'string' && values !== undefined ? variantsOf(values) : [],
      });
    });
  }
  return answers;
}

function fencesOf(one: First): ColumnFacts['fences'] {
  const [q1, median, q3, mad] = ['q1', 'median', 'q3', 'mad'].map((name) => toNumberOrNull(valueOf(one, name)));
  if (q1 === null || q1 === undefined || q3 === null || q3 === undefined || median === null || median === undefined || !(q3 > q1)) return null;
  const range = q3 - q1;
  // 3.5 robust deviations (Iglewicz and Hoaglin 1993).
  const robust = (mad ?? 0) > 0 ? 3.5 * 1.482602218505602 * (mad ?? 0) : Number.MAX_VALUE / 4;
  return { low: q1 - 1.5 * range, high: q3 + 1.5 * range, farLow: q1 - 3 * range, farHigh: q3 + 3 * range, robustLow: median - robust, robustHigh: median + robust };
}

/** −1 counts only where nothing else is negative; other numbers where they stand far away from the rest. */
function defaultsOf(one: First, fence: ColumnFacts['fences']): ColumnFacts['defaults'] {
  if (isTime(one.column.type)) return defaultDates.flatMap((value) => { const count = countOf(one, `is ${value}`); return count > 0 ? [{ value, count, outside: true }] : []; });
  return defaultNumbers.flatMap((value) => {
    const count = countOf(one, `is ${value}`);
    const outside = value === -1 ? countOf(one, 'negative') === count : fence !== null && (value < fence.farLow || value > fence.farHigh);
    return count > 0 && outside ? [{ value: String(value), count, outside }] : [];
  });
}

/** Values that are the same but for case, accents' composition and spaces. */
function variantsOf(values: readonly { readonly value: string; readonly count: number }[]): ColumnFacts['variants'] {
  const groups = new Map<string, { value: string; count: number }[]>();
  for (const one of values) {
    const key = one.value.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
    if (key !== '') groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => (group.length > 1 ? [{ values: group.map(({ value }) => value), count: group.slice(1).reduce((sum, { count }) => sum + count, 0) }] : []));
}

/**
 * 64-bit hashes: of whole rows, and of every column with the places of its values, so that equal columns have equal ones. Hashed
 * twice: one hash of value and place is an exclusive or of both, so that only the counts of values would be left of the whole.
 */
async function fingerprints(tables: Asked, relation: Relation, columns: readonly Column[]): Promise<{ different: number; columns: (string | null)[] }> {
  const plain = columns.map(({ name, type }) => (isNumber(type) ? `${quoteColumn(name)}::double` : `${quoteColumn(name)}`));
  const [row = []] = await ask(
    tables,
    relation,
    `select count(distinct hash(${plain.map((_, i) => `x${i}`).join(', ')})), ${plain.map((_, i) => `bit_xor(hash(hash(x${i}, r)))::varchar`).join(', ')} from (select row_number() over () as r, ${plain.map((sql, i) => `${sql} as x${i}`).join(', ')} from t)`,
    ['integer', ...plain.map(() => 'string' as const)],
  );
  return { different: toNumber(row[0]), columns: columns.map((_, i) => (typeof row[i + 1] === 'string' ? String(row[i + 1]) : null)) };
}
