import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '#app/data/index.ts';
import type { Relation } from '#app/relation/types.ts';
import { definition } from './node.ts';
import { relation } from './relation.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-order-'));
let database: Database;
beforeAll(async () => {
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

/** Enough rows for several threads. */
const input: Relation = {
  op: 'scan',
  source: { kind: 'backend', sql: "select i as id, i % 7 as class, (i * 7919) % 100003 / 10.0 as x, i % 5000 as owner from range(60000) r(i)" },
  schema: [{ name: 'id', type: 'integer' }, { name: 'class', type: 'integer' }, { name: 'x', type: 'float' }, { name: 'owner', type: 'integer' }],
  label: 'rows',
};
const services = { parse: () => expect.unreachable(), resolvePath: (file: string) => file, describeSql: () => expect.unreachable(), values: () => expect.unreachable() };

describe('rows of a part come in one order, however many threads work on them', () => {
  it.each([
    { method: 'random' },
    { method: 'stratified', column: 'class' },
    { method: 'random', key: ['id'] },
    { method: 'stratified', column: 'class', key: ['id'] },
    { method: 'grouped', group: ['owner'] },
  ])('%j', async (params) => {
    const ports = relation({ table: [input] }, definition.params.parse(params), null, services);
    if (!('train' in ports) || ports.train === undefined) throw new Error('Three tables were expected.');
    const first = await database.column(ports.train, 'id');
    for (let again = 0; again < 3; again += 1) expect((await database.column(ports.train, 'id')).join() === first.join()).toBe(true);
  });
});
