import { canCast, commonType, nameKey, typeTitles } from './column-types.ts';
import { RelationError } from './error.ts';
import { unknownColumn } from './typing.ts';
import type { Column, ColumnType, Relation, Schema } from './types.ts';

/** What an unpivot keeps, and the type its values get. @throws RelationError unknown-column, unpivot-columns */
export function unpivotColumns(unpivot: Relation & { op: 'unpivot' }, input: Schema): { readonly kept: readonly Column[]; readonly values: readonly Column[]; readonly type: ColumnType } {
  if (unpivot.columns.length === 0) throw new RelationError('unpivot-columns', 'No column is chosen to be turned into rows.', { remedy: 'Choose at least one column.' });
  const values = unpivot.columns.map((name) => {
    const column = input.find((each) => each.name === name);
    if (!column) throw unknownColumn(name, input);
    return column;
  });
  const repeated = unpivot.columns.find((name, i) => unpivot.columns.indexOf(name) !== i);
  if (repeated !== undefined) throw new RelationError('unpivot-columns', `The column “${repeated}” is chosen twice.`, { remedy: 'Remove one of them.', place: { column: repeated } });
  const type = values.map((column) => column.type).reduce<ColumnType>((all, each) => commonType(all, each) ?? 'string', values[0]?.type ?? 'string');
  return { kept: input.filter(({ name }) => !unpivot.columns.includes(name)), values, type };
}

/** Columns of an explode, in order: those of the input, the list replaced by its element and, directly after it, the position. @throws RelationError unknown-column, explode-column, explode-delimiter, explode-type */
export function explodeColumns(explode: Relation & { op: 'explode' }, input: Schema): Column[] {
  const list = input.find((column) => column.name === explode.column);
  if (!list) throw unknownColumn(explode.column, input);
  if (list.type !== 'string') {
    throw new RelationError('explode-column', `The column “${list.name}” is ${typeTitles[list.type]}, so it holds no list.`, { remedy: 'Choose a text column with lists such as [1, 2] or a,b,c.', place: { column: list.name } });
  }
  if (explode.delimiter === '') throw new RelationError('explode-delimiter', 'There is no character to split at.', { remedy: 'Type the character between two elements, such as a comma.' });
  if (!canCast('string', explode.elementType)) throw new RelationError('explode-type', `Elements cannot be ${typeTitles[explode.elementType]}.`);
  return input.flatMap((column): Column[] =>
    nameKey(column.name) !== nameKey(list.name) ? [column] : [{ name: explode.as, type: explode.elementType }, ...(explode.position === null ? [] : [{ name: explode.position, type: 'integer' as const }])],
  );
}
