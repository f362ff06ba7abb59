import { cast, col, named, project } from '#app/relation/build.ts';
import { atParam, canCast, RelationError, schemaOf, typeOf } from '#app/relation/index.ts';
import type { Column, ColumnType, NamedExpr, Schema } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { chosenByRule, concerns, renamed } from './matching.ts';
import type { SelectColumnsParams } from './node.ts';

export const relation: RelationFn<SelectColumnsParams> = (inputs, params) => {
  const { mode, changes, bulk, onError } = params;
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  const kept = chosen(schema, params);
  const changeOf = singleChanges(schema, changes);
  const exprs = kept.flatMap((name): NamedExpr[] => {
    const column = schema.find((one) => one.name === name);
    if (column === undefined) return [];
    const ruled = byRules(column, bulk);
    const single = changeOf.get(name);
    const ownName = single?.change.name.trim() ?? '';
    const own = single !== undefined && single.change.type !== 'same';
    const type: ColumnType = own ? (single.change.type as ColumnType) : ruled.type;
    // A rule leaves alone what cannot be converted at all (“all columns as dates”); a single change says so.
    const expr = type === column.type && !own ? col(name) : own || canCast(column.type, type) ? cast(col(name), type, onError) : col(name);
    if (single) atParam(['changes', single.index, 'type'], () => typeOf(expr, schema));
    return [named(ownName === '' ? ruled.name : ownName, expr)];
  });
  const result = project(input, exprs);
  const blamed = exprs.length === 0 ? (params.by === 'names' ? 'columns' : params.by) : bulk.length > 0 && changes.length === 0 ? 'bulk' : 'changes';
  if (exprs.length === 0 && params.by !== 'names') {
    throw new RelationError('no-columns', mode === 'keep' ? 'No column fits, so nothing would be left.' : 'All columns fit, so nothing would be left.', { remedy: 'Change the rule, or name exceptions.', place: { param: [blamed] } });
  }
  atParam([blamed], () => schemaOf(result));
  return result;
};

function chosen(schema: Schema, params: SelectColumnsParams): string[] {
  const { mode, by, columns, first, except, pattern } = params;
  const all = schema.map(({ name }) => name);
  const check = (names: readonly string[], param: string): void => names.forEach((name) => atParam([param], () => typeOf(col(name), schema)));
  if (by === 'names') check(columns, 'columns');
  else check(except, 'except');
  // Nothing chosen yet: everything passes, and configure asks for a choice.
  const unfinished = (by === 'names' && columns.length === 0) || (by === 'pattern' && pattern === '');
  const ruled = unfinished ? [] : by === 'names' ? [...new Set(columns)] : chosenByRule(schema, params);
  if (mode === 'keep') return unfinished ? all : ruled;
  check(first, 'first');
  const dropped = new Set(ruled);
  return [...new Set([...first, ...all])].filter((name) => !dropped.has(name));
}

function singleChanges(schema: Schema, changes: SelectColumnsParams['changes']): Map<string, { change: SelectColumnsParams['changes'][number]; index: number }> {
  const changeOf = new Map<string, { change: SelectColumnsParams['changes'][number]; index: number }>();
  changes.forEach((change, index) => {
    if (change.column === '') return;
    atParam(['changes', index, 'column'], () => typeOf(col(change.column), schema));
    if (changeOf.has(change.column)) {
      throw new RelationError('duplicate-change', `The column “${change.column}” is changed twice.`, { remedy: 'Put both changes in one row.', place: { param: ['changes', index, 'column'], column: change.column } });
    }
    changeOf.set(change.column, { change, index });
  });
  return changeOf;
}

/** Rules apply one after the other: later ones see the names and types that earlier ones made. */
function byRules(column: Column, bulk: SelectColumnsParams['bulk']): Column {
  return bulk.reduce<Column>((now, change, index) => {
    if (!concerns(change, now, index)) return now;
    const name = renamed(now.name, change, index).trim();
    return { name: name === '' ? now.name : name, type: change.type === 'same' ? now.type : change.type };
  }, column);
}
