import { joinColumns } from './join-columns.ts';
import { pivotColumns } from './pivot-columns.ts';
import { unpivotColumns } from './reshape-columns.ts';
import { schemaOf } from './schema.ts';
import type { ColumnLineage, Expr, Measure, Relation } from './types.ts';
import { unionColumns } from './union-columns.ts';
import { isUniqueBy } from './unique-by.ts';

type Origin = ColumnLineage['from'][number];

/** What each output column is computed from, what decides which rows there are at all, and what the order of rows hangs on. */
interface Lineage {
  /** By column; `via: 'filter'` where a source only decides which rows this column's value is taken from. */
  readonly values: ReadonlyMap<string, readonly Origin[]>;
  readonly filters: readonly Origin[];
  /** Matters to what takes rows by their place: limits, numbers of rows, “any value”. */
  readonly order: readonly Origin[];
}

/**
 * Source columns of each output column, in the order of the schema. `via: 'value'` wins where a column also filters.
 * Filters count for every output column: predicates, join keys, group keys, sample and distinct columns, and the order under a limit.
 * A source column that is not listed for an output column can change without that column's values changing (tested by changing it);
 * the order of rows is no value.
 * @throws RelationError as schemaOf
 */
export function lineageOf(relation: Relation): ColumnLineage[] {
  const { values, filters } = trace(relation);
  return schemaOf(relation).map(({ name }) => ({ column: name, from: merged([...(values.get(name) ?? []), ...filters]) }));
}

const keyOf = ({ label, origin, column }: Origin): string => JSON.stringify([label, origin?.nodeId, origin?.port, column]);

/** Lineage by identity: relations are never changed, and a chain shares its lower part with every longer one. */
const known = new WeakMap<Relation, Lineage>();

function trace(relation: Relation): Lineage {
  const before = known.get(relation);
  if (before) return before;
  const lineage = derive(relation);
  known.set(relation, lineage);
  return lineage;
}

function derive(relation: Relation): Lineage {
  switch (relation.op) {
    case 'scan': {
      const { label, origin } = relation;
      const values = relation.schema.map(({ name }): [string, Origin[]] => [name, [{ label, ...(origin ? { origin } : {}), column: name, via: 'value' }]]);
      return { values: new Map(values), filters: [], order: [] };
    }
    case 'project': {
      const input = trace(relation.input);
      return { ...input, values: new Map(relation.columns.map(({ name, expr }) => [name, originsOf([expr], input)])) };
    }
    case 'filter': {
      const input = trace(relation.input);
      return filteredBy(input, originsOf([relation.predicate], input));
    }
    case 'aggregate': {
      const input = trace(relation.input);
      const order = originsOf(relation.keys.map(({ expr }) => expr), input);
      const keys = relation.keys.map(({ name, expr }): [string, readonly Origin[]] => [name, originsOf([expr], input)]);
      const measures = relation.measures.map((measure): [string, readonly Origin[]] => [measure.name, measureOrigins(measure, input)]);
      return filteredBy({ values: new Map([...keys, ...measures]), filters: input.filters, order }, order);
    }
    case 'join': {
      const left = trace(relation.left);
      const right = trace(relation.right);
      const columns = joinColumns(relation, schemaOf(relation.left), schemaOf(relation.right));
      const values = columns.map((column): [string, readonly Origin[]] => [
        column.name,
        merged([...(column.left === null ? [] : valuesOf(left, [column.left])), ...(column.right === null ? [] : valuesOf(right, [column.right]))]),
      ]);
      const keys = relation.on.flatMap((pair) => [...valuesOf(left, [pair.left]), ...valuesOf(right, [pair.right])]);
      return filteredBy({ values: new Map(values), filters: merged([...left.filters, ...right.filters]), order: merged([...left.order, ...right.order, ...keys]) }, keys);
    }
    case 'asof':
      return asof(relation);
    case 'union': {
      const inputs = relation.inputs.map(trace);
      const columns = unionColumns(relation, relation.inputs.map(schemaOf));
      const values = columns.map((column): [string, readonly Origin[]] => [
        column.name,
        merged(column.sources.flatMap((source, i) => (source === null ? [] : (inputs[i]?.values.get(source) ?? [])))),
      ]);
      return { values: new Map(values), filters: merged(inputs.flatMap((input) => input.filters)), order: merged(inputs.flatMap((input) => input.order)) };
    }
    case 'sort': {
      const input = trace(relation.input);
      return { ...input, order: originsOf(relation.keys.map((key) => key.expr), input) };
    }
    case 'limit': {
      const input = trace(relation.input);
      return filteredBy(input, input.order);
    }
    case 'distinct':
      // With `on`, the other columns decide which of equal rows stays.
      return byWholeRows(trace(relation.input));
    case 'sample': {
      const input = trace(relation.input);
      return { ...byWholeRows(input), order: input.order };
    }
    case 'window': {
      const input = trace(relation.input);
      const added = relation.columns.map((column): [string, readonly Origin[]] => {
        const exprs = [...(column.arg ? [column.arg] : []), ...column.partitionBy, ...column.orderBy.map((key) => key.expr)];
        return [column.name, merged([...originsOf(exprs, input), ...(column.orderBy.length === 0 ? asFilter(input.order) : [])])];
      });
      const order = originsOf(relation.columns.flatMap((column) => [...column.partitionBy, ...column.orderBy.map((key) => key.expr)]), input);
      return { values: new Map([...input.values, ...added]), filters: input.filters, order: merged([...input.order, ...order]) };
    }
    case 'pivot': {
      const input = trace(relation.input);
      const { keys, column, cells } = pivotColumns(relation, schemaOf(relation.input));
      const which = asFilter(valuesOf(input, [column.name]));
      const values = cells.map((cell): [string, readonly Origin[]] => {
        const measure = relation.measures[cell.measure];
        return [cell.name, merged([...(measure ? measureOrigins(measure, input) : []), ...which])];
      });
      const kept = keys.map(({ name }): [string, readonly Origin[]] => [name, valuesOf(input, [name])]);
      const order = valuesOf(input, relation.keys);
      return filteredBy({ values: new Map([...kept, ...values]), filters: input.filters, order }, order);
    }
    case 'unpivot': {
      const input = trace(relation.input);
      const { kept } = unpivotColumns(relation, schemaOf(relation.input));
      const value = valuesOf(input, relation.columns);
      const values = new Map([...kept.map(({ name }): [string, readonly Origin[]] => [name, valuesOf(input, [name])]), [relation.nameColumn, []], [relation.valueColumn, value]]);
      return filteredBy({ ...input, values }, relation.dropMissing ? value : []);
    }
    case 'explode': {
      const input = trace(relation.input);
      const list = valuesOf(input, [relation.column]);
      const values = schemaOf(relation).map(({ name }): [string, readonly Origin[]] => [name, name === relation.as || name === relation.position ? list : valuesOf(input, [name])]);
      return filteredBy({ ...input, values: new Map(values) }, list);
    }
    case 'set': {
      const left = trace(relation.left);
      const right = trace(relation.right);
      return byWholeRows({ ...left, filters: merged([...left.filters, ...asFilter([...right.values.values()].flat()), ...right.filters]) });
    }
    case 'sql': {
      // The text is not looked into, so everything may matter to everything.
      const inputs = relation.inputs.map((input) => trace(input.relation));
      const all = merged(inputs.flatMap((input) => [...[...input.values.values()].flat(), ...input.filters, ...input.order]));
      return { values: new Map(relation.schema.map(({ name }) => [name, all])), filters: asFilter(all), order: all };
    }
  }
}

