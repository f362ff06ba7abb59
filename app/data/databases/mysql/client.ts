import { createConnection as createCallbackConnection, type ConnectionOptions } from 'mysql2';
import { createConnection, type Connection } from 'mysql2/promise';
import { CancelledError } from '#app/core/errors.ts';
import { guardedSocket } from '#app/core/outgoing.ts';
import type { DatabaseSource, DecimalMode } from '#app/sdk/databases.ts';
import { toDatabaseError } from '../errors.ts';
import { MissingNotes } from '../parquet-stream.ts';
import { mysqlDialect } from '../pushdown/mysql.ts';
import { fromSource, selectText, trimmed } from '../select.ts';
import type { Cell, DatabaseClient, OutsideColumn, OutsideTable, PlannedRead, RowStream, Target } from '../types.ts';
import { mysqlColumn, mysqlDecoder, mysqlRead } from './types.ts';
import { writeMysql } from './write.ts';

const { quote } = mysqlDialect;
const connectMs = 8000;
const batchRows = 2048;

/** Opens one connection. @throws PenstockError `connection-…`. */
export async function openMysql(target: Target): Promise<DatabaseClient> {
  const attempt = async (ssl: ConnectionOptions['ssl'] | null): Promise<MysqlClient> => {
    const connection = await createConnection({
      ...(target.host.startsWith('/') ? { socketPath: target.host } : { host: target.host || 'localhost', port: target.port || 3306 }),
      user: target.user,
      ...(target.password === null ? {} : { password: target.password }),
      ...(target.database === '' ? {} : { database: target.database }),
      ...(ssl === null || ssl === undefined ? {} : { ssl }),
      ...(target.host.startsWith('/') ? {} : { stream: () => guardedSocket().connect(target.port || 3306, target.host || 'localhost') }),
      connectTimeout: connectMs,
      charset: 'utf8mb4_bin',
      // Nothing is rounded or moved to another zone on the way.
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      jsonStrings: true,
      // A server may not ask for files of this machine.
      flags: ['-LOCAL_FILES'],
    });
    connection.on('error', () => undefined);
    try {
      await connection.query("set time_zone = '+00:00'");
      return new MysqlClient(connection, target);
    } catch (error) {
      connection.destroy();
      throw error;
    }
  };
  try {
    if (target.tls === 'off' || (target.tls === 'prefer' && target.host.startsWith('/'))) return await attempt(null);
    if (target.tls === 'verify') return await attempt({ rejectUnauthorized: true });
    try {
      return await attempt({ rejectUnauthorized: false });
    } catch (error) {
      if (target.tls === 'prefer' && (error as { code?: unknown }).code === 'HANDSHAKE_NO_SSL_SUPPORT') return await attempt(null);
      throw error;
    }
  } catch (error) {
    throw toDatabaseError(error, target);
  }
}

interface RawField {
  readonly name: string;
  readonly columnType?: number;
  readonly flags: number | readonly string[];
  readonly characterSet?: number;
  readonly columnLength?: number;
  readonly decimals?: number;
}

export class MysqlClient implements DatabaseClient {
  readonly #connection: Connection;
  readonly #target: Target;

  constructor(connection: Connection, target: Target) {
    this.#connection = connection;
    this.#target = target;
  }

  async version(): Promise<string> {
    const [row] = await this.#rows('select version()');
    const text = String(row?.[0] ?? '');
    const number = /^(?:5\.5\.5-)?([\d.]+)/.exec(text)?.[1] ?? text;
    return /mariadb/i.test(text) ? `MariaDB ${number}` : `MySQL ${number}`;
  }

