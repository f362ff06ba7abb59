import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';

export interface AuditKey {
  readonly privateKey: KeyObject;
  /** SPKI, base64. */
  readonly publicKey: string;
  readonly fingerprint: string;
}

const fileName = 'audit-key.pem';

/** First 16 bytes of the SHA-256 of a public key, in hex: short enough to be read out. */
export function keyFingerprint(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 32);
}

/**
 * The user's key that audit logs are signed with, made at first use; outside every project, readable by nobody else.
 * @throws PenstockError `audit-key-unsafe`, `audit-key-damaged`; file errors where the folder cannot be written.
 */
export async function auditKey(configDir: string): Promise<AuditKey> {
  return (await readKey(configDir)) ?? (await makeKey(configDir));
}

/** Null where there is none yet: looking makes none. @throws PenstockError `audit-key-unsafe`, `audit-key-damaged`. */
export async function readKey(configDir: string): Promise<AuditKey | null> {
  const file = path.join(configDir, fileName);
  const info = await stat(file).catch(() => null);
  if (info === null) return null;
  // Windows keeps the folder to its user by inheritance; elsewhere the mode says who may read.
  if (process.platform !== 'win32' && (info.mode & 0o077) !== 0) {
    throw new PenstockError('audit-key-unsafe', `${file} signs the audit log, and others on this machine may read it.`, { remedy: `Make it yours alone: chmod 600 ${file}`, place: { file } });
  }
  try {
    return keyOf(createPrivateKey(await readFile(file, 'utf8')));
  } catch (error) {
    throw new PenstockError('audit-key-damaged', `${file} is not a key to sign the audit log with.`, { remedy: 'Put it back from a copy, or remove it: a new one is made, and earlier signatures stay as they are.', place: { file }, cause: error });
  }
}

async function makeKey(configDir: string): Promise<AuditKey> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await mkdir(configDir, { recursive: true, mode: 0o700 });
  try {
    // Never over one that another process made meanwhile.
    await writeFile(path.join(configDir, fileName), privateKey.export({ type: 'pkcs8', format: 'pem' }), { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    const made = (error as NodeJS.ErrnoException).code === 'EEXIST' ? await readKey(configDir) : null;
    if (made === null) throw error;
    return made;
  }
  return keyOf(privateKey);
}

function keyOf(privateKey: KeyObject): AuditKey {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 key');
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
  return { privateKey, publicKey, fingerprint: keyFingerprint(publicKey) };
}
