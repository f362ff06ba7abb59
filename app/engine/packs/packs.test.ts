import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { loadCatalogue } from '../catalogue.ts';
import { readPackArchive, writePackArchive } from './archive.ts';
import { buildPack, newPackSource, signPack } from './build.ts';
import { compareVersions, packManifestSchema, readPack, sha256 } from './format.ts';
import { pinPack, readPins } from './installed.ts';
import { nodeTypes, plainIcon, withPacks } from './load.ts';
import { changeManifest, example, packScene } from './testing.ts';

const scene = packScene();

/** A zip as no honest tool writes it. */
async function oddZip(name: string, options: { mode?: number } = {}): Promise<Uint8Array> {
  const zip = new ZipFile();
  // yazl refuses such names itself: one of the same length is put in, and replaced in the bytes.
  const place = name.replace(/[^a-z]/g, 'x');
  zip.addBuffer(Buffer.from('../../outside'), place, { mode: options.mode ?? 0o100644 });
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  return Buffer.from(Buffer.concat(parts).toString('latin1').replaceAll(place, name), 'latin1');
}

const refusal = (code: string): unknown => expect.objectContaining({ code });

describe('a pack', () => {
  it('is built the same from the same sources', async () => {
    expect(sha256((await buildPack(example)).bytes)).toBe(sha256((await buildPack(example)).bytes));
  });

  it('that “penstock pack new” writes can be built, signed and installed', async () => {
    const folder = scene.place('new');
    await newPackSource(folder, 'my-pack');
    await scene.packs.install(await signPack((await buildPack(folder)).bytes, scene.publisher.privatePem));
    expect(scene.packs.list().map(({ name }) => name)).toEqual(['my-pack']);
    await expect(newPackSource(folder, 'my-pack')).rejects.toEqual(refusal('folder-not-empty'));
  });

  it('is refused unsigned', async () => {
    await expect(scene.packs.install((await buildPack(example)).bytes)).rejects.toEqual(refusal('pack-unsigned'));
    scene.nothingInstalled();
  });

  it('is refused when a key signed it that the user does not trust', async () => {
    await expect(scene.packs.install(await scene.changed(() => undefined, scene.stranger))).rejects.toEqual(refusal('pack-key-unknown'));
    scene.nothingInstalled();
  });

  it('is refused when the signature of another pack was put in', async () => {
    const other = await readPackArchive(await scene.version('9.9.9'));
    await expect(scene.packs.install(await scene.changed((files) => files.set('signature.json', other.get('signature.json') ?? new Uint8Array())))).rejects.toEqual(refusal('pack-signature'));
  });

  it('is refused when the key in the signature was replaced by a trusted one', async () => {
    const key = (JSON.parse(scene.publisher.publicJson) as { publicKey: string }).publicKey;
    const forged = await scene.changed(() => undefined, scene.stranger);
    const files = await readPackArchive(forged);
    const signature = JSON.parse(Buffer.from(files.get('signature.json') ?? []).toString()) as Record<string, unknown>;
    files.set('signature.json', Buffer.from(JSON.stringify({ ...signature, publicKey: key })));
    await expect(scene.packs.install(await writePackArchive(files))).rejects.toEqual(refusal('pack-signature'));
    scene.nothingInstalled();
  });

  it('is refused when a file was changed', async () => {
    await expect(scene.packs.install(await scene.changed((files) => files.set('nodes/tidy-text/run.js', Buffer.from('return [];'))))).rejects.toEqual(refusal('pack-tampered'));
    scene.nothingInstalled();
  });

  it('is refused when a file was added', async () => {
    await expect(scene.packs.install(await scene.changed((files) => files.set('nodes/tidy-text/more.js', Buffer.from('1'))))).rejects.toEqual(refusal('pack-extra-file'));
  });

  it('is refused when a file was taken out', async () => {
    await expect(scene.packs.install(await scene.changed((files) => files.delete('nodes/tidy-text/help.md')))).rejects.toEqual(refusal('pack-tampered'));
  });

  it('is refused when the description was changed after signing', async () => {
    await expect(scene.packs.install(await scene.changed((files) => changeManifest(files, (value) => (value['publisher'] = 'Bank of Nowhere'))))).rejects.toEqual(refusal('pack-signature'));
  });

  it.each([['../../evil.sh'], ['/etc/passwd.x'], ['a\\..\\b.js'], ['c:/x.js'], ['nul.txt']])('is refused with the path %j in it, before a byte is written', async (name) => {
    await expect(scene.packs.install(await oddZip(name))).rejects.toEqual(refusal('pack-entry'));
    scene.nothingInstalled();
  });

  it('is refused with a link in it', async () => {
    await expect(scene.packs.install(await oddZip('link.js', { mode: 0o120777 }))).rejects.toEqual(refusal('pack-entry'));
    scene.nothingInstalled();
  });

  it('is refused when it unpacks to more than a pack holds', async () => {
    const zip = new ZipFile();
    zip.addBuffer(Buffer.alloc(41_000_000), 'bomb.js');
    zip.end();
    const parts: Buffer[] = [];
    for await (const part of zip.outputStream) parts.push(part as Buffer);
    await expect(scene.packs.install(Buffer.concat(parts))).rejects.toEqual(refusal('pack-too-large'));
  });

  it('is refused where it is no zip', async () => {
    await expect(readPack(Buffer.from('hello'))).rejects.toEqual(refusal('pack-damaged'));
  });

  it('cannot take the place of a node type that comes with Penstock', async () => {
    const evil = async (node: Record<string, unknown>): Promise<Uint8Array> =>
      scene.changed((files) => changeManifest(files, (value) => (value['nodes'] = [{ ...(value['nodes'] as object[])[0], ...node }])), scene.publisher);
    for (const node of [{ id: '../filter-rows' }, { id: 'filter-rows/x' }, { type: 'transform/filter-rows' }, { category: 'transform/filter-rows' }]) await expect(scene.packs.install(await evil(node))).rejects.toEqual(refusal('pack-manifest'));
    const builtIn = loadCatalogue();
    expect([...builtIn.keys()].filter((type) => type.includes('.'))).toEqual([]);
    for (const type of nodeTypes(await readPack(scene.signed))) expect(builtIn.has(type.definition.type)).toBe(false);
  });

  it('cannot bring a type twice by way of two packs', async () => {
    await pinPack(scene.project, await scene.packs.install(scene.signed));
    const [type] = nodeTypes(await readPack(scene.signed));
    if (type === undefined) throw new Error('no node');
    const found = await withPacks(new Map([[type.definition.type, type]]), scene.project, scene.config);
    expect(found.packs[0]?.problem?.code).toBe('pack-overrides');
  });

  it('has an icon only where it is plain shapes', () => {
    expect(plainIcon(readFileSync(path.join(example, 'nodes/tidy-text/icon.svg'), 'utf8'))).toContain('<path');
    for (const svg of ['<svg onload="alert(1)"></svg>', '<svg><script>alert(1)</script></svg>', '<svg><a href="javascript:alert(1)"><path d="M0 0"/></a></svg>', '<svg><image href="http://x/"/></svg>', '<svg><path d="M0 0" style="fill:url(http://x)"/></svg>', '<svg><foreignObject></foreignObject></svg>', '<svg><path d="M0 0" onclick="x()"/></svg>', '<svg></svg><img src="x">']) expect(plainIcon(svg)).toBe('');
  });
});

