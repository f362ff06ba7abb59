import { col } from '#app/relation/build.ts';
import { atParam, schemaOf, typeOf } from '#app/relation/index.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { SortParams } from './node.ts';

export const relation: RelationFn<SortParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  const keys = params.keys.flatMap(({ column, direction, nulls }, i) => {
    if (column === '') return [];
    atParam(['keys', i, 'column'], () => typeOf(col(column), schema));
    return [{ expr: col(column), descending: direction === 'descending', nulls }];
  });
  return keys.length === 0 ? input : { op: 'sort', input, keys };
};
