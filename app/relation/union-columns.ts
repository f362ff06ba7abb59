import { commonType, nameKey, typeTitles } from './column-types.ts';
import { RelationError } from './error.ts';
import type { Column, Relation, Schema } from './types.ts';

/** One output column of a union: its type and, by input, the column that feeds it (null: filled with missing values). */
export interface UnionColumn extends Column {
  readonly sources: readonly (string | null)[];
}

/** @throws RelationError union-empty, union-width, union-types */
export function unionColumns(union: Relation & { op: 'union' }, schemas: readonly Schema[]): UnionColumn[] {
  const [first] = schemas;
  if (first === undefined) throw new RelationError('union-empty', 'There is no table to put together.', { remedy: 'Connect at least one table.' });
  if (union.by === 'position') {
    const odd = schemas.findIndex((schema) => schema.length !== first.length);
    if (odd > 0) {
      throw new RelationError('union-width', `Table ${odd + 1} has ${schemas[odd]?.length} columns, but the first has ${first.length}.`, { remedy: 'Put the tables together by name instead.' });
    }
    return first.map((column, i) => merged(column.name, schemas.map((schema) => schema[i] ?? null)));
  }
  const names = new Map<string, string>();
  for (const column of schemas.flat()) if (!names.has(nameKey(column.name))) names.set(nameKey(column.name), column.name);
  return [...names].map(([key, name]) => merged(name, schemas.map((schema) => schema.find((column) => nameKey(column.name) === key) ?? null)));
}

function merged(name: string, columns: readonly (Column | null)[]): UnionColumn {
  const present = columns.filter((column) => column !== null);
  let type = present[0]?.type ?? 'string';
  for (const column of present) {
    const next = commonType(type, column.type);
    if (next === null) {
      throw new RelationError('union-types', `The column “${name}” is ${typeTitles[type]} in one table and ${typeTitles[column.type]} in another.`, {
        remedy: 'Retype or rename one of them first.',
        place: { column: name },
      });
    }
    type = next;
  }
  return { name, type, sources: columns.map((column) => column?.name ?? null) };
}
