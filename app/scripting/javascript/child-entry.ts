/**
 * The process in which a script runs, once, and which then ends. It is started under Node's permission model (no files but its own, no
 * processes, no workers, no addons), without an environment and with frozen built-ins; it takes the network away from itself, and runs the
 * person's code in a context of its own (sandbox.ts). Each of these holds where another one fails.
 */
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import net from 'node:net';
import { types } from 'node:util';
import vm from 'node:vm';
import { encodeMessage, messageKind, textRows, type RequestHeader } from '../frames.ts';
import { danfoWithoutPlotly } from './danfo-source.ts';
import { boot, harness, type Harness } from './sandbox.ts';

const danfoFile = process.argv[2] ?? '';

const everything: Buffer[] = [];
for await (const chunk of process.stdin) everything.push(chunk as Buffer);
const request = Buffer.concat(everything);
everything.length = 0;
const headerLength = request.readUInt32LE(0);
const header = JSON.parse(request.toString('utf8', 4, 4 + headerLength)) as RequestHeader;
const danfo = danfoWithoutPlotly(fs.readFileSync(danfoFile, 'utf8'));
takeAway();
run();

/** The network, and the ways from a process object to built-in modules and other processes. Node 24 has no permission for the network. */
function takeAway(): void {
  const denied = (): never => {
    throw new Error('A script has no network.');
  };
  const close = (target: object, names: readonly string[]): void => {
    for (const name of names) Object.defineProperty(target, name, { value: denied, writable: false, configurable: false });
  };
  close(net.Socket.prototype, ['connect']);
  close(net.Server.prototype, ['listen']);
  close(dgram.Socket.prototype, ['bind', 'send', 'connect']);
  close(dns, Object.keys(dns).filter((name) => typeof Reflect.get(dns, name) === 'function'));
  close(dns.promises, Object.keys(dns.promises).filter((name) => typeof Reflect.get(dns.promises, name) === 'function'));
  close(process, ['binding', '_linkedBinding', 'dlopen', 'getBuiltinModule', 'kill', '_kill', '_debugProcess', '_debugEnd', 'chdir', 'loadEnvFile', 'abort']);
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'navigator']) Reflect.deleteProperty(globalThis, name);
}

function send(kind: number, payload: Uint8Array): void {
  const bytes = encodeMessage(kind, payload);
  let at = 0;
  while (at < bytes.length) {
    try {
      at += fs.writeSync(1, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Nobody listens any more.
      if (code === 'EPIPE') process.exit(0);
      // At the end of the stack, for one: print swallows it.
      if (code !== 'EAGAIN') throw error;
    }
  }
}

function fail(json: string): never {
  send(messageKind.failure, Buffer.from(json));
  process.exit(0);
}

function run(): void {
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, { codeGeneration: { strings: false, wasm: false } });
  const inside = (source: string): unknown => vm.runInContext(source, context, { filename: 'penstock' });
  inside(`(${String(boot)})(${header.seed})`);
  vm.runInContext(danfo, context, { filename: 'danfo.js' });
  const say = (text: string): void => send(messageKind.log, Buffer.from(String(text)));
  const { maxRows, maxColumns, maxLines, maxLineLength } = header;
  const made = inside(`(${String(harness)})`) as (host: { say: typeof say }, limits: object) => Harness;
  const sandbox = made({ say }, { maxRows, maxColumns, maxLines, maxLineLength, textRows });
  hand(sandbox);
  refuseImports(header.code);
  let frame: (...words: unknown[]) => unknown;
  try {
    const script = new vm.Script(`(async (df, dfs, dfd, params, print, console) => { 'use strict';\n${header.code}\n})`, {
      filename: 'script.js',
      lineOffset: -1,
    });
    frame = script.runInContext(context) as typeof frame;
  } catch (error) {
    fail(JSON.stringify(syntaxFault(error)));
  }
  let unhandled: string | null = null;
  process.on('unhandledRejection', (reason) => {
    unhandled ??= sandbox.describe(reason);
  });
  process.on('uncaughtException', () => fail('{"code":"script-error","message":"The script broke off."}'));
  // Nothing is left to happen, and the script has not ended: it waits for what never comes.
  process.on('beforeExit', () => fail('{"code":"script-pending","message":"The script waits for something that never happens.","remedy":"There are no timers and no network in a script; return the table."}'));
  sandbox.start(JSON.stringify(header.params), frame);
  const look = (): void => {
    const failure = sandbox.failure();
    if (failure !== '') fail(failure);
    if (unhandled !== null) fail(unhandled);
    if (sandbox.isDone()) finish(sandbox);
  };
  // One turn after the promises have settled, so that a rejection nobody handled is known.
  setImmediate(() => setImmediate(look));
}

/**
 * import() is answered by functions of the host, whose errors (at the end of the stack, say) would be objects of the host in the hands of
 * the script. It cannot be switched off, so that code in which it can occur is not run: what may follow the word is a parenthesis, a point
 * or the beginning of a comment. Code cannot be made from text later on.
 */
function refuseImports(code: string): void {
  const found = /\bimport\s*[(./<-]/.exec(code);
  if (found === null) return;
  const before = code.slice(0, found.index).split('\n');
  fail(JSON.stringify({ code: 'script-syntax', message: 'A script cannot import anything.', remedy: 'Take the import out; dfd is Danfo.', line: before.length, column: (before.at(-1) ?? '').length + 1, length: 6 }));
}

/** The tables go in as numbers and strings; the sandbox makes its own arrays of them. */
function hand(sandbox: Harness): void {
  let at = 4 + headerLength;
  for (const table of header.tables) {
    sandbox.table(table.rows);
    for (const column of table.columns) {
      if (column.type === 'boolean' || column.type === 'integer' || column.type === 'float') {
        const bytes = column.parts[0] ?? 0;
        // The part may lie at any offset; numbers in memory may not.
        const values = new Float64Array(new Uint8Array(request.subarray(at, at + bytes)).buffer);
        sandbox.numbers(column.name, column.type, values);
        at += bytes;
        continue;
      }
      const parts = column.parts.map((bytes) => {
        const text = request.toString('utf8', at, at + bytes);
        at += bytes;
        return text;
      });
      sandbox.texts(column.name, parts);
    }
  }
}

function finish(sandbox: Harness): never {
  const text = String(sandbox.header());
  send(messageKind.result, Buffer.from(text));
  const { columns } = JSON.parse(text) as { columns: { parts: number }[] };
  columns.forEach(({ parts }, c) => {
    for (let p = 0; p < parts; p += 1) {
      const part = sandbox.part(c, p);
      if (typeof part === 'string') send(messageKind.part, Buffer.from(part));
      else if (types.isFloat64Array(part)) send(messageKind.part, Buffer.copyBytesFrom(part));
      else fail('{"code":"script-result","message":"The result of the script cannot be read.","remedy":"Return a DataFrame, a list of objects, or an object of columns."}');
    }
  });
  process.exit(0);
}

/** Line and column of a mistake in the syntax stand only in the stack's picture of it. */
function syntaxFault(error: unknown): object {
  const stack = error instanceof Error || types.isNativeError(error) ? String((error as Error).stack) : '';
  const line = /^script\.js:(\d+)/.exec(stack);
  const caret = stack.split('\n')[2] ?? '';
  const message = types.isNativeError(error) ? (error as Error).message : 'The script cannot be read.';
  return { code: 'script-syntax', message, line: line === null ? null : Number(line[1]), column: /^ *\^/.test(caret) ? caret.indexOf('^') + 1 : null, length: caret.trim().length };
}
