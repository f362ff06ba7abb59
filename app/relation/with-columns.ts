import { col, named, project } from './build.ts';
import { nameKey } from './column-types.ts';
import { schemaOf } from './schema.ts';
import type { NamedExpr, Relation } from './types.ts';

/** The columns of a relation with some of them computed anew: one of a name that is there stays in its place, new ones follow. */
export function withColumns(input: Relation, added: readonly NamedExpr[]): Relation {
  if (added.length === 0) return input;
  const schema = schemaOf(input);
  const byKey = new Map(added.map((column) => [nameKey(column.name), column]));
  const kept = schema.map(({ name }) => {
    const computed = byKey.get(nameKey(name));
    return computed ?? named(name, col(name));
  });
  const existing = new Set(schema.map(({ name }) => nameKey(name)));
  return project(input, [...kept, ...added.filter(({ name }) => !existing.has(nameKey(name)))]);
}
