import type { Column, ColumnType, Relation } from '#app/relation/types.ts';
import { ask, isNumber, numberSql, quoteColumn, quoteText, sqlNumber, toNumber, toNumberOrNull, type Asked } from '#app/sdk/analysis.ts';
import { copyCandidates, fingerprints, repeatedRows } from './copies.ts';
import { differentOf, differentSql, firstPart, partFor, type Different } from './different-values.ts';
import { listedValues, listValues } from './listed-values.ts';
import { numberIn, numberLike, textConditions, textForms, type TextForm } from './text-facts.ts';

/** What is known of a column; counts of rows and values are over all rows. */
export interface ColumnFacts {
  readonly column: Column;
  readonly present: number;
  readonly distinct: Different;
  /** Texts of each form; 0 for other types. */
  readonly forms: Readonly<Record<TextForm, number>>;
  /** Infinities and NaN. */
  readonly odd: number;
  readonly fences: { readonly low: number; readonly high: number; readonly farLow: number; readonly farHigh: number; readonly robustLow: number; readonly robustHigh: number } | null;
  readonly outliers: number;
  readonly robustOutliers: number;
  /** Values that usually stand for “missing”, with their counts. */
  readonly defaults: readonly { readonly value: string; readonly count: number; readonly outside: boolean }[];
  /** The most frequent value; null where there is none to name. */
  readonly top: { readonly value: string; readonly count: number } | null;
  /** Groups of values that differ only in case and spaces. */
  readonly variants: readonly { readonly values: readonly string[]; readonly count: number }[];
  readonly fingerprint: string | null;
  /** One of so many values was looked at for fences and the most frequent value; 1: every one. */
  readonly every: number;
}

/** Aggregates of one query. */
const columnsAtOnce = 30;
/** Quartiles are of at least so many values of a column: ranks are right to 0.12 points in 95 of 100 cases. */
export const sampledValues = 500_000;
/** Of columns that are not listed a most frequent value is named from this share of the values on. */
export const namedShare = 0.01;
/** Values of a column that its most frequent one is looked for in, or more: a counter costs a microsecond a value. */
export const watchedValues = 100_000;
/** The engine keeps three times as many counters: values with more than a third of a hundredth of the rows are sure to have one (Metwally et al. 2005). */
const watched = 100;
const defaultNumbers = [-99999, -9999, -999, -99, -1, 999, 9999, 99999, 999999, 9999999];
const defaultDates = ['0001-01-01', '1899-12-30', '1900-01-01', '1970-01-01', '2099-12-31', '2999-12-31', '9999-12-31'];

const isTime = (type: ColumnType): boolean => type === 'date' || type === 'timestamp';

export interface TableFacts {
  readonly rows: number;
  /** Rows that repeat another one; null: not asked for. By 64-bit hashes. */
  readonly repeated: number | null;
  readonly columns: readonly ColumnFacts[];
}

/** Answers about a column, by what was asked. */
type Answers = ReadonlyMap<string, null | boolean | number | string>;
type Measure = readonly [key: string, sql: string, type: ColumnType];
const numberOf = (answers: Answers | undefined, key: string): number => toNumberOrNull(answers?.get(key) ?? null) ?? 0;

