import { hashFraction } from '../functions/hash.ts';
import { convert, textOfValue } from '../functions/conversion.ts';
import { compareValues } from '../functions/order.ts';
import type { Value } from '../functions/spec.ts';
import { joinColumns, joinKeys } from '../join-columns.ts';
import { schemaOf } from '../schema.ts';
import { typed, typedPredicate } from '../typing.ts';
import type { ColumnType, Expr, Relation, Schema, SortKey } from '../types.ts';
import { setColumns } from '../set-columns.ts';
import { unionColumns } from '../union-columns.ts';
import { aggregateValue } from './aggregate.ts';
import { asofRows } from './asof.ts';
import { evaluate, valueOf, type Row } from './expression.ts';
import { pivotRows } from './pivot.ts';
import { explodeRows, unpivotRows } from './reshape.ts';
import { windowValues } from './window.ts';

/**
 * The meaning of a relation, row by row and without any thought of speed: what the emitters are tested against.
 * `tables` holds the rows of named sources, in the order of the scan's schema. Parquet and SQL cannot be read here.
 * @throws RelationError as schemaOf; ArithmeticOverflow, ConversionFailure where the query would fail
 */
export function interpret(relation: Relation, tables: ReadonlyMap<string, readonly (readonly Value[])[]>): Value[][] {
  const schema = schemaOf(relation);
  return rowsOf(relation, tables).map((row) => schema.map(({ name }) => row.get(name) ?? null));
}

type Tables = ReadonlyMap<string, readonly (readonly Value[])[]>;

const rowFrom = (names: readonly string[], values: readonly Value[]): Row => new Map(names.map((name, i) => [name, values[i] ?? null]));

function rowsOf(relation: Relation, tables: Tables): Row[] {
  switch (relation.op) {
    case 'scan':
      return scan(relation, tables);
    case 'project': {
      const schema = schemaOf(relation.input);
      const columns = relation.columns.map(({ name, expr }) => ({ name, expr: typed(expr, schema) }));
      return rowsOf(relation.input, tables).map((row) => new Map(columns.map(({ name, expr }) => [name, evaluate(expr, row)])));
    }
    case 'filter': {
      const predicate = typedPredicate(relation.predicate, schemaOf(relation.input));
      return rowsOf(relation.input, tables).filter((row) => !predicate.isNull && evaluate(predicate, row) === true);
    }
    case 'aggregate':
      return aggregate(relation, tables);
    case 'join':
      return join(relation, tables);
    case 'union': {
      const schemas = relation.inputs.map(schemaOf);
      const columns = unionColumns(relation, schemas);
      return relation.inputs.flatMap((input, i) =>
        rowsOf(input, tables).map((row): Row => {
          const typeAt = (name: string): ColumnType => schemas[i]?.find((column) => column.name === name)?.type ?? 'string';
          return new Map(columns.map(({ name, type, sources }) => [name, sources[i] ? convert(row.get(sources[i] ?? '') ?? null, typeAt(sources[i] ?? ''), type) : null]));
        }),
      );
    }
    case 'sort':
      return [...rowsOf(relation.input, tables)].sort(byKeys(relation.keys, schemaOf(relation.input)));
    case 'limit':
      return rowsOf(relation.input, tables).slice(relation.offset, relation.offset + relation.count);
    case 'distinct':
      return distinct(relation, tables);
    case 'sample': {
      const schema = schemaOf(relation.input);
      return rowsOf(relation.input, tables).filter((row) => {
        const texts = schema.map(({ name, type }) => {
          const value = row.get(name) ?? null;
          return value === null ? '\u001e' : textOfValue(typeof value === 'number' ? value + 0 : value, type);
        });
        return hashFraction(BigInt(relation.seed), texts) < relation.fraction;
      });
    }
    case 'window': {
      const schema = schemaOf(relation.input);
      const rows = rowsOf(relation.input, tables);
      const added = relation.columns.map((column) => ({ name: column.name, values: windowValues(column, schema, rows) }));
      return rows.map((row, i) => new Map([...row, ...added.map(({ name, values }): [string, Value] => [name, values[i] ?? null])]));
    }
    case 'asof':
      return asofRows(relation, rowsOf(relation.left, tables), rowsOf(relation.right, tables));
    case 'pivot':
      return pivotRows(relation, rowsOf(relation.input, tables));
    case 'unpivot':
      return unpivotRows(relation, rowsOf(relation.input, tables));
    case 'explode':
      return explodeRows(relation, rowsOf(relation.input, tables));
    case 'set':
      return setOperation(relation, tables);
    case 'sql':
      throw new TypeError('The interpreter does not read SQL: what a person wrote means what the database says.');
  }
}

function scan(relation: Relation & { op: 'scan' }, tables: Tables): Row[] {
  const names = relation.schema.map(({ name }) => name);
  const { source } = relation;
  if (source.kind === 'values') return source.rows.map((row) => rowFrom(names, relation.schema.map(({ type }, i) => valueOf(row[i] ?? null, type))));
  if (source.kind === 'named') return (tables.get(source.name) ?? []).map((row) => rowFrom(names, row));
  throw new TypeError('The interpreter does not read Parquet files.');
}

/** Order of rows by sort keys. */
export function byKeys(keys: readonly SortKey[], schema: Schema): (a: Row, b: Row) => number {
  const exprs = keys.map((key) => typed(key.expr, schema));
  return (a, b) => {
    for (const [i, key] of keys.entries()) {
      const expr = exprs[i];
      if (!expr) continue;
      const [left, right] = [evaluate(expr, a), evaluate(expr, b)];
      if (left === null && right === null) continue;
      if (left === null || right === null) return (left === null) === (key.nulls === 'first') ? -1 : 1;
      const order = compareValues(left, right);
      if (order !== 0) return key.descending ? -order : order;
    }
    return 0;
  };
}

