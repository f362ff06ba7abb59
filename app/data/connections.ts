import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { CancelledError } from '#app/core/errors.ts';
import type { Relation } from '#app/relation/types.ts';
import { filesRead } from './formats/whole-file.ts';
import { prepareProfiling, profiled, type ProfiledOperator } from './planning/query-profile.ts';
import type { Vault } from '#app/sealing/vault.ts';
import { quoteText } from './sql.ts';
import { withTableKeys } from './table-keys.ts';
import { toQueryError } from './query-errors.ts';

export interface DatabaseOptions {
  /** DuckDB spills here; made when missing. */
  readonly tempDir: string;
  /** As DuckDB writes it: `4GB`. Default: DuckDB's (80 % of the machine). */
  readonly memoryLimit?: string;
  readonly threads?: number;
  /** Most bytes that spilled data may take in `tempDir`, as DuckDB writes it; default: 90 % of what is free there. */
  readonly tempLimit?: string;
  /** Of the encrypted project whose tables are read and written. */
  readonly vault?: Vault | null;
}

export interface QueryOptions {
  readonly signal?: AbortSignal | undefined;
  /** 0…1, at most ten times a second, only while DuckDB can tell. */
  readonly progress?: ((fraction: number) => void) | undefined;
  /** Hears of the plan of the last query, as it ran: rows, bytes and time of each operator. Costs one small file. */
  readonly profile?: ((root: ProfiledOperator) => void) | undefined;
  /** What is asked; where a file of it turns out to be damaged, it is named. */
  readonly relation?: Relation | undefined;
}

/** Queries at once. Each running query holds a thread of libuv's pool: the process needs UV_THREADPOOL_SIZE ≥ 16, or file reads wait. */
const poolSize = 6;

/**
 * One in-memory DuckDB with a pool of connections: queries on different connections run side by side, temporary tables
 * belong to one connection. Extensions cannot be installed or loaded, and the configuration is locked once set up.
 * Files stay readable by path: every path in our SQL comes from a relation or from the engine, never from user SQL.
 */
export class ConnectionPool {
  readonly #instance: DuckDBInstance;
  readonly #idle: DuckDBConnection[];
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = [];
  readonly #context: { memoryLimit: string; tempDir: string; spills: boolean };
  /** Where each connection's profiles are written. */
  readonly #profiles: ReadonlyMap<DuckDBConnection, string>;
  #closed = false;
  #busy = 0;
  #drained: (() => void) | null = null;

  private constructor(instance: DuckDBInstance, connections: DuckDBConnection[], context: { memoryLimit: string; tempDir: string; spills: boolean }, profiles: ReadonlyMap<DuckDBConnection, string>) {
    this.#profiles = profiles;
    this.#instance = instance;
    this.#idle = connections;
    this.#context = context;
  }

  static async open(options: DatabaseOptions): Promise<ConnectionPool> {
    await mkdir(options.tempDir, { recursive: true });
    const vault = options.vault ?? null;
    const tableKeys = new Set<string>();
    const instance = await DuckDBInstance.create(':memory:', {
      temp_directory: options.tempDir,
      // DuckDB's built-in cipher is the standard AES-GCM; “unsafe” is the source of its nonces, whose like is enough where each table has a
      // key of its own from elsewhere (docs/decisions/encryption-at-rest.md).
      ...(vault === null ? {} : { force_mbedtls_unsafe: 'true' }),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      // As of DuckDB 1.5.6 the filters that a join makes of its other side while running are also pushed below LIMIT and DISTINCT ON,
      // where they change which rows those choose: wrong rows, differing from run to run. Without them joins measured no slower.
      // Late materialisation lives off those filters: alone it reads a whole table for a page of it (140 ms instead of 8 on 5 M × 12).
      disabled_optimizers: 'join_filter_pushdown,late_materialization',
      ...(options.memoryLimit === undefined ? {} : { memory_limit: options.memoryLimit }),
      ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
      ...(options.tempLimit === undefined ? {} : { max_temp_directory_size: options.tempLimit }),
    });
    const profiles = new Map<DuckDBConnection, string>();
    const connections: DuckDBConnection[] = [];
    for (let i = 0; i < poolSize; i += 1) {
      const connection = await instance.connect();
      if (vault !== null) withTableKeys(connection, vault, tableKeys);
      // Progress is only counted with the bar on; printing is switched off.
      await connection.run('set enable_progress_bar_print = false');
      await connection.run('set enable_progress_bar = true');
      // Times with a zone become times without one in UTC, wherever the machine stands.
      await connection.run("set TimeZone = 'UTC'");
      // Its own name: engines that share a folder for temporary files must not read each other's.
      const file = path.join(options.tempDir, `profile-${randomBytes(6).toString('hex')}.json`);
      await prepareProfiling(connection, file);
      profiles.set(connection, file);
      connections.push(connection);
    }
    const first = connections[0];
    if (first === undefined) throw new Error('connection pool: no connection');
    const limits = await first.runAndReadAll("select current_setting('memory_limit')");
    // The limits can be set while the app runs; everything else stays as it is.
    await first.run("set allowed_configs = ['memory_limit', 'max_temp_directory_size']");
    await first.run('set lock_configuration = true');
    return new ConnectionPool(instance, connections, { memoryLimit: String(limits.getRowsJS()[0]?.[0] ?? ''), tempDir: options.tempDir, spills: options.tempLimit !== '0B' }, profiles);
  }

