import { existsSync, readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { penstockVersion } from '#app/core/version.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';
import { packRefused } from './archive.ts';
import { compareVersions, packName, packVersion, readPack, sha256, shownFingerprint, type Pack } from './format.ts';
import { PublisherKeys } from './keys.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const entrySchema = z.strictObject({ name: packName, version: packVersion, sha256: hash, key: hash });
export type PackPin = z.output<typeof entrySchema>;
const indexSchema = z.strictObject({ version: z.literal(1), packs: z.array(entrySchema.extend({ installedAt: z.number() })), /** Name → newest version that was ever installed, and by whose key. */ known: z.record(packName, z.strictObject({ version: packVersion, key: hash })) });
type Index = z.output<typeof indexSchema>;

const pinsSchema = z.strictObject({ version: z.literal(1), packs: z.array(entrySchema).max(200) });

/** Packs of this user: the very files as they came, by hash, in a folder outside every project. */
export class InstalledPacks {
  readonly keys: PublisherKeys;
  readonly #folder: string;

  constructor(configDir: string) {
    this.#folder = path.join(configDir, 'packs');
    this.keys = new PublisherKeys(configDir);
  }

  list(): Index['packs'] {
    return this.#index().packs;
  }

  /**
   * Installs a pack that is signed by a key the user trusts.
   * @param options.downgrade the user knows that a newer version was here.
   * @throws PenstockError of reading; `pack-key-unknown`, `pack-key-revoked`, `pack-other-key`, `pack-downgrade`, `pack-app-version`, `pack-version-taken`.
   */
  async install(bytes: Uint8Array, options: { readonly downgrade?: boolean; readonly now?: number } = {}): Promise<Pack> {
    const pack = await readPack(bytes);
    const { name, version, publisher, minAppVersion } = pack.manifest;
    this.keys.assertTrusted(pack.fingerprint, publisher);
    if (compareVersions(penstockVersion, minAppVersion) < 0) throw packRefused('pack-app-version', `The pack needs Penstock ${minAppVersion}; this is ${penstockVersion}.`, 'Update Penstock.');
    const index = this.#index();
    const known = index.known[name];
    if (known !== undefined && known.key !== pack.fingerprint) {
      const before = this.keys.find(known.key);
      throw packRefused('pack-other-key', `The pack “${name}” was signed by another key before (${before?.publisher ?? 'unknown'}, ${shownFingerprint(known.key)}).`, `If the publisher says by another way that the key has changed, run “penstock pack remove ${name} --forget” first.`);
    }
    if (known !== undefined && compareVersions(version, known.version) < 0 && options.downgrade !== true) {
      throw packRefused('pack-downgrade', `Version ${known.version} of “${name}” was installed before; this is ${version}.`, 'Older versions may hold mistakes that were mended since. To install it all the same, add --downgrade.');
    }
    const same = index.packs.find((one) => one.name === name && one.version === version);
    if (same !== undefined && same.sha256 !== pack.sha256) throw packRefused('pack-version-taken', `Another pack is installed as “${name}” ${version}.`, `Remove it first: penstock pack remove ${name}.`);
    await writeFileAtomically(this.#file(pack.sha256), bytes, { mode: 0o600 });
    const entry = { name, version, sha256: pack.sha256, key: pack.fingerprint, installedAt: options.now ?? Date.now() };
    const newest = known !== undefined && compareVersions(known.version, version) > 0 ? known.version : version;
    await this.#write({ ...index, packs: [...index.packs.filter((one) => one.sha256 !== pack.sha256), entry], known: { ...index.known, [name]: { version: newest, key: pack.fingerprint } } });
    return pack;
  }

  /** Every version of a pack; with `forget` also whose it was. @throws PenstockError `unknown-pack`. */
  async remove(name: string, forget: boolean): Promise<void> {
    const index = this.#index();
    const own = index.packs.filter((one) => one.name === name);
    if (own.length === 0 && !(forget && Object.hasOwn(index.known, name))) throw new PenstockError('unknown-pack', `There is no pack “${name}”.`, { remedy: '“penstock pack list” shows the packs.' });
    const known = forget ? Object.fromEntries(Object.entries(index.known).filter(([one]) => one !== name)) : index.known;
    await this.#write({ ...index, packs: index.packs.filter((one) => one.name !== name), known });
    for (const { sha256: one } of own) await rm(this.#file(one), { force: true });
  }

  /**
   * A pinned pack, looked at anew: the file's hash, the signature, every file's hash, the key.
   * @throws PenstockError `pack-missing`, `pack-pin`, and those of reading and of the key.
   */
  async load(pin: PackPin): Promise<Pack> {
    const file = this.#file(pin.sha256);
    const index = this.#index();
    if (!existsSync(file)) {
      const other = index.packs.find((one) => one.name === pin.name);
      throw new PenstockError('pack-missing', `The pack “${pin.name}” ${pin.version} is not installed${other === undefined ? '' : ` (${other.version} is)`}.`, { remedy: `Get it from its publisher and install it: penstock pack install FILE. Its SHA-256 is ${pin.sha256}.` });
    }
    const bytes = await readFile(file);
    if (sha256(bytes) !== pin.sha256) throw packRefused('pack-tampered', `The installed file of the pack “${pin.name}” was changed.`, `Remove it and install it again: penstock pack remove ${pin.name}.`);
    const pack = await readPack(bytes);
    this.keys.assertTrusted(pack.fingerprint, pack.manifest.publisher);
    if (pack.manifest.name !== pin.name || pack.manifest.version !== pin.version || pack.fingerprint !== pin.key) {
      throw packRefused('pack-pin', `The project’s packs.json calls “${pin.name}” ${pin.version} what is “${pack.manifest.name}” ${pack.manifest.version} of another key or version.`, 'Somebody changed packs.json. Ask who gave you the project; to pin what you trust, install the pack again in this project.');
    }
    const known = index.known[pin.name];
    if (known !== undefined && known.key !== pack.fingerprint) throw packRefused('pack-other-key', `The pack “${pin.name}” was signed by another key before.`);
    return pack;
  }

  #file(hashOfFile: string): string {
    return path.join(this.#folder, `${hashOfFile}.pack`);
  }

  #index(): Index {
    const file = path.join(this.#folder, 'installed.json');
    if (!existsSync(file)) return { version: 1, packs: [], known: {} };
    const parsed = indexSchema.safeParse(jsonOf(readFileSync(file, 'utf8')));
    if (parsed.success) return parsed.data;
    throw new PenstockError('packs-damaged', `${file} is not a list of installed packs.`, { remedy: 'Remove it and install the packs again.', place: { file } });
  }

  async #write(index: Index): Promise<void> {
    await writeFileAtomically(path.join(this.#folder, 'installed.json'), `${JSON.stringify(index, null, 2)}\n`, { mode: 0o600 });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const pinsFile = (projectDir: string): string => path.join(projectDir, 'packs.json');

/** The packs that a project names. @throws PenstockError `packs-file`. */
export function readPins(projectDir: string): PackPin[] {
  const file = pinsFile(projectDir);
  if (!existsSync(file)) return [];
  const parsed = pinsSchema.safeParse(jsonOf(readFileSync(file, 'utf8')));
  const names = parsed.success ? parsed.data.packs.map(({ name }) => name) : [];
  if (parsed.success && new Set(names).size === names.length) return parsed.data.packs;
  throw new PenstockError('packs-file', 'The project’s packs.json is not a list of packs.', { remedy: 'Mend or remove it; installing a pack in the project writes it anew.', place: { file } });
}

/** Pins a pack in a project, in place of another version of it. */
export async function pinPack(projectDir: string, pack: Pack): Promise<void> {
  const { name, version } = pack.manifest;
  const packs = [...readPins(projectDir).filter((one) => one.name !== name), { name, version, sha256: pack.sha256, key: pack.fingerprint }].sort((a, b) => (a.name < b.name ? -1 : 1));
  await writeFileAtomically(pinsFile(projectDir), `${JSON.stringify({ version: 1, packs }, null, 2)}\n`);
}

export async function unpinPack(projectDir: string, name: string): Promise<boolean> {
  const pins = readPins(projectDir);
  if (pins.every((one) => one.name !== name)) return false;
  await writeFileAtomically(pinsFile(projectDir), `${JSON.stringify({ version: 1, packs: pins.filter((one) => one.name !== name) }, null, 2)}\n`);
  return true;
}
