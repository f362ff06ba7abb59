import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { os as procedures } from '@orpc/server';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startBrowserServer, type BrowserServer } from './browser-server.ts';

/** What a signed-in page could send that is no message of the protocol. */
let folder: string;
let server: BrowserServer;
let cookie: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-messages-'));
  await mkdir(path.join(folder, 'page'));
  await writeFile(path.join(folder, 'page', 'index.html'), '<!doctype html><title>page</title>');
  server = await startBrowserServer({ rendererDir: path.join(folder, 'page'), port: 0, token: 'tok', router: { echo: procedures.handler(() => 'hello') } });
  const answer = await fetch(`http://127.0.0.1:${server.port}/?token=tok`, { redirect: 'manual' });
  cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

function opened(): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: { cookie, origin: `http://127.0.0.1:${server.port}` } });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

async function echoed(): Promise<unknown> {
  const socket = await opened();
  const client = createORPCClient<{ echo: () => Promise<string> }>(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
  const answer = await client.echo();
  socket.close();
  return answer;
}

describe('messages over the WebSocket', () => {
  it('that are none of the protocol end nothing: other pages are answered', async () => {
    // The library writes what it could not read to the console.
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const stray: unknown[] = [];
    const note = (error: unknown): void => void stray.push(error);
    process.on('unhandledRejection', note);
    const json = fc.json({ maxDepth: 4 });
    const call = fc.record({ i: fc.oneof(fc.string(), fc.integer(), fc.constant(null)), t: fc.oneof(fc.integer(), fc.constant(undefined)), p: fc.oneof(fc.jsonValue(), fc.record({ u: fc.oneof(fc.webUrl(), fc.string(), fc.integer(), fc.constant('/echo')), b: fc.jsonValue(), h: fc.jsonValue(), m: fc.string() })) });
    const messages = [...fc.sample(json, 60), ...fc.sample(call, 120).map((one) => JSON.stringify(one)), ...fc.sample(fc.string(), 40), ...fc.sample(fc.uint8Array({ maxLength: 200 }), 80), '', '{', '{"i":"1","p":{}}', '{"i":"1","t":2}', '{"__proto__":{"polluted":1},"i":"1","p":{"u":"/echo"}}'];
    const socket = await opened();
    for (const message of messages) socket.send(message);
    expect(await echoed()).toBe('hello');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    socket.close();
    expect(await echoed()).toBe('hello');
    process.off('unhandledRejection', note);
    said.mockRestore();
    expect(stray).toEqual([]);
  });

  it('that are larger than a message may be close that connection only', async () => {
    const socket = await opened();
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    // A frame's header that says 2⁴⁰ bytes follow.
    const raw = Object.entries(socket).find(([name]) => name === '_socket')?.[1] as { write(bytes: Uint8Array): void };
    raw.write(Uint8Array.of(0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4));
    expect(await closed).toBeGreaterThan(1000);
    expect(await echoed()).toBe('hello');
  });
});