/** A few passes over all rows, each for up to 30 columns; what only a sort or a large hash table would give is of a sample, and says so. */
export async function factsOf(tables: Asked, relation: Relation, columns: readonly Column[], duplicates: boolean, progress: (fraction: number, message: string) => void): Promise<TableFacts> {
  const [[total] = []] = await ask(tables, relation, 'select count(*) from t', ['integer']);
  const rows = toNumber(total);
  const part = firstPart(rows);
  progress(0, 'Counting');
  const first = await measured(tables, relation, columns, (column, x) => countMeasures(column, x, part));
  const found = columns.map((column, i): Different => differentOf(numberOf(first[i], 'distinct'), part));
  const few = columns.filter(({ type }, i) => type !== 'binary' && type !== 'float' && (found[i]?.count ?? 0) <= listedValues);
  progress(0.25, 'Values');
  const listed = await listValues(tables, relation, few);
  progress(0.4, 'Quartiles');
  const every = first.map((answers) => Math.max(1, Math.floor(numberOf(answers, 'present') / sampledValues)));
  // Counted to the last value where it may be a key.
  const mayBeKey = columns.map(({ type }, i) => part > 1 && type !== 'binary' && type !== 'float' && numberOf(first[i], 'present') > 0 && (found[i]?.count ?? 0) >= 0.96 * numberOf(first[i], 'present'));
  const sample = await sampled(tables, relation, columns, every, quartileMeasures);
  progress(0.5, 'Most frequent values');
  const tops = await sampled(tables, relation, columns, first.map((answers) => Math.max(1, Math.floor(numberOf(answers, 'present') / watchedValues))), (column, x, i) => (listed.has(column.name) || mayBeKey[i] === true ? [] : candidateMeasures(column, x)));
  const fences = columns.map((_, i) => fencesOf(sample[i]));
  progress(0.55, 'Outliers, keys and forms of text');
  const refined = columns.map((_, i) => partFor(found[i]?.count ?? 0));
  const refine = refined.map((one) => 2 * one <= part);
  const second = await measured(tables, relation, columns, (column, x, i): Measure[] => {
    const exact = listed.has(column.name);
    return [
      ...outlierMeasures(column, x, fences[i] ?? null, first[i]),
      ...(exact || column.type === 'binary' ? [] : mayBeKey[i] === true ? [['key', `count(distinct ${x})`, 'integer'] as const] : refine[i] === true ? [['refined', differentSql(x, refined[i] ?? 1), 'integer'] as const] : []),
      ...topMeasures(column, x, tops[i]?.get('top')),
      ...(exact || column.type !== 'string' ? [] : formMeasures(x)),
    ];
  });
  const whole = columns.map((column, i): Omit<ColumnFacts, 'fingerprint'> => {
    const [one, two, values] = [first[i], second[i], listed.get(column.name)];
    const present = numberOf(one, 'present');
    return {
      column,
      present,
      distinct: column.type === 'binary' ? { count: 0, error: 1 } : values !== undefined ? { count: values.values.length, error: 0 } : two?.has('key') === true ? { count: numberOf(two, 'key'), error: 0 } : within(two?.has('refined') === true ? differentOf(numberOf(two, 'refined'), refined[i] ?? 1) : (found[i] ?? { count: 0, error: 1 }), present),
      forms: values?.forms ?? Object.fromEntries(textForms.map((form) => [form, numberOf(two, form)])) as Record<TextForm, number>,
      odd: numberOf(one, 'odd'),
      fences: fences[i] ?? null,
      outliers: numberOf(two, 'outliers'),
      robustOutliers: numberOf(two, 'robustOutliers'),
      defaults: defaultsOf(column, numberOf(one, 'negative'), two, fences[i] ?? null),
      top: values === undefined ? topOf(tops[i], two, present) : (values.values[0] ?? null),
      variants: column.type === 'string' && values !== undefined ? variantsOf(values.values) : [],
      every: values === undefined || isNumber(column.type) ? (every[i] ?? 1) : 1,
    };
  });
  progress(0.85, 'Repeated rows');
  if (!duplicates || rows === 0) return { rows, repeated: null, columns: whole.map((facts) => ({ ...facts, fingerprint: null })) };
  // Where every row has a value of its own in some column no row repeats another.
  const keyed = whole.some(({ distinct }) => distinct.error === 0 && distinct.count === rows);
  const repeated = keyed ? 0 : await repeatedRows(tables, relation, columns, rows);
  const signatures = whole.map(({ column, present, distinct }, i) => (present === 0 || distinct.count < 2 ? null : isNumber(column.type) ? `number ${present} ${String(first[i]?.get('min'))} ${String(first[i]?.get('max'))}` : `${column.type} ${present} ${numberOf(first[i], 'distinct')}`));
  const prints = await fingerprints(tables, relation, copyCandidates(columns, signatures));
  return { rows, repeated, columns: whole.map((facts) => ({ ...facts, fingerprint: prints.get(facts.column.name) ?? null })) };
}

