import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import { lockVault, unlockVault } from '#app/sealing/vault.ts';
import { ArtifactStore } from './artifacts.ts';
import { listBackups, migrateStore, StoreDatabase } from './database.ts';
import { readLease, takeLease } from './lease.ts';
import { storeMigrations } from './migrations/index.ts';
import { openStore, type Store } from './store.ts';
import { testModel, testNodeRun, testRun } from './testing.ts';

let folder = '';
const open: Store[] = [];
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-store-'));
});
afterEach(() => {
  for (const store of open.splice(0)) store.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function openHere(options: Parameters<typeof openStore>[1] = {}): Store {
  const store = openStore(folder, options);
  open.push(store);
  return store;
}

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof PenstockError) return error.code;
    throw error;
  }
  return 'none';
};

/** A child that writes to the project; `lines` are what it said. */
function startChild(task: string): { child: ChildProcess; lines: AsyncIterator<string>; ended: Promise<void> } {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'crash-child.ts'), folder, task], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })[Symbol.asyncIterator]();
  return { child, lines, ended: new Promise((resolve) => child.once('exit', () => resolve())) };
}

describe('records', () => {
  it('come back as they went in', () => {
    const { runs } = openHere();
    runs.start(testRun('r1'));
    runs.start(testRun('r2', 'q'));
    runs.saveNode('r1', 0, testNodeRun('a', 'running'));
    runs.saveNode('r1', 0, testNodeRun('a'));
    runs.finish('r1', 'succeeded', 99.5);
    expect(runs.nodes('r1')).toEqual([testNodeRun('a')]);
    expect(runs.get('r1')).toMatchObject({ status: 'succeeded', ms: 99.5, title: 'Churn' });
    expect(runs.list({ pipelineId: 'q' }).map((run) => run.runId)).toEqual(['r2']);
    expect(runs.list().map((run) => run.runId)).toEqual(['r2', 'r1']);
    expect(runs.version(runs.get('r1')?.versionHash ?? '')).toBe('{"x":1}');
    expect(runs.versions('p')).toHaveLength(1);
    runs.remove('r1');
    expect(runs.nodes('r1')).toEqual([]);
  });

  it('keep curves through chunks and joining', () => {
    const { runs } = openHere();
    runs.start(testRun('r'));
    runs.appendSeries('r', 'n', 'loss', [0, 1], [0.9, Number.NaN]);
    runs.appendSeries('r', 'n', 'loss', [2], [0.1]);
    runs.appendSeries('r', 'n', 'auc', [2], [0.7]);
    const expected = [
      { nodeId: 'n', name: 'auc', steps: [2], values: [0.7] },
      { nodeId: 'n', name: 'loss', steps: [0, 1, 2], values: [0.9, Number.NaN, 0.1] },
    ];
    expect(runs.series('r')).toEqual(expected);
    runs.compactSeries('r', 'n');
    runs.appendSeries('r', 'n', 'auc', [3], [0.8]);
    expect(runs.series('r')[0]).toEqual({ nodeId: 'n', name: 'auc', steps: [2, 3], values: [0.7, 0.8] });
    expect(runs.series('r')[1]).toEqual(expected[1]);
  });

  it('trace columns in both directions', () => {
    const { runs } = openHere();
    runs.start(testRun('r'));
    const columns = [{ column: 'ratio', from: [{ label: 'orders.csv', column: 'total', via: 'value' as const }, { label: 'A', origin: { nodeId: 'a', port: 'table' }, column: 'n', via: 'filter' as const }] }];
    runs.saveLineage('r', { nodeId: 'f', port: 'table', columns });
    expect(runs.lineage('r', 'f', 'table')).toEqual(columns);
    expect(runs.impact('orders.csv', 'total')).toEqual([{ runId: 'r', nodeId: 'f', port: 'table', column: 'ratio' }]);
  });

  it('give model versions in order, and the same model only once', () => {
    const { models } = openHere();
    const facts = { runId: null, nodeId: 'n', pipelineTitle: 'P', note: 'first', createdAt: 5 };
    expect(models.register('churn', testModel(), facts)).toEqual({ name: 'churn', version: 1, isNew: true });
    expect(models.register('churn', testModel(), facts)).toEqual({ name: 'churn', version: 1, isNew: false });
    expect(models.register('churn', testModel('d'.repeat(64)), facts).version).toBe(2);
    expect(models.get('churn')?.value.onnx).toBe('d'.repeat(64));
    expect(models.get('churn', 1)).toMatchObject({ name: 'churn', version: 1, value: testModel(), runId: null, nodeId: 'n', pipelineTitle: 'P', note: 'first', createdAt: 5 });
    expect(codeOf(() => models.register('../x', testModel(), facts))).toBe('model-name');
  });

  it('remember results by key and by node', () => {
    const { cache } = openHere();
    const entry = {
      key: 'e'.repeat(64),
      pipelineId: 'p',
      nodeId: 'n',
      nodeType: 't',
      parts: { type: 't', version: 1, params: { a: 1 }, fingerprint: {}, upstream: {} },
      outputs: { model: testModel() },
      ports: { model: { kind: 'model' as const, rows: null, bytes: 9 } },
      metrics: { loss: 1, odd: Number.NaN },
      diagnostics: [],
      ms: 3,
      createdAt: 10,
    };
    cache.save(entry);
    expect(cache.get(entry.key)).toEqual({ ...entry, lastUsed: expect.any(Number) as unknown, evicted: null });
    expect(cache.latest('p', 'n')?.key).toBe(entry.key);
    cache.save({ ...entry, key: 'f'.repeat(64) });
    expect(cache.latest('p', 'n')?.key).toBe('f'.repeat(64));
    expect(cache.prune(100)).toBe(1);
    cache.forget('f'.repeat(64));
    expect(cache.latest('p', 'n')).toBeNull();
  });

  it('know what a result holds, and remember one that was removed until its node has a newer one', () => {
    const { cache, usage } = openHere();
    const model = testModel();
    const entry = (key: string, upstream: string) => ({
      key: key.repeat(64),
      pipelineId: 'p',
      nodeId: 'n',
      nodeType: 't',
      parts: { type: 't', version: 1, params: {}, fingerprint: {}, upstream: { table: [{ key: upstream, port: 'table', nodeId: 'm', title: 'M' }] } },
      outputs: { model },
      ports: { model: { kind: 'model' as const, rows: 7, bytes: 9 } },
      metrics: {},
      diagnostics: [],
      ms: 3,
      createdAt: 10,
    });
    cache.save(entry('e', 'above'));
    expect(usage.results()).toMatchObject([{ key: 'e'.repeat(64), isLatest: true, upstream: ['above'], artifacts: [model.onnx, model.golden] }]);
    usage.evict([{ key: 'e'.repeat(64), bytes: 12 }], 99);
    expect(usage.results()).toEqual([]);
    expect(cache.latest('p', 'n')).toMatchObject({ evicted: { at: 99, bytes: 12 }, outputs: {}, ports: { model: { rows: 7 } } });
    cache.save(entry('e', 'above'));
    expect(cache.get('e'.repeat(64))?.evicted).toBeNull();
    cache.save(entry('f', 'above'));
    usage.evict([{ key: 'e'.repeat(64), bytes: 12 }], 100);
    expect(cache.get('e'.repeat(64))).toBeNull();
  });

  it('name a damaged record instead of falling over it', () => {
    const store = openHere();
    store.runs.start(testRun('r'));
    store.runs.saveNode('r', 0, testNodeRun('a'));
    const raw = new StoreDatabase(path.join(folder, 'penstock.db'), { readOnly: false });
    raw.run("update node_runs set ports = '{'");
    raw.close();
    expect(() => store.runs.nodes('r')).toThrow(/damaged: node “a” of run r, ports: it is not JSON/);
  });
});

