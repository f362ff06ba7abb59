import { formatCount, formatNumber } from '#app/core/units.ts';
import { isNumber } from '#app/sdk/analysis.ts';
import type { ColumnFacts, TableFacts } from './facts.ts';
import type { DataQualityParams } from './node.ts';

export const severities = ['high', 'medium', 'low'] as const;
export type Severity = (typeof severities)[number];

/** Something to look at; `column` is empty where it is the whole table. */
export interface Finding {
  readonly column: string;
  readonly check: string;
  readonly severity: Severity;
  /** Rows, or values, that it is about. */
  readonly count: number;
  readonly share: number;
  readonly finding: string;
  readonly examples: string;
  readonly advice: string;
}

const percent = (share: number): string => (share > 0 && share < 0.001 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`);
const quoted = (values: readonly string[]): string => values.slice(0, 4).map((value) => `“${value.length > 40 ? `${value.slice(0, 40)}…` : value}”`).join(', ');
const plural = (count: number, one: string, many: string): string => `${formatCount(count)} ${count === 1 ? one : many}`;

/** What the counts say, worst first. Sentences for people, advice that names the node that mends it. */
export function findingsOf({ rows, repeated, columns }: TableFacts, params: DataQualityParams): Finding[] {
  if (rows === 0) return [{ column: '', check: 'no rows', severity: 'high', count: 0, share: 0, finding: 'The table has no rows.', examples: '', advice: 'Check the reader, filters and joins before it.' }];
  const found: Finding[] = [];
  if (repeated !== null && repeated > 0) {
    found.push({ column: '', check: 'repeated rows', severity: repeated / rows >= 0.01 ? 'high' : 'medium', count: repeated, share: repeated / rows, finding: `${plural(repeated, 'row repeats', 'rows repeat')} another one in every column.`, examples: '', advice: 'Deduplicate removes them; check first whether a join multiplied rows.' });
  }
  found.push(...copies(columns, rows));
  for (const facts of columns) found.push(...ofColumn(facts, rows, params));
  return sorted(found);
}

export const sorted = (found: readonly Finding[]): Finding[] => found.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || b.share - a.share || a.column.localeCompare(b.column, 'en'));

function copies(columns: readonly ColumnFacts[], rows: number): Finding[] {
  const groups = new Map<string, string[]>();
  for (const { fingerprint, column, present, distinct } of columns) {
    // Constant and empty columns are equal by accident.
    if (fingerprint === null || present === 0 || distinct.count < 2) continue;
    const key = `${isNumber(column.type) ? 'number' : column.type} ${fingerprint}`;
    groups.set(key, [...(groups.get(key) ?? []), column.name]);
  }
  return [...groups.values()].flatMap((names) =>
    names.slice(1).map((name): Finding => ({ column: name, check: 'copied column', severity: 'medium', count: rows, share: 1, finding: `Equals “${names[0] ?? ''}” in every row.`, examples: '', advice: 'Select Columns drops one of them.' })),
  );
}

function ofColumn(facts: ColumnFacts, rows: number, params: DataQualityParams): Finding[] {
  const { column, present, distinct, top, forms } = facts;
  const found: Finding[] = [];
  const add = (check: string, severity: Severity, count: number, of: number, finding: string, advice: string, examples: readonly string[] = []): void => void found.push({ column: column.name, check, severity, count, share: of === 0 ? 0 : count / of, finding, examples: quoted(examples), advice });
  const missing = rows - present;
  if (present === 0) {
    add('all missing', 'high', rows, rows, 'Every value is missing.', 'Select Columns drops it; check the reader’s type if values were there.');
    return found;
  }
  if (missing > 0) add('missing', missing / rows >= params.missing ? 'high' : missing / rows >= 0.05 ? 'medium' : 'low', missing, rows, `${percent(missing / rows)} of the values are missing.`, missing / rows >= 0.6 ? 'Hardly fillable: Select Columns drops it, or keep only whether it is there (Formula).' : 'Impute fills them, Filter Rows drops the rows.');
  if (forms.empty + forms.blank > 0) {
    const count = forms.empty + forms.blank;
    add('empty text', count / rows >= 0.05 ? 'medium' : 'low', count, rows, `${plural(forms.empty, 'value is', 'values are')} empty text and ${formatCount(forms.blank)} only spaces; neither counts as missing.`, 'Text trims and makes empty text missing.');
  }
  if (forms.placeholders > 0 && forms.placeholders < present) add('placeholder text', 'medium', forms.placeholders, present, `${plural(forms.placeholders, 'value stands', 'values stand')} for “missing” as text.`, 'Name them as missing values in the reader, or make them missing with Rules.');
  if (top !== null && (distinct.count === 1 || top.count === present)) add('constant', present === rows ? 'high' : 'medium', top.count, rows, missing === 0 ? 'Every row has the same value.' : 'All values that are there are the same.', missing === 0 ? 'Select Columns drops it: it tells rows apart in nothing.' : 'Only whether it is there can tell rows apart.', [top.value]);
  else if (top !== null && top.count / present >= params.constant) add('nearly constant', 'medium', top.count, present, `One value is in ${percent(top.count / present)} of the values.`, 'Select Columns drops it unless the rare values matter.', [top.value]);
  keys(facts, rows, add);
  if (facts.odd > 0) add('infinite', 'high', facts.odd, present, `${plural(facts.odd, 'value is', 'values are')} infinite or not a number.`, 'Formula with is_finite makes them missing; look for divisions by zero before.');
  if (facts.fences !== null && facts.outliers > 0) {
    const share = facts.outliers / present;
    add('outliers', share >= 0.05 ? 'medium' : 'low', facts.outliers, present, `${plural(facts.outliers, 'value lies', 'values lie')} beyond the quartile fences ${formatNumber(facts.fences.low)} and ${formatNumber(facts.fences.high)}; ${formatCount(facts.robustOutliers)} beyond 3.5 robust deviations${facts.every > 1 ? ' (limits of a sample, values of all rows)' : ''}.`, share >= 0.05 ? 'So many are a skewed column: take logarithms (Formula) rather than drop rows.' : 'Outliers parts these rows from the others.');
  }
  for (const { value, count } of facts.defaults) add('suspicious default', count / present >= 0.01 ? 'high' : 'medium', count, present, `${plural(count, 'value is', 'values are')} ${value}, which often stands for “missing”.`, 'Make it missing with Rules (or in the reader), then Impute.', [value]);
  if (column.type === 'string') text(facts, params, add);
  return found;
}

type Add = (check: string, severity: Severity, count: number, of: number, finding: string, advice: string, examples?: readonly string[]) => void;

function keys({ column, present, distinct: { count: distinct, error }, top }: ColumnFacts, rows: number, add: Add): void {
  if (error > 0 || column.type === 'float' || rows < 10) return;
  if (distinct === present && present === rows) add('unique', 'low', rows, rows, 'Every row has a value of its own: a key.', 'Use it to join; leave it out of the features.');
  else if (distinct / present >= 0.98 && distinct < present) {
    const repeats = present - distinct;
    add('repeated keys', 'medium', repeats, present, `Nearly a key: ${plural(repeats, 'value repeats', 'values repeat')} another one.`, 'If it should be a key, Deduplicate by this column.', top === null || top.count < 2 ? [] : [top.value]);
  } else if (distinct === present && present < rows) add('missing keys', 'medium', rows - present, rows, `A key, but for ${plural(rows - present, 'row', 'rows')} without a value.`, 'Find out why these rows have none; joins leave them out.');
}

function text(facts: ColumnFacts, params: DataQualityParams, add: Add): void {
  const { present, forms } = facts;
  const filled = present - forms.empty - forms.blank - forms.placeholders;
  if (forms.spaces > 0) add('spaces around', 'low', forms.spaces, present, `${plural(forms.spaces, 'value begins or ends', 'values begin or end')} with a space.`, 'Text trims them.');
  if (facts.variants.length > 0) {
    const count = facts.variants.reduce((sum, one) => sum + one.count, 0);
    add('mixed spelling', count / present >= 0.01 ? 'medium' : 'low', count, present, `${plural(facts.variants.length, 'category is', 'categories are')} written in several ways that differ only in case or spaces.`, 'Text makes one case and trims.', facts.variants.flatMap(({ values }) => values.slice(0, 2)));
  }
  if (filled <= 0) return;
  const numbers = forms.numbers + forms.commaNumbers;
  if (numbers > 0 && forms.numbers > 0 && forms.commaNumbers > 0 && numbers / filled >= 0.5) add('mixed number formats', 'high', Math.min(forms.numbers, forms.commaNumbers), present, `${formatCount(forms.numbers)} numbers have a decimal point or none, ${formatCount(forms.commaNumbers)} a decimal comma or thousands.`, 'Text replaces the comma, then Formula converts; or set the decimal sign in the reader.');
  else if (numbers / filled >= params.drift) {
    const rest = filled - numbers;
    add('numbers as text', rest > 0 ? 'high' : 'medium', numbers, filled, rest > 0 ? `${percent(numbers / filled)} of the values are numbers, ${formatCount(rest)} are not.` : 'Every value is a number, but the column is text.', rest > 0 ? 'Look at the others (Filter Rows), then convert with Formula; what is no number becomes missing.' : 'Set the type in the reader, or convert with Formula.');
  }
  const dates = forms.isoDates + forms.otherDates;
  if (dates / filled >= params.drift) {
    if (forms.isoDates > 0 && forms.otherDates > 0) add('mixed date formats', 'high', Math.min(forms.isoDates, forms.otherDates), present, `${formatCount(forms.isoDates)} dates are written as year-month-day, ${formatCount(forms.otherDates)} in another way.`, 'Date and Time parses each format; check which comes first, day or month.');
    else add('dates as text', dates < filled ? 'high' : 'medium', dates, filled, dates < filled ? `${percent(dates / filled)} of the values are dates, ${formatCount(filled - dates)} are not.` : 'Every value is a date, but the column is text.', 'Set the type in the reader, or parse with Date and Time.');
  }
}
