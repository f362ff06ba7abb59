import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { seeded } from '#app/pipeline/testing-edits.ts';
import { listBackups, StoreDatabase } from '#app/store/database.ts';
import { openStore } from '#app/store/index.ts';
import { storeMigrations } from '#app/store/migrations/index.ts';
import { testRun } from '#app/store/testing.ts';
import { count, rounds } from './counts.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-store-faults-'));
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Child {
  readonly process: ChildProcess;
  readonly lines: AsyncIterator<string>;
  readonly gone: Promise<unknown>;
  said(): string;
}

function start(...args: readonly string[]): Child {
  // The loader of bare specifiers such as #app/… is Node's own: package.json names them.
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'store-child.ts'), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const gone = once(child, 'exit').then(() => children.delete(child));
  return { process: child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), gone, said: () => said };
}

const next = async (child: Child): Promise<string> => {
  const { value, done } = (await child.lines.next()) as IteratorResult<string, undefined>;
  if (done === true) throw new Error(`the child ended: ${child.said()}`);
  return value;
};

describe('a process killed while it brings the database up to date', () => {
  const kills = rounds(2, 50);

  it('leaves the old schema or the new one, never one between, and a whole backup of the old', { timeout: 60_000 + kills * 10_000 }, async () => {
    const random = seeded(Number(process.env['PENSTOCK_KILL_SEED'] ?? 1));
    const old = path.join(folder, 'old');
    const store = openStore(old);
    store.together(() => {
      for (let run = 0; run < 4000; run++) store.runs.start({ ...testRun(`run-${run}`), document: `{"n":${run},"text":"${'x'.repeat(2000)}"}` });
    });
    store.close();

    // How long it takes here, from the first word to the last.
    const whole = path.join(folder, 'whole');
    cpSync(old, whole, { recursive: true });
    const unbroken = start('migrate', whole);
    await next(unbroken);
    const begun = performance.now();
    await next(unbroken);
    const usual = performance.now() - begun;
    await unbroken.gone;

    const seen = { old: 0, new: 0, backups: 0, between: 0 };
    for (let kill = 0; kill < kills; kill++) {
      const project = path.join(folder, `killed-${kill}`);
      cpSync(old, project, { recursive: true });
      const child = start('migrate', project);
      await next(child);
      await pause(random() * usual);
      child.process.kill('SIGKILL');
      await child.gone;

      const database = new StoreDatabase(path.join(project, 'penstock.db'), { readOnly: false });
      const { version } = database;
      expect([storeMigrations.length, storeMigrations.length + 2], `kill ${kill}`).toContain(version);
      const isNew = version > storeMigrations.length;
      const made = database.all("select name from sqlite_master where name like 'slow%' order by name").map(({ name }) => name);
      expect(made, `kill ${kill}`).toEqual(isNew ? ['slow_one', 'slow_one_text', 'slow_two', 'slow_two_text'] : []);
      if (isNew) expect(database.get('select count(*) as n from slow_two')).toEqual({ n: 60_000 });
      expect(database.get('pragma integrity_check')).toEqual({ integrity_check: 'ok' });
      expect(database.get('select count(*) as n from runs')).toEqual({ n: 4000 });
      database.close();
      if (isNew) seen.new += 1;
      else seen.old += 1;

      const backups = listBackups(project);
      if (isNew) expect(backups).toHaveLength(1);
      for (const file of backups) {
        const backup = new StoreDatabase(file, { readOnly: true });
        expect(backup.version).toBe(storeMigrations.length);
        expect(backup.get('pragma integrity_check')).toEqual({ integrity_check: 'ok' });
        expect(backup.get('select count(*) as n from runs')).toEqual({ n: 4000 });
        backup.close();
        seen.backups += 1;
      }
      rmSync(project, { recursive: true });
    }
    expect(seen.old + seen.new).toBe(kills);
    count('migration', `kill during a migration: ${kills} of ${kills} left a whole schema (${seen.old} the old, ${seen.new} the new), ${seen.between} between; ${seen.backups} backups, all whole`);
  });
});

describe('many processes at once', () => {
  const writers = rounds(6, 20);

  it('write to one database in turn: nothing is lost, and nobody hears of a lock', { timeout: 120_000 }, async () => {
    const times = rounds(10, 200);
    const file = path.join(folder, 'counter.db');
    const database = new StoreDatabase(file, { readOnly: false });
    database.script('create table counter (n integer not null) strict; insert into counter values (0); create table written (pid integer, time integer) strict');
    const started = Array.from({ length: writers }, () => start('add', file, String(times)));
    const ends = await Promise.all(started.map(async (child) => [await next(child), child.said()] as const));
    expect(ends).toEqual(Array.from({ length: writers }, () => ['done', '']));
    expect(database.get('select n from counter')).toEqual({ n: writers * times });
    expect(database.get('select count(*) as n, count(distinct pid) as pids from written')).toEqual({ n: writers * times, pids: writers });
    database.close();
    count('writers', `${writers} writers on SQLite: ${writers * times} of ${writers * times} transactions kept, 0 “database is locked”`);
  });

  it('open one project: one of them writes, the others read, and nobody fails', { timeout: 120_000 }, async () => {
    const project = path.join(folder, 'opened-by-many');
    openStore(project).close();
    const started = Array.from({ length: writers }, () => start('open', project));
    const roles = await Promise.all(started.map(next));
    expect(roles.filter((role) => role === 'writes')).toHaveLength(1);
    expect(roles.filter((role) => role === 'reads')).toHaveLength(writers - 1);
    for (const child of started) child.process.stdin?.end();
    await Promise.all(started.map(({ gone }) => gone));
    expect(started.map((child) => child.said()).join('')).toBe('');
    expect(openStore(project).readOnly).toBe(false);
  });
});
