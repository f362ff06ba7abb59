import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leaveAudit, takeAudits } from './audit-inbox.ts';
import { emptyRing, keyRingFile, newProjectKey } from '#app/sealing/key-ring.ts';
import { lockVault, unlockVault } from '#app/sealing/vault.ts';
import { openStore, type Store } from './store.ts';

let projectDir: string;
let store: Store;
const inbox = (): string => path.join(projectDir, 'audit-inbox');

beforeEach(() => {
  projectDir = mkdtempSync(path.join(os.tmpdir(), 'penstock-inbox-'));
  store = openStore(projectDir);
});
afterEach(() => {
  store.close();
  rmSync(projectDir, { recursive: true, force: true });
});

it('takes in what other processes left, in order, once, and marks it as heard of', () => {
  leaveAudit(projectDir, { actor: 'user:ann', action: 'server.stopped', subject: 'server:churn' }, 2000);
  leaveAudit(projectDir, { actor: 'user:ann', action: 'server.changed', subject: 'server:churn', details: { after: { percent: 10 } } }, 1000);
  expect(takeAudits(projectDir, store.audit)).toEqual({ taken: 2, refused: [] });
  expect(readdirSync(inbox())).toEqual([]);
  expect(store.audit.list({ limit: 5 }).map(({ action, actor, details }) => [action, actor, details])).toEqual([
    ['server.stopped', 'user:ann', { left: { id: expect.any(String), at: 2000 } }],
    ['server.changed', 'user:ann', { after: { percent: 10 }, left: { id: expect.any(String), at: 1000 } }],
  ]);
  expect(takeAudits(projectDir, store.audit)).toEqual({ taken: 0, refused: [] });
});

it('makes one row of a deed whose file outlived a kill', () => {
  leaveAudit(projectDir, { actor: 'user:ann', action: 'server.stopped', subject: 'server:churn' });
  const [name = ''] = readdirSync(inbox());
  const appended = { append: (event: Parameters<Store['audit']['append']>[0]) => { store.audit.append(event); throw new Error('killed here'); }, list: (filter: Parameters<Store['audit']['list']>[0]) => store.audit.list(filter) };
  expect(() => takeAudits(projectDir, appended)).toThrow('killed here');
  expect(readdirSync(inbox())).toEqual([name]);
  expect(takeAudits(projectDir, store.audit)).toEqual({ taken: 0, refused: [] });
  expect(store.audit.list({ limit: 5 })).toHaveLength(1);
});

it('puts aside what is no event: half a file, more than an account, a link, members it does not know', () => {
  mkdirSync(inbox());
  const write = (name: string, text: string) => writeFileSync(path.join(inbox(), name), text);
  const event = { id: '0190a1de-7d4c-4f6e-8a5b-0f6f5e1c2d3b', at: 1, actor: 'user:ann', action: 'server.stopped', subject: 'server:churn', details: {} };
  write('1.json', '{"id": "half');
  write('2.json', JSON.stringify({ ...event, details: { long: 'x'.repeat(70_000) } }));
  write('3.json', JSON.stringify({ ...event, seq: 1 }));
  write('4.json', JSON.stringify({ ...event, action: 'DROP TABLE audit' }));
  const outside = path.join(projectDir, 'outside.json');
  writeFileSync(outside, JSON.stringify(event));
  symlinkSync(outside, path.join(inbox(), '5.json'));
  expect(takeAudits(projectDir, store.audit)).toEqual({ taken: 0, refused: ['1.json', '2.json', '3.json', '4.json', '5.json'] });
  expect(store.audit.list({ limit: 5 })).toEqual([]);
  expect(takeAudits(projectDir, store.audit).refused).toEqual([]);
});

it('of an encrypted project lies there sealed, and takes in nothing that is not; who has no key leaves nothing', () => {
  const plain = path.join(mkdtempSync(path.join(os.tmpdir(), 'penstock-inbox-')), 'plain');
  leaveAudit(plain, { actor: 'user:mallory', action: 'model.approved', subject: 'model:churn/3' }, 1500);
  const encrypted = mkdtempSync(path.join(os.tmpdir(), 'penstock-inbox-'));
  const key = newProjectKey();
  writeFileSync(path.join(encrypted, keyRingFile), JSON.stringify(emptyRing(key)));
  const event = { actor: 'user:NEEDLE', action: 'server.stopped', subject: 'server:churn' };
  try {
    expect(() => leaveAudit(encrypted, event)).toThrow(expect.objectContaining({ code: 'project-encrypted' }) as Error);
    unlockVault(encrypted, key);
    leaveAudit(encrypted, event, 1000);
    const folder = path.join(encrypted, 'audit-inbox');
    const [sealed = ''] = readdirSync(folder);
    expect(readFileSync(path.join(folder, sealed)).includes('NEEDLE')).toBe(false);
    // Somebody who may write to the folder, and has no key, claims a deed.
    const [forged = ''] = readdirSync(path.join(plain, 'audit-inbox'));
    writeFileSync(path.join(folder, forged), readFileSync(path.join(plain, 'audit-inbox', forged)));
    expect(takeAudits(encrypted, store.audit)).toEqual({ taken: 1, refused: [forged] });
    expect(store.audit.list({ limit: 5 }).map(({ actor }) => actor)).toEqual(['user:NEEDLE']);
  } finally {
    lockVault(encrypted);
    for (const folder of [encrypted, path.dirname(plain)]) rmSync(folder, { recursive: true, force: true });
  }
});
