import type { Diagnostic } from '#app/core/errors.ts';
import type { ColumnType } from '#app/relation/types.ts';
import type { JsonOptions, JsonPlan } from '#app/sdk/formats.ts';
import { kindOf } from '../csv/infer.ts';

/** A JSON number as it is written: 1.0 and 9007199254740993 lose something as JS numbers. */
class JsonNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** JSON text as a value whose numbers keep their digits. @throws SyntaxError */
export function parseExactly(text: string): unknown {
  const revive = (_key: string, value: unknown, context?: { source?: string }): unknown => (typeof value === 'number' ? new JsonNumber(context?.source ?? String(value)) : value);
  return JSON.parse(text, revive as (this: unknown, key: string, value: unknown) => unknown);
}

type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);

const pointerPart = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** Types met in a column. */
type Met = Set<ColumnType | 'nested' | 'big'>;

function kindOfValue(value: unknown): ColumnType | 'nested' | 'big' | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return 'boolean';
  if (value instanceof JsonNumber) {
    if (!/^-?\d+$/.test(value.source)) return 'float';
    const whole = BigInt(value.source);
    return whole >= -(2n ** 63n) && whole < 2n ** 63n ? 'integer' : 'big';
  }
  if (typeof value === 'string') {
    const kind = kindOf(value);
    return kind === 'date' || kind === 'timestamp' ? kind : 'string';
  }
  return 'nested';
}

/** The narrowest type that loses nothing; text where kinds differ. */
function typeOf(met: Met): ColumnType {
  const kinds = [...met];
  const only = (...allowed: string[]): boolean => kinds.length > 0 && kinds.every((kind) => allowed.includes(kind));
  if (only('boolean')) return 'boolean';
  if (only('integer')) return 'integer';
  if (only('integer', 'float')) return 'float';
  if (only('date')) return 'date';
  if (only('date', 'timestamp')) return 'timestamp';
  return 'string';
}

interface Found {
  readonly name: string;
  readonly pointer: string;
  readonly met: Met;
}

/** Columns of records from a sample of them. */
export function planColumns(samples: readonly unknown[], options: JsonOptions, layout: JsonPlan['layout'], whole: boolean): { plan: JsonPlan; notes: Diagnostic[] } {
  const notes: Diagnostic[] = [];
  const objects = samples.filter(isObject).length;
  const lists = samples.filter(Array.isArray).length;
  const records: JsonPlan['records'] = objects > 0 && objects >= lists ? 'object' : lists > 0 ? 'list' : 'value';
  const found = new Map<string, Found>();
  const flattened: string[] = [];
  const note = (name: string, pointer: string, value: unknown): void => {
    let column = found.get(pointer);
    if (column === undefined) found.set(pointer, (column = { name, pointer, met: new Set() }));
    const kind = kindOfValue(value);
    if (kind !== null) column.met.add(kind);
  };
  if (records === 'object') {
    const rows = samples.filter(isObject);
    const keys = new Set(rows.flatMap((row) => Object.keys(row)));
    for (const key of keys) {
      const values = rows.map((row) => (Object.hasOwn(row, key) ? row[key] : null));
      const present = values.filter((value) => value !== null);
      const pointer = pointerPart(key);
      if (options.nested === 'flatten' && present.length > 0 && present.every(isObject) && options.types[key] === undefined) {
        flattened.push(pointer);
        const inner = new Set(present.flatMap((value) => (isObject(value) ? Object.keys(value) : [])));
        for (const name of inner) for (const value of present) note(`${key}.${name}`, pointer + pointerPart(name), isObject(value) && Object.hasOwn(value, name) ? value[name] : null);
      } else for (const value of values) note(key, pointer, value);
    }
    for (const key of Object.keys(options.types)) if (![...found.values()].some(({ name }) => name === key) && !whole) note(key, pointerPart(key), null);
  } else if (records === 'list') {
    for (const sample of samples) if (Array.isArray(sample)) sample.forEach((value: unknown, i) => note(`column_${i + 1}`, `/${i}`, value));
  } else for (const sample of samples) note('value', '', sample);
  const columns: { name: string; type: ColumnType; pointer: string }[] = [];
  const taken = new Set<string>();
  for (const { name, pointer, met } of found.values()) {
    const plain = name.trim() === '' ? `column_${columns.length + 1}` : name;
    let unique = plain;
    // Names differ in more than case, as everywhere in the app.
    for (let n = 2; taken.has(unique.toLowerCase()); n += 1) unique = `${plain}_${n}`;
    taken.add(unique.toLowerCase());
    if (unique !== name) notes.push({ severity: 'warning', code: 'column-renamed', message: `The key “${name}” becomes the column “${unique}”.`, remedy: 'Rename it in Select Columns if you like.', place: { column: unique } });
    const type = options.types[unique] ?? typeOf(met);
    if (options.types[unique] === undefined && met.size > 1 && type === 'string') {
      const kinds = [...met].map((kind) => kindWords[kind]).join(', ');
      notes.push({ severity: 'info', code: 'json-mixed', message: `Column “${unique}” holds ${kinds} and is kept as text.`, remedy: 'Choose a type for it to set aside what does not fit.', place: { column: unique } });
    } else if (options.types[unique] === undefined && met.has('big')) {
      notes.push({ severity: 'info', code: 'json-big-numbers', message: `Column “${unique}” holds whole numbers beyond 64 bits and is kept as text, digit by digit.`, place: { column: unique } });
    }
    columns.push({ name: unique, type, pointer });
  }
  return { plan: { layout, records, columns, flattened, whole }, notes };
}

const kindWords: Readonly<Record<ColumnType | 'nested' | 'big', string>> = {
  boolean: 'true or false',
  integer: 'whole numbers',
  float: 'numbers',
  string: 'text',
  date: 'dates',
  time: 'times',
  timestamp: 'dates with times',
  binary: 'binary',
  nested: 'lists or objects',
  big: 'whole numbers beyond 64 bits',
};
