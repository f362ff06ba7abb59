import { freeName } from '../../free-name.ts';
import { countsRows, pivotColumns, type PivotCell } from '../../pivot-columns.ts';
import { schemaOf } from '../../schema.ts';
import type { Relation, Schema } from '../../types.ts';
import { quoteName, valueSql } from './literal.ts';
import { measureSql } from './measures.ts';
import { fromClause, queryText, type Query } from './query.ts';

type Pivot = Relation & { op: 'pivot' };

/**
 * Up to so many cells are filtered aggregates in one SELECT. Each filter looks at every row, so the time grows with the number of cells
 * (100 of them over 5 million rows take 16 s); beyond, rows are grouped by keys and value first, which takes 0.3 s whatever their number.
 */
const mostFiltered = 8;

/** @param query the input's rows, its SELECT still open */
export function pivot(relation: Pivot, query: Query): Query {
  const schema = schemaOf(relation.input);
  const { cells } = pivotColumns(relation, schema);
  return cells.length <= mostFiltered ? filtered(relation, query, schema, cells) : grouped(relation, query, schema, cells);
}

function filtered(relation: Pivot, query: Query, schema: Schema, cells: readonly PivotCell[]): Query {
  const { column } = pivotColumns(relation, schema);
  const select = cells.map((cell) => {
    const value = relation.values[cell.value]?.value ?? null;
    const measure = relation.measures[cell.measure];
    const filter = value === null ? `${quoteName(column.name)} is null` : `${quoteName(column.name)} = ${valueSql(value, column.type)}`;
    return { name: quoteName(cell.name), sql: measure ? measureSql(measure, schema, filter) : 'null' };
  });
  return { ...query, select: [...relation.keys.map((name) => ({ name: quoteName(name), sql: quoteName(name) })), ...select], groupBy: relation.keys.length };
}

/** Rows grouped by keys and the value's number give the cells' results; DuckDB's PIVOT then only lays them out. */
function grouped(relation: Pivot, query: Query, schema: Schema, cells: readonly PivotCell[]): Query {
  const { column } = pivotColumns(relation, schema);
  const [value, number] = [quoteName(freeName('value', schema)), quoteName(freeName('number', schema))];
  const list = relation.values.map((each, i) => `(${valueSql(each.value, column.type)}, ${i})`).join(', ');
  // Without keys there is one group, and it is there even where there are no rows.
  const keys = relation.keys.length === 0 ? ['0'] : relation.keys.map(quoteName);
  const select = [
    ...keys.map((sql, i) => ({ name: `k${i}`, sql })),
    { name: 'i', sql: number },
    ...relation.measures.map((measure, i) => ({ name: `m${i}`, sql: measureSql(measure, schema) })),
  ];
  const from = `(${queryText(query)}) as given left join (values ${list}) as listed(${value}, ${number}) on given.${quoteName(column.name)} is not distinct from listed.${value}`;
  const sums = queryText({ ...fromClause(from), select, groupBy: keys.length + 1 });
  const measures = relation.measures.map((_, i) => `any_value(m${i}) as m${i}`).join(', ');
  const laidOut = `(${sums}) pivot (${measures} for i in (${relation.values.map((_, i) => i).join(', ')}) group by ${keys.map((_, i) => `k${i}`).join(', ')}) as laid_out`;
  return {
    ...fromClause(relation.keys.length === 0 ? `(select 0) as one left join (select * from ${laidOut}) as laid_out on true` : laidOut),
    select: [
      ...relation.keys.map((name, i) => ({ name: quoteName(name), sql: `laid_out.k${i}` })),
      ...cells.map((cell) => {
        const sql = `laid_out."${cell.value}_m${cell.measure}"`;
        const measure = relation.measures[cell.measure];
        return { name: quoteName(cell.name), sql: measure && countsRows(measure) ? `coalesce(${sql}, 0::BIGINT)` : sql };
      }),
    ],
  };
}
