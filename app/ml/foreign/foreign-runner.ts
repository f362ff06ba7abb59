import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { Feed, Runner } from '../onnx/runner.ts';
import type { SessionInfo, TensorValues } from '../onnx/session-types.ts';
import { fromErrorRecord, type ReplyMessage } from '../worker/messages.ts';
import { foreignLimits, type ForeignLimits } from './limits.ts';
import { foreignVariable } from './foreign-variable.ts';
import type { ForeignCall } from './process-entry.ts';
import { processMemory } from './process-memory.ts';

/** Where the process's code is: beside this file in the sources, beside the engine's chunk in a build. */
const entry = import.meta.url.endsWith('.ts') ? new URL('./process-entry.ts', import.meta.url) : new URL('./foreign-model.js', import.meta.url);

/** Pause between looks at the process's memory, in milliseconds. */
const watchMs = 50;
/** Node, onnxruntime and what is copied for a call, in MB. */
const ownMegabytes = 400;

/** A call without its number. */
type Asked = ForeignCall extends infer C ? (C extends ForeignCall ? Omit<C, 'id'> : never) : never;
type Ending = 'time' | 'memory' | 'cancelled';

/** One process with at most one model at a time, killed when a call breaks a limit. */
class ForeignProcess {
  readonly #child: ChildProcess;
  limits: ForeignLimits;
  #next = 1;
  #ending: Ending | null = null;
  #settle: ((reply: ReplyMessage | null) => void) | null = null;

