import { safeStorage } from 'electron';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface Kept {
  readonly userKey: string;
  readonly projectKeys: Readonly<Record<string, string>>;
}

/** Keys that the system's keychain guards; in a file that only its user's session can decrypt. */
export interface Keychain {
  /** What the engine gets as its first line. */
  readonly line: () => string;
  readonly remember: (id: string, key: string | null) => void;
}

/**
 * Null where the system has no keychain, or only one that keeps plain text (Linux without a secret service): then nothing is remembered, and
 * passphrases are asked for each time.
 */
export function openKeychain(userData: string): Keychain | null {
  if (!safeStorage.isEncryptionAvailable()) return null;
  // An older Electron cannot say which it is: then it counts as none.
  const backend = typeof safeStorage.getSelectedStorageBackend === 'function' ? safeStorage.getSelectedStorageBackend() : 'unknown';
  if (process.platform === 'linux' && (backend === 'basic_text' || backend === 'unknown')) return null;
  const file = path.join(userData, 'keychain.bin');
  let kept = read(file);
  if (kept === null) {
    kept = { userKey: randomBytes(32).toString('base64'), projectKeys: {} };
    write(file, kept);
  }
  return {
    line: () => `${JSON.stringify(kept)}\n`,
    remember(id, key) {
      if (!/^[0-9a-f]{16}$/.test(id) || kept === null) return;
      const { [id]: _, ...others } = kept.projectKeys;
      kept = { ...kept, projectKeys: key === null ? others : { ...others, [id]: key } };
      write(file, kept);
    },
  };
}

function read(file: string): Kept | null {
  try {
    const value = JSON.parse(safeStorage.decryptString(readFileSync(file))) as Partial<Kept> | null;
    if (typeof value?.userKey !== 'string' || typeof value.projectKeys !== 'object' || value.projectKeys === null) return null;
    return { userKey: value.userKey, projectKeys: Object.fromEntries(Object.entries(value.projectKeys).filter((entry): entry is [string, string] => typeof entry[1] === 'string')) };
  } catch {
    return null;
  }
}

function write(file: string, kept: Kept): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.tmp`;
  writeFileSync(temporary, safeStorage.encryptString(JSON.stringify(kept)), { mode: 0o600, flush: true });
  renameSync(temporary, file);
}
