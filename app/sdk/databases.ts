import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { ColumnType, Relation } from '#app/relation/types.ts';
import type { TableValue } from './ports.ts';

/** Databases outside: PostgreSQL, MySQL and MariaDB, SQLite, DuckDB files. */

export const databaseKinds = ['postgres', 'mysql', 'sqlite', 'duckdb'] as const;
export type DatabaseKind = (typeof databaseKinds)[number];

export const databaseTitles: Readonly<Record<DatabaseKind, string>> = {
  postgres: 'PostgreSQL',
  mysql: 'MySQL or MariaDB',
  sqlite: 'SQLite file',
  duckdb: 'DuckDB file',
};

/** Whether a database is a file beside the project rather than a server. */
export const isFileDatabase = (kind: DatabaseKind): boolean => kind === 'sqlite' || kind === 'duckdb';

export const tlsModes = ['off', 'prefer', 'require', 'verify'] as const;

export const connectionName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'may hold only letters, digits, hyphens and underscores, at most 63, and begins with a letter');

/** A connection as the project keeps it. It never holds a password: see app/engine/connections/secrets.ts. */
export const connectionSchema = z.strictObject({
  name: connectionName,
  kind: z.enum(databaseKinds),
  host: z.string().max(255).default(''),
  /** 0: the kind's usual port. */
  port: z.int().min(0).max(65_535).default(0),
  database: z.string().max(255).default(''),
  user: z.string().max(255).default(''),
  /** `prefer`: encrypted where the server can; `require`: encrypted, whoever the server is; `verify`: with a certificate that is checked. */
  tls: z.enum(tlsModes).default('prefer'),
  /** For file databases: relative to the project where inside it. */
  path: z.string().max(4096).default(''),
});
export type Connection = z.output<typeof connectionSchema>;

/** What is read: a table by name, or the person's own SELECT. */
export type DatabaseSource = { readonly kind: 'table'; readonly schema: string; readonly table: string } | { readonly kind: 'sql'; readonly text: string };

/** Exact decimals and whole numbers beyond 64 bits as numbers (may lose digits) or as text (never does). */
export type DecimalMode = 'number' | 'text';

export interface DatabaseColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** As the database names it: `numeric(10,2)`. */
  readonly sourceType: string;
  /** What the conversion does beyond keeping the value, in one sentence. */
  readonly note?: string;
}

export interface DatabaseQuery {
  readonly connection: string;
  readonly source: DatabaseSource;
  /** Columns to read, in this order; null: all. */
  readonly columns: readonly string[] | null;
  /** In the expression language; '' for none. */
  readonly filter: string;
  readonly limit: number | null;
  readonly decimals: DecimalMode;
}

export interface DescribedQuery {
  /** Of the source, before `columns` chooses. */
  readonly columns: readonly DatabaseColumn[];
  /** Parts of the filter as typed: those that the database evaluates, and those applied here after reading. */
  readonly pushed: readonly string[];
  readonly local: readonly string[];
  /** Whether the limit goes to the database, too (only where the whole filter does). */
  readonly limitPushed: boolean;
  /** The filter's fault, placed at the param `filter`. */
  readonly filterProblem: Diagnostic | null;
}

/** A cheap question whose answer changes when the data do. */
export interface DatabaseCheck {
  /** The column whose greatest value is looked at (an “updated at” or a growing id); '' for none. */
  readonly column: string;
  readonly count: boolean;
}

export interface DatabaseProbes {
  /** Columns of a query without running it, and what of it the database will do. @throws PenstockError `connection-…`, `database-…`. */
  describe(query: DatabaseQuery): Promise<DescribedQuery>;
  /** Host, database, user and the like as one text, without secrets: part of cache keys. With `state`, a file's size and time, too. */
  identity(connection: string, options: { readonly state: boolean }): Promise<string>;
  /** A text that stays until `renew` changes it, over restarts, too. */
  revision(connection: string, source: DatabaseSource): string;
  /** Makes `revision` a new one where the last is older than `maxAge` seconds: the data are to be read again (see `NodeExecutor.renew`). */
  renew(connection: string, source: DatabaseSource, maxAge: number): void;
  check(connection: string, source: DatabaseSource, check: DatabaseCheck): Promise<string>;
  /** Whether the connection is a file, whose own size and time tell of changes. @throws PenstockError `connection-unknown`. */
  isFile(connection: string): Promise<boolean>;
}

export interface ReadOptions {
  /** Seconds after which the statement is given up; 0: never. */
  readonly timeout: number;
  readonly progress: (fraction: number | null, message?: string) => void;
}

export const writeModes = ['append', 'replace', 'create', 'upsert'] as const;
export type WriteMode = (typeof writeModes)[number];

export interface DatabaseWrite {
  readonly connection: string;
  /** '' for the database's usual one. */
  readonly schema: string;
  readonly table: string;
  readonly mode: WriteMode;
  /** For `upsert`: columns that say which row is which. */
  readonly keys: readonly string[];
}

export interface DatabaseWritten {
  readonly rows: number;
  /** Where to, for people: `public.orders`. */
  readonly table: string;
  readonly created: boolean;
  /** Rows that were there before and are gone (replace); null where not counted. */
  readonly removed: number | null;
  readonly columns: readonly DatabaseColumn[];
}

export interface DatabaseServices extends DatabaseProbes {
  /** Streams the query into a Parquet artifact in bounded memory; `table` applies what the database did not. */
  read(query: DatabaseQuery, label: string, options: ReadOptions): Promise<{ table: TableValue; rows: number; described: DescribedQuery; notes: readonly string[] }>;
  /** Writes all rows in one transaction: on failure the table is as it was. */
  write(relation: Relation, write: DatabaseWrite, progress: ReadOptions['progress']): Promise<DatabaseWritten>;
}
