import { joinColumns, joinKeys } from '../../join-columns.ts';
import { schemaOf } from '../../schema.ts';
import { typedPredicate } from '../../typing.ts';
import type { ColumnType, Expr, Relation, Schema } from '../../types.ts';
import { unionColumns } from '../../union-columns.ts';
import { asof } from './asof.ts';
import { convertedSql, exprToDuckDb } from './expression.ts';
import { duckdbTypes, literalSql, quoteName, valueSql } from './literal.ts';
import { measureSql } from './measures.ts';
import { pivot } from './pivot.ts';
import { fromClause, nested, queryText, sourceText, type Query } from './query.ts';
import { explode, unpivot } from './reshape.ts';
import { setOf } from './sets.ts';
import { sortKey } from './sort-key.ts';
import { readParquet } from './sealed-table.ts';
import { ownSql } from './sql.ts';
import { windowSql } from './windows.ts';

/**
 * One DuckDB SELECT for a whole relation. Steps share a SELECT as long as SQL's order of clauses allows it
 * (FROM, WHERE, SELECT, ORDER BY, LIMIT); DuckDB's optimiser flattens the nesting that remains.
 * @throws RelationError as schemaOf
 */
export function toDuckDb(relation: Relation): string {
  schemaOf(relation);
  return queryText(emit(relation));
}

function emit(relation: Relation): Query {
  switch (relation.op) {
    case 'scan':
      return scan(relation);
    case 'project': {
      const { query, schema, sql } = rowsOf(relation.input);
      return { ...query, select: relation.columns.map(({ name, expr }) => ({ name: quoteName(name), sql: sql(expr, schema) })) };
    }
    case 'filter': {
      const { query, schema, column } = rowsOf(relation.input);
      return { ...query, where: [...query.where, convertedSql(typedPredicate(relation.predicate, schema), 'boolean', column)] };
    }
    case 'aggregate':
      return aggregate(relation);
    case 'join':
      return join(relation);
    case 'union':
      return union(relation);
    case 'sort': {
      if (relation.keys.length === 0) return emit(relation.input);
      const query = emit(relation.input);
      const open = query.orderBy.length === 0 && query.limit === null && query.distinct === null && query.groupBy === null && query.select === null ? query : nested(query);
      return { ...open, orderBy: relation.keys.map((key) => sortKey(key, schemaOf(relation.input))) };
    }
    case 'limit': {
      const query = emit(relation.input);
      return { ...(query.limit === null ? query : nested(query)), limit: { count: relation.count, offset: relation.offset } };
    }
    case 'distinct':
      return distinct(relation);
    case 'sample': {
      const { query, schema, sql } = rowsOf(relation.input);
      return { ...query, where: [...query.where, `${sql(rowFraction(schema, relation.seed), schema)} < ${literalSql(relation.fraction, 'float')}`] };
    }
    case 'window': {
      const query = nested(emit(relation.input));
      const schema = schemaOf(relation.input);
      return {
        ...fromClause(sourceText(query)),
        select: [...allColumns(schema), ...relation.columns.map((column) => ({ name: quoteName(column.name), sql: windowSql(column, schema) }))],
      };
    }
    case 'asof':
      return asof(relation, emit);
    case 'pivot':
      return pivot(relation, rowsOf(relation.input).query);
    case 'unpivot':
      return unpivot(relation, rowsOf(relation.input).query);
    case 'explode':
      return explode(relation, rowsOf(relation.input).query);
    case 'set':
      return setOf(relation, emit);
    case 'sql':
      return ownSql(relation, emit);
  }
}

/** The portable row hash of `sample`. */
export const rowFraction = (schema: Schema, seed: number): Expr => ({
  op: 'call',
  fn: 'hash_fraction',
  args: [{ op: 'lit', value: seed, type: 'integer' }, ...schema.map(({ name }): Expr => ({ op: 'col', name }))],
});

/** A query whose SELECT is still to come, over the rows of a relation. */
function rowsOf(input: Relation) {
  const query = emit(input);
  const open = query.select === null && query.orderBy.length === 0 && query.limit === null && query.distinct === null;
  return { query: open ? query : nested(query), schema: schemaOf(input), column: quoteName, sql: exprToDuckDb };
}

const allColumns = (schema: Schema) => schema.map(({ name }) => ({ name: quoteName(name), sql: quoteName(name) }));

