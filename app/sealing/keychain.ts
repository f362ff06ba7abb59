import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { KeychainTrouble } from '#app/core/keychain-trouble.ts';

/**
 * What the desktop's main process keeps in the system's keychain (Electron's safeStorage) and hands to its engine as the first line of the
 * private pipe: arguments and the environment can be read by others. A process without a desktop has none of it.
 */
export const keychainLine = z.object({
  /** 32 bytes in base64, which the user's stored passwords are encrypted by. */
  userKey: z.string(),
  /** Keys of projects that were to be remembered, by the id of their key ring. */
  projectKeys: z.record(z.string(), z.string()),
});
export type KeychainLine = z.output<typeof keychainLine>;

let given: KeychainLine | null = null;
let trouble: KeychainTrouble | null = null;
let keep: (id: string, key: string | null) => void = () => undefined;

/** `remember`: tells the keychain to keep a project's key, or to forget it. */
export function useKeychain(line: KeychainLine, remember: (id: string, key: string | null) => void): void {
  given = line;
  keep = remember;
}

/** What the main process said is wrong with the keychain of this system. */
export function useKeychainTrouble(found: KeychainTrouble | null): void {
  trouble = found;
}

/** Null: nothing is wrong, or nobody looked (a process without a desktop). */
export const keychainTroubleHere = (): KeychainTrouble | null => trouble;

export const hasKeychain = (): boolean => given !== null;

export function userKey(): Buffer | null {
  return given === null ? null : Buffer.from(given.userKey, 'base64');
}

export function keychainKey(id: string): Buffer | null {
  const key = given?.projectKeys[id];
  return key === undefined ? null : Buffer.from(key, 'base64');
}

/** Null forgets. @throws PenstockError `no-keychain`, with what is wrong with the keychain, where a key is to be kept and nothing guards it. */
export function rememberKey(id: string, key: Uint8Array | null): void {
  if (given === null) {
    if (key !== null) throw noKeychain();
    return;
  }
  const { [id]: _, ...others } = given.projectKeys;
  const text = key === null ? null : Buffer.from(key).toString('base64');
  given = { ...given, projectKeys: text === null ? others : { ...others, [id]: text } };
  keep(id, text);
}

function noKeychain(): PenstockError {
  if (trouble === 'plain-text') {
    return new PenstockError('no-keychain', 'The keychain of this system would keep the key in plain text, so it is not kept there.', { remedy: 'Install and unlock a secret service (GNOME Keyring, KWallet or KeePassXC), then start Penstock again.' });
  }
  return new PenstockError('no-keychain', 'This system has no keychain that guards a key.', { remedy: 'Unlock the keychain of the system, then start Penstock again; or give a key file (PENSTOCK_KEY_FILE).' });
}
