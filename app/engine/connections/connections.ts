import { stat } from 'node:fs/promises';
import { toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import { openClient, placeName, type DatabaseClient, type OutsideTable, type Target } from '#app/data/databases/index.ts';
import { isFileDatabase, type Connection, type DatabaseColumn } from '#app/sdk/databases.ts';
import { secretReference, secretVariable, type SecretSource, type SecretStore } from './secrets.ts';
import type { ConnectionStore } from './store.ts';

export interface ListedConnection {
  readonly connection: Connection;
  readonly secret: SecretSource;
  /** The environment variable that would hold the password. */
  readonly variable: string;
}

export type TestResult = { readonly ok: true; readonly version: string; readonly ms: number } | { readonly ok: false; readonly diagnostic: Diagnostic };

/** The project's connections with the user's passwords: what front ends and nodes open databases by. */
export class Connections {
  readonly #store: ConnectionStore;
  readonly #secrets: SecretStore;
  readonly #resolvePath: (path: string) => string;
  readonly #assertAllowed: () => void;
  #changes = 0;

  /** @param assertAllowed throws where the project's databases may not be contacted. */
  constructor(store: ConnectionStore, secrets: SecretStore, resolvePath: (path: string) => string, assertAllowed: () => void = () => undefined) {
    this.#assertAllowed = assertAllowed;
    this.#store = store;
    this.#secrets = secrets;
    this.#resolvePath = resolvePath;
  }

  /** How often connections or passwords have been changed here: what was found out before may not hold. */
  get changes(): number {
    return this.#changes;
  }

  async list(): Promise<ListedConnection[]> {
    return Promise.all((await this.#store.list()).map(async (connection) => ({ connection, secret: isFileDatabase(connection.kind) ? 'none' : await this.#secrets.source(secretReference(connection)), variable: secretVariable(connection.name) })));
  }

  get(name: string): Promise<Connection> {
    return this.#store.get(name);
  }

  /** @param password null: as it is; '': forgotten. A password follows its connection when that is renamed or moved only if it is given again. */
  async save(connection: Connection, password: string | null, previous: string | null): Promise<void> {
    this.#changes += 1;
    const before = (await this.#store.list()).find(({ name }) => name === (previous ?? connection.name));
    const kept = before !== undefined && password === null && secretReference(before).goesTo === secretReference(connection).goesTo ? await this.#storedSecret(before) : null;
    await this.#store.save(connection, previous);
    const moved = before !== undefined && JSON.stringify(secretReference(before)) !== JSON.stringify(secretReference(connection));
    if (moved) await this.#secrets.remove(secretReference(before));
    const next = password ?? (moved ? kept : null);
    if (next === '') await this.#secrets.remove(secretReference(connection));
    else if (next !== null && !isFileDatabase(connection.kind)) await this.#secrets.set(secretReference(connection), next);
  }

  /** Forgets the password, too. @throws PenstockError `connection-unknown`. */
  async remove(name: string): Promise<void> {
    this.#changes += 1;
    const connection = await this.#store.get(name);
    await this.#store.remove(name);
    await this.#secrets.remove(secretReference(connection));
  }

  /** Tries a connection, stored or about to be. @param password null: the stored one. */
  async test(connection: Connection, password: string | null): Promise<TestResult> {
    const started = performance.now();
    try {
      const client = await openClient(await this.#target(connection, password));
      try {
        return { ok: true, version: await client.version(), ms: performance.now() - started };
      } finally {
        await client.close();
      }
    } catch (error) {
      return { ok: false, diagnostic: toDiagnostic(error) };
    }
  }

  tables(name: string): Promise<OutsideTable[]> {
    return this.use(name, {}, (client) => client.tables());
  }

  columns(name: string, schema: string, table: string): Promise<readonly DatabaseColumn[]> {
    return this.use(name, {}, async (client) => (await client.columns({ kind: 'table', schema, table }, 'number')).map(({ name: column, type, sourceType, note }) => ({ name: column, type, sourceType, ...(note === undefined ? {} : { note }) })));
  }

  /** Opens a connection for one piece of work. @throws PenstockError `connection-…`, `secret…`. */
  async use<T>(name: string, options: { readonly writable?: boolean }, work: (client: DatabaseClient, target: Target) => Promise<T>): Promise<T> {
    const target = await this.#target(await this.#store.get(name), null);
    const client = await openClient(target, options);
    try {
      return await work(client, target);
    } finally {
      await client.close();
    }
  }

  /** What a connection is, as one text without secrets; with `state`, the size and time of a file (and of SQLite's log beside it). */
  async identity(name: string, { state }: { readonly state: boolean }): Promise<string> {
    const connection = await this.#store.get(name);
    const { kind, user, database, tls } = connection;
    if (!isFileDatabase(kind)) return `${kind}://${user}@${placeName({ ...connection, password: null })}/${database}?tls=${tls}`;
    const file = this.#resolvePath(connection.path);
    if (!state) return `${kind}:${connection.path}`;
    const [main, log] = await Promise.all([file, `${file}${kind === 'sqlite' ? '-wal' : '.wal'}`].map((one) => stat(one).catch(() => null)));
    return `${kind}:${connection.path} ${main?.size ?? ''}:${main?.mtimeMs ?? ''} ${log?.size ?? ''}:${log?.mtimeMs ?? ''}`;
  }

  async #target(connection: Connection, password: string | null): Promise<Target> {
    this.#assertAllowed();
    if (isFileDatabase(connection.kind)) return { ...connection, path: connection.path === '' ? '' : this.#resolvePath(connection.path), password: null };
    return { ...connection, password: password ?? (await this.#secrets.get(secretReference(connection))) };
  }

  /** Of the user's file; one from the environment is not to be copied into it. */
  async #storedSecret(connection: Connection): Promise<string | null> {
    const reference = secretReference(connection);
    return (await this.#secrets.source(reference)) === 'file' ? this.#secrets.get(reference) : null;
  }
}
