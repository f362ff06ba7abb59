import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { nameKey } from '#app/relation/column-types.ts';
import type { ColumnType, Schema } from '#app/relation/types.ts';
import { textRows, type ReturnedKind } from './frames.ts';
import { maxColumns } from './limits.ts';

/** What comes back from a script is believed in nothing: names, lengths and values are checked here. */

export const resultSchema = z.strictObject({
  rows: z.int().min(0),
  columns: z.array(z.strictObject({ name: z.string().max(10_000), kind: z.enum(['numbers', 'booleans', 'texts', 'dates', 'empty']), parts: z.int().min(0).max(100_000) })).max(maxColumns),
});
export type ResultHeader = z.output<typeof resultSchema>;

/** A column as `TableServices.fromColumns` takes it. */
export interface TypedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly values: ArrayLike<number | string | null>;
}

interface RawColumn {
  readonly name: string;
  readonly kind: ReturnedKind;
  readonly values: ArrayLike<number | string | null>;
}

const place = { param: ['code'] };
const broken = (): PenstockError => new PenstockError('script-result', 'The result of the script cannot be read.', { remedy: 'Return a table with columns of numbers, true/false, text or dates.', place });

/** Columns from their parts. @throws PenstockError `script-result` for what no script of ours sends. */
export function decodeColumns(header: ResultHeader, parts: readonly Uint8Array[]): RawColumn[] {
  let at = 0;
  return header.columns.map(({ name, kind, parts: count }) => {
    const own = parts.slice(at, at + count);
    at += count;
    if (own.length !== count) throw broken();
    if (kind === 'empty') return { name, kind, values: Array.from({ length: header.rows }, () => null) };
    if (kind === 'numbers' || kind === 'booleans') {
      const [bytes] = own;
      if (bytes === undefined || count !== 1 || bytes.byteLength !== header.rows * 8) throw broken();
      return { name, kind, values: new Float64Array(bytes.slice().buffer) };
    }
    const values: (string | null)[] = [];
    for (const bytes of own) {
      const read = textPart.safeParse(parsed(bytes));
      if (!read.success) throw broken();
      for (const value of read.data) values.push(value);
    }
    if (values.length !== header.rows) throw broken();
    return { name, kind, values };
  });
}

const textPart = z.array(z.string().nullable()).max(textRows);

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/**
 * Gives the columns types. Declared columns are taken in their order and must fit. Otherwise a column that has the name of an input's
 * column keeps that column's type where its values fit; whole numbers are integer, other numbers float, dates with time timestamp.
 * @throws PenstockError `script-result`, `duplicate-column`, `script-column` (a declared column is missing), `script-column-type`.
 */
export function typedColumns(raw: readonly RawColumn[], declared: Schema | null, inputs: readonly Schema[]): TypedColumn[] {
  const seen = new Set<string>();
  for (const { name } of raw) {
    if (name.trim() === '') throw new PenstockError('script-result', 'A column of the result has no name.', { remedy: 'Give every column a name.', place });
    if (seen.has(nameKey(name))) throw new PenstockError('duplicate-column', `The result has two columns called “${name}”; capital letters make no difference.`, { remedy: 'Rename one of them.', place });
    seen.add(nameKey(name));
  }
  if (declared !== null) return declared.map(({ name, type }) => declaredColumn(raw, name, type));
  if (raw.length === 0) throw new PenstockError('script-result', 'The script returned a table without columns.', { remedy: 'Return at least one column.', place });
  const known = new Map<string, ColumnType>();
  for (const { name, type } of inputs.flat()) if (!known.has(name)) known.set(name, type);
  return raw.map((column) => {
    const hint = known.get(column.name);
    const type = hint !== undefined && misfit(column, hint) === null ? hint : ownType(column);
    return { name: column.name, type, values: carried(column, type) };
  });
}

