import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import type { EngineClient } from './engine-process.ts';

const root = path.resolve(import.meta.dirname, '../..');
const living = new Set<ChildProcess>();

/** `penstock serve` as a process, and windows on it: each a WebSocket with a session of its own. */
export interface ServeProcess {
  readonly pid: number;
  openWindow(): Promise<{ readonly client: EngineClient; /** As a killed browser goes: without a word. */ kill(): void }>;
  kill(): Promise<void>;
  end(): Promise<number | null>;
}

export async function killServers(): Promise<void> {
  for (const child of living) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

export async function startServe(projectDir: string): Promise<ServeProcess> {
  const child = spawn(process.execPath, [path.join(root, 'dist/engine/cli.js'), 'serve', '--project', projectDir, '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, UV_THREADPOOL_SIZE: '16' } });
  living.add(child);
  const gone = once(child, 'exit').then(([code]) => {
    living.delete(child);
    return code as number | null;
  });
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    const hear = (data: Buffer): void => {
      said += data.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(said);
      if (found !== null) resolve(found[0]);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void gone.then(() => reject(new Error(`penstock serve ended: ${said}`)));
  });
  const { origin, host } = new URL(address);
  let cookie: string | null = null;
  return {
    pid: child.pid ?? 0,
    async openWindow() {
      // The one-time link may be spent: later windows use the session of the first, as tabs of one browser do.
      cookie ??= await signIn(address);
      const socket = new WebSocket(`ws://${host}/rpc`, { headers: { cookie, origin } });
      await once(socket, 'open');
      return { client: createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })), kill: () => socket.terminate() };
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async end() {
      child.kill('SIGTERM');
      return gone;
    },
  };
}

async function signIn(address: string): Promise<string> {
  const answer = await fetch(address, { redirect: 'manual' });
  const cookies = answer.headers.getSetCookie().map((text) => text.split(';')[0] ?? '');
  if (cookies.length === 0) throw new Error(`signing in gave no cookie: ${answer.status} ${await answer.text()}`);
  return cookies.join('; ');
}
