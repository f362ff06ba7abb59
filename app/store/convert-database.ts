import Sqlite from 'better-sqlite3-multiple-ciphers';
import { rmSync } from 'node:fs';

/** A raw key in hex; null: not encrypted. */
export type DatabaseKey = string | null;

/**
 * A copy of a SQLite file under another key, whole and on disk when this returns. The original is read only, with what is still in its log.
 * @throws Error of SQLite, also for a wrong key.
 */
export function convertDatabase(from: { readonly file: string; readonly key: DatabaseKey }, to: { readonly file: string; readonly key: DatabaseKey }): void {
  rmSync(to.file, { force: true });
  const source = new Sqlite(from.file, { fileMustExist: true });
  try {
    if (from.key !== null) unlock(source, from.key);
    source.pragma('trusted_schema = OFF');
    source.pragma('wal_checkpoint(truncate)');
    source.prepare('vacuum into ?').run(to.file);
  } finally {
    source.close();
  }
  const copy = new Sqlite(to.file);
  try {
    if (from.key !== null) unlock(copy, from.key);
    // A journal would hold the pages as they were; the copy is thrown away if this is cut short.
    copy.pragma('journal_mode = off');
    copy.pragma('synchronous = full');
    if (to.key === null) copy.pragma("rekey = ''");
    else {
      copy.pragma("cipher = 'chacha20'");
      copy.pragma(`rekey = 'raw:${to.key}'`);
    }
  } finally {
    copy.close();
  }
}

function unlock(sqlite: Sqlite.Database, key: string): void {
  sqlite.pragma("cipher = 'chacha20'");
  sqlite.pragma(`key = 'raw:${key}'`);
}