  constructor(limits: ForeignLimits) {
    this.limits = limits;
    // Nothing of the engine's environment: a model that finds a way out finds no passwords in it.
    const env = { [foreignVariable]: '1', ...(process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] } : {}) };
    this.#child = fork(fileURLToPath(entry), [], { serialization: 'advanced', execArgv: [], env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], cwd: process.platform === 'win32' ? undefined : '/' });
    this.#child.on('message', (reply: ReplyMessage) => {
      if (reply.id > 0) this.#settle?.(reply);
    });
    this.#child.on('error', () => this.#settle?.(null));
    this.#child.on('exit', () => this.#settle?.(null));
    this.#child.unref();
    this.#child.channel?.unref();
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.connected && this.#ending === null;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  memory(): Promise<number | null> {
    return this.#child.pid === undefined ? Promise.resolve(null) : processMemory(this.#child.pid);
  }

  /** One at a time. @throws PenstockError `model-time`, `model-memory`, `model-crashed`, those of the task; CancelledError. */
  async call(asked: Asked, signal: AbortSignal | undefined): Promise<unknown> {
    if (signal?.aborted) throw new CancelledError();
    const id = this.#next++;
    const stop = (why: Ending): void => {
      this.#ending ??= why;
      this.kill();
    };
    const onAbort = (): void => stop('cancelled');
    signal?.addEventListener('abort', onAbort, { once: true });
    const clock = setTimeout(() => stop('time'), this.limits.seconds * 1000);
    const unwatch = this.#watch(() => stop('memory'));
    this.#child.ref();
    this.#child.channel?.ref();
    try {
      const reply = await new Promise<ReplyMessage | null>((resolve) => {
        this.#settle = resolve;
        if (!this.alive) return resolve(null);
        this.#child.send({ id, ...asked } satisfies ForeignCall, (error) => {
          if (error !== null) resolve(null);
        });
      });
      if (reply?.kind === 'result' && this.#ending === null) return reply.result;
      if (reply?.kind === 'error' && this.#ending === null) throw fromErrorRecord(reply.error);
      throw this.#died(asked.task);
    } finally {
      this.#settle = null;
      clearTimeout(clock);
      unwatch();
      signal?.removeEventListener('abort', onAbort);
      this.#child.unref();
      this.#child.channel?.unref();
    }
  }

  #watch(exceeded: () => void): () => void {
    let isOver = false;
    let timer: NodeJS.Timeout;
    const most = (this.limits.megabytes + ownMegabytes) * 2 ** 20;
    const look = async (): Promise<void> => {
      const used = this.#child.pid === undefined ? null : await processMemory(this.#child.pid);
      if (isOver || used === null) return;
      if (used > most) exceeded();
      else timer = setTimeout(() => void look(), watchMs);
    };
    timer = setTimeout(() => void look(), watchMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }

  #died(task: ForeignCall['task']): Error {
    const doing = task === 'open' ? 'Loading the model' : task === 'close' ? 'Closing the model' : 'Scoring a batch of rows with the model';
    if (this.#ending === 'cancelled') return new CancelledError();
    if (this.#ending === 'time') return new PenstockError('model-time', `${doing} took longer than its limit of ${formatCount(this.limits.seconds)} s and was stopped.`, { remedy: 'Use a smaller model, or ask who made it.' });
    if (this.#ending === 'memory') return new PenstockError('model-memory', `${doing} needed more memory than its limit of ${formatCount(this.limits.megabytes)} MB and was stopped.`, { remedy: 'Use a smaller model, or ask who made it.' });
    return new PenstockError('model-crashed', `${doing} ended the process that it ran in (${this.#child.signalCode ?? `exit code ${String(this.#child.exitCode)}`}).`, { remedy: 'Do not use this file: export the model again, or ask who made it.' });
  }
}

/** A process whose model was closed, kept for a moment for the next: starting one takes a third of a second. */
let warm: { readonly process: ForeignProcess; readonly timer: NodeJS.Timeout } | null = null;
const keepMs = 20_000;

function take(limits: ForeignLimits): ForeignProcess {
  const kept = warm;
  warm = null;
  if (kept !== null) {
    clearTimeout(kept.timer);
    if (kept.process.alive) {
      kept.process.limits = limits;
      return kept.process;
    }
  }
  return new ForeignProcess(limits);
}

/** Kept where there is none and its model left no memory behind; else ended. */
async function give(process: ForeignProcess, session: number): Promise<void> {
  if (!process.alive) return;
  const closed = await process.call({ task: 'close', payload: { session } }, undefined).then(
    () => true,
    () => false,
  );
  const used = await process.memory();
  if (!closed || warm !== null || !process.alive || (used !== null && used > ownMegabytes * 2 ** 20)) return process.kill();
  const timer = setTimeout(() => {
    warm = null;
    process.kill();
  }, keepMs);
  timer.unref();
  warm = { process, timer };
}

/**
 * A model from elsewhere, loaded in a process of its own: what hangs, swells or crashes there is stopped, and says so. Costs the start of a
 * process (a third of a second) and copies of what goes over. After such an end the next run begins a new process.
 * @throws PenstockError `model-unreadable`, `model-time`, `model-memory`, `model-crashed`; CancelledError.
 */
export async function createForeignRunner(model: Uint8Array | string, options: { readonly signal?: AbortSignal | undefined; readonly limits?: ForeignLimits } = {}): Promise<Runner> {
  const limits = options.limits ?? foreignLimits;
  let closed = false;
  // A file that cannot be loaded leaves a whole process behind, but nobody knows in which state.
  const open = async (signal: AbortSignal | undefined): Promise<{ process: ForeignProcess; session: SessionInfo }> => {
    const process = take(limits);
    try {
      return { process, session: (await process.call({ task: 'open', payload: { model } }, signal)) as SessionInfo };
    } catch (error) {
      process.kill();
      throw error;
    }
  };
  let now = await open(options.signal);
  let last: Promise<unknown> = Promise.resolve();
  const { inputs, outputs } = now.session;

  async function run(feeds: Readonly<Record<string, Feed>>, wanted: readonly string[] | undefined, signal: AbortSignal | undefined): Promise<Readonly<Record<string, TensorValues>>> {
    if (closed) throw new PenstockError('model-closed', 'The model was closed while it was being used.', { remedy: 'Run again.' });
    if (!now.process.alive) now = await open(signal);
    const values = Object.fromEntries(Object.entries(feeds).map(([name, feed]): [string, TensorValues] => [name, 'dims' in feed ? feed : { dims: [feed.length, 1], data: feed }]));
    return (await now.process.call({ task: 'run', payload: { session: now.session.session, feeds: values, ...(wanted === undefined ? {} : { outputs: wanted }) } }, signal)) as Readonly<Record<string, TensorValues>>;
  }

  return {
    inputs,
    outputs,
    run(feeds, { outputs: wanted, signal } = {}) {
      const next = last.then(
        () => run(feeds, wanted, signal),
        () => run(feeds, wanted, signal),
      );
      last = next.catch(() => undefined);
      return next;
    },
    async close() {
      if (closed) return;
      closed = true;
      await last;
      await give(now.process, now.session.session);
    },
  };
}
