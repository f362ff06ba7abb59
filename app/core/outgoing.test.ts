import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { assertHost, guardedFetch, isRefusedAddress, setOutgoingPolicy } from './outgoing.ts';

/** What names stand for, answer by answer: a name server in the hands of an attacker. */
const names = vi.hoisted(() => new Map<string, string[]>());
const asked = vi.hoisted(() => ({ count: 0 }));
vi.mock('node:dns', async (original) => {
  const real = await original<typeof import('node:dns')>();
  return {
    ...real,
    lookup: (hostname: string, options: object, callback: (error: Error | null, addresses: { address: string; family: number }[]) => void) => {
      const answers = names.get(hostname);
      if (answers === undefined) {
        real.lookup(hostname, { ...options, all: true }, callback);
        return;
      }
      asked.count += 1;
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      callback(null, (answer ?? '').split(' ').map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
    },
  };
});

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));
afterEach(() => {
  setOutgoingPolicy({ team: false, allow: [] });
  names.clear();
  asked.count = 0;
});
const signal = new AbortController().signal;
const get = (url: string, headers: Record<string, string> = {}): Promise<Response> => guardedFetch(url, { method: 'GET', headers, signal });
const refused = expect.objectContaining({ code: 'address-refused' }) as unknown;

async function listen(answer: (path: string) => { status: number; location?: string; body?: string }): Promise<{ port: number; requests: { path: string; authorization: string | undefined }[] }> {
  const requests: { path: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ path: request.url ?? '', authorization: request.headers.authorization });
      const { status, location, body } = answer(request.url ?? '');
      response.writeHead(status, location === undefined ? {} : { location }).end(body ?? Buffer.concat(chunks));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, requests };
}

describe('outgoing connections', () => {
  it('never go to the addresses where clouds keep credentials, however they are written', async () => {
    const ways = ['169.254.169.254', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '[64:ff9b::a9fe:a9fe]', '[2002:a9fe:a9fe::1]', '[::a9fe:a9fe]', '2852039166', '0xA9FEA9FE', '0251.0376.0251.0376', '169.254.43518', '[fd00:ec2::254]', '[fe80::1]', '100.100.100.200', 'metadata.google.internal', 'metadata', '0.0.0.0', '[::]'];
    for (const way of ways) await expect(get(`http://${way}/latest/meta-data/iam/`), way).rejects.toEqual(refused);
  });

  it('judge what a name stands for, also where only one of its addresses is bad', async () => {
    names.set('innocent.example', ['169.254.169.254']);
    names.set('mixed.example', ['93.184.216.34 169.254.169.254']);
    await expect(get('http://innocent.example/')).rejects.toEqual(refused);
    await expect(get('http://mixed.example/')).rejects.toEqual(refused);
  });

  it('ask once what a name stands for, so that it cannot become another address after the check', async () => {
    const { port, requests } = await listen(() => ({ status: 200, body: 'ok' }));
    names.set('rebinding.example', ['127.0.0.1', '169.254.169.254']);
    expect(await (await get(`http://rebinding.example:${port}/`)).text()).toBe('ok');
    expect(asked.count).toBe(1);
    expect(requests).toHaveLength(1);
    // The second time the name means the other address, and that is what is judged.
    await expect(get(`http://rebinding.example:${port}/`)).rejects.toEqual(refused);
    expect(requests).toHaveLength(1);
  });

  it('do not follow where an answer points, nor take a password there', async () => {
    const other = await listen(() => ({ status: 200, body: 'stolen' }));
    const { port } = await listen((path) => ({ status: 302, location: path === '/cloud' ? 'http://169.254.169.254/' : `http://127.0.0.1:${other.port}/` }));
    for (const path of ['/cloud', '/other']) {
      const answer = await get(`http://127.0.0.1:${port}${path}`, { authorization: 'Bearer secret' });
      expect(answer.status).toBe(302);
    }
    expect(other.requests).toEqual([]);
  });

  it('of a server for several people do not go to that machine, unless it is allowed', async () => {
    const { port, requests } = await listen(() => ({ status: 200, body: 'inside' }));
    setOutgoingPolicy({ team: true, allow: [] });
    names.set('local.example', ['127.0.0.1']);
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.8.8.8', '[::ffff:127.0.0.1]', 'local.example']) await expect(get(`http://${host}:${port}/`), host).rejects.toEqual(refused);
    expect(requests).toEqual([]);
    setOutgoingPolicy({ team: true, allow: ['127.0.0.1'] });
    expect(await (await get(`http://127.0.0.1:${port}/`)).text()).toBe('inside');
    // What is allowed is that, not its neighbours.
    expect(isRefusedAddress('127.0.0.2')).toBe(true);
    expect(isRefusedAddress('169.254.169.254')).toBe(true);
  });

  it('go where people work: this machine, the company’s network, the internet', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.5', '192.168.1.9', '172.16.0.1', '93.184.216.34', '2a00:1450::1', 'fd12:3456::1']) expect(isRefusedAddress(address), address).toBe(false);
    expect(() => assertHost('db.example')).not.toThrow();
  });

  it('send bodies of every kind, and give answers as fetch does', async () => {
    const { port } = await listen(() => ({ status: 201 }));
    for (const body of ['text ü', new TextEncoder().encode('bytes'), new Blob(['a', 'blob'])]) {
      const answer = await guardedFetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, signal });
      expect([answer.status, answer.ok, await answer.text()]).toEqual([201, true, await new Response(body as BodyInit).text()]);
    }
    await expect(guardedFetch('http://127.0.0.1:1/', { method: 'GET', signal })).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await expect(guardedFetch(`http://127.0.0.1:${port}/`, { method: 'GET', signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('may not be allowed by something that is no network', () => {
    for (const text of ['localhost', '10.0.0.0/33', '10.0.0.0/x', '1.2.3']) expect(() => setOutgoingPolicy({ team: true, allow: [text] })).toThrow(/no address or network/);
  });
});