/** Keys and times decide which right row is met; among right rows of one time, so do their other columns. Left rows stay as they are, unless unmatched ones are dropped. */
function asof(relation: Relation & { op: 'asof' }): Lineage {
  const left = trace(relation.left);
  const right = trace(relation.right);
  const columns = joinColumns(relation, schemaOf(relation.left), schemaOf(relation.right));
  const matching = asFilter([
    ...valuesOf(left, [...relation.on.map((pair) => pair.left), relation.time.left]),
    ...valuesOf(right, [...relation.on.map((pair) => pair.right), relation.time.right]),
    ...right.filters,
  ]);
  const unique = isUniqueBy(relation.right, [...relation.on.map((pair) => pair.right), relation.time.right]);
  const among = unique ? [] : asFilter([...right.values.values()].flat());
  const values = columns.map((column): [string, readonly Origin[]] => [
    column.name,
    column.left !== null ? valuesOf(left, [column.left]) : merged([...valuesOf(right, [column.right ?? column.name]), ...matching, ...among]),
  ]);
  return filteredBy({ values: new Map(values), filters: left.filters, order: merged([...left.order, ...matching]) }, relation.kind === 'inner' ? matching : []);
}

function measureOrigins({ fn, arg }: Measure, input: Lineage): Origin[] {
  return arg ? merged([...originsOf([arg], input), ...(fn === 'first' ? asFilter(input.order) : [])]) : [];
}

/** Every column decides which rows stay. */
function byWholeRows(input: Lineage): Lineage {
  const all = [...input.values.values()].flat();
  return { ...filteredBy(input, all), order: merged([...input.order, ...all]) };
}

const asFilter = (origins: readonly Origin[]): Origin[] => origins.map((origin): Origin => ({ ...origin, via: 'filter' }));

function filteredBy(lineage: Lineage, columns: readonly Origin[]): Lineage {
  return { ...lineage, filters: merged([...lineage.filters, ...asFilter(columns)]) };
}

/** Each source once; as a value if it is one anywhere. */
function merged(origins: readonly Origin[]): Origin[] {
  const byKey = new Map<string, Origin>();
  for (const origin of origins) {
    const key = keyOf(origin);
    if (origin.via === 'value' || !byKey.has(key)) byKey.set(key, origin);
  }
  return [...byKey.values()];
}

const valuesOf = (input: Lineage, names: readonly string[]): Origin[] => merged(names.flatMap((name) => input.values.get(name) ?? []));

const originsOf = (exprs: readonly Expr[], input: Lineage): Origin[] => valuesOf(input, [...new Set(exprs.flatMap(columnsOf))]);

/** Names of the columns that an expression reads, with repetitions. */
export function columnsOf(expr: Expr): string[] {
  switch (expr.op) {
    case 'col':
      return [expr.name];
    case 'lit':
      return [];
    case 'call':
      return expr.args.flatMap(columnsOf);
    case 'case':
      return [...expr.branches.flatMap((branch) => [...columnsOf(branch.when), ...columnsOf(branch.then)]), ...(expr.else ? columnsOf(expr.else) : [])];
    case 'cast':
      return columnsOf(expr.arg);
  }
}