  async tables(): Promise<OutsideTable[]> {
    const rows = await this.#rows(
      `select table_schema, table_name, table_type, table_rows from information_schema.tables
        where table_schema not in ('mysql', 'information_schema', 'performance_schema', 'sys') order by (table_schema <> coalesce(database(), '')), 1, 2 limit 5000`,
    );
    return rows.map(([schema, name, kind, count]) => ({ schema: String(schema), name: String(name), kind: kind === 'VIEW' ? ('view' as const) : ('table' as const), rows: count === null ? null : Number(count) }));
  }

  async columns(source: DatabaseSource, decimals: DecimalMode): Promise<OutsideColumn[]> {
    return this.#safely(async () => {
      await this.#connection.query('start transaction read only');
      try {
        const [, fields] = await this.#connection.execute({ sql: `select * from ${fromSource(source, quote)} limit 0`, rowsAsArray: true });
        return (fields as unknown as readonly RawField[]).map((field) =>
          mysqlColumn(
            { name: field.name, type: field.columnType ?? 253, flags: typeof field.flags === 'number' ? field.flags : 0, charset: field.characterSet ?? 0, length: field.columnLength ?? 0, decimals: field.decimals ?? 0 },
            decimals,
          ),
        );
      } finally {
        await this.#connection.query('rollback').catch(() => undefined);
      }
    });
  }

  read(plan: PlannedRead, signal: AbortSignal): RowStream {
    const notes = new MissingNotes();
    const decoders = plan.columns.map((column) => mysqlDecoder(column, notes));
    const decode = (row: readonly unknown[]): Cell[] => decoders.map((one, i) => one(row[i]));
    return { columns: plan.columns, batches: this.#batches(plan, decode, signal), notes: () => notes.sentences() };
  }

  async *#batches(plan: PlannedRead, decode: (row: readonly unknown[]) => Cell[], signal: AbortSignal): AsyncGenerator<Cell[][]> {
    if (signal.aborted) throw new CancelledError();
    const connection = this.#connection;
    const cancel = (): void => void this.#cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await this.#limitTime(plan.timeout);
      await connection.query('start transaction read only');
      const { sql, values } = statement(plan);
      const stream = callbackConnection(connection).execute({ sql, values: [...values], rowsAsArray: true }).stream({ highWaterMark: batchRows * 2 });
      let batch: Cell[][] = [];
      for await (const row of stream) {
        batch.push(decode(row as unknown[]));
        if (batch.length < batchRows) continue;
        yield batch;
        batch = [];
      }
      if (signal.aborted) throw new CancelledError();
      if (batch.length > 0) yield batch;
      await connection.query('rollback');
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      throw toDatabaseError(error, this.#target);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async check(source: DatabaseSource, { column, count }: { readonly column: string; readonly count: boolean }): Promise<string> {
    const asked = [...(column === '' ? [] : [`cast(max(${quote(column)}) as char)`]), ...(count ? ['cast(count(*) as char)'] : [])];
    const [row] = await this.#rows(`select ${asked.join(', ')} from ${fromSource(source, quote)}`);
    return (row ?? []).map((cell) => String(cell)).join(' · ');
  }

  write: DatabaseClient['write'] = async (request, rows, signal) => {
    const cancel = (): void => void this.#cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await writeMysql(this.#connection, request, rows);
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      throw toDatabaseError(error, this.#target);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };

  async close(): Promise<void> {
    this.#connection.destroy();
    await Promise.resolve();
  }

  async #rows(sql: string): Promise<unknown[][]> {
    return this.#safely(async () => (await this.#connection.query({ sql, rowsAsArray: true }))[0] as unknown[][]);
  }

  /** MariaDB counts seconds, MySQL milliseconds, each in a variable of its own. */
  async #limitTime(seconds: number): Promise<void> {
    const mariadb = (await this.version()).startsWith('MariaDB');
    await this.#connection.query(mariadb ? `set session max_statement_time = ${Math.max(0, seconds)}` : `set session max_execution_time = ${Math.round(Math.max(0, seconds) * 1000)}`);
  }

  async #safely<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toDatabaseError(error, this.#target);
    }
  }

  /** From a connection of its own: the busy one takes no orders. */
  async #cancel(): Promise<void> {
    const other = await openMysql(this.#target).catch(() => null);
    if (!(other instanceof MysqlClient)) return;
    await other.#connection.query(`kill query ${Number(this.#connection.threadId)}`).catch(() => undefined);
    await other.close();
  }
}

/** A SELECT of one's own that is read whole goes as it is: MariaDB drops the order of a SELECT within a SELECT. */
function statement(plan: PlannedRead): ReturnType<typeof selectText> {
  const { source, whole, where, limit, columns } = plan;
  if (source.kind === 'sql' && whole && where === null && limit === null && columns.every(({ base }) => base !== 'geometry')) return { sql: trimmed(source.text), values: [] };
  return selectText(plan, quote, mysqlRead);
}

/** The connection with callbacks beneath: only it streams. */
function callbackConnection(connection: Connection): ReturnType<typeof createCallbackConnection> {
  return (connection as unknown as { connection: ReturnType<typeof createCallbackConnection> }).connection;
}
