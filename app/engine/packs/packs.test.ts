import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { createRouterClient } from '@orpc/server';
import { localCaller, type Caller } from '#app/access/caller.ts';
import { permissionsOf } from '#app/access/roles.ts';
import { loadCatalogue } from '../catalogue.ts';
import { Engine } from '../engine.ts';
import { createRouter } from '../router.ts';
import type { TrustMode } from '../trust/index.ts';
import { fixtureDocument, testEngineOf, valuesNode } from '../testing.ts';
import { readPackArchive, writePackArchive } from './archive.ts';
import { buildPack, newPackKey, newPackSource, signPack } from './build.ts';
import { compareVersions, packManifestSchema, readPack, sha256 } from './format.ts';
import { InstalledPacks, pinPack, readPins } from './installed.ts';
import { nodeTypes, plainIcon, withPacks } from './load.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const example = path.join(root, 'docs/examples/text-pack');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'penstock-packs-'));
const publisher = newPackKey('Ann');
const stranger = newPackKey('Mallory');
let signed: Uint8Array;
let config: string;
let project: string;
let packs: InstalledPacks;
let count = 0;

beforeAll(async () => {
  signed = await signPack((await buildPack(example)).bytes, publisher.privatePem);
});
beforeEach(async () => {
  count += 1;
  config = path.join(scratch, `config-${count}`);
  project = path.join(scratch, `project-${count}`);
  mkdirSync(project);
  packs = new InstalledPacks(config);
  await packs.keys.trust(JSON.parse(publisher.publicJson), publisher.fingerprint);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The pack with its files changed, and perhaps signed again. */
async function changed(change: (files: Map<string, Uint8Array>) => void, key?: { readonly privatePem: string }): Promise<Uint8Array> {
  const files = await readPackArchive(signed);
  change(files);
  const bytes = await writePackArchive(files);
  return key === undefined ? bytes : signPack(bytes, key.privatePem);
}

/** The manifest of the pack, changed. */
function manifest(files: Map<string, Uint8Array>, change: (manifest: Record<string, unknown>) => void): void {
  const value = JSON.parse(Buffer.from(files.get('pack.json') ?? []).toString()) as Record<string, unknown>;
  change(value);
  files.set('pack.json', Buffer.from(JSON.stringify(value)));
}

async function version(number: string, key = publisher): Promise<Uint8Array> {
  return changed((files) => manifest(files, (value) => (value['version'] = number)), key);
}

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
const nothingInstalled = (): void => {
  expect(packs.list()).toEqual([]);
  expect(existsSync(path.join(config, 'packs')) ? readdirSync(path.join(config, 'packs')).filter((name) => name.endsWith('.pack')) : []).toEqual([]);
};

describe('a pack', () => {
  it('is built the same from the same sources', async () => {
    expect(sha256((await buildPack(example)).bytes)).toBe(sha256((await buildPack(example)).bytes));
  });

  it('that “penstock pack new” writes can be built, signed and installed', async () => {
    const folder = path.join(scratch, `new-${count}`);
    await newPackSource(folder, 'my-pack');
    await packs.install(await signPack((await buildPack(folder)).bytes, publisher.privatePem));
    expect(packs.list().map(({ name }) => name)).toEqual(['my-pack']);
    await expect(newPackSource(folder, 'my-pack')).rejects.toEqual(refusal('folder-not-empty'));
  });

  it('is refused unsigned', async () => {
    await expect(packs.install((await buildPack(example)).bytes)).rejects.toEqual(refusal('pack-unsigned'));
    nothingInstalled();
  });

  it('is refused when a key signed it that the user does not trust', async () => {
    await expect(packs.install(await changed(() => undefined, stranger))).rejects.toEqual(refusal('pack-key-unknown'));
    nothingInstalled();
  });

  it('is refused when the signature of another pack was put in', async () => {
    const other = await readPackArchive(await version('9.9.9'));
    await expect(packs.install(await changed((files) => files.set('signature.json', other.get('signature.json') ?? new Uint8Array())))).rejects.toEqual(refusal('pack-signature'));
  });

  it('is refused when the key in the signature was replaced by a trusted one', async () => {
    const key = (JSON.parse(publisher.publicJson) as { publicKey: string }).publicKey;
    const forged = await changed(() => undefined, stranger);
    const files = await readPackArchive(forged);
    const signature = JSON.parse(Buffer.from(files.get('signature.json') ?? []).toString()) as Record<string, unknown>;
    files.set('signature.json', Buffer.from(JSON.stringify({ ...signature, publicKey: key })));
    await expect(packs.install(await writePackArchive(files))).rejects.toEqual(refusal('pack-signature'));
    nothingInstalled();
  });

  it('is refused when a file was changed', async () => {
    await expect(packs.install(await changed((files) => files.set('nodes/tidy-text/run.js', Buffer.from('return [];'))))).rejects.toEqual(refusal('pack-tampered'));
    nothingInstalled();
  });

  it('is refused when a file was added', async () => {
    await expect(packs.install(await changed((files) => files.set('nodes/tidy-text/more.js', Buffer.from('1'))))).rejects.toEqual(refusal('pack-extra-file'));
  });

  it('is refused when a file was taken out', async () => {
    await expect(packs.install(await changed((files) => files.delete('nodes/tidy-text/help.md')))).rejects.toEqual(refusal('pack-tampered'));
  });

  it('is refused when the description was changed after signing', async () => {
    await expect(packs.install(await changed((files) => manifest(files, (value) => (value['publisher'] = 'Bank of Nowhere'))))).rejects.toEqual(refusal('pack-signature'));
  });

  it.each([['../../evil.sh'], ['/etc/passwd.x'], ['a\\..\\b.js'], ['c:/x.js'], ['nul.txt']])('is refused with the path %j in it, before a byte is written', async (name) => {
    await expect(packs.install(await oddZip(name))).rejects.toEqual(refusal('pack-entry'));
    nothingInstalled();
  });

  it('is refused with a link in it', async () => {
    await expect(packs.install(await oddZip('link.js', { mode: 0o120777 }))).rejects.toEqual(refusal('pack-entry'));
    nothingInstalled();
  });

  it('is refused when it unpacks to more than a pack holds', async () => {
    const zip = new ZipFile();
    zip.addBuffer(Buffer.alloc(41_000_000), 'bomb.js');
    zip.end();
    const parts: Buffer[] = [];
    for await (const part of zip.outputStream) parts.push(part as Buffer);
    await expect(packs.install(Buffer.concat(parts))).rejects.toEqual(refusal('pack-too-large'));
  });

  it('is refused where it is no zip', async () => {
    await expect(readPack(Buffer.from('hello'))).rejects.toEqual(refusal('pack-damaged'));
  });

  it('cannot take the place of a node type that comes with Penstock', async () => {
    const evil = async (node: Record<string, unknown>): Promise<Uint8Array> =>
      changed((files) => manifest(files, (value) => (value['nodes'] = [{ ...(value['nodes'] as object[])[0], ...node }])), publisher);
    for (const node of [{ id: '../filter-rows' }, { id: 'filter-rows/x' }, { type: 'transform/filter-rows' }, { category: 'transform/filter-rows' }]) await expect(packs.install(await evil(node))).rejects.toEqual(refusal('pack-manifest'));
    const builtIn = loadCatalogue();
    expect([...builtIn.keys()].filter((type) => type.includes('.'))).toEqual([]);
    for (const type of nodeTypes(await readPack(signed))) expect(builtIn.has(type.definition.type)).toBe(false);
  });

  it('cannot bring a type twice by way of two packs', async () => {
    await pinPack(project, await packs.install(signed));
    const [type] = nodeTypes(await readPack(signed));
    if (type === undefined) throw new Error('no node');
    const found = await withPacks(new Map([[type.definition.type, type]]), project, config);
    expect(found.packs[0]?.problem?.code).toBe('pack-overrides');
  });

  it('has an icon only where it is plain shapes', () => {
    expect(plainIcon(readFileSync(path.join(example, 'nodes/tidy-text/icon.svg'), 'utf8'))).toContain('<path');
    for (const svg of ['<svg onload="alert(1)"></svg>', '<svg><script>alert(1)</script></svg>', '<svg><a href="javascript:alert(1)"><path d="M0 0"/></a></svg>', '<svg><image href="http://x/"/></svg>', '<svg><path d="M0 0" style="fill:url(http://x)"/></svg>', '<svg><foreignObject></foreignObject></svg>', '<svg><path d="M0 0" onclick="x()"/></svg>', '<svg></svg><img src="x">']) expect(plainIcon(svg)).toBe('');
  });
});

describe('keys', () => {
  it('are trusted only with their fingerprint repeated', async () => {
    const key = JSON.parse(stranger.publicJson) as { publisher: string; publicKey: string };
    await expect(packs.keys.trust(key, '')).rejects.toEqual(refusal('pack-key-fingerprint'));
    await expect(packs.keys.trust(key, publisher.fingerprint)).rejects.toEqual(refusal('pack-key-fingerprint'));
    expect(packs.keys.find(stranger.fingerprint)).toBeNull();
    await packs.keys.trust(key, (stranger.fingerprint.match(/.{4}/g) ?? []).join(' ').toUpperCase());
    expect(packs.keys.find(stranger.fingerprint)?.publisher).toBe('Mallory');
  });

  it('that are revoked install and load nothing', async () => {
    await pinPack(project, await packs.install(signed));
    await packs.keys.revoke(publisher.fingerprint.slice(0, 16));
    await expect(packs.install(signed)).rejects.toEqual(refusal('pack-key-revoked'));
    const { catalogue, packs: loaded } = await withPacks(new Map(), project, config);
    expect([...catalogue.keys()]).toEqual([]);
    expect(loaded[0]?.problem?.code).toBe('pack-key-revoked');
  });

  it('of another publisher cannot take over the name of a pack', async () => {
    await packs.install(signed);
    await packs.keys.trust(JSON.parse(stranger.publicJson), stranger.fingerprint);
    await expect(packs.install(await version('2.0.0', stranger))).rejects.toEqual(refusal('pack-other-key'));
    // Also not by way of removing the pack, unless the user says that its key may be forgotten.
    await packs.remove('text-examples', false);
    await expect(packs.install(await version('2.0.0', stranger))).rejects.toEqual(refusal('pack-other-key'));
    await packs.remove('text-examples', true);
    await packs.install(await version('2.0.0', stranger));
    expect(packs.list()).toHaveLength(1);
  });
});

describe('versions', () => {
  it('do not go back unless the user says so', async () => {
    await packs.install(await version('1.10.0'));
    await expect(packs.install(await version('1.9.9'))).rejects.toEqual(refusal('pack-downgrade'));
    await packs.install(await version('1.9.9'), { downgrade: true });
    // The newest ever seen stays what is compared with.
    await expect(packs.install(await version('1.9.8'))).rejects.toEqual(refusal('pack-downgrade'));
    expect(compareVersions('1.10.0', '1.9.9')).toBeGreaterThan(0);
  });

  it('are not replaced by other files of the same version', async () => {
    await packs.install(signed);
    await expect(packs.install(await changed((files) => manifest(files, (value) => (value['summary'] = 'Another.')), publisher))).rejects.toEqual(refusal('pack-version-taken'));
  });

  it('for a newer Penstock are refused', async () => {
    await expect(packs.install(await changed((files) => manifest(files, (value) => (value['minAppVersion'] = '99.0.0')), publisher))).rejects.toEqual(refusal('pack-app-version'));
  });
});

describe('a project’s packs', () => {
  const problemOf = async (): Promise<string | undefined> => (await withPacks(new Map(), project, config)).packs[0]?.problem?.code;
  const write = (packs: unknown): void => writeFileSync(path.join(project, 'packs.json'), JSON.stringify({ version: 1, packs }));

  it('that are not installed are named with what to do, and nothing is fetched', async () => {
    const pack = await readPack(signed);
    await pinPack(project, pack);
    const { packs: loaded } = await withPacks(new Map(), project, config);
    expect(loaded[0]?.problem).toMatchObject({ code: 'pack-missing', message: 'The pack “text-examples” 1.0.0 is not installed.', remedy: expect.stringContaining(pack.sha256) });
    nothingInstalled();
  });

  it('do not load where the pin was swapped for another installed pack', async () => {
    const pack = await packs.install(signed);
    const other = await packs.install(await changed((files) => manifest(files, (value) => Object.assign(value, { name: 'other-pack' })), publisher));
    await pinPack(project, pack);
    const [pin] = readPins(project);
    write([{ ...pin, sha256: other.sha256 }]);
    expect(await problemOf()).toBe('pack-pin');
    write([{ ...pin, key: stranger.fingerprint }]);
    expect(await problemOf()).toBe('pack-pin');
    write([{ ...pin, version: '3.0.0' }]);
    expect(await problemOf()).toBe('pack-pin');
  });

  it('do not load where the installed file was changed afterwards', async () => {
    const pack = await packs.install(signed);
    await pinPack(project, pack);
    const file = path.join(config, 'packs', `${pack.sha256}.pack`);
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(await problemOf()).toBe('pack-tampered');
    // Another pack signed by the same key, put under the pinned name.
    writeFileSync(file, await version('1.0.1'));
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

describe('a pipeline with a node of a pack', () => {
  const nodes = [
    { id: 'rows', type: 'test/values', params: { columns: [{ name: 'city', type: 'string' }, { name: 'n', type: 'integer' }], rows: [['  Oslo  ', 1], ['New   York', 2], [null, 3], ['Rome', 4]] } },
    { id: 'tidy', type: 'transform/text-examples.tidy-text', params: { column: 'city', letters: 'upper' } },
  ];
  const edges: [string, string][] = [['rows.table', 'tidy.table']];

  async function open(trust: TrustMode = 'given'): Promise<ReturnType<typeof testEngineOf>> {
    const catalogue = new Map([...loadCatalogue(), [valuesNode.definition.type, valuesNode]]);
    return testEngineOf(await Engine.open({ projectDir: project, configDir: config, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist'), catalogue, trust }), project, []);
  }

  it('runs from source to rows: built, signed, installed, run', async () => {
    await pinPack(project, await packs.install(signed));
    const opened = await open();
    try {
      const document = fixtureDocument({ nodes, edges }, opened.engine.catalogue);
      const { status, nodes: states } = await opened.run(document);
      expect(status, JSON.stringify(states)).toBe('succeeded');
      const { schema, rows } = await opened.table(document, 'tidy', 'table');
      expect(schema).toEqual([{ name: 'city', type: 'string' }, { name: 'n', type: 'integer' }, { name: 'changed', type: 'boolean' }]);
      expect(rows.map(([city, n, isChanged]) => [city, Number(n), isChanged])).toEqual([['OSLO', 1, true], ['NEW YORK', 2, true], [null, 3, false], ['ROME', 4, true]]);
    } finally {
      await opened.engine.close();
    }
  });

  it('is kept and greyed without the pack, saying which one and how to install it', async () => {
    await pinPack(project, await readPack(signed));
    const opened = await open();
    try {
      const document = fixtureDocument({ nodes, edges }, opened.engine.catalogue);
      const { configurations } = await opened.engine.analyser.analyse(document, new AbortController().signal);
      expect(configurations['tidy']?.diagnostics).toEqual([expect.objectContaining({ code: 'pack-missing', message: expect.stringContaining('text-examples'), remedy: expect.stringContaining('penstock pack install') })]);
    } finally {
      await opened.engine.close();
    }
  });

  it('does not run in a project from elsewhere until the user trusts the project, too', async () => {
    mkdirSync(path.join(project, 'pipelines'));
    await pinPack(project, await packs.install(signed));
    const opened = await open('ask');
    try {
      const document = fixtureDocument({ nodes, edges }, opened.engine.catalogue);
      const { nodes: states } = await opened.run(document);
      expect(states['tidy']?.status).not.toBe('succeeded');
      const { configurations } = await opened.engine.analyser.analyse(document, new AbortController().signal);
      expect(configurations['tidy']?.diagnostics.map(({ code }) => code)).toContain('project-restricted');
    } finally {
      await opened.engine.close();
    }
  });

  it('says of a mistake in the code whose it is', async () => {
    const folder = path.join(scratch, `broken-${count}`);
    cpSync(example, folder, { recursive: true });
    writeFileSync(path.join(folder, 'nodes/tidy-text/run.js'), 'throw new Error("no such thing");');
    await pinPack(project, await packs.install(await signPack((await buildPack(folder)).bytes, publisher.privatePem)));
    const opened = await open();
    try {
      const { nodes: states } = await opened.run(fixtureDocument({ nodes, edges }, opened.engine.catalogue));
      expect(states['tidy']?.diagnostics).toEqual([expect.objectContaining({ code: 'script-error', message: expect.stringContaining('no such thing'), remedy: expect.stringContaining('“text-examples”'), place: { nodeId: 'tidy' } })]);
    } finally {
      await opened.engine.close();
    }
  });

  it('runs no code of a pack to open it, and none of it in the engine’s process', async () => {
    const mark = path.join(scratch, `ran-${count}`);
    const code = `globalThis.escaped = true; try { process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(mark)}, 'x'); } catch {} return { city: ['' + typeof process + typeof require + typeof fetch] };`;
    const folder = path.join(scratch, `evil-${count}`);
    cpSync(example, folder, { recursive: true });
    writeFileSync(path.join(folder, 'nodes/tidy-text/run.js'), code);
    const file = path.join(folder, 'nodes/tidy-text/node.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"output": .*\n/, '"output": { "columns": "run" },\n'));
    await pinPack(project, await packs.install(await signPack((await buildPack(folder)).bytes, publisher.privatePem)));
    const opened = await open();
    try {
      expect(Reflect.get(globalThis, 'escaped')).toBeUndefined();
      const document = fixtureDocument({ nodes, edges }, opened.engine.catalogue);
      const { status, nodes: states } = await opened.run(document);
      expect(status, JSON.stringify(states)).toBe('succeeded');
      expect((await opened.table(document, 'tidy', 'table')).rows).toEqual([['undefinedundefinedundefined']]);
      expect(Reflect.get(globalThis, 'escaped')).toBeUndefined();
      expect(existsSync(mark)).toBe(false);
    } finally {
      await opened.engine.close();
    }
  });
});

describe('packs by way of the window', () => {
  const asked = async (caller: Caller): Promise<{ ask(name: 'list' | 'inspect' | 'install' | 'remove' | 'revokeKey', input?: unknown): Promise<unknown>; close(): Promise<void> }> => {
    const engine = await Engine.open({ projectDir: project, configDir: config, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist') });
    const client = createRouterClient(createRouter(engine), { context: { caller: () => caller } });
    return { ask: (name, input) => (client.packs[name] as (given: unknown) => Promise<unknown>)(input), close: () => engine.close() };
  };
  const content = (bytes: Uint8Array): Blob => new Blob([bytes as Uint8Array<ArrayBuffer>]);

  it('are shown before they are installed, and installed only with the key’s fingerprint said', async () => {
    const { ask, close } = await asked(localCaller);
    try {
      const strange = content(await changed(() => undefined, stranger));
      expect(await ask('inspect', { content: strange })).toMatchObject({ key: 'unknown', facts: { fingerprint: stranger.fingerprint, nodes: [{ title: 'Tidy Text' }] } });
      await expect(ask('install', { content: strange, trust: null })).rejects.toMatchObject({ data: { code: 'pack-key-unknown' } });
      await expect(ask('install', { content: strange, trust: publisher.fingerprint })).rejects.toMatchObject({ data: { code: 'pack-key-fingerprint' } });
      nothingInstalled();
      await ask('install', { content: content(signed), trust: null });
      expect(await ask('list')).toMatchObject({ project: [], installed: [{ name: 'text-examples', named: true, publisher: 'Ann' }], keys: [{ revoked: false }] });
      await ask('revokeKey', { fingerprint: publisher.fingerprint });
      expect(await ask('inspect', { content: content(signed) })).toMatchObject({ key: 'revoked' });
      await ask('remove', { name: 'text-examples' });
      expect(readPins(project)).toEqual([]);
    } finally {
      await close();
    }
  });

  it('are not for people on a server, whatever their role: keys there are those of whoever runs it', async () => {
    const admin: Caller = { kind: 'account', accountId: '1', name: 'ada', role: 'admin', permissions: permissionsOf('admin'), via: { kind: 'session', id: '1' }, actor: 'account:ada' };
    const { ask, close } = await asked(admin);
    try {
      for (const [name, input] of [['inspect', { content: content(signed) }], ['install', { content: content(signed), trust: publisher.fingerprint }], ['remove', { name: 'text-examples' }], ['revokeKey', { fingerprint: publisher.fingerprint }]] as const) await expect(ask(name, input), name).rejects.toMatchObject({ data: { code: 'packs-elsewhere' } });
      nothingInstalled();
      expect(packs.keys.find(publisher.fingerprint)?.revokedAt).toBeNull();
    } finally {
      await close();
    }
  });
});

it('a manifest may not bring names of the language', () => {
  expect(packManifestSchema.safeParse(JSON.parse('{"__proto__":{"polluted":1}}')).success).toBe(false);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
