import { copyFileSync, existsSync, fsyncSync, openSync, closeSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { listBackups, StoreDatabase } from './database.ts';

/** Larger databases are not looked through when they are opened: it would take longer than a second. */
const largestChecked = 256 * 1024 * 1024;
const copyEveryMs = 24 * 3_600_000;

const fileOf = (projectDir: string): string => path.join(projectDir, 'penstock.db');

/** Named as the backups that migrations make: it is the state of that schema, and goes along when a project is encrypted. */
const goodCopyOf = (database: StoreDatabase): string => `${database.file}.v${database.version}.backup`;

/**
 * Looks through a project's database before anybody writes to it. Opens it for reading only: a damaged file is left as it is.
 * @throws PenstockError `store-damaged`, which names the table and page, and the last good copy where there is one.
 */
export function assertStoreWhole(projectDir: string): void {
  const file = fileOf(projectDir);
  if (!existsSync(file) || statSync(file).size > largestChecked) return;
  let damage: string | null = null;
  let cause: unknown;
  try {
    const database = new StoreDatabase(file, { readOnly: true });
    try {
      damage = findDamage(database);
    } finally {
      database.close();
    }
  } catch (error) {
    if (!(error instanceof PenstockError) || error.code !== 'store-damaged') throw error;
    damage = 'it cannot be read from the start';
    cause = error;
  }
  if (damage === null) return;
  const copy = lastGoodCopy(projectDir);
  throw new PenstockError('store-damaged', `The project's database is damaged (${file}): ${damage}.`, {
    remedy: copy === null ? 'It was left untouched; move it away to start with an empty one, pipelines and artifacts are kept beside it.' : `It was left untouched. “penstock storage --restore” puts its last good copy of ${new Date(statSync(copy).mtimeMs).toISOString().slice(0, 16).replace('T', ' ')} in its place.`,
    place: { file },
    cause,
  });
}

/** The first thing that is wrong, with its table where that is known; null: nothing. */
function findDamage(database: StoreDatabase): string | null {
  const found = String(Object.values(database.get('pragma quick_check(1)') ?? {})[0] ?? 'ok');
  if (found === 'ok') return null;
  const tree = /Tree (\d+)/.exec(found)?.[1];
  const page = /page (\d+)/.exec(found)?.[1];
  const name = tree === undefined ? undefined : nameOf(database, Number(tree));
  const where = [...(name === undefined ? [] : [`in “${name}”`]), ...(page === undefined ? [] : [`page ${page}`])].join(', ');
  return where === '' ? (found.split('\n').at(-1) ?? found) : where;
}

function nameOf(database: StoreDatabase, rootPage: number): string | undefined {
  try {
    const name = database.get('select tbl_name from sqlite_master where rootpage = ?', rootPage)?.['tbl_name'];
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Once a day a copy of a database that was found whole; nothing where the disk has no room for it. */
export function keepGoodCopy(database: StoreDatabase): void {
  try {
    const copy = goodCopyOf(database);
    if (statSync(database.file).size > largestChecked) return;
    if (existsSync(copy) && Date.now() - statSync(copy).mtimeMs < copyEveryMs) return;
    database.copyTo(copy);
  } catch {
    // A copy is worth having, but never the opening of a project.
  }
}

function lastGoodCopy(projectDir: string): string | null {
  const copies = listBackups(projectDir).filter((file) => path.basename(file).startsWith('penstock.db'));
  return copies.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0] ?? null;
}

/**
 * Puts the last good copy of the database in its place; the present one is kept beside it.
 * @returns where the damaged one is now, and the copy's time in Unix ms
 * @throws PenstockError `no-good-copy`.
 */
export function restoreStore(projectDir: string): { readonly damaged: string; readonly copiedAt: number } {
  const file = fileOf(projectDir);
  const copy = lastGoodCopy(projectDir);
  if (copy === null) throw new PenstockError('no-good-copy', `There is no copy of the database in ${projectDir}.`, { remedy: 'Move penstock.db away to start with an empty one; pipelines and artifacts are kept beside it.', place: { file } });
  const partial = `${file}.restored.partial`;
  copyFileSync(copy, partial);
  const handle = openSync(partial, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  const damaged = `${file}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  if (existsSync(file)) renameSync(file, damaged);
  // The log belongs to the damaged file.
  for (const end of ['-wal', '-shm']) {
    if (existsSync(file + end)) renameSync(file + end, damaged + end);
  }
  renameSync(partial, file);
  rmSync(partial, { force: true });
  return { damaged, copiedAt: statSync(copy).mtimeMs };
}
