import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { localCaller, type Caller } from '#app/access/caller.ts';
import { permissionsOf } from '#app/access/roles.ts';
import { loadCatalogue } from '../catalogue.ts';
import { Engine } from '../engine.ts';
import { createRouter } from '../router.ts';
import { fixtureDocument, testEngineOf, valuesNode } from '../testing.ts';
import type { TrustMode } from '../trust/index.ts';
import { buildPack, signPack } from './build.ts';
import { readPack } from './format.ts';
import { pinPack, readPins } from './installed.ts';
import { example, packScene, root } from './testing.ts';

const scene = packScene();

describe('a pipeline with a node of a pack', () => {
  const nodes = [
    { id: 'rows', type: 'test/values', params: { columns: [{ name: 'city', type: 'string' }, { name: 'n', type: 'integer' }], rows: [['  Oslo  ', 1], ['New   York', 2], [null, 3], ['Rome', 4]] } },
    { id: 'tidy', type: 'transform/text-examples.tidy-text', params: { column: 'city', letters: 'upper' } },
  ];
  const edges: [string, string][] = [['rows.table', 'tidy.table']];

  async function open(trust: TrustMode = 'given'): Promise<ReturnType<typeof testEngineOf>> {
    const catalogue = new Map([...loadCatalogue(), [valuesNode.definition.type, valuesNode]]);
    return testEngineOf(await Engine.open({ projectDir: scene.project, configDir: scene.config, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist'), catalogue, trust }), scene.project, []);
  }

  it('runs from source to rows: built, signed, installed, run', async () => {
    await pinPack(scene.project, await scene.packs.install(scene.signed));
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
    await pinPack(scene.project, await readPack(scene.signed));
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
    mkdirSync(path.join(scene.project, 'pipelines'));
    await pinPack(scene.project, await scene.packs.install(scene.signed));
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
    const folder = scene.place('broken');
    cpSync(example, folder, { recursive: true });
    writeFileSync(path.join(folder, 'nodes/tidy-text/run.js'), 'throw new Error("no such thing");');
    await pinPack(scene.project, await scene.packs.install(await signPack((await buildPack(folder)).bytes, scene.publisher.privatePem)));
    const opened = await open();
    try {
      const { nodes: states } = await opened.run(fixtureDocument({ nodes, edges }, opened.engine.catalogue));
      expect(states['tidy']?.diagnostics).toEqual([expect.objectContaining({ code: 'script-error', message: expect.stringContaining('no such thing'), remedy: expect.stringContaining('“text-examples”'), place: { nodeId: 'tidy' } })]);
    } finally {
      await opened.engine.close();
    }
  });

  it('runs no code of a pack to open it, and none of it in the engine’s process', async () => {
    const mark = scene.place('ran');
    const code = `globalThis.escaped = true; try { process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(mark)}, 'x'); } catch {} return { city: ['' + typeof process + typeof require + typeof fetch] };`;
    const folder = scene.place('evil');
    cpSync(example, folder, { recursive: true });
    writeFileSync(path.join(folder, 'nodes/tidy-text/run.js'), code);
    const file = path.join(folder, 'nodes/tidy-text/node.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"output": .*\n/, '"output": { "columns": "run" },\n'));
    await pinPack(scene.project, await scene.packs.install(await signPack((await buildPack(folder)).bytes, scene.publisher.privatePem)));
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
    const engine = await Engine.open({ projectDir: scene.project, configDir: scene.config, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist') });
    const client = createRouterClient(createRouter(engine), { context: { caller: () => caller } });
    return { ask: (name, input) => (client.packs[name] as (given: unknown) => Promise<unknown>)(input), close: () => engine.close() };
  };
  const content = (bytes: Uint8Array): Blob => new Blob([bytes as Uint8Array<ArrayBuffer>]);

  it('are shown before they are installed, and installed only with the key’s fingerprint said', async () => {
    const { ask, close } = await asked(localCaller);
    try {
      const strange = content(await scene.changed(() => undefined, scene.stranger));
      expect(await ask('inspect', { content: strange })).toMatchObject({ key: 'unknown', facts: { fingerprint: scene.stranger.fingerprint, nodes: [{ title: 'Tidy Text' }] } });
      await expect(ask('install', { content: strange, trust: null })).rejects.toMatchObject({ data: { code: 'pack-key-unknown' } });
      await expect(ask('install', { content: strange, trust: scene.publisher.fingerprint })).rejects.toMatchObject({ data: { code: 'pack-key-fingerprint' } });
      scene.nothingInstalled();
      await ask('install', { content: content(scene.signed), trust: null });
      expect(await ask('list')).toMatchObject({ project: [], installed: [{ name: 'text-examples', named: true, publisher: 'Ann' }], keys: [{ revoked: false }] });
      await ask('revokeKey', { fingerprint: scene.publisher.fingerprint });
      expect(await ask('inspect', { content: content(scene.signed) })).toMatchObject({ key: 'revoked' });
      await ask('remove', { name: 'text-examples' });
      expect(readPins(scene.project)).toEqual([]);
    } finally {
      await close();
    }
  });

  it('are not for people on a server, whatever their role: keys there are those of whoever runs it', async () => {
    const admin: Caller = { kind: 'account', accountId: '1', name: 'ada', role: 'admin', permissions: permissionsOf('admin'), via: { kind: 'session', id: '1' }, actor: 'account:ada' };
    const { ask, close } = await asked(admin);
    try {
      for (const [name, input] of [['inspect', { content: content(scene.signed) }], ['install', { content: content(scene.signed), trust: scene.publisher.fingerprint }], ['remove', { name: 'text-examples' }], ['revokeKey', { fingerprint: scene.publisher.fingerprint }]] as const) await expect(ask(name, input), name).rejects.toMatchObject({ data: { code: 'packs-elsewhere' } });
      scene.nothingInstalled();
      expect(scene.packs.keys.find(scene.publisher.fingerprint)?.revokedAt).toBeNull();
    } finally {
      await close();
    }
  });
});
