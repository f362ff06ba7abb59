import path from 'node:path';
import { toDiagnostic } from '#app/core/errors.ts';
import { guardedFetch } from '#app/core/outgoing.ts';
import { AppendLog } from '#app/sealing/append-log.ts';
import { isFileDatabase, type Connection } from '#app/sdk/databases.ts';
import type { SecretStore } from '../../connections/index.ts';
import { appendDurably } from '../../project/atomic-file.ts';
import type { ProjectStore } from '../../project/project-store.ts';
import type { OpenLineageEvent, RunFacts } from './events.ts';
import { Outbox, RefusedEvent } from './outbox.ts';
import { ChosenEndpoints, endpointOf, lineageSecret, readSettings, writeSettings, type OpenLineageSettings } from './settings.ts';

export interface EmitterOptions {
  readonly store: Pick<ProjectStore, 'meta' | 'readOnly'>;
  readonly projectDir: string;
  readonly configDir: string;
  readonly secrets: Pick<SecretStore, 'get' | 'set' | 'source'>;
  readonly warn: (message: string) => void;
  readonly env?: NodeJS.ProcessEnv;
  /** Nothing goes out while it is true: the project comes from elsewhere. */
  readonly restricted?: () => boolean;
}

export interface OpenLineageState extends OpenLineageSettings {
  /** Where the key comes from. */
  readonly key: 'none' | 'file' | 'environment';
  /** Set by OPENLINEAGE_URL: the settings' address does not count then. */
  readonly fromEnvironment: string | null;
  /** False: the address came with the project, and its user has not said that events may go there. */
  readonly chosen: boolean;
  readonly waiting: number;
  readonly lastError: string | null;
}

/** How long a server may take for one event, and what is spent on sending the rest when a project closes. */
const requestMs = 10_000;
const closingMs = 1500;

/** Hands events to a file of the project and to a server, as the settings say. Nothing here fails or delays a run. */
export class OpenLineageEmitter {
  readonly #options: EmitterOptions;
  readonly #chosen: ChosenEndpoints;
  readonly #outbox: Outbox;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: AppendLog;

  constructor(options: EmitterOptions) {
    this.#options = options;
    this.#env = options.env ?? process.env;
    this.#log = new AppendLog(this.file);
    this.#chosen = new ChosenEndpoints(options.configDir);
    this.#outbox = new Outbox({ folder: path.join(options.projectDir, 'lineage', 'outbox'), post: (body, signal) => this.#post(body, signal), warn: options.warn });
  }

  get file(): string {
    return path.join(this.#options.projectDir, 'lineage', 'openlineage.ndjson');
  }

  get isOn(): boolean {
    const { file } = readSettings(this.#options.store.meta);
    return !this.#options.store.readOnly && (file || this.#url() !== '');
  }

  namespace(): string {
    const { namespace } = readSettings(this.#options.store.meta);
    return this.#env['OPENLINEAGE_NAMESPACE'] ?? (namespace === '' ? `penstock:${path.basename(this.#options.projectDir)}` : namespace);
  }

  async emit(events: readonly OpenLineageEvent[]): Promise<void> {
    if (!this.isOn || events.length === 0) return;
    try {
      if (readSettings(this.#options.store.meta).file) await appendDurably(this.#log, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      if (this.#url() !== '') for (const event of events) await this.#outbox.add(event);
    } catch (error) {
      this.#options.warn(`A lineage event could not be written: ${toDiagnostic(error).message}`);
    }
  }

  /** Sends what an earlier session left. */
  wake(): void {
    if (this.isOn && this.#url() !== '') this.#outbox.wake();
  }

  async state(): Promise<OpenLineageState> {
    const settings = readSettings(this.#options.store.meta);
    const url = this.#url();
    return {
      ...settings,
      key: url === '' ? 'none' : await this.#options.secrets.source(lineageSecret(url)),
      fromEnvironment: this.#env['OPENLINEAGE_URL'] ?? null,
      chosen: url === '' || (await this.#mayGo(url)),
      waiting: (await this.#outbox.waiting()).length,
      lastError: this.#outbox.lastError,
    };
  }

  /** @param key null: as it is. @throws PenstockError `lineage-url`. */
  async configure(settings: OpenLineageSettings, key: string | null): Promise<void> {
    if (settings.url !== '') {
      await this.#chosen.add(settings.url);
      if (key !== null) await this.#options.secrets.set(lineageSecret(settings.url), key);
    }
    writeSettings(this.#options.store.meta, settings);
    this.wake();
  }

  async close(): Promise<void> {
    await this.#log.close();
    await this.#outbox.close(this.isOn && this.#url() !== '' ? closingMs : 0);
  }

  #url(): string {
    return this.#env['OPENLINEAGE_URL'] ?? readSettings(this.#options.store.meta).url;
  }

  /** What the user set in the environment, or chose in the settings. */
  async #mayGo(url: string): Promise<boolean> {
    return this.#env['OPENLINEAGE_URL'] === url || this.#chosen.has(url);
  }

  async #post(body: string, signal: AbortSignal): Promise<void> {
    const url = this.#url();
    const endpoint = endpointOf(url);
    if (this.#options.restricted?.() === true) throw new Error('This project comes from elsewhere; lineage events go nowhere until you trust it.');
    if (!(await this.#mayGo(url))) throw new Error(`${endpoint.origin} came with the project; say in Settings that lineage events may go there.`);
    const key = this.#env['OPENLINEAGE_API_KEY'] ?? (await this.#options.secrets.get(lineageSecret(url)));
    // A key does not follow to wherever a server points: redirects are no answer.
    const answer = await guardedFetch(endpoint.href, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === null || key === '' ? {} : { authorization: `Bearer ${key}` }) },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
    }).catch((error: unknown) => {
      throw new Error(`${endpoint.origin} does not answer (${causeOf(error)}).`);
    });
    await answer.body?.cancel();
    if (answer.ok) return;
    const text = `${endpoint.origin} answers ${answer.status}.`;
    throw answer.status === 400 || answer.status === 422 ? new RefusedEvent(text) : new Error(text);
  }
}

function causeOf(error: unknown): string {
  const cause = (error as { cause?: { code?: unknown; message?: unknown } } | null)?.cause;
  return String(cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : error));
}

/** Where the project's databases are, as other tools name them. */
export function connectionPlaces(connections: readonly Connection[]): RunFacts['connections'] {
  return Object.fromEntries(
    connections.map((connection) => {
      const { name, kind, host, port, database } = connection;
      const namespace = isFileDatabase(kind) ? 'file' : `${kind}://${host === '' ? 'localhost' : host}:${port === 0 ? (kind === 'postgres' ? 5432 : 3306) : port}`;
      return [name, { namespace, database }];
    }),
  );
}
