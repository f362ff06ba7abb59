import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3-multiple-ciphers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditHash, type AuditRecord } from '#app/store/index.ts';
import { openProjectStore, type ProjectStore } from '../project/project-store.ts';
import { auditKey } from './audit-key.ts';
import { AuditTrail } from './audit-trail.ts';

let folder: string;
let store: ProjectStore;
let trace: AuditTrail;

const projectDir = (): string => path.join(folder, 'project');
const configDir = (): string => path.join(folder, 'user');

async function open(): Promise<void> {
  store = await openProjectStore(projectDir(), { readOnly: false });
  trace = new AuditTrail({ store, projectDir: projectDir(), configDir: configDir(), warn: (message) => expect.fail(message) });
}

function append(count: number): void {
  store.together(() => {
    for (let index = 0; index < count; index += 1) store.audit.append({ actor: 'user:ann', action: 'model.stage', subject: `model:churn@${index + 1}`, details: { from: 'staging', to: 'production' } });
  });
}

/** What somebody does with a tool of their own to the closed project. */
async function tamper(work: (db: Sqlite.Database) => void): Promise<void> {
  await store.close();
  const db = new Sqlite(path.join(projectDir(), 'penstock.db'));
  work(db);
  db.close();
  await open();
}

/** Hashes rows from `seq` on anew, as somebody does who knows how. */
function rehash(db: Sqlite.Database, seq: number): void {
  const rows = db.prepare('select * from audit where seq >= ? order by seq').all(seq) as (Omit<AuditRecord, 'details'> & { details: string })[];
  let previous = rows[0]?.previous ?? '';
  for (const row of rows) {
    const hash = auditHash({ ...row, previous, details: JSON.parse(row.details) as Record<string, unknown> });
    db.prepare('update audit set previous = ?, hash = ? where seq = ?').run(previous, hash, row.seq);
    previous = hash;
  }
}

const edit = (db: Sqlite.Database, seq: number): unknown => db.prepare("update audit set actor = 'user:eve' where seq = ?").run(seq);

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-audit-'));
  await open();
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the audit log', () => {
  it('is whole, signed up to its end, and says how many rows came after', async () => {
    append(2500);
    const head = await trace.sign();
    expect(head?.seq).toBe(2500);
    append(2);
    const own = await auditKey(configDir());
    expect(await trace.verify()).toMatchObject({ ok: true, rows: 2502, unsigned: 2, signed: { seq: 2500, key: own.fingerprint }, firstBad: null });
    expect((await trace.verify()).notes.join(' ')).toContain('2 rows after the last signature');
    expect(await trace.verify('0'.repeat(32))).toMatchObject({ ok: false, firstBad: { reason: 'signature' } });
    expect(await trace.verify(own.fingerprint)).toMatchObject({ ok: true });
  });

  it('is signed a moment after a record, at the latest when the project closes, and once', async () => {
    append(3);
    trace.audited();
    await trace.close();
    expect(store.trace.heads().map(({ seq }) => seq)).toEqual([3]);
    await trace.sign();
    expect(store.trace.heads()).toHaveLength(1);
  });

  it('names a row that was edited', async () => {
    append(10);
    await trace.sign();
    await tamper((db) => edit(db, 4));
    expect(await trace.verify()).toMatchObject({ ok: false, firstBad: { seq: 4, reason: 'changed' } });
  });

  it('names a row of which only the white space was touched', async () => {
    append(3);
    await tamper((db) => db.prepare("update audit set details = details || ' ' where seq = 2").run());
    expect(await trace.verify()).toMatchObject({ firstBad: { seq: 2, reason: 'changed' } });
  });

  it('names a row that was edited and hashed anew', async () => {
    append(10);
    await tamper((db) => {
      edit(db, 4);
      const row = db.prepare('select * from audit where seq = 4').get() as Omit<AuditRecord, 'details'> & { details: string };
      db.prepare('update audit set hash = ? where seq = 4').run(auditHash({ ...row, details: JSON.parse(row.details) as Record<string, unknown> }));
    });
    expect(await trace.verify()).toMatchObject({ firstBad: { seq: 4, reason: 'not-followed' } });
  });

  it('names the first row that no signature stands behind where all after it were hashed anew', async () => {
    append(5);
    await trace.sign();
    append(5);
    await trace.sign();
    await tamper((db) => {
      edit(db, 8);
      rehash(db, 8);
    });
    expect(await trace.verify()).toMatchObject({ firstBad: { seq: 6, reason: 'rewritten' } });
  });

  it('names a row that was removed, in the middle and at the start', async () => {
    append(10);
    await tamper((db) => db.prepare('delete from audit where seq in (5, 6)').run());
    expect(await trace.verify()).toMatchObject({ firstBad: { seq: 5, reason: 'missing', message: 'Rows 5 to 6 are missing.' } });
    await tamper((db) => db.prepare('delete from audit where seq = 1').run());
    expect(await trace.verify()).toMatchObject({ firstBad: { seq: 1, reason: 'missing' } });
  });

  it('names the first of two rows that changed places', async () => {
    append(6);
    await tamper((db) => {
      for (const [from, to] of [[3, 100], [4, 3], [100, 4]]) db.prepare('update audit set seq = ? where seq = ?').run(to, from);
    });
    expect(await trace.verify()).toMatchObject({ firstBad: { seq: 3, reason: 'changed' } });
  });

  it('names a row that is no row any more', async () => {
    append(4);
    await tamper((db) => db.prepare("update audit set details = '{broken' where seq = 2").run());
    expect(await trace.verify()).toMatchObject({ firstBad: { seq: 2, reason: 'unparsable' } });
  });

  it('notices an end that was cut off, also where the signatures went with it', async () => {
    append(8);
    await trace.sign();
    await tamper((db) => db.prepare('delete from audit where seq > 6').run());
    expect(await trace.verify()).toMatchObject({ firstBad: { seq: 7, reason: 'cut-off' } });
    await tamper((db) => db.prepare('delete from audit_heads').run());
    expect(await trace.verify()).toMatchObject({ firstBad: { seq: 7, reason: 'cut-off' } });
  });

  it('notices a whole log written anew and signed by another key', async () => {
    append(4);
    await trace.sign();
    await tamper((db) => {
      edit(db, 1);
      rehash(db, 1);
      db.prepare('delete from audit_heads').run();
    });
    expect(await trace.verify()).toMatchObject({ firstBad: { seq: 1, reason: 'rewritten' } });
  });

  it('notices a signature that is not right', async () => {
    append(4);
    await trace.sign();
    await tamper((db) => db.prepare('update audit_heads set at = at + 1').run());
    expect(await trace.verify()).toMatchObject({ firstBad: { seq: 4, reason: 'signature' } });
  });

  it.skipIf(process.platform === 'win32')('is signed by a key that only its user may read', async () => {
    append(1);
    await trace.sign();
    const file = path.join(configDir(), 'audit-key.pem');
    expect(statSync(file).mode & 0o077).toBe(0);
    chmodSync(file, 0o644);
    append(1);
    await expect(trace.sign()).rejects.toMatchObject({ code: 'audit-key-unsafe' });
  });
});
