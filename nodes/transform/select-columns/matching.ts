import { RelationError } from '#app/relation/index.ts';
import type { Column, ColumnType, Schema } from '#app/relation/types.ts';
import type { BulkChange, SelectColumnsParams } from './node.ts';

/** Which columns a rule means, and what a rule makes of a name. */

export const kinds = ['number', 'integer', 'float', 'string', 'boolean', 'temporal', 'date', 'time', 'timestamp', 'binary'] as const;
export type Kind = (typeof kinds)[number];

export const kindTitles: Readonly<Record<Kind, string>> = {
  number: 'Numbers (whole and not)',
  integer: 'Whole numbers',
  float: 'Numbers with a fraction',
  string: 'Text',
  boolean: 'True/false',
  temporal: 'Dates and times of all kinds',
  date: 'Dates',
  time: 'Times of day',
  timestamp: 'Dates with time',
  binary: 'Binary data',
};

const members: Readonly<Partial<Record<Kind, readonly ColumnType[]>>> = { number: ['integer', 'float'], temporal: ['date', 'time', 'timestamp'] };

export const isOfKind = (column: Column, kind: Kind): boolean => members[kind]?.includes(column.type) ?? column.type === kind;

/** A regular expression over column names; capital letters do not matter, as in SQL. @throws RelationError bad-pattern at `param` */
export function patternOf(text: string, param: readonly (string | number)[], flags = 'iu'): RegExp {
  try {
    return new RegExp(text, flags);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split(': ').at(-1) ?? '').toLowerCase() : '';
    throw new RelationError('bad-pattern', `“${text}” is not a regular expression${why === '' ? '' : `: ${why}`}.`, { remedy: 'Write for example ^price_ for names that begin with price_, or put a backslash before signs that are meant as such.', place: { param } });
  }
}

/** Names that the node’s rule chooses, in the table’s order; those listed where they are chosen by name. */
export function chosenByRule(schema: Schema, params: Pick<SelectColumnsParams, 'by' | 'kind' | 'pattern' | 'except'>): string[] {
  const spared = new Set(params.except);
  const matches = params.by === 'pattern' ? patternOf(params.pattern, ['pattern']) : null;
  return schema.filter((column) => !spared.has(column.name) && (matches === null ? isOfKind(column, params.kind) : matches.test(column.name))).map(({ name }) => name);
}

/** Whether a rule for many columns is about this one; an unfinished rule is about none. */
export function concerns(change: BulkChange, column: Column, index: number): boolean {
  switch (change.of) {
    case 'all':
      return true;
    case 'kind':
      return isOfKind(column, change.kind);
    case 'pattern':
      return change.pattern !== '' && patternOf(change.pattern, ['bulk', index, 'pattern']).test(column.name);
  }
}

/** The name that a rule gives a column: found parts replaced, then its letters changed. */
export function renamed(name: string, change: BulkChange, index: number): string {
  const replaced = change.find === '' ? name : name.replace(patternOf(change.find, ['bulk', index, 'find'], 'gu'), change.replace);
  switch (change.letters) {
    case 'same':
      return replaced;
    case 'lower':
      return replaced.toLowerCase();
    case 'upper':
      return replaced.toUpperCase();
    case 'snake':
      return snakeCase(replaced);
  }
}

/** “Order Date (UTC)” and orderDateUTC both become order_date_utc. */
function snakeCase(name: string): string {
  return name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
}
