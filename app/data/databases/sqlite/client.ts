import { existsSync } from 'node:fs';
import SQLite from 'better-sqlite3-multiple-ciphers';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import type { ColumnType } from '#app/relation/types.ts';
import type { DatabaseSource } from '#app/sdk/databases.ts';
import { toDatabaseError } from '../errors.ts';
import { toInteger, type Decode } from '../parquet-stream.ts';
import { sqliteDialect } from '../pushdown/sqlite.ts';
import { fromSource, selectText, trimmed } from '../select.ts';
import type { Cell, DatabaseClient, OutsideColumn, OutsideTable, PlannedRead, RowStream, Target } from '../types.ts';
import { writeSqlite } from './write.ts';

const { quote } = sqliteDialect;
/** SQLite runs on this thread: small batches let the engine answer in between. */
const batchRows = 2048;
/** SQLite's columns hold values of any type; so many rows are looked at to find out which. A later misfit fails by name. */
const sampledRows = 100_000;

/** Opens the file: for reading unless it is to be written. @throws PenstockError `file-missing`, `database-not-a-file`. */
export async function openSqlite(target: Target, options: { readonly writable?: boolean } = {}): Promise<DatabaseClient> {
  if (options.writable !== true && !existsSync(target.path)) throw new PenstockError('file-missing', `The file ${target.path} of the connection “${target.name}” does not exist.`, { remedy: 'Check the path of the connection.', place: { file: target.path } });
  try {
    const database = new SQLite(target.path, { readonly: options.writable !== true, timeout: 5000 });
    try {
      // Opening reads nothing; this does.
      database.prepare('select count(*) from sqlite_schema').get();
    } catch (error) {
      database.close();
      throw error;
    }
    return await Promise.resolve(new SqliteClient(database, target));
  } catch (error) {
    throw toDatabaseError(error, target);
  }
}

class SqliteClient implements DatabaseClient {
  readonly #database: SQLite.Database;
  readonly #target: Target;

  constructor(database: SQLite.Database, target: Target) {
    this.#database = database;
    this.#target = target;
  }

  version(): Promise<string> {
    return this.#safely(() => `SQLite ${String(this.#database.prepare('select sqlite_version()').pluck().get())}`);
  }

