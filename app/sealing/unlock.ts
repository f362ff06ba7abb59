import { finishConversion } from './conversion.ts';
import { keychainKey } from './keychain.ts';
import { fits, isEncrypted, openRing, readKeyRing, type KeyGiven } from './key-ring.ts';
import { readKeyFile } from './key-file.ts';
import { needsKey, unlockVault, vaultOfProject, type Vault } from './vault.ts';

/** Asks whoever started this process for a key; null: nobody is there to ask. */
export type AskForKey = (projectDir: string) => Promise<KeyGiven | null>;

let ask: AskForKey = () => Promise.resolve(null);

/** For the command line, which asks on the terminal. */
export function askForKeysBy(asking: AskForKey): void {
  ask = asking;
}

/** Opens an encrypted project in this process. @throws PenstockError of `openRing`, `keys-damaged`; nothing is touched by a wrong key. */
export async function unlockWith(projectDir: string, given: KeyGiven): Promise<Vault> {
  const ring = readKeyRing(projectDir);
  if (ring === null) throw needsKey(projectDir);
  return unlockVault(projectDir, await openRing(ring, given));
}

/**
 * The vault of a project, null where it is not encrypted. Opens it by PENSTOCK_KEY_FILE or by asking where it is not open yet.
 * @throws PenstockError `project-encrypted` where no key was given, and those of the keys.
 */
export async function ensureUnlocked(projectDir: string, env: NodeJS.ProcessEnv = process.env): Promise<Vault | null> {
  await finishConversion(projectDir);
  if (!isEncrypted(projectDir)) return null;
  try {
    return vaultOfProject(projectDir);
  } catch {
    // Not open yet.
  }
  const file = env['PENSTOCK_KEY_FILE'];
  if (file !== undefined && file !== '') return unlockWith(projectDir, { fileContent: await readKeyFile(file) });
  const ring = readKeyRing(projectDir);
  const kept = ring === null ? null : keychainKey(ring.id);
  if (ring !== null && kept !== null && fits(ring, kept)) return unlockVault(projectDir, kept);
  const given = await ask(projectDir);
  if (given === null) throw needsKey(projectDir);
  return unlockWith(projectDir, given);
}
