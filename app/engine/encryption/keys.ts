import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { finishConversion } from '#app/sealing/conversion.ts';
import { readKeyFile, writeKeyFile } from '#app/sealing/key-file.ts';
import { emptyRing, isEncrypted, keyRingFile, newProjectKey, readKeyRing, withKeyFile, withPassphrase, withRecoveryKey, type KeyRing } from '#app/sealing/key-ring.ts';
import { ensureUnlocked } from '#app/sealing/unlock.ts';
import type { Vault } from '#app/sealing/vault.ts';
import { writePlainAtomically } from '../project/atomic-file.ts';
import { convertProject, type ConversionOptions } from './convert.ts';

type Watching = Pick<ConversionOptions, 'signal' | 'progress'>;

interface WaysIn {
  readonly passphrase?: string | undefined;
  readonly keyFile?: string | undefined;
}

/**
 * Encrypts a project. @returns the recovery key, which is nowhere else from now on.
 * @throws PenstockError `already-encrypted`, `passphrase-short`, `no-way-in` (neither passphrase nor key file), those of `convertProject`.
 */
export async function encryptProject(projectDir: string, given: WaysIn, watching: Watching = {}): Promise<{ readonly recoveryKey: string }> {
  await finishConversion(projectDir);
  if (isEncrypted(projectDir)) throw new PenstockError('already-encrypted', `The project in ${projectDir} is encrypted already.`, { remedy: 'Change its passphrase with “penstock key change”.' });
  return convertToNewKey(projectDir, given, watching);
}

/** Writes the whole project by a key made for it, which these ways and a recovery key open. */
async function convertToNewKey(projectDir: string, given: WaysIn, watching: Watching): Promise<{ readonly recoveryKey: string }> {
  if (given.passphrase === undefined && given.keyFile === undefined) throw new PenstockError('no-way-in', 'An encrypted project needs a passphrase or a key file.', { remedy: 'Name one with --key-file, or enter a passphrase.' });
  const key = newProjectKey();
  let ring = emptyRing(key);
  if (given.passphrase !== undefined) ring = await withPassphrase(ring, key, given.passphrase);
  if (given.keyFile !== undefined) ring = withKeyFile(ring, key, await keyFileContent(given.keyFile));
  const made = withRecoveryKey(ring, key);
  await convertProject({ projectDir, to: { key, ring: made.ring }, ...watching });
  return { recoveryKey: made.recoveryKey };
}

/** One that is there is used, one that is not is made. */
async function keyFileContent(file: string): Promise<Buffer> {
  const present = await readFile(file).then(() => true, () => false);
  return present ? readKeyFile(file) : writeKeyFile(file);
}

/** Takes the encryption away. The project's key must be known. @throws as `convertProject`. */
export async function decryptProject(projectDir: string, watching: Watching = {}): Promise<void> {
  await finishConversion(projectDir);
  await openedRing(projectDir);
  await convertProject({ projectDir, to: null, ...watching });
}

/** Encrypts everything anew by another key, of which earlier passphrases and key files know nothing. @returns the new recovery key. */
export async function rotateKey(projectDir: string, given: WaysIn, watching: Watching = {}): Promise<{ readonly recoveryKey: string }> {
  await finishConversion(projectDir);
  await openedRing(projectDir);
  return convertToNewKey(projectDir, given, watching);
}

/** Only the wrapped key changes: no file of the project is touched. @throws PenstockError `passphrase-short`. */
export async function changePassphrase(projectDir: string, passphrase: string): Promise<void> {
  const { ring, vault } = await openedRing(projectDir);
  await writeRing(projectDir, await withPassphrase(ring, vault.key, passphrase));
}

/** The earlier recovery key is of no use from then on. */
export async function newRecoveryKeyOf(projectDir: string): Promise<string> {
  const { ring, vault } = await openedRing(projectDir);
  const made = withRecoveryKey(ring, vault.key);
  await writeRing(projectDir, made.ring);
  return made.recoveryKey;
}

/** Makes a key file, or takes one that is there, for servers and schedules. @throws PenstockError of key files. */
export async function addKeyFile(projectDir: string, file: string): Promise<void> {
  const { ring, vault } = await openedRing(projectDir);
  await writeRing(projectDir, withKeyFile(ring, vault.key, await keyFileContent(file)));
}

async function openedRing(projectDir: string): Promise<{ readonly ring: KeyRing; readonly vault: Vault }> {
  const vault = await ensureUnlocked(projectDir);
  const ring = readKeyRing(projectDir);
  if (vault === null || ring === null) throw new PenstockError('not-encrypted', `The project in ${projectDir} is not encrypted.`, { remedy: 'Encrypt it with “penstock encrypt”.' });
  return { ring, vault };
}

async function writeRing(projectDir: string, ring: KeyRing): Promise<void> {
  await writePlainAtomically(path.join(projectDir, keyRingFile), `${JSON.stringify(ring, null, 2)}\n`, 0o600);
}
