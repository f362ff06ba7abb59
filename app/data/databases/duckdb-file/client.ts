import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBDataChunk, DuckDBInstance, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import type { ColumnType } from '#app/relation/types.ts';
import type { DatabaseSource, DecimalMode } from '#app/sdk/databases.ts';
import { temporaryRoot } from '#app/sealing/working-folder.ts';
import { physicalType } from '../../column-types.ts';
import { quoteName } from '../../sql.ts';
import { toDatabaseError } from '../errors.ts';
import { toInteger } from '../parquet-stream.ts';
import { fromSource, trimmed } from '../select.ts';
import type { Cell, DatabaseClient, OutsideColumn, OutsideTable, PlannedRead, RowStream, SqlValue, Target, TextRows, WriteOutcome, WriteRequest } from '../types.ts';
import { noTable, tableExists } from '../write-errors.ts';

/**
 * Opens the file in a DuckDB of its own: the app's is locked against attaching. It may read and write this file and nothing else, so
 * that a person's SQL, or that of a document from elsewhere, reaches no other file.
 */
export async function openDuckDbFile(target: Target, options: { readonly writable?: boolean } = {}): Promise<DatabaseClient> {
  if (options.writable !== true && !existsSync(target.path)) throw new PenstockError('file-missing', `The file ${target.path} of the connection “${target.name}” does not exist.`, { remedy: 'Check the path of the connection.', place: { file: target.path } });
  // DuckDB counts its folder for temporary files among what may be read, so that must be one of its own.
  const tempDir = path.join(temporaryRoot(), `penstock-duckdb-${randomBytes(6).toString('hex')}`);
  try {
    const instance = await DuckDBInstance.create(target.path, {
      access_mode: options.writable === true ? 'READ_WRITE' : 'READ_ONLY',
      temp_directory: tempDir,
      // A result is whole before its first row goes on; beyond this it waits on disk.
      memory_limit: '1GB',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    });
    const connection = await instance.connect();
    await connection.run('set enable_external_access = false');
    await connection.run('set lock_configuration = true');
    return new DuckDbFileClient(instance, connection, target, tempDir);
  } catch (error) {
    throw toDatabaseError(error, target);
  }
}

class DuckDbFileClient implements DatabaseClient {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #target: Target;

