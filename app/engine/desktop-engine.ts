import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { localContext } from '#app/access/caller.ts';
import { toDiagnostic } from '#app/core/errors.ts';
import { keychainTrouble } from '#app/core/keychain-trouble.ts';
import { keychainLine, useKeychain, useKeychainTrouble } from '#app/sealing/keychain.ts';
import { encodeFrame, FrameDecoder, type Frame } from '#app/protocol/frames.ts';
import { Engine } from './engine.ts';
import { seedSamples } from './project/samples.ts';
import { DesktopSession, type DesktopRouter } from './desktop-session.ts';
import type { EngineRouter } from './router.ts';

type Listener = (event: { readonly data: unknown }) => void;

/**
 * One connection of the shell as the RPC library knows WebSockets: what comes in are messages, what goes out are frames. Not as it knows
 * message ports: there a message that is none becomes a rejection that nobody handles, which ends the engine.
 */
class FrameSocket {
  readonly #send: (data: string | Uint8Array) => void;
  readonly #messages: Listener[] = [];
  readonly #closes: (() => void)[] = [];

  constructor(send: (data: string | Uint8Array) => void) {
    this.#send = send;
  }

  addEventListener(type: string, listener: Listener): void {
    if (type === 'message') this.#messages.push(listener);
    else if (type === 'close') this.#closes.push(() => listener({ data: null }));
  }

  send(data: unknown): void {
    if (typeof data === 'string') this.#send(data);
    else if (data instanceof Uint8Array) this.#send(data);
    else if (data instanceof ArrayBuffer) this.#send(new Uint8Array(data));
    else throw new TypeError('FrameSocket: only text and bytes can be sent');
  }

  receive(data: string | Uint8Array): void {
    for (const listener of this.#messages) listener({ data });
  }

  close(): void {
    for (const listener of this.#closes) listener();
  }
}

/** Serves any number of connections over one pair of streams. Resolves when the input ends: the shell is gone. */
export async function serveFrames(router: EngineRouter | (() => DesktopRouter), input: Readable, output: Writable): Promise<void> {
  const ports = new Map<number, FrameSocket>();
  const decoder = new FrameDecoder();
  const write = (frame: Frame): void => {
    if (output.writable) output.write(encodeFrame(frame));
  };
  const accept = (frame: Frame): void => {
    const { connection } = frame;
    switch (frame.type) {
      case 'open': {
        const port = new FrameSocket((data) => {
          if (ports.get(connection) !== port) return;
          write(typeof data === 'string' ? { type: 'text', connection, text: data } : { type: 'binary', connection, bytes: data });
        });
        ports.set(connection, port);
        // Each connection gets what answers now: a project that was unlocked since is there after the next load of the page.
        const handler = new RPCHandler((typeof router === 'function' ? router() : router) as EngineRouter);
        void handler.upgrade(port as unknown as Parameters<typeof handler.upgrade>[0], { context: localContext });
        return;
      }
      case 'close': {
        const port = ports.get(connection);
        ports.delete(connection);
        port?.close();
        return;
      }
      case 'text':
        ports.get(connection)?.receive(frame.text);
        return;
      case 'binary':
        ports.get(connection)?.receive(frame.bytes);
    }
  };
  try {
    for await (const chunk of input) for (const frame of decoder.push(chunk as Uint8Array)) accept(frame);
  } finally {
    for (const port of ports.values()) port.close();
    ports.clear();
  }
}

/** The line before the frames; what came with it of the frames is put back. Empty where the input ended. */
async function firstLine(input: Readable): Promise<string> {
  let text = Buffer.alloc(0);
  for (;;) {
    const end = text.indexOf(0x0a);
    if (end >= 0) {
      if (end + 1 < text.length) input.unshift(text.subarray(end + 1));
      return text.subarray(0, end).toString('utf8');
    }
    const chunk = (input.read() ?? (input.readableEnded ? null : await new Promise<null>((resolve) => input.once('readable', () => resolve(null)).once('end', () => resolve(null))))) as Buffer | null;
    if (chunk !== null) text = Buffer.concat([text, chunk]);
    else if (input.readableEnded) return '';
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Reads its places from the environment (PENSTOCK_PROJECT, _RESOURCES, _DIST, _SAMPLES); argv stays short. */
export async function runDesktopEngine(): Promise<void> {
  const log = (message: string): void => void process.stderr.write(`${message}\n`);
  // stdout carries frames: a stray console.log of a library must not tear the stream.
  console.log = console.info = console.debug = (...args: unknown[]) => log(args.map(String).join(' '));
  process.stdout.on('error', () => undefined);
  const projectDir = process.env['PENSTOCK_PROJECT'] ?? '';
  const resourcesDir = process.env['PENSTOCK_RESOURCES'] ?? path.resolve(import.meta.dirname, '../../resources');
  const distDir = process.env['PENSTOCK_DIST'] ?? path.resolve(import.meta.dirname, '..');
  if (projectDir === '') {
    log('The engine was started without a project: PENSTOCK_PROJECT names none.');
    process.exitCode = 2;
    return;
  }
  if (process.env['PENSTOCK_KEYCHAIN'] === '1') {
    const line = keychainLine.safeParse(parsed(await firstLine(process.stdin)));
    if (line.success) useKeychain(line.data, (id, key) => void process.stdout.write(encodeFrame({ type: 'text', connection: 0, text: JSON.stringify({ id, key }) })));
  }
  const trouble = keychainTrouble.safeParse(process.env['PENSTOCK_KEYCHAIN_TROUBLE']);
  if (trouble.success) useKeychainTrouble(trouble.data);
  const session = new DesktopSession(() => Engine.open({ projectDir: path.resolve(projectDir), resourcesDir, distDir, background: true, trust: 'ask', warn: log }), path.resolve(projectDir));
  try {
    await session.open();
    if (process.env['PENSTOCK_SAMPLES'] === '1' && session.engine !== null && !session.engine.readOnly) await seedSamples(session.engine.projectDir, resourcesDir);
  } catch (error) {
    const { message, remedy } = toDiagnostic(error);
    log(`The project could not be opened: ${message}${remedy === undefined ? '' : ` ${remedy}`}`);
    process.exitCode = 3;
    return;
  }
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= session.close());
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      void close().finally(() => process.exit(0));
    });
  }
  try {
    await serveFrames(() => session.router, process.stdin, process.stdout);
  } catch (error) {
    log(toDiagnostic(error).message);
    process.exitCode = 4;
  }
  await close();
  process.exit();
}