function scan(relation: Relation & { op: 'scan' }): Query {
  const { source, schema } = relation;
  switch (source.kind) {
    case 'parquet': {
      const options = [...(source.unionByName === true ? ['union_by_name = true'] : []), ...(source.hive === undefined ? [] : [`hive_partitioning = ${source.hive}`, 'hive_types_autocast = false'])];
      const value = (name: string): string => (source.nested?.includes(name) === true ? `to_json(${quoteName(name)})` : quoteName(name));
      return { ...fromClause(readParquet(source.paths, options)), select: schema.map(({ name, type }) => ({ name: quoteName(name), sql: `${value(name)}::${duckdbTypes[type]}` })) };
    }
    case 'backend':
      return fromClause(`(${source.sql})`);
    case 'named':
      return { ...fromClause(quoteName(source.name)), select: schema.map(({ name, type }) => ({ name: quoteName(name), sql: `${quoteName(name)}::${duckdbTypes[type]}` })) };
    case 'values': {
      const names = schema.map(({ name }) => quoteName(name)).join(', ');
      const row = (values: readonly (null | boolean | number | string)[]): string => `(${schema.map(({ type }, i) => valueSql(values[i] ?? null, type)).join(', ')})`;
      if (source.rows.length === 0) return { ...fromClause(`(select * from (values ${row([])}) as empty(${names}) where false) as no_rows`) };
      return fromClause(`(values ${source.rows.map(row).join(', ')}) as given(${names})`);
    }
  }
}

function aggregate(relation: Relation & { op: 'aggregate' }): Query {
  const { query, schema } = rowsOf(relation.input);
  return {
    ...query,
    select: [
      ...relation.keys.map(({ name, expr }) => ({ name: quoteName(name), sql: exprToDuckDb(expr, schema) })),
      ...relation.measures.map((measure) => ({ name: quoteName(measure.name), sql: measureSql(measure, schema) })),
    ],
    // Without keys and measures there would be no column at all, which schemaOf refuses.
    groupBy: relation.keys.length,
  };
}

function join(relation: Relation & { op: 'join' }): Query {
  const left = schemaOf(relation.left);
  const right = schemaOf(relation.right);
  const side = (alias: 'l' | 'r', schema: Schema, name: string, type: ColumnType): string => {
    const sql = `${alias}.${quoteName(name)}`;
    return schema.find((column) => column.name === name)?.type === type ? sql : `${sql}::${duckdbTypes[type]}`;
  };
  const on = joinKeys(relation, left, right).map((key) => `${side('l', left, key.left, key.type)} = ${side('r', right, key.right, key.type)}`);
  const condition = on.length === 0 ? '' : ` on ${on.join(' and ')}`;
  const select = joinColumns(relation, left, right).map((column) => {
    const parts = [
      ...(column.left === null ? [] : [side('l', left, column.left, column.type)]),
      ...(column.right === null ? [] : [side('r', right, column.right, column.type)]),
    ];
    return { name: quoteName(column.name), sql: parts.length === 1 ? (parts[0] ?? '') : `coalesce(${parts.join(', ')})` };
  });
  const operand = (input: Relation, alias: string): string => `(${queryText(emit(input))}) as ${alias}`;
  return { ...fromClause(`${operand(relation.left, 'l')} ${relation.kind} join ${operand(relation.right, 'r')}${condition}`), select };
}

function union(relation: Relation & { op: 'union' }): Query {
  const schemas = relation.inputs.map(schemaOf);
  const columns = unionColumns(relation, schemas);
  const parts = relation.inputs.map((input, i) => {
    const select = columns.map((column) => {
      const source = column.sources[i] ?? null;
      const type = schemas[i]?.find((candidate) => candidate.name === source)?.type;
      const sql = source === null ? literalSql(null, column.type) : type === column.type ? quoteName(source) : `${quoteName(source)}::${duckdbTypes[column.type]}`;
      return { name: quoteName(column.name), sql };
    });
    return `(${queryText({ ...nested(emit(input)), select })})`;
  });
  return fromClause(`(${parts.join(' union all ')})`);
}

function distinct(relation: Relation & { op: 'distinct' }): Query {
  const schema = schemaOf(relation.input);
  if (relation.on === undefined || relation.on.length === 0) {
    return { ...nested(emit(relation.input)), distinct: 'distinct ', select: allColumns(schema) };
  }
  // Which row of equals stays is settled by the other columns, so that it is the same one in every run and whatever was computed before.
  const on = relation.on;
  const source = nested(emit(relation.input));
  const orderBy = schema.filter(({ name }) => !on.includes(name)).map(({ name }) => `${quoteName(name)} asc nulls last`);
  return { ...fromClause(sourceText(source)), distinct: `distinct on (${on.map(quoteName).join(', ')}) `, select: allColumns(schema), orderBy };
}
