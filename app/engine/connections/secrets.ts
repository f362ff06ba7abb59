import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { Connection } from '#app/sdk/databases.ts';
import { defaultPort } from '#app/data/databases/index.ts';
import { readKeyRing } from '#app/sealing/key-ring.ts';
import { userKey } from '#app/sealing/keychain.ts';
import { sealBytes, sealedKind, unsealBytes } from '#app/sealing/stream.ts';
import { vaultOf } from '#app/sealing/vault.ts';
import { writePlainAtomically } from '../project/atomic-file.ts';

/** Which password is meant: the connection's name in the project, and where it goes. */
export interface SecretReference {
  readonly name: string;
  /** `postgres://ann@db.example:5432`: a password is given to nobody but whom it was stored for. */
  readonly goesTo: string;
}

/** Where a password comes from. */
export type SecretSource = 'environment' | 'file' | 'none';

/**
 * Where passwords are kept: never in the project, a document, a log, a cache key or a run's record. One small interface, so that the
 * system's keychain or an encrypted file can take the place of what is here.
 */
export interface SecretStore {
  /** Null where there is none. @throws PenstockError `secret-elsewhere`, `secrets-unsafe`, `secrets-locked`, `secrets-unreadable`, `secrets-damaged`. */
  get(reference: SecretReference): Promise<string | null>;
  set(reference: SecretReference, secret: string): Promise<void>;
  remove(reference: SecretReference): Promise<void>;
  source(reference: SecretReference): Promise<SecretSource>;
}

export function secretReference(connection: Connection): SecretReference {
  const { name, kind, user, host, port } = connection;
  return { name, goesTo: `${kind}://${user}@${host || 'localhost'}:${port || defaultPort(kind)}` };
}

/** `PENSTOCK_SECRET_SHOP_DB` for “shop-db”. */
export const secretVariable = (name: string): string => `PENSTOCK_SECRET_${name.toUpperCase().replaceAll('-', '_')}`;

/** The folder of the user's own settings, by the habits of the system. */
export function userConfigDir(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return path.join(env['APPDATA'] ?? path.join(os.homedir(), 'AppData', 'Roaming'), 'Penstock');
  if (platform === 'darwin') return path.join(os.homedir(), 'Library', 'Application Support', 'Penstock');
  const given = env['XDG_CONFIG_HOME'];
  return path.join(given !== undefined && path.isAbsolute(given) ? given : path.join(os.homedir(), '.config'), 'penstock');
}

const fileSchema = z.object({ version: z.literal(1), secrets: z.array(z.object({ name: z.string(), goesTo: z.string(), secret: z.string() })) });
type Entry = z.output<typeof fileSchema>['secrets'][number];

export interface UserSecretsOptions {
  readonly folder?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly name?: string;
  /** 32 bytes that the file is encrypted by; null: there is no keychain here, and its mode alone guards it. */
  readonly key?: () => Uint8Array | null;
}

/**
 * The environment first (`PENSTOCK_SECRET_…`, for servers and CI), then a file of the user outside the project, readable by nobody else and
 * encrypted where the system has a keychain (the desktop). A plain file of earlier is encrypted when it is first read there.
 * An entry of the file belongs to one user at one server: a project from elsewhere whose connection has the same name gets nothing.
 */
export class UserSecrets implements SecretStore {
  readonly #file: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #key: () => Uint8Array | null;

  constructor(options: UserSecretsOptions = {}) {
    this.#env = options.env ?? process.env;
    this.#key = options.key ?? userKey;
    this.#file = path.join(options.folder ?? userConfigDir(this.#env), options.name ?? 'secrets.json');
  }

  async get(reference: SecretReference): Promise<string | null> {
    const given = this.#env[secretVariable(reference.name)];
    if (given !== undefined && given !== '') return given;
    const entries = await this.#read();
    const own = entries.find((entry) => matches(entry, reference));
    if (own !== undefined) return own.secret;
    const other = entries.find(({ name }) => name === reference.name);
    if (other === undefined) return null;
    throw new PenstockError('secret-elsewhere', `The password stored for “${reference.name}” is for ${other.goesTo}, but the connection goes to ${reference.goesTo}.`, {
      remedy: 'If that is right, enter the password for it in Data → Connections or with “penstock connection add”.',
    });
  }

