import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3-multiple-ciphers';
import { z } from 'zod';
import { diskFullError } from '#app/core/disk-full.ts';
import { PenstockError } from '#app/core/errors.ts';
import { vaultOfProject } from '#app/sealing/vault.ts';
import { storeMigrations, type StoreMigration } from './migrations/index.ts';

export type SqliteValue = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, unknown>>;

/** Time to wait while other processes write, before a call fails. SQLite gives turns by chance: among twenty busy writers one may wait for long. */
const busyTimeoutMs = 60_000;

/** SQLite, with prepared statements kept by their text and its errors in words. The only file that opens a database. */
export class StoreDatabase {
  readonly file: string;
  readonly readOnly: boolean;
  readonly #sqlite: Sqlite.Database;
  readonly #statements = new Map<string, Sqlite.Statement<SqliteValue[], Row>>();

  constructor(file: string, options: { readOnly: boolean }) {
    this.file = file;
    this.readOnly = options.readOnly;
    this.#sqlite = guarded(file, () => {
      const sqlite = new Sqlite(file, { readonly: options.readOnly, fileMustExist: options.readOnly, timeout: busyTimeoutMs });
      try {
        encrypt(sqlite, file);
        // The file may come with a project from elsewhere: functions that its schema names are not called, and pages are looked at before they are read.
        sqlite.pragma('trusted_schema = OFF');
        sqlite.pragma('cell_size_check = ON');
        refuseForeignSchema(sqlite, file);
        if (!options.readOnly) {
          sqlite.pragma('journal_mode = WAL');
          sqlite.pragma('synchronous = FULL');
        }
        sqlite.pragma('foreign_keys = ON');
        // Reads the schema, so that a file that is no database is found out here.
        sqlite.pragma('user_version');
        return sqlite;
      } catch (error) {
        sqlite.close();
        throw error;
      }
    });
  }

  get version(): number {
    return z.number().parse(guarded(this.file, () => this.#sqlite.pragma('user_version', { simple: true })));
  }

  /** SQLite's own count of changes that other connections have committed. */
  get dataVersion(): number {
    return z.number().parse(guarded(this.file, () => this.#sqlite.pragma('data_version', { simple: true })));
  }

  all(sql: string, ...values: SqliteValue[]): Row[] {
    return guarded(this.file, () => this.#statement(sql).all(...values));
  }

  get(sql: string, ...values: SqliteValue[]): Row | undefined {
    return guarded(this.file, () => this.#statement(sql).get(...values));
  }

  /** Number of rows changed. */
  run(sql: string, ...values: SqliteValue[]): number {
    return guarded(this.file, () => this.#statement(sql).run(...values).changes);
  }

  /** All or nothing. Takes the write lock at once, so that a read inside cannot turn out stale. Nests. */
  transaction<T>(work: () => T): T {
    return guarded(this.file, () => this.#sqlite.transaction(work).immediate());
  }

  script(sql: string): void {
    guarded(this.file, () => this.#sqlite.exec(sql));
  }

  /** A copy, made within SQLite, so that it includes what is still in the log. Under its name there is only ever a whole one. */
  copyTo(file: string): void {
    const partial = `${file}.partial`;
    rmSync(partial, { force: true });
    try {
      guarded(partial, () => this.#sqlite.prepare('vacuum into ?').run(partial));
      const handle = openSync(partial, 'r+');
      try {
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(partial, file);
    } catch (error) {
      rmSync(partial, { force: true });
      throw error;
    }
  }

  close(): void {
    if (this.#sqlite.open) this.#sqlite.close();
  }

  #statement(sql: string): Sqlite.Statement<SqliteValue[], Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare<SqliteValue[], Row>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/**
 * Our migrations make tables and indexes only. A trigger or view would run somebody's statements whenever we write or read, a virtual table
 * somebody's code, and a view may stand where we look for a table. @throws PenstockError `store-foreign`
 */
function refuseForeignSchema(sqlite: Sqlite.Database, file: string): void {
  const found = sqlite.prepare<[], { readonly type: string; readonly name: string }>("select type, name from sqlite_schema where type not in ('table', 'index') or sql like 'create virtual%' limit 1").get();
  if (found === undefined) return;
  const kind = found.type === 'table' ? 'virtual table' : found.type;
  throw new PenstockError('store-foreign', `The project's database holds the ${kind} “${found.name.slice(0, 100)}”, which Penstock did not make (${file}).`, {
    remedy: 'It was left untouched and nothing of it was run. Move it away to start with an empty one, or ask whoever gave you the project.',
    place: { file },
  });
}

/** Before anything is read: the key of an encrypted project, made for this file. SQLite's own temporary files would be plain, so there are none. */
function encrypt(sqlite: Sqlite.Database, file: string): void {
  const vault = vaultOfProject(path.dirname(file));
  if (vault === null) return;
  // sqleet's scheme: ChaCha20-Poly1305 a page, also in the log, with a nonce that is drawn anew whenever a page is written.
  sqlite.pragma("cipher = 'chacha20'");
  sqlite.pragma(`key = 'raw:${vault.databaseKey(path.basename(file))}'`);
  sqlite.pragma('temp_store = memory');
}

/**
 * Applies the migrations that the database lacks, all in one transaction, after a copy of the old state
 * (`penstock.db.v<version>.backup`). A kill leaves the old or the new schema.
 * @throws PenstockError `store-newer` for a database of a newer Penstock, `store-migration-failed` naming the migration.
 */
export function migrateStore(database: StoreDatabase, migrations: readonly StoreMigration[] = storeMigrations): void {
  const from = database.version;
  if (from > migrations.length) {
    throw new PenstockError('store-newer', `The project's database was written by a newer Penstock (schema ${from}; this one knows ${migrations.length}).`, {
      remedy: 'Update Penstock; the database was left as it is.',
      place: { file: database.file },
    });
  }
  if (from === migrations.length) return;
  if (from > 0) {
    database.copyTo(`${database.file}.v${from}.backup`);
  }
  let name = '';
  try {
    database.transaction(() => {
      for (const migration of migrations.slice(from)) {
        name = migration.name;
        database.script(migration.sql);
      }
      database.script(`pragma user_version = ${migrations.length}`);
    });
  } catch (error) {
    if (error instanceof PenstockError && error.code !== 'store-failed') throw error;
    throw new PenstockError('store-migration-failed', `The project's database could not be brought up to date: “${name}” failed.`, {
      remedy: 'It was left in its old state; report this with the log.',
      place: { file: database.file },
      cause: error,
    });
  }
}

/** Backups made by migrations, oldest schema first. */
export function listBackups(projectDir: string): string[] {
  if (!existsSync(projectDir)) return [];
  return readdirSync(projectDir)
    .filter((name) => /\.db\.v\d+\.backup$/.test(name))
    .sort()
    .map((name) => path.join(projectDir, name));
}

function freeBeside(file: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path.dirname(file));
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** SQLite's result codes as sentences. PenstockErrors thrown inside pass through. */
function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error;
    const { code } = error;
    const fail = (name: string, message: string, remedy: string): PenstockError => new PenstockError(name, message, { remedy, place: { file }, cause: error });
    if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_WRITE') throw diskFullError({ file, free: freeBeside(file) }, error);
    if (code.startsWith('SQLITE_BUSY')) throw fail('store-busy', 'Another process is writing to this project for longer than usual.', 'Try again, or close the other window.');
    if (code.startsWith('SQLITE_READONLY')) throw fail('store-read-only', 'This project is open for reading only.', 'Close the other window that has it open, then open it again.');
    if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
      throw fail('store-damaged', `The project's database is damaged (${file}).`, 'It was left untouched; move it away to start with an empty one, pipelines and artifacts are kept beside it.');
    }
    if (code === 'SQLITE_CANTOPEN') throw fail('store-missing', `The project's database cannot be opened (${file}).`, 'Check that the folder exists and may be written.');
    throw fail('store-failed', `The project's database refused an operation: ${error.message}.`, 'Report this with the log.');
  }
}