  tables(): Promise<OutsideTable[]> {
    return this.#safely(() => {
      const rows = this.#database.prepare("select name, type from sqlite_schema where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' order by name").all() as { name: string; type: string }[];
      return rows.map(({ name, type }) => ({ schema: '', name, kind: type === 'view' ? ('view' as const) : ('table' as const), rows: null }));
    });
  }

  columns(source: DatabaseSource): Promise<OutsideColumn[]> {
    return this.#safely(() => {
      const database = this.#database;
      const from = fromSource(source, quote);
      const statement = database.prepare(source.kind === 'sql' ? trimmed(source.text) : `select * from ${from}`);
      if (!statement.reader || !statement.readonly) throw new PenstockError('database-read-only', 'The SQL reads no rows.', { remedy: 'One SELECT is expected.' });
      const described = statement.columns();
      if (described.length === 0) return [];
      const cells = described.flatMap(({ name }) => {
        const column = quote(name);
        const is = (kind: string): string => `total(typeof(${column}) = '${kind}')`;
        return [is('integer'), is('real'), is('text'), is('blob'), `total(typeof(${column}) = 'text' and ${dateTest(column)})`, `total(typeof(${column}) = 'text' and ${timestampTest(column)})`, `total(typeof(${column}) = 'integer' and ${column} not in (0, 1))`];
      });
      const counts = database.prepare(`select ${cells.join(', ')} from (select * from ${from} limit ${sampledRows})`).raw().get() as number[];
      return described.map(({ name, type }, i) => sqliteColumn(name, type ?? '', counts.slice(i * 7, i * 7 + 7)));
    });
  }

  read(plan: PlannedRead, signal: AbortSignal): RowStream {
    const decoders = plan.columns.map(sqliteDecoder);
    const { source, whole, where, limit } = plan;
    const asIs = source.kind === 'sql' && whole && where === null && limit === null;
    const { sql, values } = asIs ? { sql: trimmed(source.text), values: [] } : selectText(plan, quote, ({ name }) => quote(name));
    return { columns: plan.columns, batches: this.#batches(sql, values, decoders, plan.timeout, signal), notes: () => [] };
  }

  async *#batches(sql: string, values: readonly unknown[], decoders: readonly Decode[], timeout: number, signal: AbortSignal): AsyncGenerator<Cell[][]> {
    const until = timeout > 0 ? performance.now() + timeout * 1000 : Infinity;
    try {
      const rows = this.#database.prepare(sql).raw().safeIntegers().iterate(...values) as IterableIterator<unknown[]>;
      let batch: Cell[][] = [];
      let count = 0;
      for (const row of rows) {
        count += 1;
        batch.push(decoders.map((decode, i) => decodedAt(decode, row[i] ?? null, count)));
        if (batch.length < batchRows) continue;
        yield batch;
        batch = [];
        await new Promise((resolve) => setImmediate(resolve));
        if (signal.aborted) throw new CancelledError();
        if (performance.now() > until) throw new PenstockError('database-timeout', `The statement took longer than its time limit of ${timeout} s.`, { remedy: 'Raise the time limit of the node, or read fewer rows.' });
      }
      if (batch.length > 0) yield batch;
    } catch (error) {
      throw toDatabaseError(error, this.#target);
    }
  }

  check(source: DatabaseSource, { column, count }: { readonly column: string; readonly count: boolean }): Promise<string> {
    return this.#safely(() => {
      const asked = [...(column === '' ? [] : [`max(${quote(column)})`]), ...(count ? ['count(*)'] : [])];
      const row = this.#database.prepare(`select ${asked.join(', ')} from ${fromSource(source, quote)}`).raw().safeIntegers().get() as unknown[];
      return row.map(String).join(' · ');
    });
  }

  write: DatabaseClient['write'] = async (request, rows, signal) => {
    try {
      return await writeSqlite(this.#database, request, rows, signal);
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      throw toDatabaseError(error, this.#target);
    }
  };

  async close(): Promise<void> {
    this.#database.close();
    await Promise.resolve();
  }

  async #safely<T>(work: () => T): Promise<T> {
    try {
      return await Promise.resolve(work());
    } catch (error) {
      throw toDatabaseError(error, this.#target);
    }
  }
}

const dateTest = (column: string): string => `${column} glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' and date(${column}) = ${column}`;
const timestampTest = (column: string): string => `${column} glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][ T][0-9][0-9]:[0-9][0-9]*' and datetime(${column}) is not null and ${column} not glob '*[+-][0-9][0-9]:[0-9][0-9]'`;

/** The type by what was declared and what the values are; see sqlite.org/datatype3.html for why both are asked. */
function sqliteColumn(name: string, declared: string, counts: readonly number[]): OutsideColumn {
  const [integers = 0, reals = 0, texts = 0, blobs = 0, dates = 0, timestamps = 0, notBits = 0] = counts;
  const kind = declared.toLowerCase();
  const column = (type: ColumnType, note?: string): OutsideColumn => ({ name, type, sourceType: kind === '' ? 'no type' : kind, base: type, ...(note === undefined ? {} : { note }) });
  const some = [integers + reals, texts, blobs].filter((count) => count > 0).length;
  if (some > 1) return column('string', blobs > 0 ? 'Values of several kinds are kept as text, binary ones as hex.' : 'Numbers and texts are mixed; all are kept as text.');
  if (blobs > 0) return column('binary');
  if (texts > 0) {
    if (dates === texts) return column('date', 'Texts that are dates are read as dates.');
    if (timestamps === texts) return column('timestamp', 'Texts that are dates with times are read as such.');
    return column('string');
  }
  if (/bool/.test(kind) && notBits === 0 && reals === 0) return column('boolean');
  if (reals > 0) return column('float');
  if (integers > 0) return column(/real|floa|doub|dec|num/.test(kind) ? 'float' : 'integer');
  if (/int/.test(kind)) return column('integer');
  if (/real|floa|doub|dec|num/.test(kind)) return column('float');
  if (/blob/.test(kind)) return column('binary');
  if (/timestamp|datetime/.test(kind)) return column('timestamp');
  if (kind === 'date') return column('date');
  return column('string');
}

class Misfit extends Error {}

function sqliteDecoder({ name, type }: OutsideColumn): Decode {
  const misfit = (raw: unknown, wanted: string): never => {
    const shown = Buffer.isBuffer(raw) ? 'binary data' : `“${String(raw).slice(0, 60)}”`;
    throw new Misfit(`column “${name}” holds ${shown}, but the rows before it are ${wanted}`);
  };
  const present = (convert: (raw: unknown) => Cell): Decode => (raw) => (raw === null || raw === undefined ? null : convert(raw));
  switch (type) {
    case 'boolean':
      return present((raw) => (typeof raw === 'bigint' ? raw !== 0n : misfit(raw, 'true or false')));
    case 'integer':
      return present((raw) => (typeof raw === 'bigint' ? toInteger(raw, name) : misfit(raw, 'whole numbers')));
    case 'float':
      return present((raw) => (typeof raw === 'bigint' || typeof raw === 'number' ? Number(raw) : misfit(raw, 'numbers')));
    case 'binary':
      return present((raw) => (Buffer.isBuffer(raw) ? raw.toString('hex') : misfit(raw, 'binary')));
    case 'date':
      return present((raw) => (typeof raw === 'string' && /^\d{4}-\d\d-\d\d$/.test(raw) ? raw : misfit(raw, 'dates')));
    case 'timestamp':
      return present((raw) => (typeof raw === 'string' && /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/.test(raw) ? raw.replace('T', ' ').replace(/Z$/, '') : misfit(raw, 'dates with times')));
    default:
      return present((raw) => (Buffer.isBuffer(raw) ? raw.toString('hex') : String(raw)));
  }
}

function decodedAt(decode: Decode, raw: unknown, row: number): Cell {
  try {
    return decode(raw);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new PenstockError('database-mixed-types', `Row ${row}: ${error.message}.`, { remedy: 'Convert the column in SQL, for example with cast(… as text).', place: { line: row } });
  }
}
