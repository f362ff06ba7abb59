import { createHmac, hkdfSync } from 'node:crypto';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { isEncrypted } from './key-ring.ts';

/** The key of an open project, and the keys that are made of it. */
export interface Vault {
  readonly root: string;
  readonly key: Buffer;
  /** Raw key of one of the project's SQLite files, 32 bytes in hex. */
  databaseKey(name: string): string;
  /** Key of one kept table (Parquet's modular encryption), 32 bytes in base64. */
  tableKey(id: string): string;
  /** Id of an artifact by its content: equal for equal content, and of no use to who knows the content but not the key. */
  artifactId(content: Uint8Array): string;
}

/**
 * Open projects of this process by folder. Everything that reads or writes a file of a project asks here by the file's path, so that no file
 * can be left out because somebody forgot to hand a key on.
 */
const open = new Map<string, Vault>();

/** The keys that are made of a project's key of 32 bytes; nothing becomes readable by this alone. */
export function makeVault(projectDir: string, key: Uint8Array): Vault {
  const root = path.resolve(projectDir);
  const own = Buffer.from(key);
  const derived = (info: string): Buffer => Buffer.from(hkdfSync('sha256', own, Buffer.alloc(0), info, 32));
  const idKey = derived('penstock/artifact-id/1');
  return {
    root,
    key: own,
    // A backup is a copy under the same key.
    databaseKey: (name) => derived(`penstock/database/1/${name.replace(/\.v\d+\.backup$/, '')}`).toString('hex'),
    tableKey: (id) => derived(`penstock/table/1/${id}`).toString('base64'),
    artifactId: (content) => createHmac('sha256', idKey).update(content).digest('hex'),
  };
}

/** Makes a project's files readable in this process. */
export function unlockVault(projectDir: string, key: Uint8Array): Vault {
  const vault = makeVault(projectDir, key);
  open.set(vault.root, vault);
  return vault;
}

/** Forgets a project's key; files that are open stay so. */
export function lockVault(projectDir: string): void {
  const root = path.resolve(projectDir);
  open.get(root)?.key.fill(0);
  open.delete(root);
}

/** The vault that a file or folder is in; null where its project is not encrypted or not open. */
export function vaultOf(file: string): Vault | null {
  if (open.size === 0) return null;
  const at = path.resolve(file);
  for (const vault of open.values()) if (at === vault.root || at.startsWith(vault.root + path.sep)) return vault;
  return null;
}

export const anyVaultIsOpen = (): boolean => open.size > 0;

/** The vault of a project, null where it is not encrypted. @throws PenstockError `project-encrypted` where its key was not given. */
export function vaultOfProject(projectDir: string): Vault | null {
  const vault = open.get(path.resolve(projectDir)) ?? null;
  if (vault === null && isEncrypted(projectDir)) throw needsKey(projectDir);
  return vault;
}

export function needsKey(projectDir: string): PenstockError {
  return new PenstockError('project-encrypted', `The project in ${projectDir} is encrypted.`, {
    remedy: 'Open it with its passphrase, or name its key file with --key-file or PENSTOCK_KEY_FILE.',
    place: { file: projectDir },
  });
}