function declaredColumn(raw: readonly RawColumn[], name: string, type: ColumnType): TypedColumn {
  const column = raw.find((one) => one.name === name);
  if (column === undefined) {
    throw new PenstockError('script-column', `The result has no column “${name}”, which is declared.`, {
      remedy: raw.length === 0 ? 'Return it, or take it out of the list of columns.' : `It has ${raw.slice(0, 8).map((one) => `“${one.name}”`).join(', ')}: return the column, or take it out of the list.`,
      place: { param: ['columns'], column: name },
    });
  }
  const row = misfit(column, type);
  if (row === null) return { name, type, values: carried(column, type) };
  throw new PenstockError('script-column-type', `“${name}” is declared as ${typeWords[type]}, but row ${formatCount(row + 1)} holds ${String(column.values[row]).slice(0, 80)}.`, {
    remedy: 'Convert the values in the script, or declare another type.',
    place: { param: ['columns'], column: name, line: row + 1 },
  });
}

const typeWords: Record<ColumnType, string> = { boolean: 'true/false', integer: 'whole number', float: 'number', string: 'text', date: 'date', time: 'time', timestamp: 'date and time', binary: 'binary' };

function ownType({ kind, values }: RawColumn): ColumnType {
  switch (kind) {
    case 'numbers':
      return firstRow(values, (value) => Number.isSafeInteger(value)) === null ? 'integer' : 'float';
    case 'booleans':
      return 'boolean';
    case 'dates':
      return 'timestamp';
    default:
      return 'string';
  }
}

const patterns: Partial<Record<ColumnType, RegExp>> = {
  date: /^\d{4,6}-\d\d-\d\d$/,
  time: /^\d\d:\d\d:\d\d(\.\d{1,6})?$/,
  timestamp: /^\d{4,6}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z?)?$/,
  binary: /^([0-9a-fA-F]{2})*$/,
};

/** The first row whose value does not fit a type, or null. */
function misfit({ kind, values }: RawColumn, type: ColumnType): number | null {
  if (kind === 'empty' || type === 'string') return null;
  switch (type) {
    case 'boolean':
      return kind === 'booleans' ? null : firstRow(values, (value) => kind === 'numbers' && (value === 0 || value === 1));
    case 'integer':
      return firstRow(values, (value) => kind !== 'booleans' && Number.isSafeInteger(numberOf(value)));
    case 'float':
      return firstRow(values, (value) => kind !== 'booleans' && !Number.isNaN(numberOf(value)));
    default: {
      const pattern = patterns[type];
      const isRight = (value: number | string): boolean => typeof value === 'string' && pattern?.test(value) === true && (type === 'binary' || type === 'time' || isDay(value));
      if (kind === 'dates' && type === 'date') return firstRow(values, (value) => typeof value === 'string' && /^\d{4,6}-\d\d-\d\d(T00:00:00(\.0+)?Z?)?$/.test(value));
      return firstRow(values, isRight);
    }
  }
}

/** Whether the date at the start of an ISO text is in the calendar. */
function isDay(text: string): boolean {
  const day = text.slice(0, 10);
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

/** Numbers stay; text is a number where it is written as one. */
const numberOf = (value: number | string): number => (typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value));

function firstRow(values: ArrayLike<number | string | null>, fits: (value: number | string) => boolean): number | null {
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? null;
    if (value !== null && !Number.isNaN(value) && !fits(value)) return i;
  }
  return null;
}

/** Values as the writer of columns takes them: numbers for boolean, integer, float, text for the others. */
function carried({ kind, values }: RawColumn, type: ColumnType): ArrayLike<number | string | null> {
  const isNumber = kind === 'numbers' || kind === 'booleans';
  if (type === 'boolean' || type === 'integer' || type === 'float') {
    return isNumber || kind === 'empty' ? values : Float64Array.from({ length: values.length }, (_, i) => numberOf(values[i] ?? Number.NaN));
  }
  if (isNumber) {
    return Array.from({ length: values.length }, (_, i) => {
      const value = values[i] ?? null;
      return value === null || Number.isNaN(value) ? null : kind === 'booleans' ? String(value !== 0) : String(value);
    });
  }
  if (kind === 'dates' && type === 'date') return Array.from({ length: values.length }, (_, i) => values[i] === null ? null : String(values[i]).split('T')[0] ?? null);
  if (kind === 'dates' && type === 'timestamp') return Array.from({ length: values.length }, (_, i) => values[i] === null ? null : String(values[i]).replace('T', ' ').replace('Z', ''));
  return values;
}