  async set(reference: SecretReference, secret: string): Promise<void> {
    const others = (await this.#present()).filter((entry) => !matches(entry, reference));
    await this.#write([...others, { ...reference, secret }]);
  }

  async remove(reference: SecretReference): Promise<void> {
    const all = await this.#read();
    const others = all.filter((entry) => !matches(entry, reference));
    if (others.length < all.length) await this.#write(others);
  }

  async source(reference: SecretReference): Promise<SecretSource> {
    const given = this.#env[secretVariable(reference.name)];
    if (given !== undefined && given !== '') return 'environment';
    return (await this.#read()).some((entry) => matches(entry, reference)) ? 'file' : 'none';
  }

  /** What new passwords are added to. A file that another keychain guards is set aside: otherwise nothing could be stored any more. */
  async #present(): Promise<Entry[]> {
    try {
      return await this.#read();
    } catch (error) {
      if (!(error instanceof PenstockError) || error.code !== 'secrets-unreadable') throw error;
      await rename(this.#file, `${this.#file}.unreadable`);
      return [];
    }
  }

  async #read(): Promise<Entry[]> {
    const info = await stat(this.#file).catch(() => null);
    if (info === null) return [];
    // Windows keeps the folder to its user by inheritance; elsewhere the mode says who may read.
    if (process.platform !== 'win32' && (info.mode & 0o077) !== 0) {
      throw new PenstockError('secrets-unsafe', `${this.#file} holds passwords, and others on this machine may read it.`, { remedy: `Make it yours alone: chmod 600 ${this.#file}`, place: { file: this.#file } });
    }
    const stored = await readFile(this.#file);
    const key = this.#key();
    const isSealed = sealedKind(stored) !== null;
    if (isSealed && key === null) {
      throw new PenstockError('secrets-locked', 'The stored passwords are guarded by the keychain, which only the desktop app can open.', { remedy: 'Give them in the environment, as in PENSTOCK_SECRET_SHOP_DB, or use the app.', place: { file: this.#file } });
    }
    const text = isSealed && key !== null ? this.#unseal(key, stored) : stored.toString('utf8');
    const parsed = fileSchema.safeParse(parseJson(text));
    if (parsed.success && !isSealed && key !== null) {
      await this.#write(parsed.data.secrets);
    }
    if (parsed.success) return parsed.data.secrets;
    throw new PenstockError('secrets-damaged', `${this.#file} is not a file of stored passwords.`, { remedy: 'Remove it and enter the passwords again.', place: { file: this.#file } });
  }

  #unseal(key: Uint8Array, stored: Uint8Array): string {
    try {
      return unsealBytes(key, stored, this.#file).toString('utf8');
    } catch (cause) {
      throw new PenstockError('secrets-unreadable', 'The stored passwords cannot be read: the keychain that guards them was changed or reset, or their file was damaged.', {
        remedy: 'Enter the password again; the file of before stays beside the new one.',
        place: { file: this.#file },
        cause,
      });
    }
  }

  async #write(secrets: readonly Entry[]): Promise<void> {
    const folder = path.dirname(this.#file);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const text = `${JSON.stringify({ version: 1, secrets }, null, 2)}\n`;
    const key = this.#key();
    if (key === null) await writePlainAtomically(this.#file, text, 0o600);
    else await replaceAndErase(this.#file, sealBytes(key, Buffer.from(text, 'utf8')));
  }
}

const matches = (entry: SecretReference, reference: SecretReference): boolean => entry.name === reference.name && entry.goesTo === reference.goesTo;

/** The new file in the place of the old one, whose bytes are written over: as far as the disk really does so. */
async function replaceAndErase(file: string, content: Uint8Array): Promise<void> {
  const old = await open(file, 'r+').catch(() => null);
  try {
    await writePlainAtomically(file, content, 0o600);
    if (old === null) return;
    await old.write(Buffer.alloc((await old.stat()).size), 0);
    await old.sync();
  } finally {
    await old?.close();
  }
}

/**
 * Passwords of an encrypted project's connections: with the user, encrypted by the project's key, so that they are nowhere in plain text. Those
 * that the user had stored before for the same places are taken over once.
 */
class ProjectSecrets implements SecretStore {
  readonly #own: UserSecrets;
  readonly #before: UserSecrets;

  constructor(own: UserSecrets, before: UserSecrets) {
    this.#own = own;
    this.#before = before;
  }

  async get(reference: SecretReference): Promise<string | null> {
    await this.#take(reference);
    return this.#own.get(reference);
  }

  async set(reference: SecretReference, secret: string): Promise<void> {
    await this.#own.set(reference, secret);
    await this.#before.remove(reference);
  }

  async remove(reference: SecretReference): Promise<void> {
    await this.#own.remove(reference);
    await this.#before.remove(reference);
  }

  async source(reference: SecretReference): Promise<SecretSource> {
    await this.#take(reference);
    return this.#own.source(reference);
  }

  async #take(reference: SecretReference): Promise<void> {
    if ((await this.#own.source(reference)) !== 'none' || (await this.#before.source(reference)) !== 'file') return;
    const secret = await this.#before.get(reference);
    if (secret !== null) await this.set(reference, secret);
  }
}

/** Where the passwords of a project are kept. */
export function secretsOf(projectDir: string, options: Pick<UserSecretsOptions, 'folder' | 'env'> = {}): SecretStore {
  const before = new UserSecrets(options);
  const vault = vaultOf(projectDir);
  const ring = vault === null ? null : readKeyRing(projectDir);
  if (vault === null || ring === null) return before;
  return new ProjectSecrets(new UserSecrets({ ...options, name: `secrets-${ring.id}.bin`, key: () => vault.key }), before);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
