import { col } from '#app/relation/build.ts';
import { RelationError } from '#app/relation/error.ts';
import { didYouMean } from '#app/relation/near-miss.ts';
import { schemaOf } from '#app/relation/schema.ts';
import type { SortKey } from '#app/relation/types.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const relation: RelationFn<Params> = (inputs, params) => {
  const [table] = inputs['table'] ?? [];
  if (table === undefined) return {};
  const names = schemaOf(table).map((column) => column.name);
  const keys: SortKey[] = [];
  params.keys.forEach((key, index) => {
    if (key.column === '') return;
    if (!names.includes(key.column)) {
      throw new RelationError('unknown-column', `There is no column “${key.column}”.${didYouMean(key.column, names)}`, {
        remedy: 'Choose a column of the table.',
        place: { param: ['keys', index, 'column'], column: key.column },
      });
    }
    keys.push({ expr: col(key.column), descending: key.direction === 'descending', nulls: key.nulls });
  });
  return keys.length === 0 ? table : { op: 'sort', input: table, keys };
};
