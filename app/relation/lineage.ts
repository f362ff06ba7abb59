import { RelationError } from './error.ts';
import { joinColumns } from './join-columns.ts';
import { schemaOf } from './schema.ts';
import type { ColumnLineage, Expr, Relation } from './types.ts';
import { unionColumns } from './union-columns.ts';

type Origin = ColumnLineage['from'][number];

/** What each output column is computed from, and what decides which rows there are at all. */
interface Lineage {
  readonly values: ReadonlyMap<string, readonly Origin[]>;
  readonly filters: readonly Origin[];
}

/**
 * Source columns of each output column, in the order of the schema. `via: 'value'` wins where a column also filters.
 * Filters count for every output column: predicates, join keys, group keys, sample and distinct columns, and the order under a limit.
 * @throws RelationError as schemaOf
 */
export function lineageOf(relation: Relation): ColumnLineage[] {
  const { values, filters } = trace(relation);
  return schemaOf(relation).map(({ name }) => {
    const own = values.get(name) ?? [];
    const seen = new Set(own.map(keyOf));
    return { column: name, from: [...own, ...filters.filter((filter) => !seen.has(keyOf(filter)))] };
  });
}

const keyOf = ({ label, origin, column }: Origin): string => JSON.stringify([label, origin?.nodeId, origin?.port, column]);

function trace(relation: Relation): Lineage {
  switch (relation.op) {
    case 'scan': {
      const { label, origin } = relation;
      const values = relation.schema.map(({ name }): [string, Origin[]] => [name, [{ label, ...(origin ? { origin } : {}), column: name, via: 'value' }]]);
      return { values: new Map(values), filters: [] };
    }
    case 'project': {
      const input = trace(relation.input);
      return { values: new Map(relation.columns.map(({ name, expr }) => [name, originsOf([expr], input)])), filters: input.filters };
    }
    case 'filter': {
      const input = trace(relation.input);
      return filteredBy(input, originsOf([relation.predicate], input));
    }
    case 'aggregate': {
      const input = trace(relation.input);
      const keys = relation.keys.map(({ name, expr }): [string, readonly Origin[]] => [name, originsOf([expr], input)]);
      const measures = relation.measures.map(({ name, arg }): [string, readonly Origin[]] => [name, arg ? originsOf([arg], input) : []]);
      return filteredBy({ values: new Map([...keys, ...measures]), filters: input.filters }, originsOf(relation.keys.map(({ expr }) => expr), input));
    }
    case 'join': {
      const left = trace(relation.left);
      const right = trace(relation.right);
      const columns = joinColumns(relation, schemaOf(relation.left), schemaOf(relation.right));
      const values = columns.map((column): [string, readonly Origin[]] => [
        column.name,
        merged([...(column.left === null ? [] : (left.values.get(column.left) ?? [])), ...(column.right === null ? [] : (right.values.get(column.right) ?? []))]),
      ]);
      const keys = relation.on.flatMap((pair) => [...(left.values.get(pair.left) ?? []), ...(right.values.get(pair.right) ?? [])]);
      return filteredBy({ values: new Map(values), filters: merged([...left.filters, ...right.filters]) }, keys);
    }
    case 'union': {
      const inputs = relation.inputs.map(trace);
      const columns = unionColumns(relation, relation.inputs.map(schemaOf));
      const values = columns.map((column): [string, readonly Origin[]] => [
        column.name,
        merged(column.sources.flatMap((source, i) => (source === null ? [] : (inputs[i]?.values.get(source) ?? [])))),
      ]);
      return { values: new Map(values), filters: merged(inputs.flatMap((input) => input.filters)) };
    }
    case 'sort':
      return trace(relation.input);
    case 'limit': {
      const input = trace(relation.input);
      const order = relation.input.op === 'sort' ? originsOf(relation.input.keys.map((key) => key.expr), input) : [];
      return filteredBy(input, order);
    }
    case 'distinct': {
      const input = trace(relation.input);
      // With `on`, the other columns decide which of equal rows stays.
      return filteredBy(input, [...input.values.values()].flat());
    }
    case 'sample': {
      const input = trace(relation.input);
      return filteredBy(input, [...input.values.values()].flat());
    }
    case 'window': {
      const input = trace(relation.input);
      const added = relation.columns.map((column): [string, readonly Origin[]] => [
        column.name,
        originsOf([...(column.arg ? [column.arg] : []), ...column.partitionBy, ...column.orderBy.map((key) => key.expr)], input),
      ]);
      return { values: new Map([...input.values, ...added]), filters: input.filters };
    }
    case 'asof':
    case 'pivot':
    case 'unpivot':
    case 'explode':
    case 'set':
    case 'sql':
      throw new RelationError('not-built', `The operator ${relation.op} is still to come.`);
  }
}

function filteredBy(lineage: Lineage, columns: readonly Origin[]): Lineage {
  return { values: lineage.values, filters: merged([...lineage.filters, ...columns.map((column): Origin => ({ ...column, via: 'filter' }))]) };
}

function merged(origins: readonly Origin[]): Origin[] {
  return [...new Map(origins.map((origin) => [keyOf(origin), origin])).values()];
}

function originsOf(exprs: readonly Expr[], input: Lineage): Origin[] {
  return merged([...new Set(exprs.flatMap(columnsOf))].flatMap((name) => input.values.get(name) ?? []));
}

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
