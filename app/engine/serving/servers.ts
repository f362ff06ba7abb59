import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import { serverSettingsSchema, serverStatusSchema, type ServerSettings, type ServerStatus } from '#app/core/serving.ts';
import { vaultOf } from '#app/sealing/vault.ts';
import type { AuditEvent } from '#app/store/index.ts';
import { listServers, readServerSettings, readServerState, removeServerSettings, writeServerSettings, type ServerState } from '#app/store/index.ts';
import { serverEnvironment } from '../bundle/server-process.ts';
import type { ProjectEvents } from '../events.ts';

export interface ServersOptions {
  readonly projectDir: string;
  /** Built parts; the model server is in `model-server`. */
  readonly distDir: string;
  readonly events: ProjectEvents;
  readonly audit: (event: Omit<AuditEvent, 'actor'>) => void;
  readonly warn: (message: string) => void;
  /** Throws where servers may not be started here. */
  readonly assertAllowed: () => void;
}

export interface ServerInfo {
  readonly name: string;
  /** Null where the file of settings is damaged; `problem` says how. */
  readonly settings: ServerSettings | null;
  readonly state: 'running' | 'starting' | 'stopped' | 'failed';
  readonly url: string | null;
  readonly startedAt: number | null;
  readonly startedBy: 'app' | 'cli' | null;
  /** What it said last where it does not run. */
  readonly problem: string | null;
}

interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  said: string;
  /** It is to end: not a failure, and not to be started again. */
  isStopping: boolean;
}

/** A server that ends by itself is started again this often. */
const restarts = 3;
const startDeadlineMs = 60_000;
const stopDeadlineMs = 8000;
const askDeadlineMs = 5000;

/**
 * Model servers of the project: those that this engine started, which end with it, and those that were started from the command line,
 * which go on. Settings of either can be changed while they run.
 */
export class Servers {
  readonly #options: ServersOptions;
  readonly #children = new Map<string, Child>();
  readonly #failures = new Map<string, string>();
  readonly #starting = new Set<string>();
  #isClosed = false;

  constructor(options: ServersOptions) {
    this.#options = options;
  }

