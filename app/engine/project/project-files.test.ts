import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { listFiles } from './project-files.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-files-'));
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('the files of a project are those of its people: neither the engine’s folders, nor its databases with their logs and backups', async () => {
  for (const folder of ['data', 'pipelines', 'artifacts', 'journals', 'audit-inbox', '.git']) mkdirSync(path.join(root, folder));
  const own = ['penstock.db', 'penstock.db-wal', 'penstock.db.v8.backup', 'penstock.db.damaged-2026-11-30T02-00-00-000Z', 'features.db', 'access.db-shm', 'keys.json'];
  for (const name of [...own, 'orders.csv', 'penstock.dbf', 'my-features.db']) writeFileSync(path.join(root, name), 'x');
  writeFileSync(path.join(root, 'data', 'penstock.db'), 'somebody’s own');
  expect((await listFiles(root, '')).map(({ name }) => name)).toEqual(['data', 'pipelines', 'my-features.db', 'orders.csv', 'penstock.dbf']);
  expect((await listFiles(root, 'data')).map(({ name }) => name)).toEqual(['penstock.db']);
});
