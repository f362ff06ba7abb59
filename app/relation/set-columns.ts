import { commonType, nameKey, typeTitles } from './column-types.ts';
import { RelationError } from './error.ts';
import type { Column, Relation, Schema } from './types.ts';

/** One output column of a set operation: the name on the left, the type in which both sides are compared. */
export interface SetColumn extends Column {
  readonly right: string;
}

/** @throws RelationError set-columns, set-types */
export function setColumns(_set: Relation & { op: 'set' }, left: Schema, right: Schema): SetColumn[] {
  const lacking = (has: Schema, wants: Schema): Column | undefined => wants.find((column) => !has.some((each) => nameKey(each.name) === nameKey(column.name)));
  const missing = lacking(right, left) ?? lacking(left, right);
  if (missing) {
    const which = lacking(right, left) ? 'second' : 'first';
    throw new RelationError('set-columns', `The ${which} table has no column “${missing.name}”, so whole rows cannot be compared.`, { remedy: 'Keep the same columns in both tables, or use a join.', place: { column: missing.name } });
  }
  return left.map((column) => {
    const other = right.find((each) => nameKey(each.name) === nameKey(column.name)) ?? column;
    const type = commonType(column.type, other.type);
    if (type !== null) return { name: column.name, type, right: other.name };
    throw new RelationError('set-types', `The column “${column.name}” is ${typeTitles[column.type]} in one table and ${typeTitles[other.type]} in the other.`, { remedy: 'Retype one of them first.', place: { column: column.name } });
  });
}
