import { readParquet } from '#app/relation/emitters/duckdb/index.ts';
import type { Relation } from '#app/relation/types.ts';

/** A query over a written table whose rows know their place in the file. */
export interface PositionedQuery {
  readonly sql: string;
  /** Column with the row's place, from 0. */
  readonly position: string;
  /** No filter stands above the file: places are 0 … rows - 1. */
  readonly whole: boolean;
  readonly path: string;
}

const position = 'file_row_number';
const file = 'written table';

/**
 * A relation that is one Parquet file, perhaps with filters, as a query that also gives each row's place: pages by place skip what lies
 * before them, and sorts need no numbering of all rows to be stable. Null for everything else.
 */
export function positionedQuery(relation: Relation, toSql: (relation: Relation) => string): PositionedQuery | null {
  const filters: (Relation & { op: 'filter' })[] = [];
  let at = relation;
  while (at.op === 'filter') {
    filters.push(at);
    at = at.input;
  }
  if (at.op !== 'scan' || at.source.kind !== 'parquet' || at.schema.some(({ name }) => name.toLowerCase() === position)) return null;
  const { paths, ...options } = at.source;
  const [path] = paths;
  if (paths.length !== 1 || path === undefined || Object.keys(options).length > 1) return null;
  let numbered: Relation = { ...at, source: { kind: 'named', name: file }, schema: [...at.schema, { name: position, type: 'integer' }] };
  for (const filter of filters.reverse()) numbered = { ...filter, input: numbered };
  return {
    sql: `with "${file}" as not materialized (select * from ${readParquet([path], ['file_row_number = true'])}) ${toSql(numbered)}`,
    position,
    whole: filters.length === 0,
    path,
  };
}