  async list(): Promise<ServerInfo[]> {
    const names = await listServers(this.#options.projectDir);
    return Promise.all(names.map((name) => this.info(name)));
  }

  async info(name: string): Promise<ServerInfo> {
    const { projectDir } = this.#options;
    const state = await readServerState(projectDir, name);
    const failure = this.#failures.get(name) ?? null;
    const settings = await readServerSettings(projectDir, name).catch((error: unknown) => toDiagnostic(error).message);
    return {
      name,
      settings: typeof settings === 'string' ? null : settings,
      state: state !== null ? 'running' : this.#starting.has(name) ? 'starting' : failure === null ? 'stopped' : 'failed',
      url: state?.url ?? null,
      startedAt: state?.startedAt ?? null,
      startedBy: state?.startedBy ?? null,
      problem: typeof settings === 'string' ? settings : state === null ? failure : null,
    };
  }

  /**
   * Sets a server up, or changes one that is stopped, and starts it.
   * @throws PenstockError `server-running`, `server-start` with what the server said, `model-server-missing`.
   */
  async start(given: ServerSettings): Promise<ServerInfo> {
    this.#options.assertAllowed();
    const settings = serverSettingsSchema.parse(given);
    const { name } = settings;
    if ((await readServerState(this.#options.projectDir, name)) !== null || this.#starting.has(name)) {
      throw new PenstockError('server-running', `The server “${name}” is running already.`, { remedy: 'Stop it first, or change what it serves.' });
    }
    await writeServerSettings(this.#options.projectDir, settings);
    await this.#spawn(name, restarts);
    this.#options.audit({ action: 'server.started', subject: `server:${name}`, details: { models: settings.models.map(({ reference }) => reference), host: settings.host, port: settings.port } });
    this.#options.events.emit({ type: 'server-changed', server: name, state: 'started' });
    return this.info(name);
  }

  /** Sets a server up that another process is about to start. @throws PenstockError `server-running`. */
  async prepare(given: ServerSettings): Promise<void> {
    this.#options.assertAllowed();
    const settings = serverSettingsSchema.parse(given);
    if ((await readServerState(this.#options.projectDir, settings.name)) !== null) throw new PenstockError('server-running', `The server “${settings.name}” is running already.`, { remedy: 'Give this one another --name, or change the other with “penstock model traffic”.' });
    await writeServerSettings(this.#options.projectDir, settings);
    this.#options.audit({ action: 'server.started', subject: `server:${settings.name}`, details: { models: settings.models.map(({ reference }) => reference), host: settings.host, port: settings.port, by: 'command line' } });
    this.#options.events.emit({ type: 'server-changed', server: settings.name, state: 'started' });
  }

  /** Starts a server with the settings it has. @throws as `start`, and `unknown-server`. */
  async startAgain(name: string): Promise<ServerInfo> {
    return this.start(await readServerSettings(this.#options.projectDir, name));
  }

  /** Ends a server, whoever started it, once its requests under way have their answers. */
  async stop(name: string): Promise<void> {
    const child = this.#children.get(name);
    const state = await readServerState(this.#options.projectDir, name);
    if (child !== undefined) await this.#end(name, child);
    else if (state !== null) await endProcess(state, () => readServerState(this.#options.projectDir, name));
    else return;
    this.#failures.delete(name);
    this.#options.audit({ action: 'server.stopped', subject: `server:${name}` });
    this.#options.events.emit({ type: 'server-changed', server: name, state: 'stopped' });
  }

  async restart(name: string): Promise<ServerInfo> {
    await this.stop(name);
    return this.startAgain(name);
  }

  /** Changes what a server serves and logs; one that runs follows within a second. Its address counts from the next start. */
  async change(given: ServerSettings): Promise<ServerInfo> {
    const settings = serverSettingsSchema.parse(given);
    const before = await readServerSettings(this.#options.projectDir, settings.name);
    await writeServerSettings(this.#options.projectDir, settings);
    this.#options.audit({ action: 'server.changed', subject: `server:${settings.name}`, details: { before: { models: before.models, log: before.log }, after: { models: settings.models, log: settings.log } } });
    this.#options.events.emit({ type: 'server-changed', server: settings.name, state: 'changed' });
    return this.info(settings.name);
  }

  /** Forgets a server that is stopped. @throws PenstockError `server-running`. */
  async remove(name: string): Promise<void> {
    if ((await readServerState(this.#options.projectDir, name)) !== null) throw new PenstockError('server-running', `The server “${name}” is running.`, { remedy: 'Stop it first.' });
    await removeServerSettings(this.#options.projectDir, name);
    this.#failures.delete(name);
    this.#options.audit({ action: 'server.removed', subject: `server:${name}` });
    this.#options.events.emit({ type: 'server-changed', server: name, state: 'stopped' });
  }

  /** What a running server tells of itself; null where none runs. @throws PenstockError `server-silent`. */
  async status(name: string): Promise<ServerStatus | null> {
    const state = await readServerState(this.#options.projectDir, name);
    if (state === null) return null;
    return serverStatusSchema.parse(await (await this.#ask(state, '/status')).json());
  }

  /** Passes records on to a server: its answer and status as they are. @throws PenstockError `server-stopped`, `server-silent`. */
  async post(name: string, route: 'predict' | 'explain', model: string, body: unknown): Promise<{ readonly status: number; readonly answer: unknown; readonly ms: number }> {
    const state = await readServerState(this.#options.projectDir, name);
    if (state === null) throw new PenstockError('server-stopped', `The server “${name}” does not run.`, { remedy: 'Start it.' });
    const from = performance.now();
    const response = await this.#ask(state, `/${route}/${encodeURIComponent(model)}`, body);
    return { status: response.status, answer: (await response.json()) as unknown, ms: performance.now() - from };
  }

  /** Ends the servers of this engine; those from the command line go on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#children].map(([name, child]) => this.#end(name, child)));
  }

  async #ask(state: ServerState, route: string, body?: unknown): Promise<Response> {
    try {
      return await fetch(state.url + route, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        headers: { authorization: `Bearer ${state.control}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(askDeadlineMs),
      });
    } catch (error) {
      throw new PenstockError('server-silent', `The server at ${state.url} does not answer.`, { remedy: state.url.startsWith('https:') ? 'Its certificate may not be trusted on this machine; look at its /metrics instead.' : 'Start it again.', cause: error });
    }
  }

  async #spawn(name: string, left: number): Promise<void> {
    const { distDir, projectDir } = this.#options;
    const script = path.join(distDir, 'model-server', 'server.js');
    if (!existsSync(script)) throw new PenstockError('model-server-missing', 'The model server is not built.', { remedy: 'Run “npm run build” and try again.', place: { file: script } });
    const vault = vaultOf(projectDir);
    this.#starting.add(name);
    this.#failures.delete(name);
    try {
      const started = spawn(process.execPath, [script, '--project', projectDir, '--server', name, '--by', 'app', '--end-with-stdin', ...(vault === null ? [] : ['--key-from-stdin'])], { cwd: projectDir, env: serverEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] });
      const ended = new Promise<number | null>((resolve) => {
        started.once('close', (code) => resolve(code));
        started.once('error', () => resolve(null));
      });
      const child: Child = { process: started, ended, said: '', isStopping: false };
      this.#children.set(name, child);
      started.stdin.on('error', () => undefined);
      if (vault !== null) started.stdin.write(`${vault.key.toString('hex')}\n`);
      started.stderr.on('data', (chunk: Buffer) => (child.said = (child.said + chunk.toString('utf8')).slice(-4000)));
      const listens = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), startDeadlineMs);
        const settle = (answer: boolean): void => {
          clearTimeout(timer);
          resolve(answer);
        };
        void ended.then(() => settle(false));
        createInterface({ input: started.stdout }).on('line', (line) => {
          if (line.startsWith('listening on ')) settle(true);
        });
      });
      if (!listens) {
        child.isStopping = true;
        started.kill('SIGKILL');
        await ended;
        this.#children.delete(name);
        const said = child.said.trim().split('\n').at(-1) ?? '';
        this.#failures.set(name, said === '' ? 'It gave no answer.' : said);
        throw new PenstockError('server-start', `The server “${name}” could not start: ${said === '' ? 'it gave no answer.' : said}`, { remedy: 'Mend what it says, then start it again.' });
      }
      void this.#watch(name, child, left);
    } finally {
      this.#starting.delete(name);
    }
  }

  async #watch(name: string, child: Child, left: number): Promise<void> {
    const code = await child.ended;
    if (this.#children.get(name) === child) this.#children.delete(name);
    if (child.isStopping || this.#isClosed) return;
    const said = child.said.trim().split('\n').at(-1) ?? '';
    this.#failures.set(name, `It ended by itself${code === null ? '' : ` with code ${code}`}${said === '' ? '' : `: ${said}`}`);
    this.#options.events.emit({ type: 'server-changed', server: name, state: 'failed' });
    if (left === 0) return;
    await this.#spawn(name, left - 1).catch((error: unknown) => this.#options.warn(toDiagnostic(error).message));
  }

  async #end(name: string, child: Child): Promise<void> {
    child.isStopping = true;
    // Windows has no SIGTERM; closing stdin asks for the same everywhere.
    child.process.stdin?.end();
    child.process.kill('SIGTERM');
    const timer = setTimeout(() => child.process.kill('SIGKILL'), stopDeadlineMs);
    await child.ended;
    clearTimeout(timer);
    if (this.#children.get(name) === child) this.#children.delete(name);
  }
}

/** Ends a process that is nobody's child here. */
async function endProcess(state: ServerState, ask: () => Promise<ServerState | null>): Promise<void> {
  process.kill(state.pid, 'SIGTERM');
  for (const from = Date.now(); (await ask()) !== null; ) {
    if (Date.now() - from > stopDeadlineMs) return void process.kill(state.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