describe('keys', () => {
  it('are trusted only with their fingerprint repeated', async () => {
    const key = JSON.parse(scene.stranger.publicJson) as { publisher: string; publicKey: string };
    await expect(scene.packs.keys.trust(key, '')).rejects.toEqual(refusal('pack-key-fingerprint'));
    await expect(scene.packs.keys.trust(key, scene.publisher.fingerprint)).rejects.toEqual(refusal('pack-key-fingerprint'));
    expect(scene.packs.keys.find(scene.stranger.fingerprint)).toBeNull();
    await scene.packs.keys.trust(key, (scene.stranger.fingerprint.match(/.{4}/g) ?? []).join(' ').toUpperCase());
    expect(scene.packs.keys.find(scene.stranger.fingerprint)?.publisher).toBe('Mallory');
  });

  it('that are revoked install and load nothing', async () => {
    await pinPack(scene.project, await scene.packs.install(scene.signed));
    await scene.packs.keys.revoke(scene.publisher.fingerprint.slice(0, 16));
    await expect(scene.packs.install(scene.signed)).rejects.toEqual(refusal('pack-key-revoked'));
    const { catalogue, packs: loaded } = await withPacks(new Map(), scene.project, scene.config);
    expect([...catalogue.keys()]).toEqual([]);
    expect(loaded[0]?.problem?.code).toBe('pack-key-revoked');
  });

  it('of another publisher cannot take over the name of a pack', async () => {
    await scene.packs.install(scene.signed);
    await scene.packs.keys.trust(JSON.parse(scene.stranger.publicJson), scene.stranger.fingerprint);
    await expect(scene.packs.install(await scene.version('2.0.0', scene.stranger))).rejects.toEqual(refusal('pack-other-key'));
    // Also not by way of removing the pack, unless the user says that its key may be forgotten.
    await scene.packs.remove('text-examples', false);
    await expect(scene.packs.install(await scene.version('2.0.0', scene.stranger))).rejects.toEqual(refusal('pack-other-key'));
    await scene.packs.remove('text-examples', true);
    await scene.packs.install(await scene.version('2.0.0', scene.stranger));
    expect(scene.packs.list()).toHaveLength(1);
  });
});

