import { asofTime } from '../../asof-columns.ts';
import { joinColumns, joinKeys } from '../../join-columns.ts';
import { schemaOf } from '../../schema.ts';
import { isUniqueBy } from '../../unique-by.ts';
import type { ColumnType, Relation, Schema } from '../../types.ts';
import { duckdbTypes, literalSql, quoteName } from './literal.ts';
import { fromClause, queryText, type Query } from './query.ts';

/** DuckDB's ASOF JOIN sorts both sides once and merges them. */
export function asof(relation: Relation & { op: 'asof' }, emit: (input: Relation) => Query): Query {
  const left = schemaOf(relation.left);
  const right = schemaOf(relation.right);
  const keys = joinKeys(relation, left, right);
  const time = asofTime(relation, left, right);
  const a = typedColumn('l.', left);
  const b = typedColumn('r.', right);
  const comparison = `${relation.direction === 'backward' ? '>' : '<'}${relation.strict ? '' : '='}`;
  const on = [...keys.map((key) => `${a(key.left, key.type)} = ${b(key.right, key.type)}`), `${a(time.left, time.type)} ${comparison} ${b(time.right, time.type)}`];
  const near = relation.tolerance === null ? null : nearSql(a(time.left, time.type), b(time.right, time.type), time.type, relation);
  const select = joinColumns(relation, left, right).map(({ name, left: from, right: other }) => {
    const sql = from === null ? `r.${quoteName(other ?? name)}` : `l.${quoteName(from)}`;
    return { name: quoteName(name), sql: from === null && near !== null && relation.kind === 'left' ? `case when ${near} then ${sql} end` : sql };
  });
  const from = `(${queryText(emit(relation.left))}) as l asof ${relation.kind} join (${onePerTime(relation, right, emit)}) as r on ${on.join(' and ')}`;
  return { ...fromClause(from), select, where: near !== null && relation.kind === 'inner' ? [near] : [] };
}

const typedColumn = (alias: string, schema: Schema) => (name: string, type: ColumnType): string =>
  `${alias}${quoteName(name)}${schema.find((column) => column.name === name)?.type === type ? '' : `::${duckdbTypes[type]}`}`;

/**
 * The right rows, one for each key and time: among equals DuckDB would take whichever it meets. One more sort by what the join
 * sorts by, left out where the relation itself says that there are no equals.
 */
function onePerTime(relation: Relation & { op: 'asof' }, right: Schema, emit: (input: Relation) => Query): string {
  const rows = queryText(emit(relation.right));
  const keys = joinKeys(relation, schemaOf(relation.left), right);
  const time = asofTime(relation, schemaOf(relation.left), right);
  const all = [...keys, time];
  const names = all.map((key) => key.right);
  const asTheyAre = all.every((key) => right.find(({ name }) => name === key.right)?.type === key.type);
  if (asTheyAre && isUniqueBy(relation.right, names)) return rows;
  const column = typedColumn('', right);
  const others = right.filter(({ name }) => !names.includes(name) || !asTheyAre).map(({ name }) => `${quoteName(name)} desc nulls last`);
  const order = others.length === 0 ? '' : ` order by ${others.join(', ')}`;
  const present = names.map((name) => `${quoteName(name)} is not null`).join(' and ');
  return `select * from (${rows}) where ${present} qualify row_number() over (partition by ${all.map((key) => column(key.right, key.type)).join(', ')}${order}) = 1`;
}

/** Whether two times are no further apart than the tolerance; neither side can be before the other, which the join has seen to. */
function nearSql(left: string, right: string, type: ColumnType, { direction, tolerance }: Relation & { op: 'asof' }): string {
  const [later, earlier] = direction === 'backward' ? [left, right] : [right, left];
  const most = tolerance ?? 0;
  switch (type) {
    case 'integer':
      return `${later}::HUGEINT - ${earlier} <= ${BigInt(Math.floor(most))}::HUGEINT`;
    case 'date':
      return `${later} - ${earlier} <= ${BigInt(Math.floor(most))}`;
    case 'timestamp':
      return `epoch_us(${later})::HUGEINT - epoch_us(${earlier}) <= ${BigInt(Math.round(most * 1_000_000))}::HUGEINT`;
    default:
      return `${later} - ${earlier} <= ${literalSql(most, 'float')}`;
  }
}
