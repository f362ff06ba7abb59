import { toDuckDb } from '#app/relation/index.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import { positionedQuery } from './positioned.ts';
import { quoteName } from './sql.ts';

/** Queries that walking rows back to where they come from needs beyond the relational IR: they are its one reader, and never kept. */

type Scan = Relation & { readonly op: 'scan' };

const query = (sql: string, schema: Schema): Scan => ({ op: 'scan', source: { kind: 'backend', sql }, schema, label: 'traced rows' });

/** A scan with the number of each row, from 1, as the further column `name`: by its place in a written table, else as the rows come. */
export function numberedScan(scan: Scan, name: string): Relation {
  const schema: Schema = [...scan.schema, { name, type: 'integer' }];
  const placed = positionedQuery(scan, toDuckDb);
  if (placed === null) return { op: 'window', input: scan, columns: [{ name, fn: 'row_number', partitionBy: [], orderBy: [] }] };
  const columns = scan.schema.map((column) => quoteName(column.name));
  return query(`select ${[...columns, `${placed.position} + 1 as ${quoteName(name)}`].join(', ')} from (${placed.sql})`, schema);
}

/** Rows that have a partner: columns equal to columns of the partner, missing equalling missing; without pairs, all rows as soon as there is any partner. */
export function matchingRows(input: { readonly relation: Relation; readonly schema: Schema }, partners: Relation, pairs: readonly { readonly column: string; readonly partner: string }[]): Relation {
  const on = pairs.map(({ column, partner }) => `i.${quoteName(column)} is not distinct from p.${quoteName(partner)}`).join(' and ');
  const sql = pairs.length === 0 ? `select * from (${toDuckDb(input.relation)}) as i where exists (select 1 from (${toDuckDb(partners)}) as p)` : `select i.* from (${toDuckDb(input.relation)}) as i semi join (${toDuckDb(partners)}) as p on ${on}`;
  return query(sql, input.schema);
}

/** The row at a place of a table that is sorted as pages are (`queryArrowPage`). @param place from 0 */
export function rowAtPlace({ relation, schema }: { readonly relation: Relation; readonly schema: Schema }, place: number, sort: readonly { readonly column: string; readonly descending: boolean }[]): Relation {
  const rows = `(${toDuckDb(relation)})`;
  const limit = `limit 1 offset ${Math.trunc(place)}`;
  if (sort.length === 0) return query(`select * from ${rows} ${limit}`, schema);
  const position = quoteName('place of the row');
  const keys = sort.map((key) => `${quoteName(key.column)} ${key.descending ? 'desc' : 'asc'} nulls last`);
  return query(`select * exclude (${position}) from (select *, row_number() over () as ${position} from ${rows}) order by ${[...keys, position].join(', ')} ${limit}`, schema);
}

/**
 * The rows that written ones were written from, found again by the columns that both have: of several that look the same the one at the
 * same place, and where none is there, all of them.
 * @param written with the number of each row, from 1, in `row`
 * @returns the columns `schema` of the input, and `row`
 */
export function rowsWrittenAs(input: { readonly relation: Relation; readonly schema: Schema }, written: Relation, row: string, shared: readonly string[]): Relation {
  const [place, at] = [quoteName('place of the row'), quoteName(row)];
  const columns = input.schema.map(({ name }) => `i.${quoteName(name)}`);
  const on = shared.length === 0 ? `i.${place} = w.${at}` : shared.map((name) => `i.${quoteName(name)} is not distinct from w.${quoteName(name)}`).join(' and ');
  const numbered = `select *, row_number() over () as ${place} from (${toDuckDb(input.relation)})`;
  const sql = `select ${[...columns, `w.${at}`].join(', ')} from (${numbered}) as i join (${toDuckDb(written)}) as w on ${on} qualify i.${place} = w.${at} or not bool_or(i.${place} = w.${at}) over (partition by w.${at})`;
  return query(sql, [...input.schema, { name: row, type: 'integer' }]);
}
