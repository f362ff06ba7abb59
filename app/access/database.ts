import { closeSync, fchmodSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { createHash, randomBytes } from 'node:crypto';
import { migrateStore, StoreDatabase } from '#app/store/database.ts';
import { accessMigrations } from './migrations.ts';

/** Name of the file of accounts in the user's own folder. */
export const accountsFile = 'access.db';

/**
 * Opens the file of accounts, made where it is missing; only its owner may read it.
 * @throws PenstockError those of the store.
 */
export function openAccessDatabase(file: string): StoreDatabase {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  // Before SQLite does, and its journal takes over the mode: there is no moment at which others may read it.
  const handle = openSync(file, 'a', 0o600);
  try {
    fchmodSync(handle, 0o600);
  } finally {
    closeSync(handle);
  }
  const database = new StoreDatabase(file, { readOnly: false });
  try {
    migrateStore(database, accessMigrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A secret nobody can guess: 256 bits, safe in addresses and cookies. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What is kept of a secret. One pass is enough: it is not a password, there is nothing to try. */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
