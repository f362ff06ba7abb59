import { createRouterClient, type RouterClient } from '@orpc/server';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localContext } from '#app/access/caller.ts';
import { emptyDocument } from '#app/pipeline/document.ts';
import { createRouter, type EngineRouter } from './router.ts';
import { openTestEngine, type TestEngine } from './testing.ts';

/** What a client may send where an id, a name or a path within the project is asked for. */
const hostile = ['../../secret', '../secret.pipeline.json', '..\\..\\secret', '/etc/passwd', 'C:\\Windows\\win.ini', 'a/../../../secret', '%2e%2e%2fsecret', 'pipelines/../../secret.pipeline.json', '\0', 'x\0.pipeline.json', '__proto__', 'constructor', 'toString', 'con', '', '.', 'file:///etc/passwd', "'; drop table runs; --", '<script>alert(1)</script>'];

const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-ids-'));
const projectDir = path.join(root, 'a', 'b', 'project');
let opened: TestEngine;
let client: RouterClient<EngineRouter>;
beforeAll(async () => {
  mkdirSync(projectDir, { recursive: true });
  for (const folder of [root, path.join(root, 'a'), path.join(root, 'a', 'b')]) for (const name of ['secret', 'secret.pipeline.json', 'secret.report.json']) writeFileSync(path.join(folder, name), 'SECRET');
  opened = await openTestEngine({ projectDir });
  client = createRouterClient(createRouter(opened.engine), { context: localContext });
});
afterAll(async () => {
  await opened.engine.close();
  rmSync(root, { recursive: true, force: true });
});

/** The answer or the error as JSON; nothing but a diagnostic may come out of an error. */
async function ask(work: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify((await work()) ?? null);
  } catch (error) {
    const { data, message } = error as { data?: unknown; message?: string };
    return JSON.stringify({ failed: true, message, data });
  }
}

/** Bytes of every file around the project. */
const around = (): string[] => [root, path.join(root, 'a'), path.join(root, 'a', 'b')].flatMap((folder) => ['secret', 'secret.pipeline.json', 'secret.report.json'].map((name) => (existsSync(path.join(folder, name)) ? readFileSync(path.join(folder, name), 'utf8') : 'GONE')));

describe('ids, names and paths from a client', () => {
  it('that are good are answered', async () => {
    const { path: made } = JSON.parse(await ask(() => client.pipeline.create({ title: 'Mine' }))) as { path: string };
    expect(await ask(() => client.pipeline.open({ path: made }))).toContain('"title":"Mine"');
    expect(JSON.parse(await ask(() => client.files.list({ folder: '' })))).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'pipelines' })]));
  });

  it.each<[string, (text: string) => Promise<unknown>]>([
    ['pipelines to open', (path) => client.pipeline.open({ path })],
    ['pipelines to remove', (path) => client.pipeline.remove({ path })],
    ['pipelines to rename', (path) => client.pipeline.rename({ path, title: 'x' })],
    ['reports to open', (path) => client.reports.open({ path })],
    ['reports to remove', (path) => client.reports.remove({ path })],
    ['components', (id) => client.components.remove({ id })],
    ['trash', (trashed) => client.trash.restore({ trashed })],
    ['trash to delete for good', (trashed) => client.trash.remove({ trashed })],
    ['folders to list', (folder) => client.files.list({ folder })],
    ['uploads', (name) => client.files.upload({ name, content: new Blob(['EVIL']) })],
  ])('lead nowhere out of the project: %s', async (_, asking) => {
    for (const text of hostile) {
      const answer = await ask(() => asking(text));
      expect(answer, text).not.toContain('open to nobody');
      expect(answer, text).not.toContain('SECRET');
      expect(answer, text).not.toContain('root:');
      // A stack or a place in our own files is never told.
      expect(answer, text).not.toMatch(/\bat \w+ \(|node_modules|app\/engine/);
    }
    expect(around()).toEqual(Array.from({ length: 9 }, () => 'SECRET'));
  });

  it('of runs find a run or nothing', async () => {
    for (const text of hostile) expect(JSON.parse(await ask(() => client.run.get({ runId: text }))), text).toMatchObject({ failed: true });
    expect(opened.engine.store.records.list({ limit: 10 })).toEqual([]);
  });

  it('of artifacts are hashes', () => {
    for (const text of hostile) expect(() => opened.engine.store.artifacts.path(text), text).toThrow(/not the id of an artifact/);
  });

  it('of models are plain: no version, alias or path hides in a name', () => {
    for (const name of [...hostile, 'churn@3', 'churn@production', 'a/b', 'a\nb', 'churn ', ' churn', 'chürn', 'churn\u202e', 'x'.repeat(64)].filter((text) => !['__proto__', 'constructor', 'toString', 'con'].includes(text))) {
      expect(() => opened.engine.store.models.register(name, {} as never, {} as never), JSON.stringify(name)).toThrow(/cannot be the name of a model/);
    }
    expect(opened.engine.store.models.list()).toEqual([]);
  });

  it('in a document become no property of every object', async () => {
    const document = { ...emptyDocument('x', 'X'), nodes: [{ id: 'constructor', type: '__proto__', version: 1, params: JSON.parse('{"constructor":{"prototype":{"polluted":1}}}') as Record<string, unknown> }], edges: [{ id: 'toString', from: { node: 'constructor', port: '__proto__' }, to: { node: 'constructor', port: 'hasOwnProperty' } }] };
    expect(await ask(() => client.pipeline.configure({ document: document as never }))).not.toContain('open to nobody');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
