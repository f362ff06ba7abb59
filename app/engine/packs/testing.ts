import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { readPackArchive, writePackArchive } from './archive.ts';
import { buildPack, newPackKey, signPack } from './build.ts';
import { InstalledPacks } from './installed.ts';

/** What tests of packs stand on: the example pack, signed, its publisher and a stranger, and for each test a project and a user who trusts the publisher. */

export const root = path.resolve(import.meta.dirname, '../../..');
export const example = path.join(root, 'docs/examples/text-pack');

type Key = ReturnType<typeof newPackKey>;

export interface PackScene {
  readonly publisher: Key;
  readonly stranger: Key;
  /** The example pack, signed by the publisher. */
  readonly signed: Uint8Array;
  readonly config: string;
  readonly project: string;
  readonly packs: InstalledPacks;
  /** A path of the present test that nothing lies at yet. */
  place(name: string): string;
  /** The pack with its files changed, and perhaps signed again. */
  changed(change: (files: Map<string, Uint8Array>) => void, key?: { readonly privatePem: string }): Promise<Uint8Array>;
  version(number: string, key?: Key): Promise<Uint8Array>;
  nothingInstalled(): void;
}

/** Registers what makes the scene anew before each test of the file. */
export function packScene(): PackScene {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'penstock-packs-'));
  const publisher = newPackKey('Ann');
  let signed: Uint8Array | undefined;
  let packs: InstalledPacks | undefined;
  let count = 0;
  beforeAll(async () => {
    signed = await signPack((await buildPack(example)).bytes, publisher.privatePem);
  });
  beforeEach(async () => {
    count += 1;
    mkdirSync(scene.project);
    packs = new InstalledPacks(scene.config);
    await packs.keys.trust(JSON.parse(publisher.publicJson), publisher.fingerprint);
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const scene: PackScene = {
    publisher,
    stranger: newPackKey('Mallory'),
    get signed() {
      return present(signed);
    },
    get config() {
      return scene.place('config');
    },
    get project() {
      return scene.place('project');
    },
    get packs() {
      return present(packs);
    },
    place: (name) => path.join(scratch, `${name}-${count}`),
    changed: async (change, key) => {
      const files = await readPackArchive(scene.signed);
      change(files);
      const bytes = await writePackArchive(files);
      return key === undefined ? bytes : signPack(bytes, key.privatePem);
    },
    version: (number, key = publisher) => scene.changed((files) => changeManifest(files, (value) => (value['version'] = number)), key),
    nothingInstalled: () => {
      expect(scene.packs.list()).toEqual([]);
      expect(existsSync(path.join(scene.config, 'packs')) ? readdirSync(path.join(scene.config, 'packs')).filter((name) => name.endsWith('.pack')) : []).toEqual([]);
    },
  };
  return scene;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the scene is there while a test runs');
  return value;
}

/** The manifest of a pack, changed. */
export function changeManifest(files: Map<string, Uint8Array>, change: (manifest: Record<string, unknown>) => void): void {
  const value = JSON.parse(Buffer.from(files.get('pack.json') ?? []).toString()) as Record<string, unknown>;
  change(value);
  files.set('pack.json', Buffer.from(JSON.stringify(value)));
}
