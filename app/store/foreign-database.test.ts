import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3-multiple-ciphers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreDatabase } from './database.ts';
import { openStore } from './store.ts';

let projectDir: string;
const file = (): string => path.join(projectDir, 'penstock.db');

beforeEach(() => {
  projectDir = mkdtempSync(path.join(os.tmpdir(), 'penstock-foreign-'));
  openStore(projectDir).close();
});
afterEach(() => rmSync(projectDir, { recursive: true, force: true }));

/** What somebody does to the database of a project before they give it away. */
function prepared(sql: string): Buffer {
  const sqlite = new Sqlite(file());
  sqlite.unsafeMode(true);
  sqlite.exec(sql);
  sqlite.pragma('wal_checkpoint(truncate)');
  sqlite.close();
  return readFileSync(file());
}

describe('a database from elsewhere', () => {
  it.each([
    ['a trigger that erases the audit log', 'trigger', "create trigger quiet after insert on audit begin delete from audit; end"],
    ['a view in the place of a table', 'view', 'alter table meta rename to meta_before; create view meta as select * from meta_before'],
    ['a trigger on such a view', 'view', "create view lists as select 1 as one; create trigger calls instead of insert on lists begin select load_extension('/tmp/theirs.so'); end"],
    ['a virtual table', 'virtual table', 'create virtual table words using fts5(body)'],
  ])('with %s is refused before anything of it runs, and left as it is', (_, kind, sql) => {
    const before = prepared(sql);
    expect(() => openStore(projectDir)).toThrow(expect.objectContaining({ code: 'store-foreign', message: expect.stringContaining(`holds the ${kind} “`) as unknown }) as Error);
    expect(() => new StoreDatabase(file(), { readOnly: true })).toThrow(expect.objectContaining({ code: 'store-foreign' }) as Error);
    expect(readFileSync(file()).equals(before)).toBe(true);
    expect(existsSync(`${file()}-wal`) && readFileSync(`${file()}-wal`).length > 0).toBe(false);
  });

  it('whose tables call functions that reach outside does not get them called', () => {
    prepared("pragma writable_schema = on; update sqlite_schema set sql = replace(sql, 'CREATE TABLE audit (', 'CREATE TABLE audit (trap text default (load_extension(''/tmp/theirs.so'')), ') where name = 'audit'; pragma writable_schema = reset");
    const sqlite = new Sqlite(file());
    const columns = sqlite.pragma('table_info(audit)') as { name: string }[];
    // The attack is in place: somebody who trusts the schema would call it.
    expect(columns.some(({ name }) => name === 'trap')).toBe(true);
    sqlite.close();
    const database = new StoreDatabase(file(), { readOnly: false });
    try {
      expect(() => database.run("insert into audit (seq) values (1)")).toThrow(/unsafe use of load_extension/);
    } finally {
      database.close();
    }
  });

  it('with cells that reach out of their page is found damaged, not read', () => {
    const bytes = prepared("create table many (x text); insert into many select hex(randomblob(400)) from (with recursive n(i) as (select 1 union all select i + 1 from n where i < 200) select i from n)");
    const sqlite = new Sqlite(file());
    const { rootpage } = sqlite.prepare<[], { rootpage: number }>("select rootpage from sqlite_schema where name = 'many'").get() ?? { rootpage: 0 };
    sqlite.exec('select 1');
    // The first leaf of the table: its first cell is said to lie in the last byte of the page.
    const leaf = bytes.readUInt32BE((rootpage - 1) * 4096 + bytes.readUInt16BE((rootpage - 1) * 4096 + 12));
    sqlite.close();
    const hurt = Buffer.from(bytes);
    hurt.writeUInt16BE(4095, (leaf - 1) * 4096 + 8);
    rmSync(`${file()}-wal`, { force: true });
    rmSync(`${file()}-shm`, { force: true });
    writeFileSync(file(), hurt);
    const database = new StoreDatabase(file(), { readOnly: true });
    try {
      expect(() => database.all('select count(x), max(x) from many')).toThrow(expect.objectContaining({ code: 'store-damaged' }) as Error);
    } finally {
      database.close();
    }
  });
});