const within = (different: Different, most: number): Different => (different.count > most ? { ...different, count: most } : different);

type MeasuresOf = (column: Column, x: string, i: number) => readonly Measure[];

/** Answers to measures of every column, given the column and its SQL name, in as few queries as columns allow. */
async function measured(tables: Asked, relation: Relation, columns: readonly Column[], measuresOf: MeasuresOf, every = 1): Promise<Answers[]> {
  const answers: Map<string, null | boolean | number | string>[] = columns.map(() => new Map());
  for (let from = 0; from < columns.length; from += columnsAtOnce) {
    const asked = columns.slice(from, from + columnsAtOnce).flatMap((column, i) => measuresOf(column, `x${i}`, from + i).map((measure) => ({ i, measure })));
    if (asked.length === 0) continue;
    const needed = new Set(asked.map(({ i }) => i));
    const names = columns.slice(from, from + columnsAtOnce).flatMap((column, i) => (needed.has(i) ? [`${quoteColumn(column.name)} as x${i}${column.type === 'string' ? `, ${numberLike(quoteColumn(column.name))} as like_x${i}` : ''}`] : []));
    const numbers = columns.slice(from, from + columnsAtOnce).flatMap(({ type }, i) => (needed.has(i) && type === 'string' ? [`, ${numberIn(`like_x${i}`)} as number_x${i}`] : []));
    const rows = every === 1 ? `select *${numbers.join('')} from (select ${names.join(', ')} from t)` : `select * from (select ${names.join(', ')}, row_number() over () as place from t) where hash(place) % ${every} = 0`;
    const [row = []] = await ask(tables, relation, `select ${asked.map(({ measure: [, sql] }) => sql).join(', ')} from (${rows})`, asked.map(({ measure: [, , type] }) => type));
    asked.forEach(({ i, measure: [key] }, at) => answers[from + i]?.set(key, row[at] ?? null));
  }
  return answers;
}

/** As `measured`, of the rows whose place has a certain hash: the same ones each time. Columns of few values are looked at whole. */
async function sampled(tables: Asked, relation: Relation, columns: readonly Column[], every: readonly number[], measuresOf: MeasuresOf): Promise<Answers[]> {
  const common = Math.min(...every.filter((one) => one > 1));
  const large = (i: number): boolean => (every[i] ?? 1) > 1;
  const whole = await measured(tables, relation, columns, (column, x, i) => (large(i) ? [] : measuresOf(column, x, i)));
  if (!Number.isFinite(common)) return whole;
  const part = await measured(tables, relation, columns, (column, x, i) => (large(i) ? measuresOf(column, x, i) : []), common);
  return columns.map((_, i) => (large(i) ? part[i] : whole[i]) ?? new Map());
}

const counted = (key: string, condition: string): Measure => [key, `count(*) filter (where ${condition})`, 'integer'];

function countMeasures(column: Column, x: string, part: number): Measure[] {
  const measures: Measure[] = [['present', `count(${x})`, 'integer']];
  if (column.type === 'binary') return measures;
  measures.push(['distinct', differentSql(x, part), 'integer']);
  if (!isNumber(column.type)) return measures;
  const value = numberSql({ name: x, type: column.type });
  if (column.type === 'float') measures.push(counted('odd', `not isfinite(${x})`));
  return [...measures, ['min', `min(${value})`, 'float'], ['max', `max(${value})`, 'float'], counted('negative', `(${value}) < 0`)];
}

