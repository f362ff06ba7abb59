import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KeychainTrouble } from '#app/core/keychain-trouble.ts';

interface Kept {
  readonly userKey: string;
  readonly projectKeys: Readonly<Record<string, string>>;
}

/** What is used of Electron's safeStorage; an older Electron cannot say which keychain it found. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean;
  getSelectedStorageBackend?(): string;
  encryptString(text: string): Buffer;
  decryptString(sealed: Buffer): string;
}

/** Keys that the system's keychain guards; in a file that only its user's session can decrypt. */
export interface Keychain {
  /** What the engine gets as its first line. */
  readonly line: () => string;
  readonly remember: (id: string, key: string | null) => void;
}

export interface OpenedKeychain {
  /** Null: nothing is remembered, and passphrases are asked for each time. */
  readonly keychain: Keychain | null;
  /** Why it is null; or `changed`: what was kept cannot be read any more, and is asked for anew. */
  readonly trouble: KeychainTrouble | null;
}

/** Refused are systems without a keychain, and those whose keychain keeps plain text (Linux without a secret service). */
export function openKeychain(userData: string, system: SafeStorage, platform: NodeJS.Platform = process.platform): OpenedKeychain {
  const refusal = refusalOf(system, platform);
  if (refusal !== null) return { keychain: null, trouble: refusal };
  const file = path.join(userData, 'keychain.bin');
  const aside = path.join(userData, 'keychain.earlier.bin');
  const found = read(file, system);
  let trouble: KeychainTrouble | null = null;
  let kept = typeof found === 'string' ? null : found;
  if (kept === null) {
    const earlier = read(aside, system);
    // What another keychain guards is not thrown away: it may come back, and then what was set aside is read again.
    if (found === 'unreadable') copyFileSync(file, `${aside}.new`);
    if (typeof earlier === 'string') {
      kept = { userKey: randomBytes(32).toString('base64'), projectKeys: {} };
      trouble = found === 'unreadable' ? 'changed' : null;
    } else {
      kept = earlier;
    }
    write(file, kept, system);
    if (found === 'unreadable') renameSync(`${aside}.new`, aside);
  }
  let present = kept;
  return {
    trouble,
    keychain: {
      line: () => `${JSON.stringify(present)}\n`,
      remember(id, key) {
        if (!/^[0-9a-f]{16}$/.test(id)) return;
        const { [id]: _, ...others } = present.projectKeys;
        present = { ...present, projectKeys: key === null ? others : { ...others, [id]: key } };
        write(file, present, system);
      },
    },
  };
}

function refusalOf(system: SafeStorage, platform: NodeJS.Platform): KeychainTrouble | null {
  // Asked first: where there is only plain text, some versions say that encryption is not available and some that it is.
  const backend = platform === 'linux' ? (system.getSelectedStorageBackend?.() ?? 'unknown') : null;
  if (backend === 'basic_text') return 'plain-text';
  if (!system.isEncryptionAvailable()) return 'unavailable';
  return backend === 'unknown' ? 'unknown' : null;
}

function read(file: string, system: SafeStorage): Kept | 'none' | 'unreadable' {
  let sealed: Buffer;
  try {
    sealed = readFileSync(file);
  } catch {
    return 'none';
  }
  try {
    const value = JSON.parse(system.decryptString(sealed)) as Partial<Kept> | null;
    if (typeof value?.userKey !== 'string' || typeof value.projectKeys !== 'object' || value.projectKeys === null) return 'unreadable';
    return { userKey: value.userKey, projectKeys: Object.fromEntries(Object.entries(value.projectKeys).filter((entry): entry is [string, string] => typeof entry[1] === 'string')) };
  } catch {
    return 'unreadable';
  }
}

function write(file: string, kept: Kept, system: SafeStorage): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.tmp`;
  writeFileSync(temporary, system.encryptString(JSON.stringify(kept)), { mode: 0o600, flush: true });
  renameSync(temporary, file);
}