/** Rows in groups of equal keys (missing equals missing), in order of first appearance. */
export function grouped(rows: readonly Row[], keyOf: (row: Row) => readonly Value[]): { key: readonly Value[]; rows: Row[] }[] {
  const groups: { key: readonly Value[]; rows: Row[] }[] = [];
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.find((each) => each.key.every((value, i) => sameOrMissing(value, key[i] ?? null)));
    if (group) group.rows.push(row);
    else groups.push({ key, rows: [row] });
  }
  return groups;
}

const sameOrMissing = (a: Value, b: Value): boolean => (a === null || b === null ? a === b : compareValues(a, b) === 0);

function aggregate(relation: Relation & { op: 'aggregate' }, tables: Tables): Row[] {
  const schema = schemaOf(relation.input);
  const rows = rowsOf(relation.input, tables);
  const keys = relation.keys.map(({ expr }) => typed(expr, schema));
  const groups = keys.length === 0 ? [{ key: [], rows }] : grouped(rows, (row) => keys.map((key) => evaluate(key, row)));
  return groups.map((group) => {
    const measures = relation.measures.map(({ name, fn, arg, fraction }): [string, Value] => {
      const expr = arg ? typed(arg, schema) : null;
      const values = expr === null ? null : group.rows.map((row) => evaluate(expr, row));
      return [name, aggregateValue(fn, values, group.rows.length, expr?.type ?? 'integer', fraction)];
    });
    return new Map([...relation.keys.map(({ name }, i): [string, Value] => [name, group.key[i] ?? null]), ...measures]);
  });
}

function join(relation: Relation & { op: 'join' }, tables: Tables): Row[] {
  const [leftSchema, rightSchema] = [schemaOf(relation.left), schemaOf(relation.right)];
  const [left, right] = [rowsOf(relation.left, tables), rowsOf(relation.right, tables)];
  const keys = joinKeys(relation, leftSchema, rightSchema);
  const typeIn = (schema: Schema, name: string): ColumnType => schema.find((column) => column.name === name)?.type ?? 'string';
  const value = (row: Row, schema: Schema, name: string, type: ColumnType): Value => convert(row.get(name) ?? null, typeIn(schema, name), type);
  const matches = (a: Row, b: Row): boolean =>
    keys.every((key) => {
      const x = value(a, leftSchema, key.left, key.type);
      const y = value(b, rightSchema, key.right, key.type);
      return x !== null && y !== null && compareValues(x, y) === 0;
    });
  const pairs = left.map((a) => right.filter((b) => matches(a, b)));
  if (relation.kind === 'semi') return left.filter((_, i) => (pairs[i]?.length ?? 0) > 0);
  if (relation.kind === 'anti') return left.filter((_, i) => (pairs[i]?.length ?? 0) === 0);
  const columns = joinColumns(relation, leftSchema, rightSchema);
  const combine = (a: Row | null, b: Row | null): Row =>
    new Map(
      columns.map((column): [string, Value] => {
        const fromLeft = a && column.left !== null ? value(a, leftSchema, column.left, column.type) : null;
        return [column.name, fromLeft ?? (b && column.right !== null ? value(b, rightSchema, column.right, column.type) : null)];
      }),
    );
  const matched = left.flatMap((a, i) => (pairs[i] ?? []).map((b) => combine(a, b)));
  const leftOnly = relation.kind === 'left' || relation.kind === 'full' ? left.filter((_, i) => pairs[i]?.length === 0).map((a) => combine(a, null)) : [];
  const rightOnly = relation.kind === 'right' || relation.kind === 'full' ? right.filter((b) => !left.some((a) => matches(a, b))).map((b) => combine(null, b)) : [];
  return [...matched, ...leftOnly, ...rightOnly];
}

function distinct(relation: Relation & { op: 'distinct' }, tables: Tables): Row[] {
  const schema = schemaOf(relation.input);
  const names = schema.map(({ name }) => name);
  const on = relation.on?.length ? relation.on : names;
  const order: SortKey[] = names.filter((name) => !on.includes(name)).map((name) => ({ expr: { op: 'col', name } satisfies Expr, descending: false, nulls: 'last' }));
  const rows = [...rowsOf(relation.input, tables)].sort(byKeys(order, schema));
  return grouped(rows, (row) => on.map((name) => row.get(name) ?? null)).flatMap((group) => group.rows.slice(0, 1));
}

function setOperation(relation: Relation & { op: 'set' }, tables: Tables): Row[] {
  const [left, right] = [schemaOf(relation.left), schemaOf(relation.right)];
  const columns = setColumns(relation, left, right);
  const side = (input: Relation, schema: Schema, from: (column: (typeof columns)[number]) => string): Row[] =>
    rowsOf(input, tables).map((row) => new Map(columns.map((column) => [column.name, convert(row.get(from(column)) ?? null, schema.find(({ name }) => name === from(column))?.type ?? 'string', column.type)])));
  const keyOf = (row: Row): Value[] => columns.map(({ name }) => row.get(name) ?? null);
  const others = side(relation.right, right, (column) => column.right);
  const isThere = (row: Row): boolean => others.some((other) => keyOf(other).every((value, i) => sameOrMissing(value, keyOf(row)[i] ?? null)));
  return grouped(side(relation.left, left, (column) => column.name), keyOf).flatMap((group) => group.rows.slice(0, 1)).filter((row) => isThere(row) === (relation.kind === 'intersect'));
}
