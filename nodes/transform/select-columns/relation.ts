import { cast, col, named, project } from '#app/relation/build.ts';
import { atParam, RelationError, schemaOf, typeOf } from '#app/relation/index.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { SelectColumnsParams } from './node.ts';

export const relation: RelationFn<SelectColumnsParams> = (inputs, { mode, columns, first, changes, onError }) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  for (const name of columns) atParam(['columns'], () => typeOf(col(name), schema));
  const all = schema.map(({ name }) => name);
  const kept = chosen();
  const changeOf = new Map<string, { change: SelectColumnsParams['changes'][number]; index: number }>();
  changes.forEach((change, index) => {
    if (change.column === '') return;
    atParam(['changes', index, 'column'], () => typeOf(col(change.column), schema));
    if (changeOf.has(change.column)) {
      throw new RelationError('duplicate-change', `The column “${change.column}” is changed twice.`, { remedy: 'Put both changes in one row.', place: { param: ['changes', index, 'column'], column: change.column } });
    }
    changeOf.set(change.column, { change, index });
  });
  const result = project(
    input,
    kept.map((name) => {
      const found = changeOf.get(name);
      if (!found) return named(name, col(name));
      const { change, index } = found;
      const expr = change.type === 'same' ? col(name) : cast(col(name), change.type, onError);
      atParam(['changes', index, 'type'], () => typeOf(expr, schema));
      return named(change.name.trim() === '' ? name : change.name.trim(), expr);
    }),
  );
  atParam([mode === 'drop' && kept.length === 0 ? 'columns' : 'changes'], () => schemaOf(result));
  return result;

  function chosen(): string[] {
    if (mode === 'keep') {
      // Nothing chosen yet: everything passes, and configure asks for a choice.
      return columns.length === 0 ? all : [...new Set(columns)];
    }
    for (const name of first) atParam(['first'], () => typeOf(col(name), schema));
    const dropped = new Set(columns);
    return [...new Set([...first, ...all])].filter((name) => !dropped.has(name));
  }
};