describe('versions', () => {
  it('do not go back unless the user says so', async () => {
    await scene.packs.install(await scene.version('1.10.0'));
    await expect(scene.packs.install(await scene.version('1.9.9'))).rejects.toEqual(refusal('pack-downgrade'));
    await scene.packs.install(await scene.version('1.9.9'), { downgrade: true });
    // The newest ever seen stays what is compared with.
    await expect(scene.packs.install(await scene.version('1.9.8'))).rejects.toEqual(refusal('pack-downgrade'));
    expect(compareVersions('1.10.0', '1.9.9')).toBeGreaterThan(0);
  });

  it('are not replaced by other files of the same version', async () => {
    await scene.packs.install(scene.signed);
    await expect(scene.packs.install(await scene.changed((files) => changeManifest(files, (value) => (value['summary'] = 'Another.')), scene.publisher))).rejects.toEqual(refusal('pack-version-taken'));
  });

  it('for a newer Penstock are refused', async () => {
    await expect(scene.packs.install(await scene.changed((files) => changeManifest(files, (value) => (value['minAppVersion'] = '99.0.0')), scene.publisher))).rejects.toEqual(refusal('pack-app-version'));
  });
});

describe('a project’s packs', () => {
  const problemOf = async (): Promise<string | undefined> => (await withPacks(new Map(), scene.project, scene.config)).packs[0]?.problem?.code;
  const write = (packs: unknown): void => writeFileSync(path.join(scene.project, 'packs.json'), JSON.stringify({ version: 1, packs }));

  it('that are not installed are named with what to do, and nothing is fetched', async () => {
    const pack = await readPack(scene.signed);
    await pinPack(scene.project, pack);
    const { packs: loaded } = await withPacks(new Map(), scene.project, scene.config);
    expect(loaded[0]?.problem).toMatchObject({ code: 'pack-missing', message: 'The pack “text-examples” 1.0.0 is not installed.', remedy: expect.stringContaining(pack.sha256) });
    scene.nothingInstalled();
  });

  it('do not load where the pin was swapped for another installed pack', async () => {
    const pack = await scene.packs.install(scene.signed);
    const other = await scene.packs.install(await scene.changed((files) => changeManifest(files, (value) => Object.assign(value, { name: 'other-pack' })), scene.publisher));
    await pinPack(scene.project, pack);
    const [pin] = readPins(scene.project);
    write([{ ...pin, sha256: other.sha256 }]);
    expect(await problemOf()).toBe('pack-pin');
    write([{ ...pin, key: scene.stranger.fingerprint }]);
    expect(await problemOf()).toBe('pack-pin');
    write([{ ...pin, version: '3.0.0' }]);
    expect(await problemOf()).toBe('pack-pin');
  });

  it('do not load where the installed file was changed afterwards', async () => {
    const pack = await scene.packs.install(scene.signed);
    await pinPack(scene.project, pack);
    const file = path.join(scene.config, 'packs', `${pack.sha256}.pack`);
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(await problemOf()).toBe('pack-tampered');
    // Another pack signed by the same key, put under the pinned name.
    writeFileSync(file, await scene.version('1.0.1'));
    expect(await problemOf()).toBe('pack-tampered');
  });

  it('are read from a file that is checked', async () => {
    const pin = { name: 'text-examples', version: '1.0.0', sha256: 'a'.repeat(64), key: 'b'.repeat(64) };
    for (const bad of [[{ ...pin, sha256: '../../etc/passwd' }], [pin, pin], [{ ...pin, name: '__proto__' }], 'x']) {
      write(bad);
      expect(await problemOf()).toBe('packs-file');
    }
  });
});

it('a manifest may not bring names of the language', () => {
  expect(packManifestSchema.safeParse(JSON.parse('{"__proto__":{"polluted":1}}')).success).toBe(false);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
