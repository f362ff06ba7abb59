import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '#app/protocol/contract.ts';
import { encodeFrame, FrameDecoder } from '#app/protocol/frames.ts';
import { onSmallDisks } from './small-disk.ts';

const root = path.resolve(import.meta.dirname, '../..');

export type EngineClient = ContractRouterClient<Contract>;

/** The desktop's engine (`dist/engine/desktop-entry.js`), as the shell starts it: a process that can be killed, and a client of it. */
export interface EngineProcess {
  readonly pid: number;
  readonly client: EngineClient;
  /** What it wrote to stderr so far. */
  said(): string;
  kill(): Promise<void>;
  /** Ends it as the shell does, by closing its input. @returns the exit code */
  end(): Promise<number | null>;
}

const living = new Set<ChildProcess>();

/** Processor time of a process so far, ms: what the promise of a quick recovery is held against, for this machine may be busy with other things. */
export function processorMs(pid: number): number {
  if (process.platform !== 'linux') return 0;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Fields 14 and 15, in hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** For `afterAll`: no engine outlives its test. */
export async function killEngines(): Promise<void> {
  for (const child of living) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

/** `disks`: folders that are small disks for this process, of so many kilobytes (see small-disk.ts). */
export function startEngineProcess(projectDir: string, options: { readonly env?: Readonly<Record<string, string>>; readonly disks?: Readonly<Record<string, number>> } = {}): EngineProcess {
  const program = [process.execPath, path.join(root, 'dist/engine/desktop-entry.js')] as const;
  const { file, args } = options.disks === undefined ? { file: program[0], args: [program[1]] } : onSmallDisks(options.disks, program);
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16', PENSTOCK_PROJECT: projectDir, PENSTOCK_RESOURCES: path.join(root, 'resources'), PENSTOCK_DIST: path.join(root, 'dist'), ...options.env },
  });
  living.add(child);
  const gone = once(child, 'exit').then(([code]) => {
    living.delete(child);
    return code as number | null;
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  // It may be killed between two writes.
  child.stdin.on('error', () => undefined);
  const decoder = new FrameDecoder();
  let receive: (data: string | Uint8Array) => void = () => undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    for (const frame of decoder.push(chunk)) {
      if (frame.type === 'text') receive(frame.text);
      else if (frame.type === 'binary') receive(frame.bytes);
    }
  });
  const connection = 1;
  child.stdin.write(encodeFrame({ type: 'open', connection }));
  const closed: (() => void)[] = [];
  void gone.then(() => closed.forEach((listener) => listener()));
  const port = {
    addEventListener: (type: string, listener: (event: { data: unknown }) => void) => {
      if (type === 'message') receive = (data) => listener({ data });
      else if (type === 'close') closed.push(() => listener({ data: null }));
    },
    postMessage: (data: string | Uint8Array | ArrayBuffer) => {
      if (!child.stdin.writable) return;
      child.stdin.write(encodeFrame(typeof data === 'string' ? { type: 'text', connection, text: data } : { type: 'binary', connection, bytes: new Uint8Array(data) }));
    },
  };
  return {
    pid: child.pid ?? 0,
    client: createORPCClient(new RPCLink({ port: port as unknown as MessagePort })),
    said: () => said,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async end() {
      child.stdin.end();
      return gone;
    },
  };
}
