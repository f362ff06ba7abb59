import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import type { KeychainTrouble } from '#app/core/keychain-trouble.ts';
import { isEncrypted, openRing, readKeyRing } from '#app/sealing/key-ring.ts';
import { hasKeychain, keychainKey, keychainTroubleHere, rememberKey } from '#app/sealing/keychain.ts';
import { vaultOf } from '#app/sealing/vault.ts';
import { memoryFolder } from '#app/sealing/working-folder.ts';
import { plainFiles, type PlainFiles } from './plain-files.ts';
import { changePassphrase, newRecoveryKeyOf } from './keys.ts';

export type ConvertRequest = { readonly to: 'encrypted' | 'plain'; readonly passphrase: string };
export type ConvertEvent = { readonly type: 'progress'; readonly done: number; readonly of: number } | { readonly type: 'done'; readonly recoveryKey: string | null };
export type UnlockRequest = { readonly passphrase: string } | { readonly recoveryKey: string };

/** Who can close and open the project: the desktop's engine. */
export interface ProjectLock {
  readonly isLocked: boolean;
  unlock(given: UnlockRequest): Promise<void>;
  convert(request: ConvertRequest, signal: AbortSignal): AsyncGenerator<ConvertEvent>;
}

/** What the window may ask and do about a project's lock. `lock` is null where another process decides (a server). */
export class Encryption {
  readonly #projectDir: string;
  readonly #lock: ProjectLock | null;

  constructor(projectDir: string, lock: ProjectLock | null) {
    this.#projectDir = projectDir;
    this.#lock = lock;
  }

  get state(): { isEncrypted: boolean; isLocked: boolean; name: string; inMemory: boolean; canConvert: boolean; canRemember: boolean; isRemembered: boolean; keychainTrouble: KeychainTrouble | null } {
    const ring = isEncrypted(this.#projectDir) ? readKeyRing(this.#projectDir) : null;
    return { isEncrypted: isEncrypted(this.#projectDir), isLocked: this.#lock?.isLocked ?? false, name: path.basename(this.#projectDir), inMemory: memoryFolder() !== null, canConvert: this.#lock !== null, canRemember: hasKeychain(), isRemembered: ring !== null && keychainKey(ring.id) !== null, keychainTrouble: keychainTroubleHere() };
  }

  /** Nothing while it is locked: whoever may not open it need not know what lies there. */
  async plainFiles(): Promise<PlainFiles> {
    return this.#lock?.isLocked === true ? { files: 0, bytes: 0, places: [], isMore: false } : plainFiles(this.#projectDir);
  }

  async unlock(given: UnlockRequest): Promise<void> {
    if (this.#lock?.isLocked === true) await this.#lock.unlock(given);
  }

  /** @throws PenstockError `convert-elsewhere`, `passphrase-wrong`, and those of the conversion. */
  async *convert(request: ConvertRequest, signal: AbortSignal): AsyncGenerator<ConvertEvent> {
    if (this.#lock === null) throw new PenstockError('convert-elsewhere', 'A server’s project is encrypted by the command line.', { remedy: 'Stop the server and run “penstock encrypt”.' });
    if (request.to === 'plain') await this.#prove(request.passphrase);
    yield* this.#lock.convert(request, signal);
  }

  /** The present passphrase is asked for: an open window left alone must not be enough. @throws PenstockError `passphrase-wrong`, `passphrase-short`. */
  async changePassphrase(present: string, next: string): Promise<void> {
    await this.#prove(present);
    await changePassphrase(this.#projectDir, next);
  }

  async newRecoveryKey(passphrase: string): Promise<string> {
    await this.#prove(passphrase);
    return newRecoveryKeyOf(this.#projectDir);
  }

  /** The keychain keeps the key of the open project, or forgets it. @throws PenstockError `no-keychain`. */
  remember(on: boolean): void {
    const ring = readKeyRing(this.#projectDir);
    const vault = vaultOf(this.#projectDir);
    if (ring !== null && vault !== null) rememberKey(ring.id, on ? vault.key : null);
  }

  async #prove(passphrase: string): Promise<void> {
    const ring = readKeyRing(this.#projectDir);
    if (ring === null) throw new PenstockError('not-encrypted', 'The project is not encrypted.', { remedy: 'Encrypt it in the settings.' });
    await openRing(ring, { passphrase });
  }
}