describe('migrations', () => {
  const later = [
    ...storeMigrations,
    { name: 'add-colour', sql: 'alter table models add column colour text' },
    { name: 'add-shape', sql: 'alter table models add column shape text' },
  ];

  it('bring every version up, keeping records and a backup of the old state', () => {
    for (let from = 1; from < later.length; from++) {
      const project = path.join(folder, `v${from}`);
      const old = openStore(project, { migrations: later.slice(0, from) });
      old.runs.start(testRun('r'));
      old.close();
      const now = openStore(project, { migrations: later });
      expect(now.runs.get('r')?.title).toBe('Churn');
      now.close();
      expect(listBackups(project)).toEqual([path.join(project, `penstock.db.v${from}.backup`)]);
      const backup = new StoreDatabase(listBackups(project)[0] ?? '', { readOnly: true });
      expect(backup.version).toBe(from);
      expect(backup.get('select title from runs')).toEqual({ title: 'Churn' });
      backup.close();
    }
  });

  it('leave the old schema when one of them fails, naming it', () => {
    openStore(folder).close();
    const broken = [...later, { name: 'broken', sql: 'create table half (x integer) strict; insert into nowhere values (1)' }];
    expect(() => openStore(folder, { migrations: broken })).toThrow(/“broken” failed/);
    const database = new StoreDatabase(path.join(folder, 'penstock.db'), { readOnly: false });
    expect(database.version).toBe(storeMigrations.length);
    expect(database.get("select name from sqlite_master where name = 'half'")).toBeUndefined();
    migrateStore(database, later);
    expect(database.version).toBe(later.length);
    database.close();
  });

  it('refuse a database of a newer Penstock and one that is none', () => {
    openStore(folder, { migrations: later }).close();
    expect(codeOf(() => openStore(folder))).toBe('store-newer');
    expect(codeOf(() => openStore(folder, { readOnly: true }))).toBe('store-newer');
    const damaged = path.join(folder, 'damaged');
    openStore(damaged).close();
    const file = path.join(damaged, 'penstock.db');
    writeFileSync(file, Buffer.concat([Buffer.from('this is no database'), readFileSync(file)]));
    const before = readFileSync(file);
    expect(codeOf(() => openStore(damaged))).toBe('store-damaged');
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(codeOf(() => openStore(path.join(folder, 'none'), { readOnly: true }))).toBe('store-missing');
  });
});