  /**
   * Runs `work` with a connection of its own. Aborting the signal interrupts the query that is under way (1–10 ms).
   * @throws CancelledError when aborted; PenstockError `out-of-memory`, `disk-full`, `file-missing`, `bad-value`, `query-failed`.
   */
  async use<T>(options: QueryOptions, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const { signal, progress } = options;
    const connection = await this.#take(signal);
    // An interrupt that falls between two statements is lost, so it is repeated until the work has ended.
    let repeat: ReturnType<typeof setInterval> | null = null;
    const interrupt = () => {
      connection.interrupt();
      repeat = setInterval(() => connection.interrupt(), 5);
    };
    signal?.addEventListener('abort', interrupt, { once: true });
    const timer = progress === undefined ? null : setInterval(() => reportProgress(connection, progress), 100);
    try {
      const file = options.profile === undefined ? undefined : this.#profiles.get(connection);
      return await (file === undefined || options.profile === undefined ? work(connection) : profiled(connection, file, () => work(connection), options.profile));
    } catch (thrown) {
      if (signal?.aborted) throw new CancelledError();
      throw toQueryError(thrown, this.#context, options.relation === undefined ? [] : filesRead(options.relation));
    } finally {
      if (timer !== null) clearInterval(timer);
      if (repeat !== null) clearInterval(repeat);
      signal?.removeEventListener('abort', interrupt);
      this.#give(connection);
    }
  }

  /** Changes the limits for queries from now on; sizes as DuckDB writes them (`4GB`). */
  async setLimits(limits: { readonly memoryLimit: string; readonly tempLimit: string }): Promise<void> {
    await this.use({}, async (connection) => {
      await connection.run(`set memory_limit = ${quoteText(limits.memoryLimit)}`);
      await connection.run(`set max_temp_directory_size = ${quoteText(limits.tempLimit)}`);
      const [row] = (await connection.runAndReadAll("select current_setting('memory_limit')")).getRowsJS();
      this.#context.memoryLimit = String(row?.[0] ?? limits.memoryLimit);
    });
  }

  /** Waits for the queries under way, then closes. Further use throws. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#busy > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    for (const connection of this.#idle) connection.closeSync();
    this.#instance.closeSync();
  }

  async #take(signal: AbortSignal | undefined): Promise<DuckDBConnection> {
    if (signal?.aborted) throw new CancelledError();
    if (this.#closed) throw new CancelledError('The database is closed.');
    this.#busy += 1;
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const connection = await new Promise<DuckDBConnection>((resolve) => this.#waiting.push(resolve));
    if (!signal?.aborted) return connection;
    this.#give(connection);
    throw new CancelledError();
  }

  #give(connection: DuckDBConnection): void {
    this.#busy -= 1;
    const next = this.#waiting.shift();
    if (next !== undefined) next(connection);
    else this.#idle.push(connection);
    if (this.#busy === 0) this.#drained?.();
  }
}

function reportProgress(connection: DuckDBConnection, progress: (fraction: number) => void): void {
  const { percentage } = connection.progress;
  if (percentage > 0) progress(Math.min(1, percentage / 100));
}
