import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { History } from '#app/pipeline/history.ts';
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
    const file = path.join(root, relative);
    const before = await readFile(file);
    const history = await edited(relative, ['a', 'b']);
    await files.flush();
    await writeFile(file, before);
    const reopened = await new PipelineFiles(root).open(relative);
    expect(reopened.recovered).toBe(true);
    expect(reopened.document).toEqual(history.document);
    expect(reopened.position).toBe(2);
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
    const file = path.join(root, relative);
    const before = await readFile(file);
    // The engine starts anew, and the other window opens the pipeline first.
    files = new PipelineFiles(root);
    expect((await files.open(relative)).forgotten).toBe(20);
    first.apply({ type: 'set-document', title: 'Last' });
    await append();
    await files.flush();
    await writeFile(file, before);
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

  it('lets a file changed by something else win over the journal', async () => {
    const { path: relative } = await files.create('Git');
    await edited(relative, ['a']);
    await files.flush();
    const file = path.join(root, relative);
    await writeFile(file, (await readFile(file, 'utf8')).replace('"Git"', '"Checked out"'));
    const opened = await files.open(relative);
    expect([opened.document.title, opened.history.length, opened.recovered]).toEqual(['Checked out', 0, false]);
  });

  it.each(['../x.pipeline.json', 'pipelines/x.json'])('refuses %s', async (relative) => {
    await expect(files.open(relative)).rejects.toMatchObject({ code: expect.stringMatching(/path-outside|not-a-pipeline/) as unknown });
  });
});
