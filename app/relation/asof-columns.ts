import { commonType, isNumeric, typeTitles } from './column-types.ts';
import { RelationError } from './error.ts';
import { unknownColumn } from './typing.ts';
import type { JoinKey } from './join-columns.ts';
import type { ColumnType, Relation, Schema } from './types.ts';

const ordered = (type: ColumnType): boolean => isNumeric(type) || type === 'date' || type === 'timestamp';

/** The two columns that are matched in time, and the type in which they are compared. @throws RelationError unknown-column, asof-time, bad-tolerance */
export function asofTime(asof: Relation & { op: 'asof' }, left: Schema, right: Schema): JoinKey {
  const a = left.find((column) => column.name === asof.time.left);
  const b = right.find((column) => column.name === asof.time.right);
  if (!a) throw unknownColumn(asof.time.left, left);
  if (!b) throw unknownColumn(asof.time.right, right);
  const type = commonType(a.type, b.type);
  if (type === null || !ordered(type)) {
    throw new RelationError('asof-time', `The columns “${a.name}” (${typeTitles[a.type]}) and “${b.name}” (${typeTitles[b.type]}) cannot be matched in time.`, {
      remedy: 'Both must be dates, dates with time, or numbers. Retype one of them first.',
      place: { column: type === null || ordered(a.type) ? b.name : a.name },
    });
  }
  if (asof.tolerance !== null && !(Number.isFinite(asof.tolerance) && asof.tolerance >= 0)) {
    throw new RelationError('bad-tolerance', 'The greatest distance in time must be a number of at least 0.', { remedy: 'Leave it out to match at any distance.' });
  }
  return { left: a.name, right: b.name, type };
}