describe('lease', () => {
  it('lets the second opener only read, and say who writes', () => {
    const first = openHere();
    const second = openHere();
    expect([first.readOnly, second.readOnly]).toEqual([false, true]);
    expect(second.writer).toMatchObject({ pid: process.pid, host: os.hostname() });
    expect(codeOf(() => second.meta.set('a', 'b'))).toBe('store-read-only');
    first.meta.set('a', 'b');
    expect(second.meta.get('a')).toBe('b');
    first.close();
    open.shift();
    expect(openHere().readOnly).toBe(false);
  });

  it('of another boot, another process life or a silent other machine is taken over; of a live one it is not', () => {
    const database = new StoreDatabase(path.join(folder, 'l.db'), { readOnly: false });
    takeLease(database, 1000);
    const mine = readLease(database);
    const put = (change: object): void => void database.run('update lease set holder = ?', JSON.stringify({ ...mine, token: 'other', ...change }));
    const isTaken = (change: object, now = 1000): boolean => {
      put(change);
      return 'mine' in takeLease(database, now);
    };
    expect(isTaken({})).toBe(false);
    expect(isTaken({ started: '1' })).toBe(true);
    expect(isTaken({ boot: 'earlier pid:[1]' })).toBe(true);
    expect(isTaken({ boot: 'x y', host: 'elsewhere' })).toBe(false);
    expect(isTaken({ boot: 'x y', host: 'elsewhere' }, 100_000)).toBe(true);
    database.close();
  });

  it('of a killed process is taken over and its run is interrupted', async () => {
    const { child, lines, ended } = startChild('hold');
    expect((await lines.next()).value).toBe('holding');
    const reader = openStore(folder);
    expect(reader.readOnly).toBe(true);
    expect(reader.writer?.pid).toBe(child.pid);
    reader.close();
    child.kill('SIGKILL');
    await ended;
    const store = openHere();
    expect(store.readOnly).toBe(false);
    expect(store.interruptedRuns).toEqual(['run-1']);
    expect(store.runs.get('run-1')?.status).toBe('interrupted');
    expect(store.runs.nodes('run-1')[0]).toMatchObject({ status: 'cancelled', reason: 'the engine stopped' });
  });
});

