import type { ColumnType } from '#app/relation/types.ts';
import type { CsvDateOrder } from '#app/sdk/csv.ts';
import { dateShape, formatOf, type KnownOrder } from '#app/sdk/csv-dates.ts';

/** Words that often stand for a missing value. Taken as such only where the rest of a column is not text, and then said aloud. */
const missingWords = new Set(['NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'NULL', 'null', 'None', 'none', '-', '?', '.']);

type Kind = 'integer' | 'float' | 'boolean' | 'date' | 'timestamp' | 'time' | 'text';

/** How numbers and dates are written, with what counts as missing. */
export interface ValueStyle {
  readonly nullWords: ReadonlySet<string>;
  readonly decimal: '.' | ',';
  readonly thousands: string;
  readonly dates: CsvDateOrder;
}

/** A number in the file's style as JS writes it; null when it is none in that style. */
function plainNumber(value: string, style: Pick<ValueStyle, 'decimal' | 'thousands'>): string | null {
  if (style.decimal === '.' && style.thousands === '') return value;
  const match = /^([+-]?)(\d*|\d{1,3}(?:[., ']\d{3})+)(?:([.,])(\d*))?([eE][+-]?\d+)?$/.exec(value);
  if (match === null) return null;
  const [, sign = '', whole = '', mark, fraction = '', exponent = ''] = match;
  // “1.234” with points between groups has no decimals; the expression above took them for some.
  if (mark !== undefined && mark !== style.decimal) return mark === style.thousands && fraction.length === 3 && /^\d{1,3}$/.test(whole) ? `${sign}${whole}${fraction}` : null;
  const digits = style.thousands === '' ? whole : whole.replaceAll(style.thousands, '');
  if (/\D/.test(digits)) return null;
  return `${sign}${digits}${mark === undefined ? '' : `.${fraction}`}${exponent}`;
}

const pointStyle = { decimal: '.', thousands: '' } as const;

/** What is one value, read strictly: nothing here changes when it is written back. */
export function kindOf(raw: string, style: Pick<ValueStyle, 'decimal' | 'thousands'> = pointStyle): Kind {
  const value = raw.trim();
  // Most texts show by their first letter that they are nothing else.
  if (!/^[\d+\-.,tTfF]/.test(value)) return 'text';
  const number = plainNumber(value, style);
  if (number !== null && /^[+-]?\d+$/.test(number)) {
    // Codes with leading zeros (postcodes) and numbers beyond 64 bits would lose something as numbers.
    if (/^[+-]?0\d/.test(number)) return 'text';
    if (number.length <= 18) return 'integer';
    const size = BigInt(number.replace('+', ''));
    return size >= -(2n ** 63n) && size < 2n ** 63n ? 'integer' : 'text';
  }
  if (number !== null && /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(number)) {
    return /^[+-]?0\d/.test(number) || !Number.isFinite(Number(number)) ? 'text' : 'float';
  }
  if (/^(true|false)$/i.test(value)) return 'boolean';
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return isDate(value) ? 'date' : 'text';
  const stamp = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)Z?$/.exec(value);
  if (stamp?.[1] !== undefined && stamp[2] !== undefined) return isDate(stamp[1]) && isTime(stamp[2]) ? 'timestamp' : 'text';
  if (/^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$/.test(value)) return isTime(value) ? 'time' : 'text';
  return 'text';
}

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Of the shape 2024-02-29. */
function isDate(iso: string): boolean {
  const [year, month, day] = [Number(iso.slice(0, 4)), Number(iso.slice(5, 7)), Number(iso.slice(8, 10))];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (month === 2 && isLeap ? 29 : (daysOfMonth[month - 1] ?? 0));
}

/** Of the shape 23:59 or 23:59:59, with or without a fraction. */
function isTime(text: string): boolean {
  return Number(text.slice(0, 2)) < 24 && Number(text.slice(3, 5)) < 60 && Number(text.slice(6) || 0) < 60;
}

export interface ColumnEvidence {
  readonly type: ColumnType;
  /** How dates that are not ISO are written. */
  readonly format?: string;
  /** Missing-value words met in a column that is otherwise not text. */
  readonly words: readonly string[];
  /** Text that looks like numbers with a comma whose meaning is not certain; an example. */
  readonly commaNumber?: string;
  /** Text that looks like dates in an order that is not certain (or not looked for); an example. */
  readonly localDate?: string;
  /** Words that stand for missing values were met, in whatever column. */
  readonly metWords: boolean;
  /** No value was seen. */
  readonly empty: boolean;
  readonly why: string;
}

/** The narrowest type that every value of the sample fits; text where in doubt. Empty values count for nothing. */
export function inferColumn(values: readonly string[], style: ValueStyle, findWords: boolean): ColumnEvidence {
  const kinds = new Set<Kind>();
  const words = new Set<string>();
  const dates = new DateEvidence();
  let commas = 0;
  let texts = 0;
  let firstText: string | null = null;
  let example: string | null = null;
  for (const value of values) {
    if (value === '' || style.nullWords.has(value)) continue;
    if (findWords && missingWords.has(value)) {
      words.add(value);
      continue;
    }
    example ??= value;
    const kind = kindOf(value, style);
    kinds.add(kind);
    if (kind !== 'text') continue;
    texts += 1;
    firstText ??= value;
    if (/^\s*[+-]?(\d+|\d{1,3}([.,]\d{3})+),\d+\s*$/.test(value)) commas += 1;
    dates.add(value);
  }
  const found = unite(kinds);
  const onlyTexts = kinds.size === 1 && texts > 0;
  const read = found === 'string' && onlyTexts ? dates.chosen(texts, style.dates) : null;
  const type = read?.type ?? found;
  const commaNumber = found === 'string' && commas > 0 && commas === texts ? firstText : null;
  const localDate = read === null && onlyTexts && dates.all(texts) ? firstText : null;
  return {
    type,
    ...(read === null ? {} : { format: read.format }),
    words: type === 'string' ? [] : [...words],
    metWords: words.size > 0,
    ...(commaNumber === null ? {} : { commaNumber }),
    ...(localDate === null ? {} : { localDate }),
    empty: example === null,
    why: read?.why ?? reason(type, kinds, example, firstText),
  };
}

/** Gathers the orders of day, month and year that all values of a column allow. */
class DateEvidence {
  #orders: ReadonlySet<KnownOrder> | null = null;
  #shapes = new Map<string, { separator: string; time: string }>();
  #decided = new Map<KnownOrder, string>();
  #count = 0;

  add(value: string): void {
    const shape = dateShape(value);
    if (shape === null) return;
    this.#count += 1;
    const before = this.#orders;
    this.#orders = before === null ? new Set(shape.orders) : new Set(shape.orders.filter((order) => before.has(order)));
    this.#shapes.set(`${shape.separator}${shape.time}`, { separator: shape.separator, time: shape.time });
    const [only] = shape.orders;
    if (shape.orders.length === 1 && only !== undefined && !this.#decided.has(only)) this.#decided.set(only, value);
  }

  all(texts: number): boolean {
    return texts > 0 && this.#count === texts;
  }

  chosen(texts: number, wanted: CsvDateOrder): { type: 'date' | 'timestamp'; format: string; why: string } | null {
    const [shape, other] = [...this.#shapes.values()];
    if (!this.all(texts) || wanted === 'iso' || shape === undefined || other !== undefined || this.#orders === null) return null;
    const orders = [...this.#orders];
    const [first] = orders;
    const order = wanted === 'auto' ? (orders.length === 1 ? first : undefined) : orders.find((candidate) => candidate === wanted);
    if (order === undefined) return null;
    const format = formatOf(order, shape.separator, shape.time);
    const proof = this.#decided.get(order);
    const why = wanted === 'auto' && proof !== undefined ? `Dates written ${format}, told by “${proof.trim()}”.` : `Dates written ${format}, the order that was chosen.`;
    return { type: shape.time === '' ? 'date' : 'timestamp', format, why };
  }
}

function reason(type: ColumnType, kinds: ReadonlySet<Kind>, example: string | null, firstText: string | null): string {
  const quoted = (text: string | null) => `“${(text ?? '').trim().slice(0, 40)}”`;
  if (example === null) return 'No value was seen, so it is text.';
  if (type === 'string' && firstText !== null && kinds.size > 1) return `Text because of ${quoted(firstText)} among other values.`;
  if (type === 'string' && firstText === null) return 'Text, for its values are of several types.';
  if (firstText !== null && /^[+-]?0\d+$/.test(firstText.trim())) return `Text, for ${quoted(firstText)} would lose its leading zero as a number.`;
  if (firstText !== null && /^[+-]?\d+$/.test(firstText.trim())) return `Text, for ${quoted(firstText)} has more digits than a whole number can hold.`;
  return `All values seen are like ${quoted(example)}.`;
}

export interface NumberEvidence {
  readonly decimal: '.' | ',';
  readonly thousands: '' | ',' | '.';
  /** The value that told it; absent where nothing but decimal points was seen. */
  readonly proof?: string;
}

/** Values with a comma or point of a column of numbers in whatever style; none of a column that holds anything else. */
function markedNumbers(values: readonly string[]): string[] {
  const found: string[] = [];
  for (const raw of values) {
    if (raw === '' || missingWords.has(raw)) continue;
    const value = raw.trim();
    if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+|\d{1,3}([.,]\d{3})+([.,]\d+)?)([eE][+-]?\d+)?$/.test(value)) return [];
    if (value.includes(',') || value.includes('.')) found.push(value);
  }
  return found;
}

/**
 * Decimal comma or point, and separators of thousands, from columns of numbers. A comma is taken as decimal only where a value
 * leaves no doubt (`1,5`; `1,234` may be either) and no column speaks for points.
 */
export function findNumberStyle(columns: readonly (readonly string[])[]): NumberEvidence {
  let comma: string | null = null;
  let commaGroups: string | null = null;
  let pointGroups: string | null = null;
  let points = false;
  for (const values of columns) {
    const marked = markedNumbers(values);
    for (const value of marked) {
      if (/^[+-]?\d{1,3}(\.\d{3})+,\d+$/.test(value)) pointGroups ??= value;
      else if (/^[+-]?(\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,})$/.test(value)) commaGroups ??= value;
      else if (/^[+-]?\d*,\d*([eE][+-]?\d+)?$/.test(value) && !/^[+-]?[1-9]\d{0,2},\d{3}$/.test(value)) comma ??= value;
      else if (value.includes('.') && !/^[+-]?[1-9]\d{0,2}(\.\d{3})+$/.test(value)) points = true;
    }
  }
  const decimalComma = pointGroups ?? comma;
  if (decimalComma !== null && commaGroups === null && !points) return { decimal: ',', thousands: pointGroups === null ? '' : '.', proof: decimalComma };
  if (commaGroups !== null && decimalComma === null) return { decimal: '.', thousands: ',', proof: commaGroups };
  return { decimal: '.', thousands: '' };
}

function unite(kinds: ReadonlySet<Kind>): ColumnType {
  const all = [...kinds];
  if (all.length === 0 || kinds.has('text')) return 'string';
  if (all.length === 1) return all[0] === 'text' || all[0] === undefined ? 'string' : all[0];
  if (all.every((kind) => kind === 'integer' || kind === 'float')) return 'float';
  if (all.every((kind) => kind === 'date' || kind === 'timestamp')) return 'timestamp';
  return 'string';
}

/**
 * Column names from a header: trimmed; empty ones become `column_N` (1-based position); repeated ones `name_2`, `name_3` …
 * Names that differ only in case count as repeated, since SQL cannot tell them apart.
 */
export function headerNames(fields: readonly string[]): string[] {
  const taken = new Set<string>();
  return fields.map((field, i) => {
    const base = field.trim() === '' ? `column_${i + 1}` : field.trim();
    let name = base;
    for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${base}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
