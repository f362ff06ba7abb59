import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { ModelSignature } from '#app/sdk/ports.ts';
import { readProjectText } from '#app/sealing/files.ts';
import { newProjectKey } from '#app/sealing/key-ring.ts';
import { lockVault, unlockVault } from '#app/sealing/vault.ts';
import { RequestLog } from './request-log.ts';

let folder = '';
afterEach(() => {
  lockVault(folder);
  rmSync(folder, { recursive: true, force: true });
});

const signature = { task: 'regression', inputs: [{ name: 'city', type: 'string' }], target: { name: 'price', type: 'float' }, features: ['city'] } as unknown as ModelSignature;

it('an encrypted project has no plain request in its logs, open or closed', async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-sealed-log-'));
  unlockVault(folder, newProjectKey());
  const log = new RequestLog({ projectDir: folder, model: 'prices', settings: { rate: 1, redact: [], keepDays: 30, keepBytes: 1e9 }, compactor: null, counted: () => undefined, warn: (message) => expect.unreachable(message) });
  await log.prepare(signature);
  const note = (id: string): void => log.note({ id, at: 0, version: 1, variant: 'primary', ms: 1, status: 200, rows: 1, signature, columns: { city: ['NEEDLEtown'] }, found: null });
  note('one');
  await log.settled();
  note('two');
  await log.settled();
  const names = (): string[] => readdirSync(path.join(folder, 'requests', 'prices')).map((name) => path.join(folder, 'requests', 'prices', name));
  const plain = (): string[] => names().filter((name) => /NEEDLE|city/.test(readFileSync(name, 'latin1')));
  expect(plain()).toEqual([]);
  await log.close();
  expect(plain()).toEqual([]);
  const lines = (await readProjectText(names().find((name) => name.endsWith('.ndjson')) ?? '')).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { request_id: string }).request_id)).toEqual(['one', 'two']);
});