function quartileMeasures(column: Column, x: string): Measure[] {
  if (!isNumber(column.type)) return [];
  const value = numberSql({ name: x, type: column.type });
  const quartile = (place: number): string => `quantile_cont(${value}, [0.25, 0.5, 0.75])[${place}]`;
  return [['q1', quartile(1), 'float'], ['median', quartile(2), 'float'], ['q3', quartile(3), 'float'], ['mad', `mad(${value})`, 'float']];
}

/** The value that is most frequent, as far as a few counters can tell. */
const candidateMeasures = (column: Column, x: string): Measure[] => (column.type === 'binary' ? [] : [['top', `approx_top_k(${column.type === 'float' ? `${x}::double` : x}, ${watched})[1]::varchar`, 'string']]);

function outlierMeasures(column: Column, x: string, fence: ColumnFacts['fences'], first: Answers | undefined): Measure[] {
  if (isTime(column.type)) return defaultDates.map((value) => counted(`is ${value}`, `${x}::date = date '${value}'`));
  if (!isNumber(column.type)) return [];
  const value = numberSql({ name: x, type: column.type });
  const [min, max] = [toNumberOrNull(first?.get('min')), toNumberOrNull(first?.get('max'))];
  const possible = defaultNumbers.filter((one) => min !== null && max !== null && one >= min && one <= max);
  return [
    ...(fence === null ? [] : [counted('outliers', `(${value}) < ${sqlNumber(fence.low)} or (${value}) > ${sqlNumber(fence.high)}`), counted('robustOutliers', `(${value}) < ${sqlNumber(fence.robustLow)} or (${value}) > ${sqlNumber(fence.robustHigh)}`)]),
    ...possible.map((one) => counted(`is ${one}`, `(${value}) = ${sqlNumber(one)}`)),
  ];
}

/** How often the value occurs that a sample has most often: compared as what it is, as writing every number as text takes seconds. */
function topMeasures(column: Column, x: string, top: null | boolean | number | string | undefined): Measure[] {
  if (typeof top !== 'string') return [];
  return [counted('topCount', column.type === 'float' ? `${x}::double = ${quoteText(top)}::double` : `${x} = ${quoteText(top)}`)];
}

function topOf(candidate: Answers | undefined, second: Answers | undefined, present: number): ColumnFacts['top'] {
  const value = candidate?.get('top');
  const count = numberOf(second, 'topCount');
  return typeof value === 'string' && count >= namedShare * present ? { value, count } : null;
}

function formMeasures(x: string): Measure[] {
  const conditions = textConditions({ text: x, like: `like_${x}`, number: `number_${x}` });
  return textForms.map((form) => counted(form, conditions[form]));
}

function fencesOf(sample: Answers | undefined): ColumnFacts['fences'] {
  const [q1, median, q3, mad] = ['q1', 'median', 'q3', 'mad'].map((name) => toNumberOrNull(sample?.get(name)));
  if (q1 === null || q1 === undefined || q3 === null || q3 === undefined || median === null || median === undefined || !(q3 > q1)) return null;
  const range = q3 - q1;
  // 3.5 robust deviations (Iglewicz and Hoaglin 1993).
  const robust = (mad ?? 0) > 0 ? 3.5 * 1.482602218505602 * (mad ?? 0) : Number.MAX_VALUE / 4;
  return { low: q1 - 1.5 * range, high: q3 + 1.5 * range, farLow: q1 - 3 * range, farHigh: q3 + 3 * range, robustLow: median - robust, robustHigh: median + robust };
}

/** −1 counts only where nothing else is negative; other numbers where they stand far away from the rest. */
function defaultsOf(column: Column, negative: number, second: Answers | undefined, fence: ColumnFacts['fences']): ColumnFacts['defaults'] {
  if (isTime(column.type)) return defaultDates.flatMap((value) => { const count = numberOf(second, `is ${value}`); return count > 0 ? [{ value, count, outside: true }] : []; });
  return defaultNumbers.flatMap((value) => {
    const count = numberOf(second, `is ${value}`);
    const outside = value === -1 ? negative === count : fence !== null && (value < fence.farLow || value > fence.farHigh);
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