describe('SIGKILL while writing', () => {
  it('loses nothing that was finished and shows nothing half', async () => {
    for (const lifetime of [3, 11, 26]) {
      const { child, lines, ended } = startChild('write');
      const finished: { count: number; id: string }[] = [];
      while (finished.length < lifetime) {
        const [count, id] = String((await lines.next()).value).split(' ');
        finished.push({ count: Number(count), id: String(id) });
      }
      child.kill('SIGKILL');
      await ended;
      const store = openStore(folder);
      for (const { count, id } of finished) {
        expect(store.runs.get(`run-${String(count).padStart(6, '0')}`)?.status).toBe('interrupted');
        expect(await store.artifacts.verify(id)).toBe('ok');
      }
      for (const id of await store.artifacts.list()) expect(await store.artifacts.verify(id)).toBe('ok');
      await store.artifacts.sweep();
      expect(existsSync(path.join(folder, 'artifacts', 'tmp'))).toBe(false);
      for (const { runId } of store.runs.list()) store.runs.remove(runId);
      store.close();
    }
  });
});

describe('artifacts', () => {
  it('are stored once by content, adopted by renaming, and checked', async () => {
    const { artifacts } = openHere();
    const { id } = await artifacts.put('abc');
    expect(id).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const temporary = await artifacts.temporaryPath('.bin');
    writeFileSync(temporary, 'abc');
    expect(await artifacts.adopt(temporary)).toEqual({ id, bytes: 3 });
    expect(existsSync(temporary)).toBe(false);
    const other = await artifacts.temporaryPath();
    writeFileSync(other, 'xyz');
    const adopted = await artifacts.adopt(other);
    expect(new TextDecoder().decode(await artifacts.read(adopted.id))).toBe('xyz');
    expect(await artifacts.list()).toEqual([id, adopted.id].sort());
    await chmod(artifacts.path(id), 0o644);
    copyFileSync(artifacts.path(adopted.id), artifacts.path(id));
    expect(await artifacts.verify(id)).toBe('damaged');
    await expect(artifacts.read('0'.repeat(64))).rejects.toMatchObject({ code: 'artifact-missing' });
    expect(codeOf(() => artifacts.path('../../etc/passwd'))).toBe('artifact-id');
  });

  it.each([
    { of: 'a plain project', key: null },
    { of: 'an encrypted project', key: Buffer.alloc(32, 3) },
  ])('are swept of what a kill left half written, in $of, and of nothing else', async ({ key }) => {
    const root = path.join(folder, 'artifacts');
    const artifacts = new ArtifactStore(root);
    if (key !== null) unlockVault(folder, key);
    try {
      const beside = (name: string): string => path.join(root, 'tmp', name);
      const table = await artifacts.temporaryPath('.parquet');
      const left = [await artifacts.temporaryPath(), table, beside(`tmp_${path.basename(table)}`), beside('.aa4ec74720c2.parquet.partial'), beside('.aa4ec74720c2.partial')];
      for (const file of left) writeFileSync(file, 'half');
      const foreign = path.join(root, 'tmp', 'notes.txt');
      writeFileSync(foreign, 'not ours');
      await artifacts.sweep();
      expect(readdirSync(path.join(root, 'tmp'))).toEqual(['notes.txt']);
      rmSync(foreign);
      await artifacts.sweep();
      expect(existsSync(path.join(root, 'tmp'))).toBe(false);
    } finally {
      lockVault(folder);
    }
  });

  it('leave nothing behind when they cannot be written', async () => {
    const { artifacts } = openHere();
    // A file where the folder of this prefix would go makes publishing fail after the content was written.
    writeFileSync(path.join(path.dirname(await artifacts.temporaryPath()), '..', 'ba'), '');
    await expect(artifacts.put('abc')).rejects.toThrow();
    expect(readdirSync(path.join(folder, 'artifacts', 'tmp'))).toEqual([]);
  });
});
