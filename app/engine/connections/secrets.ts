import { mkdir, readFile, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { Connection } from '#app/sdk/databases.ts';
import { defaultPort } from '#app/data/databases/index.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';

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
  /** Null where there is none. @throws PenstockError `secret-elsewhere`, `secrets-unsafe`. */
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

/**
 * The environment first (`PENSTOCK_SECRET_…`, for servers and CI), then a file of the user outside the project, readable by nobody else.
 * An entry of the file belongs to one user at one server: a project from elsewhere whose connection has the same name gets nothing.
 */
export class UserSecrets implements SecretStore {
  readonly #file: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(options: { readonly folder?: string; readonly env?: NodeJS.ProcessEnv } = {}) {
    this.#env = options.env ?? process.env;
    this.#file = path.join(options.folder ?? userConfigDir(this.#env), 'secrets.json');
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
    const others = (await this.#read()).filter((entry) => !matches(entry, reference));
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

  async #read(): Promise<Entry[]> {
    const info = await stat(this.#file).catch(() => null);
    if (info === null) return [];
    // Windows keeps the folder to its user by inheritance; elsewhere the mode says who may read.
    if (process.platform !== 'win32' && (info.mode & 0o077) !== 0) {
      throw new PenstockError('secrets-unsafe', `${this.#file} holds passwords, and others on this machine may read it.`, { remedy: `Make it yours alone: chmod 600 ${this.#file}`, place: { file: this.#file } });
    }
    const parsed = fileSchema.safeParse(parseJson(await readFile(this.#file, 'utf8')));
    if (parsed.success) return parsed.data.secrets;
    throw new PenstockError('secrets-damaged', `${this.#file} is not a file of stored passwords.`, { remedy: 'Remove it and enter the passwords again.', place: { file: this.#file } });
  }

  async #write(secrets: readonly Entry[]): Promise<void> {
    const folder = path.dirname(this.#file);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFileAtomically(this.#file, `${JSON.stringify({ version: 1, secrets }, null, 2)}\n`, { mode: 0o600 });
  }
}

const matches = (entry: SecretReference, reference: SecretReference): boolean => entry.name === reference.name && entry.goesTo === reference.goesTo;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
