import { Client, type ClientConfig } from 'pg';
import Cursor from 'pg-cursor';
import { CancelledError } from '#app/core/errors.ts';
import { guardedSocket } from '#app/core/outgoing.ts';
import type { DatabaseSource, DecimalMode } from '#app/sdk/databases.ts';
import { toDatabaseError } from '../errors.ts';
import { MissingNotes } from '../parquet-stream.ts';
import { postgresDialect } from '../pushdown/postgres.ts';
import { fromSource, selectText, trimmed } from '../select.ts';
import type { Cell, DatabaseClient, OutsideColumn, OutsideTable, PlannedRead, RowStream, Target } from '../types.ts';
import { postgresColumn, postgresDecoder, postgresRead } from './types.ts';
import { writePostgres } from './write.ts';

const { quote } = postgresDialect;

/** Everything comes as the server's text, so that nothing is rounded on the way. */
const asText = { getTypeParser: () => (text: string) => text } as unknown as NonNullable<ClientConfig['types']>;

const connectMs = 8000;
const batchRows = 2048;

/** Opens one connection. @throws PenstockError `connection-…`. */
export async function openPostgres(target: Target): Promise<DatabaseClient> {
  const tls = target.tls;
  const attempt = async (ssl: ClientConfig['ssl']): Promise<Client> => {
    const client = new Client({
      host: target.host || 'localhost',
      port: target.port || 5432,
      database: target.database || target.user || 'postgres',
      user: target.user,
      ...(target.password === null ? {} : { password: target.password }),
      ssl,
      connectionTimeoutMillis: connectMs,
      application_name: 'penstock',
      keepAlive: true,
      // pg hands sockets of the file system to it as one path; those lead nowhere else.
      ...(target.host.startsWith('/') ? {} : { stream: guardedSocket }),
      types: asText,
    });
    // Without a listener a connection that breaks while nobody asks would end the process; the next query reports it.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query("set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres'; set bytea_output = 'hex'; set extra_float_digits = 1; set client_encoding = 'UTF8'");
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  };
  try {
    if (tls === 'off' || (tls === 'prefer' && target.host.startsWith('/'))) return new PostgresClient(await attempt(false), target);
    if (tls === 'verify') return new PostgresClient(await attempt({ rejectUnauthorized: true }), target);
    try {
      return new PostgresClient(await attempt({ rejectUnauthorized: false }), target);
    } catch (error) {
      if (tls === 'prefer' && error instanceof Error && /does not support SSL/.test(error.message)) return new PostgresClient(await attempt(false), target);
      throw error;
    }
  } catch (error) {
    throw toDatabaseError(error, target);
  }
}

export class PostgresClient implements DatabaseClient {
  readonly #client: Client;
  readonly #target: Target;

  constructor(client: Client, target: Target) {
    this.#client = client;
    this.#target = target;
  }

  async version(): Promise<string> {
    const [row] = await this.#rows('show server_version');
    return `PostgreSQL ${String(row?.[0] ?? '').split(' ')[0] ?? ''}`;
  }

