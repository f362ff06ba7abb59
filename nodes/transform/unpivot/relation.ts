import { col } from '#app/relation/build.ts';
import { atParam, nameKey, RelationError, schemaOf, typeOf } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { chosenColumns } from './chosen.ts';
import type { UnpivotParams } from './node.ts';

export const relation: RelationFn<UnpivotParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  if (params.mode !== 'numbers') for (const name of params.columns) atParam(['columns'], () => typeOf(col(name), schema));
  const columns = chosenColumns(params, schema);
  const nameColumn = params.nameColumn.trim();
  const valueColumn = params.valueColumn.trim();
  // Unfinished: the table passes, and configure asks for what is missing.
  if (columns.length === 0 || nameColumn === '' || valueColumn === '') return input;
  const kept = schema.filter(({ name }) => !columns.includes(name));
  const free = (param: 'nameColumn' | 'valueColumn', name: string, others: readonly string[]): void => {
    if (!others.some((other) => nameKey(other) === nameKey(name))) return;
    throw new RelationError('duplicate-column', `There would be two columns “${name}”.`, { remedy: 'Choose another name.', place: { param: [param], column: name } });
  };
  const keptNames = kept.map(({ name }) => name);
  free('nameColumn', nameColumn, keptNames);
  free('valueColumn', valueColumn, [...keptNames, nameColumn]);
  const unpivot: Relation = { op: 'unpivot', input, columns, nameColumn, valueColumn, dropMissing: params.dropMissing };
  atParam(['columns'], () => schemaOf(unpivot));
  return unpivot;
};
