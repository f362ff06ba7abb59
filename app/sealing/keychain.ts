import { z } from 'zod';

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
let keep: (id: string, key: string | null) => void = () => undefined;

/** `remember`: tells the keychain to keep a project's key, or to forget it. */
export function useKeychain(line: KeychainLine, remember: (id: string, key: string | null) => void): void {
  given = line;
  keep = remember;
}

export const hasKeychain = (): boolean => given !== null;

export function userKey(): Buffer | null {
  return given === null ? null : Buffer.from(given.userKey, 'base64');
}

export function keychainKey(id: string): Buffer | null {
  const key = given?.projectKeys[id];
  return key === undefined ? null : Buffer.from(key, 'base64');
}

/** Null forgets. */
export function rememberKey(id: string, key: Uint8Array | null): void {
  if (given === null) return;
  const { [id]: _, ...others } = given.projectKeys;
  const text = key === null ? null : Buffer.from(key).toString('base64');
  given = { ...given, projectKeys: text === null ? others : { ...others, [id]: text } };
  keep(id, text);
}