  readonly #tempDir: string;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection, target: Target, tempDir: string) {
    this.#instance = instance;
    this.#connection = connection;
    this.#target = target;
    this.#tempDir = tempDir;
  }

  async version(): Promise<string> {
    const [row] = await this.#rows('select version()');
    return `DuckDB ${String(row?.[0]).replace(/^v/, '')}`;
  }

  async tables(): Promise<OutsideTable[]> {
    const rows = await this.#rows(
      `select schema_name, table_name, 'table', estimated_size from duckdb_tables() where not internal and not temporary
       union all select schema_name, view_name, 'view', null from duckdb_views() where not internal and not temporary order by 1, 2`,
    );
    return rows.map(([schema, name, kind, size]) => ({ schema: String(schema), name: String(name), kind: kind === 'view' ? ('view' as const) : ('table' as const), rows: size === null ? null : Number(size) }));
  }

  async columns(source: DatabaseSource, decimals: DecimalMode): Promise<OutsideColumn[]> {
    const text = source.kind === 'sql' ? trimmed(source.text) : `from ${fromSource(source, quoteName)}`;
    const rows = await this.#rows(`describe select * from (\n${text}\n)`);
    return rows.map(([name, type]) => duckdbColumn(String(name), String(type), decimals));
  }

  read(plan: PlannedRead, signal: AbortSignal): RowStream {
    return { columns: plan.columns, batches: this.#batches(plan, signal), notes: () => [] };
  }

  async *#batches(plan: PlannedRead, signal: AbortSignal): AsyncGenerator<Cell[][]> {
    const { columns, where, limit, timeout } = plan;
    // The condition is over values as they are read, so it stands outside the conversions.
    const conversions = columns.map((column) => `${duckdbRead(column)} as ${quoteName(column.name)}`).join(', ');
    const carriers = columns.map((column, i) => `${carrier(column)} as c${i}`).join(', ');
    const parts = [`select ${carriers} from (select ${conversions} from ${fromSource(plan.source, quoteName)})`];
    if (where !== null) parts.push(`where ${where.sql}`);
    if (limit !== null) parts.push(`limit ${Math.floor(limit)}`);
    const interrupt = (): void => this.#connection.interrupt();
    let late = false;
    const timer = timeout > 0 ? setTimeout(() => ((late = true), interrupt()), timeout * 1000) : null;
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      const result = await this.#connection.run(parts.join('\n'));
      const decode = columns.map(({ name, type }) => (cell: unknown): Cell => (type === 'integer' && typeof cell === 'bigint' ? toInteger(cell, name) : (cell as Cell)));
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        if (signal.aborted) throw new CancelledError();
        yield chunk.getRows().map((row) => row.map((cell, i) => decode[i]?.(cell) ?? null));
      }
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      if (late) throw new PenstockError('database-timeout', `The statement took longer than its time limit of ${timeout} s.`, { remedy: 'Raise the time limit of the node, or read fewer rows.' });
      throw this.#failed(error);
    } finally {
      if (timer !== null) clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
    }
  }

  async check(source: DatabaseSource, { column, count }: { readonly column: string; readonly count: boolean }): Promise<string> {
    const asked = [...(column === '' ? [] : [`max(${quoteName(column)})::varchar`]), ...(count ? ['count(*)'] : [])];
    const [row] = await this.#rows(`select ${asked.join(', ')} from ${fromSource(source, quoteName)}`);
    return (row ?? []).map(String).join(' · ');
  }

  write: DatabaseClient['write'] = async (request, rows, signal) => {
    const interrupt = (): void => this.#connection.interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      await this.#connection.run('begin');
      const outcome = await this.#write(request, rows, signal);
      await this.#connection.run('commit');
      return outcome;
    } catch (error) {
      await this.#connection.run('rollback').catch(() => undefined);
      if (signal.aborted) throw new CancelledError();
      throw this.#failed(error);
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  };

  async #write({ schema: given, table, mode, keys, columns }: WriteRequest, rows: TextRows, signal: AbortSignal): Promise<WriteOutcome> {
    const connection = this.#connection;
    const schema = given === '' ? 'main' : given;
    const into = `${quoteName(schema)}.${quoteName(table)}`;
    const exists = (await this.#rows(`select 1 from duckdb_tables() where schema_name = $1 and table_name = $2`, [schema, table])).length > 0;
    if (exists && mode === 'create') throw tableExists(`${schema}.${table}`);
    if (!exists && mode === 'append') throw noTable(`${schema}.${table}`);
    if (!exists) {
      const key = mode === 'upsert' ? `, primary key (${keys.map(quoteName).join(', ')})` : '';
      await connection.run(`create table ${into} (${columns.map(({ name, type }) => `${quoteName(name)} ${physicalType[type]}`).join(', ')}${key})`);
    }
    const removed = mode === 'replace' && exists ? Number((await this.#rows(`delete from ${into}`))[0]?.[0] ?? 0) : null;
    const held = `penstock_${randomBytes(6).toString('hex')}`;
    await connection.run(`create temp table ${held} (${columns.map((_, i) => `c${i} varchar`).join(', ')})`);
    const appender = await connection.createAppender(held);
    let count = 0;
    try {
      for await (const batch of rows) {
        if (signal.aborted) throw new CancelledError();
        for (let from = 0; from < batch.length; from += 2048) {
          const some = batch.slice(from, from + 2048);
          const chunk = DuckDBDataChunk.create(columns.map(() => VARCHAR), some.length);
          columns.forEach((_, i) => chunk.setColumnValues(i, some.map((row) => row[i] ?? null)));
          appender.appendDataChunk(chunk);
        }
        count += batch.length;
      }
    } finally {
      appender.closeSync();
    }
    const cells = columns.map(({ type }, i) => (type === 'binary' ? `unhex(c${i})` : `c${i}::${physicalType[type]}`)).join(', ');
    const rest = columns.filter(({ name }) => !keys.includes(name));
    const then = rest.length === 0 ? 'nothing' : `update set ${rest.map(({ name }) => `${quoteName(name)} = excluded.${quoteName(name)}`).join(', ')}`;
    const tail = mode === 'upsert' ? ` on conflict (${keys.map(quoteName).join(', ')}) do ${then}` : '';
    await connection.run(`insert into ${into} (${columns.map(({ name }) => quoteName(name)).join(', ')}) select ${cells} from ${held}${tail}`);
    await connection.run(`drop table ${held}`);
    return { rows: count, schema, created: !exists, removed };
  }

  async close(): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    await rm(this.#tempDir, { recursive: true, force: true });
  }

  async #rows(sql: string, values: readonly SqlValue[] = []): Promise<unknown[][]> {
    try {
      return (await this.#connection.runAndReadAll(sql, [...values])).getRows() as unknown[][];
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): PenstockError {
    const text = error instanceof Error ? error.message : String(error);
    const first = (text.split('\n')[0] ?? text).replace(/^[A-Z][A-Za-z ]+ Error: /, '');
    const coded = (code: string): PenstockError => toDatabaseError({ code, message: first }, this.#target);
    if (error instanceof PenstockError) return error;
    if (/^Catalog Error: Table/.test(text)) return coded('42P01');
    if (/^Binder Error: (Referenced column|.*not found in FROM)/.test(text)) return coded('42703');
    if (/^Parser Error/.test(text)) return coded('42601');
    if (/not referenced by a UNIQUE|no UNIQUE\/PRIMARY KEY/i.test(text)) return new PenstockError('database-no-key', `The table has no unique key over these columns: ${first}.`, { remedy: 'Make a unique index over these columns, or choose the columns of one that exists.', place: { param: ['keys'] } });
    if (/^Constraint Error.*duplicate key/i.test(text)) return coded('23505');
    if (/^(Constraint|Conversion) Error/.test(text)) return coded('22000');
    if (/read-only/i.test(text)) return coded('25006');
    return toDatabaseError({ message: first }, this.#target);
  }
}

const wholes = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER']);
const beyond = new Set(['HUGEINT', 'UHUGEINT', 'UBIGINT', 'BIGNUM', 'VARINT']);

function duckdbColumn(name: string, sourceType: string, decimals: DecimalMode): OutsideColumn {
  const base = sourceType.replace(/\(.*$/, '');
  const column = (type: ColumnType, note?: string, own = base): OutsideColumn => ({ name, type, sourceType, base: own, ...(note === undefined ? {} : { note }) });
  if (/\[\d*\]$/.test(sourceType) || /^(STRUCT|MAP|UNION)/.test(sourceType)) return column('string', 'Lists and structures are kept as JSON text.', 'nested');
  if (wholes.has(base)) return column('integer');
  if (beyond.has(base)) return decimals === 'text' ? column('string') : column('float', 'Whole numbers beyond 64 bits become floating-point numbers of about 15 digits; “As text” keeps all of them.');
  if (base === 'DECIMAL') {
    const [precision = 38, scale = 0] = (/\((\d+),(\d+)\)/.exec(sourceType)?.slice(1) ?? []).map(Number);
    if (scale === 0 && precision <= 18) return column('integer');
    return decimals === 'text' ? column('string') : column('float', precision <= 15 ? undefined : 'Exact decimals become floating-point numbers of about 15 digits; “As text” keeps all of them.');
  }
  if (base === 'FLOAT' || base === 'DOUBLE') return column('float');
  if (base === 'BOOLEAN') return column('boolean');
  if (base === 'DATE') return column('date');
  if (base === 'TIME' || base === 'TIME_NS') return column('time');
  if (base === 'TIMESTAMP WITH TIME ZONE') return column('timestamp', 'Times are given in UTC.');
  if (base.startsWith('TIMESTAMP')) return column('timestamp');
  if (base === 'BLOB') return column('binary');
  return column('string');
}

/** A column as the value that it has here. */
function duckdbRead({ name, type, base }: OutsideColumn): string {
  const quoted = quoteName(name);
  if (base === 'nested') return `to_json(${quoted})::varchar`;
  if (base === 'TIMESTAMP WITH TIME ZONE') return `make_timestamp(epoch_us(${quoted}))`;
  return `${quoted}::${physicalType[type]}`;
}

/** As JavaScript holds it: dates and times as ISO text, binary as hex. */
function carrier({ name, type }: OutsideColumn): string {
  const quoted = quoteName(name);
  if (type === 'binary') return `hex(${quoted})`;
  return type === 'date' || type === 'time' || type === 'timestamp' ? `${quoted}::varchar` : quoted;
}
