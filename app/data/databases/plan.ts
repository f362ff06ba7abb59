import { PenstockError } from '#app/core/errors.ts';
import { col, filter as filtered, limit as limited, named, project } from '#app/relation/build.ts';
import { columnsOf, exprToDuckDb, unknownColumn } from '#app/relation/index.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { DatabaseKind, DatabaseSource } from '#app/sdk/databases.ts';
import type { Dialect } from './pushdown/dialect.ts';
import { pushDown } from './pushdown/emit.ts';
import { mysqlDialect } from './pushdown/mysql.ts';
import { postgresDialect } from './pushdown/postgres.ts';
import { sqliteDialect } from './pushdown/sqlite.ts';
import type { OutsideColumn, PlannedRead } from './types.ts';

const dialects: Readonly<Record<Exclude<DatabaseKind, 'duckdb'>, Dialect>> = { postgres: postgresDialect, mysql: mysqlDialect, sqlite: sqliteDialect };

export interface ReadPlan {
  readonly read: PlannedRead;
  /** Parts of the filter done by the database, and those left to do here. */
  readonly pushed: readonly Expr[];
  readonly local: readonly Expr[];
  readonly limitPushed: boolean;
  /** What is left to do over the rows that were read. */
  rest(table: Relation): Relation;
}

export interface ReadWish {
  readonly kind: DatabaseKind;
  readonly source: DatabaseSource;
  /** All that the source has. */
  readonly available: readonly OutsideColumn[];
  /** Names, in order; null: all. */
  readonly columns: readonly string[] | null;
  readonly filter: Expr | null;
  readonly limit: number | null;
  readonly timeout: number;
}

/**
 * Decides what the database does: it gives only the columns that are asked for (and those that the rest of the filter needs), the parts
 * of the filter that mean the same there, and the limit where nothing of the filter is left.
 * @throws PenstockError `unknown-column`, `database-duplicate-column`; RelationError of the filter.
 */
export function planRead(wish: ReadWish): ReadPlan {
  const { kind, source, available, filter, limit, timeout } = wish;
  const seen = new Set<string>();
  for (const { name } of available) {
    // Names that differ only in case are one to DuckDB.
    if (seen.has(name.toLowerCase())) throw new PenstockError('database-duplicate-column', `Two columns of the query are called “${name}”.`, { remedy: 'Give each column a name of its own with “as” in the SQL.', place: { column: name } });
    seen.add(name.toLowerCase());
  }
  const schema = available.map(({ name, type }) => ({ name, type }));
  const chosen = wish.columns ?? available.map(({ name }) => name);
  for (const name of chosen) if (!available.some((column) => column.name === name)) throw unknownColumn(name, schema, { param: ['columns'] });
  const none = { where: null, pushed: [], local: [] } as const;
  const parts = filter === null ? none : kind === 'duckdb' ? { where: { sql: exprToDuckDb(filter, schema), values: [] }, pushed: [filter], local: [] } : pushDown(filter, available, dialects[kind]);
  const { pushed, local } = parts;
  // DuckDB's condition stands over the converted columns, so these must be among those that are read.
  const needed = new Set([...chosen, ...[...local, ...(kind === 'duckdb' ? pushed : [])].flatMap((part) => columnsOf(part))]);
  const columns = [...chosen, ...[...needed].filter((name) => !chosen.includes(name))].flatMap((name) => available.filter((column) => column.name === name));
  const limitPushed = limit !== null && local.length === 0;
  const whole = columns.length === available.length && columns.every((column, i) => column === available[i]);
  return {
    read: { source, columns, whole, where: parts.where, limit: limitPushed ? limit : null, timeout },
    pushed,
    local,
    limitPushed,
    rest(table) {
      let rest = local.reduce((input, part) => filtered(input, part), table);
      if (limit !== null && !limitPushed) rest = limited(rest, limit);
      return columns.length === chosen.length ? rest : project(rest, chosen.map((name) => named(name, col(name))));
    },
  };
}

/** A part of a filter as the person typed it. */
export function planWords(parts: readonly Expr[], text: string): string[] {
  return parts.map(({ span }) => (span === undefined ? text : text.slice(span.start, span.end)).replace(/\s+/g, ' ').trim());
}
