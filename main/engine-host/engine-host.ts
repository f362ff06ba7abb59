import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { Writable, Readable } from 'node:stream';
import { FrameDecoder, encodeFrame, type Frame } from '#app/protocol/frames.ts';

export interface EngineHostOptions {
  /** Path of the Node binary that runs the engine (never Electron's own). */
  readonly node: string;
  /** Path of desktop-entry.js. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /** Called with each line the engine writes to stderr. */
  readonly log: (line: string) => void;
  /** Keys from the system's keychain; null where it has none that guards them. */
  readonly keychain?: { readonly line: () => string; readonly remember: (id: string, key: string | null) => void } | null;
}

export interface EngineConnection {
  send(data: string | Uint8Array): void;
  close(): void;
}

/** Crashes closer together than this, in ms, slow the restart down. */
const quickCrash = 10_000;
const longestPause = 15_000;
/** Exit codes with which the engine says that starting it again would be no use: 2 wrong runtime or no project, 3 project not openable. */
const refusals: ReadonlySet<number> = new Set([2, 3]);

/**
 * Keeps one engine process running: starts it, carries frames for any number of connections, starts it again when it dies.
 * Events: `restart` (a new process is up; old connections are gone), `failed` (it will not start; with a sentence), `exit`.
 */
export class EngineHost extends EventEmitter<{ restart: []; failed: [string]; exit: [string] }> {
  private readonly options: EngineHostOptions;
  private child: ChildProcess | null = null;
  private readonly receivers = new Map<number, (data: string | Uint8Array) => void>();
  private nextConnection = 1;
  private stopping = false;
  private crashes = 0;
  private startedAt = 0;
  private lastLine = '';
  private failure: string | null = null;

  constructor(options: EngineHostOptions) {
    super();
    this.options = options;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Why the engine will not start, or null; for windows that open after it failed. */
  get failed(): string | null {
    return this.failure;
  }

  start(): void {
    this.startedAt = performance.now();
    this.failure = null;
    const child = spawn(this.options.node, [this.options.entry], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // The fuses keep the shell from obeying these; the engine is a plain Node, and must not either.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined, NODE_OPTIONS: undefined, NODE_PATH: undefined, NODE_REPL_EXTERNAL_MODULE: undefined, UV_THREADPOOL_SIZE: '16', ...this.options.env, PENSTOCK_KEYCHAIN: this.options.keychain ? '1' : '' },
      windowsHide: true,
    });
    this.child = child;
    const decoder = new FrameDecoder();
    const stdout: Readable = child.stdout;
    stdout.on('data', (chunk: Buffer) => {
      for (const frame of decoder.push(chunk)) this.receive(frame);
    });
    let pending = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() !== '') this.lastLine = line;
        this.options.log(line);
      }
    });
    // A write to a dying child's stdin must not take the app down; the exit event says what happened.
    child.stdin.on('error', () => undefined);
    if (this.options.keychain) child.stdin.write(this.options.keychain.line());
    child.once('error', (error) => this.fail(`The engine could not be started (${error.message}).`));
    // `close`, not `exit`: by then its last words have been read.
    child.once('close', (code, signal) => this.exited(child, code, signal));
  }

  private exited(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.child !== child) return;
    this.child = null;
    this.receivers.clear();
    this.emit('exit', signal === null ? `code ${code}` : signal);
    if (this.stopping) return;
    if (code !== null && refusals.has(code)) {
      this.fail(this.lastLine);
      return;
    }
    this.crashes = performance.now() - this.startedAt < quickCrash ? this.crashes + 1 : 0;
    const pause = this.crashes === 0 ? 0 : Math.min(longestPause, 250 * 2 ** this.crashes);
    setTimeout(() => {
      if (this.stopping || this.child !== null) return;
      this.start();
      this.emit('restart');
    }, pause);
  }

  private fail(message: string): void {
    this.failure = message;
    this.emit('failed', message);
  }

  private receive(frame: Frame): void {
    if (frame.connection === 0) this.remember(frame);
    else if (frame.type === 'text') this.receivers.get(frame.connection)?.(frame.text);
    else if (frame.type === 'binary') this.receivers.get(frame.connection)?.(frame.bytes);
  }

  /** The engine's own word, on no window's connection: a project's key is to be remembered, or forgotten. */
  private remember(frame: Frame): void {
    if (frame.type !== 'text') return;
    const { id, key } = JSON.parse(frame.text) as { id?: unknown; key?: unknown };
    if (typeof id === 'string' && (typeof key === 'string' || key === null)) this.options.keychain?.remember(id, key);
  }

  /** Opens a connection to the present process; after a restart open a new one. */
  connect(receive: (data: string | Uint8Array) => void): EngineConnection {
    const connection = this.nextConnection++;
    this.receivers.set(connection, receive);
    this.write({ type: 'open', connection });
    return {
      send: (data) =>
        this.write(
          typeof data === 'string' ? { type: 'text', connection, text: data } : { type: 'binary', connection, bytes: data },
        ),
      close: () => {
        if (this.receivers.delete(connection)) this.write({ type: 'close', connection });
      },
    };
  }

  private write(frame: Frame): void {
    const stdin: Writable | null | undefined = this.child?.stdin;
    if (stdin?.writable) stdin.write(encodeFrame(frame));
  }

  /** Asks the engine to end by closing its input; kills it after `graceMs`. */
  async stop(graceMs = 4000): Promise<void> {
    this.stopping = true;
    const child = this.child;
    if (child === null) return;
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.stdin?.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await gone;
    clearTimeout(timer);
  }
}