  async tables(): Promise<OutsideTable[]> {
    const rows = await this.#rows(
      `select n.nspname, c.relname, c.relkind, c.reltuples::bigint
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_t%'
          and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') and not c.relispartition
        order by (n.nspname <> 'public'), 1, 2 limit 5000`,
    );
    return rows.map(([schema, name, kind, estimate]) => {
      const count = Number(estimate);
      return { schema: String(schema), name: String(name), kind: kind === 'v' || kind === 'm' ? ('view' as const) : ('table' as const), rows: kind === 'v' || count < 0 ? null : count };
    });
  }

  async columns(source: DatabaseSource, decimals: DecimalMode): Promise<OutsideColumn[]> {
    return this.#safely(async () => {
      await this.#client.query('begin read only');
      try {
        const text = source.kind === 'table' ? `select * from ${fromSource(source, quote)} limit 0` : `select * from (\n${trimmed(source.text)}\n) as penstock_query limit 0`;
        // The extended protocol takes one statement only.
        const extended = { text, values: [], rowMode: 'array' as const, queryMode: 'extended' };
        const described = await this.#client.query<unknown[]>(extended);
        const fields = described.fields;
        const types = await this.#rows(
          `select format_type(t.oid, m.modifier), b.typname, b.typtype, b.typcategory, case when t.typtype = 'd' then t.typtypmod else m.modifier end
             from unnest($1::oid[], $2::int[]) with ordinality as m(type, modifier, place)
             join pg_type t on t.oid = m.type
             join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
            order by m.place`,
          [fields.map((field) => field.dataTypeID), fields.map((field) => field.dataTypeModifier)],
        );
        return fields.map((field, i) => {
          const [formatted, base, typtype, category, modifier] = types[i] ?? [];
          return postgresColumn({ name: field.name, formatted: String(formatted), base: String(base), typtype: String(typtype), category: String(category), modifier: Number(modifier) }, decimals);
        });
      } finally {
        await this.#client.query('rollback').catch(() => undefined);
      }
    });
  }

  read(plan: PlannedRead, signal: AbortSignal): RowStream {
    const notes = new MissingNotes();
    const decoders = plan.columns.map((column) => postgresDecoder(column, notes));
    const decode = (row: readonly unknown[]): Cell[] => decoders.map((one, i) => one(row[i] ?? null));
    return { columns: plan.columns, batches: this.#batches(plan, decode, signal), notes: () => notes.sentences() };
  }

  async *#batches(plan: PlannedRead, decode: (row: readonly unknown[]) => Cell[], signal: AbortSignal): AsyncGenerator<Cell[][]> {
    if (signal.aborted) throw new CancelledError();
    const client = this.#client;
    const pid = Number((await this.#rows('select pg_backend_pid()'))[0]?.[0]);
    const cancel = (): void => void this.#cancel(pid);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await client.query('begin read only');
      if (plan.timeout > 0) await client.query(`set local statement_timeout = ${Math.round(plan.timeout * 1000)}`);
      const { sql, values } = selectText(plan, quote, postgresRead);
      const cursor = client.query(new Cursor<unknown[]>(sql, [...values], { rowMode: 'array', types: asText }));
      let next = cursor.read(batchRows);
      for (;;) {
        const rows = await next;
        if (rows.length === 0) break;
        // The server works on the next batch while this one is written.
        next = cursor.read(batchRows);
        next.catch(() => undefined);
        yield rows.map(decode);
      }
      await cursor.close();
      await client.query('rollback');
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      throw toDatabaseError(error, this.#target);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async check(source: DatabaseSource, { column, count }: { readonly column: string; readonly count: boolean }): Promise<string> {
    const asked = [...(column === '' ? [] : [`max(${quote(column)})::text`]), ...(count ? ['count(*)::text'] : [])];
    const [row] = await this.#rows(`select ${asked.join(', ')} from ${fromSource(source, quote)}`, []);
    return (row ?? []).map((cell) => String(cell)).join(' · ');
  }

  write: DatabaseClient['write'] = async (request, rows, signal) => {
    const pid = Number((await this.#rows('select pg_backend_pid()'))[0]?.[0]);
    const cancel = (): void => void this.#cancel(pid);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await writePostgres(this.#client, request, rows);
    } catch (error) {
      await this.#client.query('rollback').catch(() => undefined);
      if (signal.aborted) throw new CancelledError();
      throw toDatabaseError(error, this.#target);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }

  async #rows(text: string, values: readonly unknown[] = []): Promise<unknown[][]> {
    return this.#safely(async () => (await this.#client.query<unknown[]>({ text, values: [...values], rowMode: 'array' })).rows);
  }

  async #safely<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toDatabaseError(error, this.#target);
    }
  }

  /** From a connection of its own: the busy one takes no orders. */
  async #cancel(pid: number): Promise<void> {
    const other = await openPostgres(this.#target).catch(() => null);
    if (!(other instanceof PostgresClient)) return;
    await other.#rows('select pg_cancel_backend($1)', [pid]).catch(() => undefined);
    await other.close();
  }
}
