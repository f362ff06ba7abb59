import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { setOutgoingPolicy } from '#app/core/outgoing.ts';
import { openMysql } from './mysql/client.ts';
import { openPostgres } from './postgres/client.ts';
import type { Target } from './types.ts';

afterEach(() => setOutgoingPolicy({ team: false, allow: [] }));

const target = (kind: 'postgres' | 'mysql', host: string, port: number): Target => ({ name: 'x', kind, host, port, user: 'u', password: 'p', database: 'd', tls: 'off', path: '' }) as Target;
const open = { postgres: openPostgres, mysql: openMysql };

it.each(['postgres', 'mysql'] as const)('a connection of a project cannot reach the cloud’s credentials by way of %s', async (kind) => {
  for (const host of ['169.254.169.254', '::ffff:169.254.169.254', 'metadata.google.internal']) await expect(open[kind](target(kind, host, 80))).rejects.toMatchObject({ code: 'address-refused' });
});

it.each(['postgres', 'mysql'] as const)('on a server for several people %s cannot ask what listens on that machine', async (kind) => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    await expect(open[kind](target(kind, '127.0.0.1', port))).rejects.toMatchObject({ code: expect.stringMatching(/^connection-/) });
    expect(connections).toBe(1);
    setOutgoingPolicy({ team: true, allow: [] });
    for (const host of ['127.0.0.1', 'localhost']) await expect(open[kind](target(kind, host, port))).rejects.toMatchObject({ code: 'address-refused' });
    expect(connections).toBe(1);
  } finally {
    server.close();
  }
});
