import { asc, call, col, filter, lit, named, project } from '#app/relation/build.ts';
import { atParam, freeName, isNumeric, nameKey, RelationError, schemaOf, typeOf } from '#app/relation/index.ts';
import type { Column, Expr, NamedExpr, Relation, Schema, SortKey, WindowColumn } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { filling, type Filling } from './fillings.ts';
import { needsOrder, type ImputeParams, type ImputeStep } from './node.ts';

/** Everything a column is filled with is computed in windows over the table, so that the node stays part of one query. */
export const relation: RelationFn<ImputeParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  const plan = planOf(params, schema);
  if (plan.length === 0) return input;
  for (const name of params.groups) atParam(['groups'], () => typeOf(col(name), schema));
  const taken: Column[] = [...schema];
  const fresh = (wanted: string): string => {
    const name = freeName(wanted, taken);
    taken.push({ name, type: 'float' });
    return name;
  };
  const place = fresh('impute_place');
  const order = orderOf(params, schema);
  const partitionBy = [...new Set(params.groups)].map(col);
  const present = (column: Column): Expr => (params.emptyText && column.type === 'string' ? call('nullif', col(column.name), lit('')) : col(column.name));
  const fillings = plan.map(({ column, step, param }) => atParam(param, () => filling(column, step, present(column), { fresh, partitionBy, orderBy: [...order, asc(col(place))], first: order[0] ?? null, schema })));
  const isOrdered = plan.some(({ step }) => needsOrder(step.method));
  const placed: Relation = isOrdered ? { op: 'window', input, columns: [{ name: place, fn: 'row_number', partitionBy: [], orderBy: [] }] } : input;
  const first = windows(placed, fillings.flatMap((each) => each.before));
  const second = windows(first, fillings.flatMap((each) => each.after));
  const filled = project(second, outputs(schema, plan.map(({ column }, i) => ({ column, filling: fillings[i], present: present(column) })), params));
  // A row that misses several of the columns is dropped once.
  const dropped = plan.filter(({ step }) => step.method === 'drop').map(({ column }) => call('is_not_null', col(column.name)));
  return dropped.reduce<Relation>((rows, predicate) => filter(rows, predicate), filled);
};

const windows = (input: Relation, columns: readonly WindowColumn[]): Relation => (columns.length === 0 ? input : { op: 'window', input, columns });

interface Planned {
  readonly column: Column;
  readonly step: ImputeStep;
  readonly param: readonly (string | number)[];
}

/** For each column the step that fills it: the last that names it, else the last for its kind. Grouping columns are left alone by kind. */
function planOf({ steps, groups }: ImputeParams, schema: Schema): Planned[] {
  const chosen = new Map<string, Planned>();
  const byKind = (column: Column, { columns }: ImputeStep): boolean => columns === 'all' || (columns === 'numbers' ? isNumeric(column.type) : columns === 'texts' && column.type === 'string');
  for (const wanted of ['kind', 'names'] as const) {
    steps.forEach((step, i) => {
      // Unfinished rows are left out; configure asks for what is missing.
      if ((step.columns === 'chosen') !== (wanted === 'names') || (step.method === 'constant' && step.value.trim() === '')) return;
      const names = step.columns === 'chosen' ? step.names : schema.filter((column) => byKind(column, step) && !groups.includes(column.name)).map(({ name }) => name);
      for (const name of names) {
        const type = atParam(['steps', i, 'names'], () => typeOf(col(name), schema));
        const param = ['steps', i, step.method === 'constant' ? 'value' : 'method'];
        chosen.set(name, { column: { name, type }, step, param });
      }
    });
  }
  return schema.flatMap(({ name }) => chosen.get(name) ?? []);
}

function orderOf({ orderBy }: ImputeParams, schema: Schema): SortKey[] {
  return orderBy.flatMap(({ column, direction }, i): SortKey[] => {
    if (column === '') return [];
    atParam(['orderBy', i, 'column'], () => typeOf(col(column), schema));
    return [{ expr: col(column), descending: direction === 'descending', nulls: 'last' }];
  });
}

function outputs(schema: Schema, filled: readonly { readonly column: Column; readonly filling: Filling | undefined; readonly present: Expr }[], { indicator }: ImputeParams): NamedExpr[] {
  const byName = new Map(filled.map((each) => [each.column.name, each]));
  const columns = schema.map(({ name }) => {
    const found = byName.get(name);
    return named(name, found ? (found.filling?.value ?? found.present) : col(name));
  });
  if (!indicator) return columns;
  for (const { column, present } of filled) {
    const name = `${column.name}_missing`;
    if (schema.some((each) => nameKey(each.name) === nameKey(name))) {
      throw new RelationError('duplicate-column', `There would be two columns “${name}”.`, { remedy: 'Rename the one that is there, or do not mark what was missing.', place: { param: ['indicator'], column: name } });
    }
    columns.push(named(name, call('is_null', present)));
  }
  return columns;
}
