import { argon2, createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { newRecoveryKey, readRecoveryKey } from './recovery-key.ts';

/**
 * `keys.json` of an encrypted project: its random key of 256 bits, wrapped once for each way to open it. Nothing in it helps who has none of
 * the passphrase, the recovery key or a key file. Changing one of these writes this file anew and touches nothing else.
 */
export const keyRingFile = 'keys.json';

const base64 = z.string().regex(/^[A-Za-z0-9+/]+=*$/);
const wrapped = { nonce: base64, sealed: base64 };
const argon2Schema = z.object({ name: z.literal('argon2id'), memoryKiB: z.number().int().min(8192).max(4_194_304), passes: z.number().int().min(1).max(64), lanes: z.number().int().min(1).max(64), salt: base64 });
const wrapSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('passphrase'), kdf: argon2Schema, ...wrapped }),
  z.object({ kind: z.literal('recovery'), salt: base64, ...wrapped }),
  z.object({ kind: z.literal('file'), id: z.string(), salt: base64, ...wrapped }),
]);
export const keyRingSchema = z.object({
  version: z.literal(1),
  /** Names the key in the system's keychain. */
  id: z.string(),
  /** Tells a wrong key before anything is decrypted by it. */
  check: base64,
  wraps: z.array(wrapSchema),
});
export type KeyRing = z.output<typeof keyRingSchema>;
type Wrap = KeyRing['wraps'][number];

/** RFC 9106's second recommendation for machines with little memory, stored with each wrap so that it can grow. */
const argon2Cost = { memoryKiB: 65_536, passes: 3, lanes: 4 } as const;
const derive = promisify(argon2);

export const isEncrypted = (projectDir: string): boolean => existsSync(path.join(projectDir, keyRingFile));

/** @throws PenstockError `keys-damaged`; null where the project is not encrypted. */
export function readKeyRing(projectDir: string): KeyRing | null {
  const file = path.join(projectDir, keyRingFile);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return keyRingSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new PenstockError('keys-damaged', `${file} is damaged: without it the project's key cannot be found.`, { remedy: 'Put it back from a backup; nothing else was touched.', place: { file }, cause: error });
  }
}

export function newProjectKey(): Buffer {
  return randomBytes(32);
}

const checkOf = (key: Uint8Array): Buffer => createHmac('sha256', key).update('penstock/check/1').digest();

export function emptyRing(key: Uint8Array): KeyRing {
  return { version: 1, id: randomBytes(8).toString('hex'), check: checkOf(key).toString('base64'), wraps: [] };
}

