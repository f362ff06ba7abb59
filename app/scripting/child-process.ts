import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { CancelledError } from '#app/core/errors.ts';
import { temporaryRoot } from '#app/sealing/working-folder.ts';
import type { ScriptLimits } from './limits.ts';
import { groupMemory } from './memory.ts';
import { networkless } from './no-network.ts';

export interface ChildCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Memory that the program takes before any work, in MB: allowed on top of the limit. */
  readonly ownMegabytes: number;
  /** Gives the child process ids of its own, so that nothing it starts outlives it. */
  readonly ownProcesses: boolean;
}

/** How the child ended. `flood`: it sent what no honest child sends. */
export type ChildEnd =
  | { readonly reason: 'ended'; readonly code: number | null; readonly signal: string | null; readonly errors: string }
  | { readonly reason: 'time' | 'memory' | 'flood'; readonly errors: string };

/** The end of what a child said on standard error. */
const keptErrors = 8000;
const watchMs = 100;

/**
 * Runs a program in a process group of its own, with an empty environment, in an empty folder that is removed afterwards, without
 * network where the system can deny it, and kills it with all it started when time or memory is up or the signal aborts.
 * @param receive takes what the child writes; what it throws ends the child as `flood`.
 * @throws CancelledError; Error with `code` where the program cannot be started.
 */
export async function runChild(command: ChildCommand, input: readonly Uint8Array[], limits: ScriptLimits, signal: AbortSignal, receive: (chunk: Uint8Array) => void): Promise<ChildEnd> {
  signal.throwIfAborted();
  const folder = await mkdtemp(path.join(temporaryRoot(), 'penstock-script-'));
  try {
    return await watched(await start(command, limits, folder), command, input, limits, signal, receive);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function start(command: ChildCommand, limits: ScriptLimits, folder: string): Promise<ChildProcess> {
  const words = [...(await networkless(command.ownProcesses)), command.program, ...command.args];
  const options = { cwd: folder, env: minimalEnvironment(folder), stdio: ['pipe', 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'], windowsHide: true };
  if (process.platform === 'win32') return spawn(command.program, [...command.args], options);
  // The shell sets what outlives an engine that crashed: processor seconds (of all threads, hence more than the clock's), no core files.
  const processor = Math.ceil(limits.seconds * 4 + 30);
  return spawn('/bin/sh', ['-c', 'ulimit -c 0; ulimit -t "$0"; exec "$@"', String(processor), ...words], { ...options, detached: true });
}

/** Nothing of the engine's environment; Windows programs do not start without these. */
function minimalEnvironment(folder: string): NodeJS.ProcessEnv {
  if (process.platform !== 'win32') return {};
  return { SystemRoot: process.env['SystemRoot'], TEMP: folder, TMP: folder };
}

function watched(child: ChildProcess, command: ChildCommand, input: readonly Uint8Array[], limits: ScriptLimits, signal: AbortSignal, receive: (chunk: Uint8Array) => void): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    let reason: 'time' | 'memory' | 'flood' | 'cancelled' | null = null;
    let errors = '';
    const stop = (why: NonNullable<typeof reason>): void => {
      reason ??= why;
      kill(child);
    };
    const onAbort = (): void => stop('cancelled');
    const clock = setTimeout(() => stop('time'), limits.seconds * 1000);
    const watch = watchMemory(child, (limits.megabytes + command.ownMegabytes) * 1024 * 1024, () => stop('memory'));
    const settle = (): void => {
      clearTimeout(clock);
      watch();
      signal.removeEventListener('abort', onAbort);
      // What the child started may still be there.
      kill(child);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      if (reason !== null) return;
      try {
        receive(chunk);
      } catch {
        stop('flood');
      }
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString('utf8')).slice(-keptErrors);
    });
    // Streams that a grandchild holds open may never close: after the exit they get a moment.
    child.on('exit', () => {
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, 2000).unref();
      if (reason !== null) kill(child);
    });
    child.on('close', (code, killed) => {
      settle();
      if (reason === 'cancelled') reject(new CancelledError());
      else if (reason !== null) resolve({ reason, errors });
      else resolve({ reason: 'ended', code, signal: killed, errors });
    });
    // A child that ends early closes its input; that is told by its end.
    child.stdin?.on('error', () => undefined);
    for (const part of input) child.stdin?.write(part);
    child.stdin?.end();
  });
}

/** The whole process group, at once and for good. */
function kill(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    if (child.exitCode === null) spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true, stdio: 'ignore' }).on('error', () => child.kill('SIGKILL'));
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** Calls `exceeded` once the group holds more than `bytes`. Gives what ends the watch. */
function watchMemory(child: ChildProcess, bytes: number, exceeded: () => void): () => void {
  let timer: NodeJS.Timeout | null = null;
  let isOver = false;
  const look = async (): Promise<void> => {
    const used = child.pid === undefined ? null : await groupMemory(child.pid);
    if (isOver || used === null) return;
    if (used > bytes) exceeded();
    else timer = setTimeout(() => void look(), watchMs);
  };
  timer = setTimeout(() => void look(), watchMs);
  return () => {
    isOver = true;
    if (timer !== null) clearTimeout(timer);
  };
}
