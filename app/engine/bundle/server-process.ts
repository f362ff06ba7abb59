import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { PenstockError } from '#app/core/errors.ts';

/** Nothing of the engine's environment reaches a model server but what Windows needs to start a process at all. */
export function serverEnvironment(): Record<string, string> {
  const kept = ['SystemRoot', 'TEMP', 'TMP'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] as string]])));
}

const startDeadlineMs = 60_000;
const stopDeadlineMs = 6000;

/** A model server as a child process on loopback. It ends with this process, however this one ends. */
export class ServerProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, url: string, ended: Promise<void>) {
    this.#child = child;
    this.url = url;
    this.#ended = ended;
  }

  /** Resolves when the server listens. @throws PenstockError `server-start` with what the server said. */
  static async start(folder: string, port: number, signal?: AbortSignal): Promise<ServerProcess> {
    signal?.throwIfAborted();
    const child = spawn(process.execPath, [path.join(folder, 'server.mjs'), '--port', String(port), '--end-with-stdin'], {
      cwd: folder,
      env: serverEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    });
    // A server that was killed breaks its pipes; that is news for `ended`, not for the engine.
    child.stdin.on('error', () => undefined);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-4000);
    });
    const url = await new Promise<string | null>((resolve) => {
      const giveUp = (): void => resolve(null);
      const timer = setTimeout(giveUp, startDeadlineMs);
      signal?.addEventListener('abort', giveUp, { once: true });
      void ended.then(giveUp);
      createInterface({ input: child.stdout }).on('line', (line) => {
        const found = /^listening on (http:\S+)$/.exec(line)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        resolve(found);
      });
    });
    if (url !== null) return new ServerProcess(child, url, ended);
    child.kill('SIGKILL');
    await ended;
    signal?.throwIfAborted();
    throw new PenstockError('server-start', `The model server could not start: ${said.trim().split('\n').at(-1) || 'it gave no answer'}`, {
      remedy: 'Choose another port (0 for any free one), then run again.',
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Null while it runs, and when a signal ended it. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when the process is gone. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Lets answers under way finish, then makes sure. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    // Windows has no SIGTERM; closing stdin asks for the same everywhere.
    this.#child.stdin?.end();
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopDeadlineMs);
    await this.#ended;
    clearTimeout(timer);
  }
}