/** Whether this is the project's key. */
export function fits(ring: KeyRing, key: Uint8Array): boolean {
  const given = checkOf(key);
  const wanted = Buffer.from(ring.check, 'base64');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Shorter ones are refused: argon2 makes guessing slow, not impossible. */
export const shortestPassphrase = 10;

/** The ring with this passphrase in place of the present one. Takes most of a second. @throws PenstockError `passphrase-short`. */
export async function withPassphrase(ring: KeyRing, key: Uint8Array, passphrase: string): Promise<KeyRing> {
  if ([...passphrase].length < shortestPassphrase) throw new PenstockError('passphrase-short', `The passphrase needs at least ${shortestPassphrase} characters.`, { remedy: 'Take a few words that you can remember.' });
  const kdf = { name: 'argon2id' as const, ...argon2Cost, salt: randomBytes(16).toString('base64') };
  return replaced(ring, { kind: 'passphrase', kdf, ...wrap(await fromPassphrase(passphrase, kdf), key, ring.id) });
}

/** The ring with a new recovery key, which is in `recoveryKey` and nowhere else; an earlier one is of no use from then on. */
export function withRecoveryKey(ring: KeyRing, key: Uint8Array): { readonly ring: KeyRing; readonly recoveryKey: string } {
  const recoveryKey = newRecoveryKey();
  const salt = randomBytes(16);
  return { ring: replaced(ring, { kind: 'recovery', salt: salt.toString('base64'), ...wrap(stretch(readRecoveryKey(recoveryKey), salt, 'recovery'), key, ring.id) }), recoveryKey };
}

/** The ring with a key file added; `content` is what is in the file. */
export function withKeyFile(ring: KeyRing, key: Uint8Array, content: Uint8Array): KeyRing {
  const salt = randomBytes(16);
  const entry: Wrap = { kind: 'file', id: randomBytes(4).toString('hex'), salt: salt.toString('base64'), ...wrap(stretch(content, salt, 'file'), key, ring.id) };
  return { ...ring, wraps: [...ring.wraps, entry] };
}

export type KeyGiven = { readonly passphrase: string } | { readonly recoveryKey: string } | { readonly fileContent: Uint8Array } | { readonly key: Uint8Array };

/** The project's key. @throws PenstockError `passphrase-wrong`, `recovery-key-wrong`, `recovery-key-typo`, `key-file-wrong`, `keychain-wrong`. */
export async function openRing(ring: KeyRing, given: KeyGiven): Promise<Buffer> {
  for (const one of ring.wraps) {
    const key = await unwrapped(ring, one, given);
    if (key !== null && fits(ring, key)) return key;
  }
  if ('key' in given && fits(ring, given.key)) return Buffer.from(given.key);
  if ('passphrase' in given) throw new PenstockError('passphrase-wrong', 'That is not the passphrase of this project.', { remedy: 'Try again; if it is lost, use the recovery key.' });
  if ('recoveryKey' in given) throw new PenstockError('recovery-key-wrong', 'That is not the present recovery key of this project.', { remedy: 'Only the one that was shown last counts.' });
  if ('fileContent' in given) throw new PenstockError('key-file-wrong', 'That key file does not open this project.', { remedy: 'Name another with --key-file, or open the project by its passphrase and add this one.' });
  throw new PenstockError('keychain-wrong', 'The key in the keychain is not that of this project.', { remedy: 'Enter the passphrase.' });
}

async function unwrapped(ring: KeyRing, one: Wrap, given: KeyGiven): Promise<Buffer | null> {
  if (one.kind === 'passphrase' && 'passphrase' in given) return unwrap(await fromPassphrase(given.passphrase, one.kdf), one, ring.id);
  if (one.kind === 'recovery' && 'recoveryKey' in given) return unwrap(stretch(readRecoveryKey(given.recoveryKey), Buffer.from(one.salt, 'base64'), 'recovery'), one, ring.id);
  if (one.kind === 'file' && 'fileContent' in given) return unwrap(stretch(given.fileContent, Buffer.from(one.salt, 'base64'), 'file'), one, ring.id);
  return null;
}

function replaced(ring: KeyRing, entry: Wrap): KeyRing {
  return { ...ring, wraps: [...ring.wraps.filter(({ kind }) => kind !== entry.kind), entry] };
}

async function fromPassphrase(passphrase: string, kdf: z.output<typeof argon2Schema>): Promise<Buffer> {
  // The same words from another keyboard must be the same bytes.
  const message = Buffer.from(passphrase.normalize('NFKC'), 'utf8');
  return derive('argon2id', { message, nonce: Buffer.from(kdf.salt, 'base64'), parallelism: kdf.lanes, tagLength: 32, memory: kdf.memoryKiB, passes: kdf.passes });
}

/** For what is random already. */
const stretch = (secret: Uint8Array, salt: Uint8Array, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, salt, `penstock/wrap/${purpose}/1`, 32));

function wrap(by: Uint8Array, key: Uint8Array, id: string): { readonly nonce: string; readonly sealed: string } {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', by, nonce).setAAD(Buffer.from(id));
  return { nonce: nonce.toString('base64'), sealed: Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()]).toString('base64') };
}

function unwrap(by: Uint8Array, one: { readonly nonce: string; readonly sealed: string }, id: string): Buffer | null {
  const sealed = Buffer.from(one.sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', by, Buffer.from(one.nonce, 'base64')).setAAD(Buffer.from(id));
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - 16)), decipher.final()]);
  } catch {
    return null;
  }
}
