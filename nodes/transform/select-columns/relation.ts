import { cast, col, named, project } from '#app/relation/build.ts';
import { RelationError } from '#app/relation/error.ts';
import { didYouMean } from '#app/relation/near-miss.ts';
import { schemaOf } from '#app/relation/schema.ts';
import type { NamedExpr, Schema } from '#app/relation/types.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

function requireColumn(name: string, schema: Schema, param: readonly (string | number)[]): void {
  if (schema.some((column) => column.name === name)) return;
  const message = name === '' ? 'No column is chosen.' : `There is no column “${name}”.`;
  throw new RelationError('unknown-column', `${message}${didYouMean(name, schema.map((column) => column.name))}`, {
    remedy: 'Choose a column of the table.',
    place: { param, column: name },
  });
}

export const relation: RelationFn<Params> = (inputs, params) => {
  const [table] = inputs['table'] ?? [];
  if (table === undefined) return {};
  const schema = schemaOf(table);
  params.columns.forEach((name, index) => requireColumn(name, schema, ['columns', index]));
  params.rename.forEach((row, index) => requireColumn(row.column, schema, ['rename', index, 'column']));
  params.retype.forEach((row, index) => requireColumn(row.column, schema, ['retype', index, 'column']));
  const dropped = new Set(params.columns);
  const kept = params.mode === 'keep' ? params.columns : schema.map((column) => column.name).filter((name) => !dropped.has(name));
  const newNames = new Map(params.rename.map((row) => [row.column, row.name.trim()]));
  const newTypes = new Map(params.retype.map((row) => [row.column, row]));
  const taken = new Set<string>();
  const columns = [...new Set(kept)].map((name): NamedExpr => {
    const type = newTypes.get(name);
    const output = newNames.get(name) || name;
    if (taken.has(output.toLowerCase())) {
      throw new RelationError('duplicate-column', `Two columns would be named “${output}”.`, {
        remedy: 'Give one of them another name.',
        place: { param: ['rename'], column: output },
      });
    }
    taken.add(output.toLowerCase());
    return named(output, type === undefined ? col(name) : cast(col(name), type.type, type.onError));
  });
  if (columns.length === 0) {
    throw new RelationError('no-columns', 'No column is left.', { remedy: 'Leave at least one column in.', place: { param: ['columns'] } });
  }
  return project(table, columns);
};
