import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { guardedFetch, setOutgoingPolicy } from '#app/core/outgoing.ts';
import { runProgram } from './program.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-team-'));
afterAll(() => {
  setOutgoingPolicy({ team: false, allow: [] });
  rmSync(root, { recursive: true, force: true });
});

it('penstock serve for a team reaches nothing that listens on its own machine for those who name addresses there', async () => {
  const server = createServer((_, response) => response.end('inside'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const ask = (): Promise<Response> => guardedFetch(url, { method: 'GET', signal: new AbortController().signal });
    expect(await (await ask()).text()).toBe('inside');
    let said = '';
    // Without TLS it does not start, but it has said to itself by then for whom it would.
    const code = await runProgram(['serve', '--project', root, '--host', '0.0.0.0'], { out: () => undefined, error: (text) => void (said += text), isTty: false });
    expect([code === 0, said]).toEqual([false, expect.stringMatching(/TLS|certificate/)]);
    await expect(ask()).rejects.toMatchObject({ code: 'address-refused' });
  } finally {
    server.close();
  }
});
