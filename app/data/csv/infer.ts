import type { ColumnType } from '#app/relation/types.ts';

/** Words that often stand for a missing value. Taken as such only where the rest of a column is not text, and then said aloud. */
const missingWords = new Set(['NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'NULL', 'null', 'None', 'none', '-', '?', '.']);

type Kind = 'integer' | 'float' | 'boolean' | 'date' | 'timestamp' | 'time' | 'text';

/** What is one value, read strictly: nothing here changes when it is written back. */
export function kindOf(raw: string): Kind {
  const value = raw.trim();
  if (/^[+-]?\d+$/.test(value)) {
    // Codes with leading zeros (postcodes) and numbers beyond 64 bits would lose something as numbers.
    if (/^[+-]?0\d/.test(value)) return 'text';
    const size = BigInt(value.replace('+', ''));
    return size >= -(2n ** 63n) && size < 2n ** 63n ? 'integer' : 'text';
  }
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) {
    return /^[+-]?0\d/.test(value) || !Number.isFinite(Number(value)) ? 'text' : 'float';
  }
  if (/^(true|false)$/i.test(value)) return 'boolean';
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return isDate(value) ? 'date' : 'text';
  const stamp = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)Z?$/.exec(value);
  if (stamp?.[1] !== undefined && stamp[2] !== undefined) return isDate(stamp[1]) && isTime(stamp[2]) ? 'timestamp' : 'text';
  if (/^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$/.test(value)) return isTime(value) ? 'time' : 'text';
  return 'text';
}

function isDate(iso: string): boolean {
  const at = Date.parse(`${iso}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(iso);
}

function isTime(text: string): boolean {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return hours < 24 && minutes < 60 && seconds < 60;
}

export interface ColumnEvidence {
  readonly type: ColumnType;
  /** Missing-value words met in a column that is otherwise not text. */
  readonly words: readonly string[];
  /** Text that looks like numbers with a decimal comma. */
  readonly decimalComma: boolean;
  /** Text that looks like dates with the day or month first. */
  readonly localDates: boolean;
}

/** The narrowest type that every value of the sample fits; text where in doubt. Empty values count for nothing. */
export function inferColumn(values: readonly string[], nullWords: ReadonlySet<string>, findWords: boolean): ColumnEvidence {
  const kinds = new Set<Kind>();
  const words = new Set<string>();
  let commas = 0;
  let locals = 0;
  let texts = 0;
  for (const value of values) {
    if (value === '' || nullWords.has(value)) continue;
    if (findWords && missingWords.has(value)) {
      words.add(value);
      continue;
    }
    const kind = kindOf(value);
    kinds.add(kind);
    if (kind !== 'text') continue;
    texts += 1;
    if (/^\s*[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+\s*$/.test(value)) commas += 1;
    if (/^\s*\d{1,2}[./-]\d{1,2}[./-](\d{2}|\d{4})\s*$/.test(value)) locals += 1;
  }
  const type = unite(kinds);
  return {
    type,
    words: type === 'string' ? [] : [...words],
    decimalComma: type === 'string' && commas > 0 && commas === texts,
    localDates: type === 'string' && locals > 0 && locals === texts,
  };
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
