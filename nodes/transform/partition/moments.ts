import { call, cast, lit } from '#app/relation/build.ts';
import { RelationError, typeOf, typeTitles } from '#app/relation/index.ts';
import type { ColumnType, Expr } from '#app/relation/types.ts';

/** A time as a number that grows with it. @throws RelationError type-mismatch */
export function instantOf(column: Expr, type: ColumnType): Expr {
  switch (type) {
    case 'integer':
    case 'float':
      return cast(column, 'float');
    case 'date':
    case 'timestamp':
      return call('epoch', cast(column, 'timestamp'));
    default:
      throw new RelationError('type-mismatch', `A time is a date, a date and time, or a number, but the column is ${typeTitles[type]}.`, { remedy: 'Choose another column, or make a date of it with Date and Time.' });
  }
}

/** What a person typed as a moment, for a column of a type. @throws RelationError bad-moment, type-mismatch */
export function momentLiteral(text: string, type: ColumnType): Expr {
  const trimmed = text.trim();
  if (type === 'integer' || type === 'float') {
    if (trimmed !== '' && Number.isFinite(Number(trimmed))) return lit(Number(trimmed), 'float');
    throw new RelationError('bad-moment', `“${trimmed}” is not a number, but the time column holds numbers.`, { remedy: 'Write a number.' });
  }
  instantOf(lit(null), type);
  const fitting = (['date', 'timestamp'] as const).find((each) => {
    try {
      typeOf(lit(trimmed, each), []);
      return true;
    } catch {
      return false;
    }
  });
  if (fitting === undefined) throw new RelationError('bad-moment', `“${trimmed}” is not a date.`, { remedy: 'Write it as 2024-05-31 or 2024-05-31 08:30:00.' });
  return lit(trimmed, fitting);
}
