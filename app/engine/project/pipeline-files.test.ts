import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { History } from '#app/pipeline/history.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { PipelineFiles } from './pipeline-files.ts';

let root: string;
let files: PipelineFiles;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'penstock-files-'));
  files = new PipelineFiles(root);
});
afterEach(async () => {
  await files.flush();
  rmSync(root, { recursive: true });
});

const node = (id: string): { id: string; type: string; version: number; params: Record<string, unknown> } => ({ id, type: 'a/b', version: 1, params: {} });

async function edited(relative: string, ids: string[]): Promise<History> {
  const opened = await files.open(relative);
  const history = new History(opened.document, opened.history, opened.position, Date.now, opened.forgotten);
  for (const id of ids) {
    history.apply({ type: 'add', nodes: [node(id)] });
    const unsaved = history.unsaved();
    if (unsaved === null) throw new Error('the edit is not recorded');
    await files.append(relative, history.document, unsaved);
    history.markSaved(unsaved);
  }
  return history;
}

describe('PipelineFiles', () => {
  it('creates, lists, renames and removes; equal titles get different files', async () => {
    const first = await files.create('Churn');
    const second = await files.create('Churn');
    expect([first.path, second.path]).toEqual(['pipelines/churn.pipeline.json', 'pipelines/churn-2.pipeline.json']);
    expect(await files.rename(second.path, 'Ärger')).toEqual({ path: 'pipelines/arger.pipeline.json' });
    await files.remove(first.path);
    expect((await files.list()).map(({ path: at, title }) => [at, title])).toEqual([['pipelines/arger.pipeline.json', 'Ärger']]);
    await expect(files.open(first.path)).rejects.toThrow();
  });

  it('brings back edits that were only in the journal when the engine was killed', async () => {
    const { path: relative } = await files.create('Killed');
    const saved = await edited(relative, ['first']);
    await files.flush();
    // From here on the file is not written any more.
    files = new PipelineFiles(root, { mayWrite: () => false });
    const history = await edited(relative, ['a', 'b']);
    await files.flush();
    const file = await readFile(path.join(root, relative), 'utf8');
    expect(parseDocument(file)).toEqual(saved.document);
    const reopened = await new PipelineFiles(root).open(relative);
    expect(reopened.recovered).toBe(true);
    expect(reopened.document).toEqual(history.document);
    expect(reopened.position).toBe(3);
    expect((await new PipelineFiles(root).open(relative)).recovered).toBe(false);
  });

  it('keeps undo across sessions', async () => {
    const { path: relative } = await files.create('Undo');
    await edited(relative, ['a', 'b']);
    await files.flush();
    const again = await new PipelineFiles(root).open(relative);
    const history = new History(again.document, again.history, again.position);
    history.undo();
    expect(history.document.nodes.map(({ id }) => id)).toEqual(['a']);
  });

  it('goes on with a window that counts steps which another window no longer carries', async () => {
    const { path: relative } = await files.create('Many steps');
    const first = await edited(relative, []);
    for (let step = 0; step < 320; step += 1) first.apply({ type: 'set-document', title: `Title ${step}` });
    const append = async (): Promise<void> => {
      const unsaved = first.unsaved();
      if (unsaved === null) throw new Error('the edit is not recorded');
      await files.append(relative, first.document, unsaved);
      first.markSaved(unsaved);
    };
    await append();
    await files.flush();
    // The engine starts anew, and the other window opens the pipeline first; its end keeps the last edit from the file.
    files = new PipelineFiles(root, { mayWrite: () => false });
    expect((await files.open(relative)).forgotten).toBe(20);
    first.apply({ type: 'set-document', title: 'Last' });
    await append();
    await files.flush();
    const recovered = await new PipelineFiles(root).open(relative);
    expect([recovered.recovered, recovered.document.title, recovered.position]).toEqual([true, 'Last', 300]);
  });

  it('leaves a damaged file alone, names the place and offers the last good version', async () => {
    const { path: relative } = await files.create('Torn');
    await edited(relative, ['a']);
    await files.flush();
    const file = path.join(root, relative);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.slice(0, text.length / 2));
    await expect(files.open(relative)).rejects.toMatchObject({ code: 'document-not-json', remedy: expect.stringContaining('torn-recovered.pipeline.json') as unknown });
    expect(await readFile(file, 'utf8')).toBe(text.slice(0, text.length / 2));
    expect((await files.open('pipelines/torn-recovered.pipeline.json')).document.nodes).toHaveLength(1);
  });

  const idsOf = ({ nodes }: PipelineDocument): string[] => nodes.map(({ id }) => id);

  it('lets an older version that was checked out while the project was closed win, and undoes to what was there before', async () => {
    const { path: relative } = await files.create('Git');
    const file = path.join(root, relative);
    await edited(relative, ['a']);
    await files.flush();
    const older = await readFile(file);
    await edited(relative, ['b', 'c']);
    await files.flush();
    await writeFile(file, older);

    files = new PipelineFiles(root);
    const opened = await files.open(relative);
    expect([idsOf(opened.document), opened.recovered]).toEqual([['a'], false]);
    expect(await readFile(file)).toEqual(older);
    const history = new History(opened.document, opened.history, opened.position, Date.now, opened.forgotten);
    expect(history.undoLabel).toBe('Changed outside of Penstock');
    expect(idsOf(history.undo())).toEqual(['a', 'b', 'c']);
    expect(idsOf(history.undo())).toEqual(['a', 'b']);
    history.redo();
    expect(idsOf(history.redo())).toEqual(['a']);
    // It stays so, and editing goes on from there.
    expect(idsOf((await new PipelineFiles(root).open(relative)).document)).toEqual(['a']);
    const next = await edited(relative, ['d']);
    expect(idsOf(next.document)).toEqual(['a', 'd']);
    next.undo();
    expect(idsOf(next.undo())).toEqual(['a', 'b', 'c']);
  });

  it('lets the version that was checked out win where it was saved in the same session as those after it', async () => {
    const { path: relative } = await files.create('One session');
    const file = path.join(root, relative);
    const empty = await readFile(file);
    await edited(relative, ['a', 'b']);
    await files.flush();
    await writeFile(file, empty);
    const opened = await new PipelineFiles(root).open(relative);
    expect([idsOf(opened.document), opened.recovered, opened.position]).toEqual([[], false, 3]);
  });

  it('keeps a version that was checked out after a kill, with the edits that the kill kept from the file one undo away', async () => {
    const { path: relative } = await files.create('Both');
    const file = path.join(root, relative);
    const empty = await readFile(file);
    await edited(relative, ['a']);
    await files.flush();
    const killed = new PipelineFiles(root, { mayWrite: () => false });
    files = killed;
    await edited(relative, ['b']);
    await killed.flush();
    await writeFile(file, empty);
    const opened = await new PipelineFiles(root).open(relative);
    expect(idsOf(opened.document)).toEqual([]);
    expect(idsOf(new History(opened.document, opened.history, opened.position).undo())).toEqual(['a', 'b']);
  });

  it('lets a file that was edited by hand win over the journal, and undoes to what was there before', async () => {
    const { path: relative } = await files.create('By hand');
    await edited(relative, ['a']);
    await files.flush();
    const file = path.join(root, relative);
    await writeFile(file, (await readFile(file, 'utf8')).replace('"By hand"', '"Written by hand"'));
    const opened = await files.open(relative);
    expect([opened.document.title, opened.recovered]).toEqual(['Written by hand', false]);
    const history = new History(opened.document, opened.history, opened.position);
    expect(history.undo().title).toBe('By hand');
    expect(idsOf(history.undo())).toEqual([]);
  });

  it('begins with no history where the journal cannot say what was there before', async () => {
    const { path: relative } = await files.create('Unknown');
    await edited(relative, ['a']);
    await files.flush();
    const file = path.join(root, relative);
    await writeFile(file, (await readFile(file, 'utf8')).replace('"Unknown"', '"Checked out"'));
    for (const name of await readdir(path.join(root, 'journals'))) if (name.endsWith('last-good.json')) await rm(path.join(root, 'journals', name));
    const opened = await files.open(relative);
    expect([opened.document.title, opened.history.length, opened.recovered]).toEqual(['Checked out', 0, false]);
  });

  it.each(['../x.pipeline.json', 'pipelines/x.json'])('refuses %s', async (relative) => {
    await expect(files.open(relative)).rejects.toMatchObject({ code: expect.stringMatching(/path-outside|not-a-pipeline/) as unknown });
  });
});
