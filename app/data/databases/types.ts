import type { ColumnType } from '#app/relation/types.ts';
import type { Connection, DatabaseColumn, DatabaseSource, DecimalMode, WriteMode } from '#app/sdk/databases.ts';

/** A connection ready to be opened: paths absolute, the password at hand. Held in memory only, never logged. */
export interface Target extends Connection {
  readonly password: string | null;
}

/** What a column holds beyond its logical type: which conversion and which comparison suit it. */
export interface OutsideColumn extends DatabaseColumn {
  /** The database's own kind of column, lower case without length: `timestamptz`, `tinyint(1)`. Dialects decide by it. */
  readonly base: string;
}

/** A cell on its way into Parquet: dates, times and timestamps are ISO text, binary is hex. */
export type Cell = null | boolean | number | bigint | string;

/** A value that travels as a parameter of a statement, never inside its text. */
export type SqlValue = string | number | bigint | null;

export interface Fragment {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export interface OutsideTable {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'view';
  /** The database's own estimate; null where it has none. */
  readonly rows: number | null;
}

/** A read with everything decided: which columns, which part of the filter, whether to limit. */
export interface PlannedRead {
  readonly source: DatabaseSource;
  readonly columns: readonly OutsideColumn[];
  /** Whether `columns` is everything the source has, so that a SELECT of one's own can be sent as it is. */
  readonly whole: boolean;
  readonly where: Fragment | null;
  readonly limit: number | null;
  /** Seconds; 0: none. */
  readonly timeout: number;
}

export interface RowStream {
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  /** Batches of rows; cells in the order of `columns`. */
  readonly batches: AsyncIterable<readonly (readonly Cell[])[]>;
  /** Sentences on what was changed on the way (zero dates), known once all batches have passed. */
  notes(): readonly string[];
}

export interface WriteRequest {
  readonly schema: string;
  readonly table: string;
  readonly mode: WriteMode;
  readonly keys: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
}

export interface WriteOutcome {
  readonly rows: number;
  readonly schema: string;
  readonly created: boolean;
  readonly removed: number | null;
}

/** Rows to be written, as text cells: numbers in full, `true`/`false`, ISO dates, hex for binary. */
export type TextRows = AsyncIterable<readonly (readonly (string | null)[])[]>;

/** One connection to a database; not to be used by two at once. Everything it throws is a PenstockError without secrets. */
export interface DatabaseClient {
  /** “PostgreSQL 15.6”. */
  version(): Promise<string>;
  tables(): Promise<OutsideTable[]>;
  /** Columns of a source without reading it. */
  columns(source: DatabaseSource, decimals: DecimalMode): Promise<OutsideColumn[]>;
  /** Rows in a read-only transaction; cancelling ends the statement on the server, too. */
  read(plan: PlannedRead, signal: AbortSignal): RowStream;
  /** The answer to a cheap question, as text. */
  check(source: DatabaseSource, check: { readonly column: string; readonly count: boolean }): Promise<string>;
  /** One transaction. */
  write(request: WriteRequest, rows: TextRows, signal: AbortSignal): Promise<WriteOutcome>;
  close(): Promise<void>;
}
