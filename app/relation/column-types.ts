import type { ColumnType } from './types.ts';

/** Column types in the words of the interface. */
export const typeTitles: Readonly<Record<ColumnType, string>> = {
  boolean: 'true/false',
  integer: 'a whole number',
  float: 'a number',
  string: 'text',
  date: 'a date',
  time: 'a time of day',
  timestamp: 'a date and time',
  binary: 'binary data',
};

export const isNumeric = (type: ColumnType): boolean => type === 'integer' || type === 'float';

/** The type that holds values of both without loss of kind: equal types, integer with float, date with timestamp; else null. */
export function commonType(a: ColumnType, b: ColumnType): ColumnType | null {
  if (a === b) return a;
  if (isNumeric(a) && isNumeric(b)) return 'float';
  if ((a === 'date' && b === 'timestamp') || (a === 'timestamp' && b === 'date')) return 'timestamp';
  return null;
}

const castTargets: Readonly<Record<ColumnType, readonly ColumnType[]>> = {
  boolean: ['integer', 'float', 'string'],
  integer: ['boolean', 'float', 'string'],
  float: ['boolean', 'integer', 'string'],
  string: ['boolean', 'integer', 'float', 'date', 'time', 'timestamp', 'binary'],
  date: ['timestamp', 'string'],
  time: ['string'],
  timestamp: ['date', 'time', 'string'],
  binary: ['string'],
};

/** Whether `cast` from one type to another means anything (a single value may still fail). */
export const canCast = (from: ColumnType, to: ColumnType): boolean => from === to || castTargets[from].includes(to);

/** Names that differ only in the case of ASCII letters are one name in SQL, so a schema may not hold both. */
export const nameKey = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
