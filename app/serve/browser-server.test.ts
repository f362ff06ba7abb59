import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { os as procedures } from '@orpc/server';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startBrowserServer, type BrowserServer } from './browser-server.ts';

let folder: string;
let server: BrowserServer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-serve-'));
  await mkdir(path.join(folder, 'page'));
  await writeFile(path.join(folder, 'page', 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(path.join(folder, 'secret.txt'), 'secret');
  server = await startBrowserServer({
    rendererDir: path.join(folder, 'page'),
    port: 0,
    token: 'tok',
    router: { echo: procedures.handler(() => 'hello') },
  });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Plain HTTP with any header and an unnormalised path, which fetch would not allow. */
function get(target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: server.port, path: target, headers, method }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    request.on('error', reject);
    request.end();
  });
}

async function signIn(): Promise<string> {
  const answer = await get('/?token=tok');
  const cookie = answer.headers['set-cookie'];
  if (!Array.isArray(cookie) || cookie[0] === undefined) throw new Error('no cookie');
  return cookie[0].split(';')[0] ?? '';
}

function openSocket(headers: Record<string, string>): Promise<number | 'open'> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.on('unexpected-response', (_request, response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', () => undefined);
  });
}

describe('the browser server', () => {
  it('serves nothing without the session', async () => {
    expect((await get('/')).status).toBe(401);
    expect((await get('/?token=wrong')).status).toBe(401);
    expect((await get('/', { cookie: 'penstock_session=wrong' })).status).toBe(401);
  });

  it('signs in by the token, with a cookie no script or other site can use', async () => {
    const answer = await get('/?token=tok');
    expect(answer.status).toBe(303);
    expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict/);
    const page = await get('/', { cookie: await signIn() });
    expect(page.status).toBe(200);
    expect(page.body).toContain('<title>page</title>');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['content-security-policy']).not.toContain('unsafe-eval');
  });

  it('refuses another Host before anything else, so DNS rebinding gets nowhere', async () => {
    expect((await get('/?token=tok', { host: `evil.example:${server.port}` })).status).toBe(421);
  });

  it('stays inside its folder', async () => {
    const cookie = await signIn();
    for (const target of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt']) {
      expect((await get(target, { cookie })).status).toBe(404);
    }
  });

  it('answers only GET', async () => {
    expect((await get('/', { cookie: await signIn() }, 'POST')).status).toBe(405);
  });

  it('opens the socket only for its own page with the session', async () => {
    const cookie = await signIn();
    const origin = `http://127.0.0.1:${server.port}`;
    expect(await openSocket({ cookie, origin })).toBe('open');
    expect(await openSocket({ origin })).toBe(401);
    expect(await openSocket({ cookie, origin: 'http://evil.example' })).toBe(403);
    expect(await openSocket({ cookie })).toBe(403);
  });

  it('carries calls', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, {
      headers: { cookie: await signIn(), origin: `http://127.0.0.1:${server.port}` },
    });
    const client = createORPCClient<{ echo: () => Promise<string> }>(
      new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
    );
    await expect(client.echo()).resolves.toBe('hello');
    socket.terminate();
  });

  it('says when the port is taken', async () => {
    await expect(
      startBrowserServer({ rendererDir: path.join(folder, 'page'), port: server.port, router: {} }),
    ).rejects.toMatchObject({ code: 'port-taken' });
  });
});
