import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { History } from '#app/pipeline/history.ts';
import { subflowType } from '#app/pipeline/subflow/index.ts';
import { ReportHistory } from '#app/reports/report-history.ts';
import { lockVault, unlockVault } from '#app/sealing/vault.ts';
import { ReportFiles } from '../reports/report-files.ts';
import { ComponentFiles } from './component-files.ts';
import { PipelineFiles } from './pipeline-files.ts';
import { Trash } from './trash.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'penstock-trash-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function editedPipeline(files: PipelineFiles, title: string): Promise<string> {
  const { path: relative } = await files.create('Churn');
  const { document } = await files.open(relative);
  const history = new History(document);
  history.apply({ type: 'set-document', title });
  const unsaved = history.unsaved();
  if (unsaved === null) throw new Error('the edit is not recorded');
  await files.append(relative, history.document, unsaved);
  return relative;
}

describe('what was deleted', () => {
  it('of pipelines comes back with its undo steps and its history, after a restart as well', async () => {
    const files = new PipelineFiles(root);
    const relative = await editedPipeline(files, 'Churn of customers');
    const { trashed } = await files.remove(relative);
    expect(await readdir(path.join(root, 'journals'))).toEqual([]);
    expect(await new Trash(root).list()).toEqual([{ trashed, kind: 'pipeline', title: 'Churn of customers', at: expect.any(Number) as number }]);
    const again = new PipelineFiles(root);
    expect(await again.restore(trashed)).toEqual({ path: relative });
    const opened = await again.open(relative);
    const history = new History(opened.document, opened.history, opened.position, Date.now, opened.forgotten);
    expect(history.document.title).toBe('Churn of customers');
    expect(history.undo().title).toBe('Churn');
    expect((await again.moments(relative)).length).toBeGreaterThan(1);
    expect(await new Trash(root).list()).toEqual([]);
    await again.flush();
  });

  it('takes another name where its own has been given away, and is brought back once', async () => {
    const files = new PipelineFiles(root);
    const { trashed } = await files.remove(await editedPipeline(files, 'First'));
    await editedPipeline(files, 'Second');
    expect(await files.restore(trashed)).toEqual({ path: 'pipelines/churn-2.pipeline.json' });
    await files.flush();
    expect((await files.list()).map(({ title }) => title).toSorted()).toEqual(['First', 'Second']);
    await expect(files.restore(trashed)).rejects.toMatchObject({ code: 'not-in-trash' });
    await files.flush();
  });

  it('keeps both of two of one name that are brought back at once', async () => {
    const files = new PipelineFiles(root);
    const first = await files.remove(await editedPipeline(files, 'First'));
    const second = await files.remove(await editedPipeline(files, 'Second'));
    const back = await Promise.all([files.restore(first.trashed), files.restore(second.trashed)]);
    expect(back.map((one) => one.path)).toEqual(['pipelines/churn.pipeline.json', 'pipelines/churn-2.pipeline.json']);
    expect((await files.list()).map(({ title }) => title).toSorted()).toEqual(['First', 'Second']);
    await files.flush();
  });

  it('of reports comes back with its undo steps, of components as it was', async () => {
    const reports = new ReportFiles(root);
    const { path: at } = await reports.create('Weekly');
    const { report, version, ...earlier } = await reports.open(at);
    const history = new ReportHistory(report, earlier);
    history.apply({ type: 'settings', settings: { title: 'Monthly' } });
    const unsaved = history.unsaved();
    if (unsaved === null) throw new Error('the edit is not recorded');
    await reports.save(at, history.report, { ...unsaved, after: [version] });
    const { trashed } = await reports.remove(at);
    expect(await reports.restore(trashed)).toEqual({ path: at });
    const back = await reports.open(at);
    expect([back.report.title, back.history.length, back.position]).toEqual(['Monthly', 1, 1]);
    await reports.close();

    const components = new ComponentFiles(root);
    const made = await components.create('Take some', { id: 's', type: subflowType, version: 1, params: {}, content: { nodes: [], edges: [], notes: [], groups: [], layout: {}, exposed: [] } }, '');
    const removed = await components.remove(made.id);
    expect((await components.list()).components).toEqual([]);
    await components.restore(removed.trashed);
    expect((await components.list()).components).toEqual([made]);
  });

  it.each(['plain', 'encrypted'])('is deleted for good one by one or all at once, in a project that is %s', async (kind) => {
    if (kind === 'encrypted') unlockVault(root, Buffer.alloc(32, 7));
    try {
      const files = new PipelineFiles(root);
      const first = await files.remove(await editedPipeline(files, 'First'));
      const second = await files.remove(await editedPipeline(files, 'Second'));
      const trash = new Trash(root);
      expect((await readdir(path.join(root, 'trash'))).length).toBeGreaterThan(2);
      await trash.remove(first.trashed);
      expect((await trash.list()).map(({ title }) => title)).toEqual(['Second']);
      expect((await readdir(path.join(root, 'trash'))).filter((name) => name.startsWith(first.trashed))).toEqual([]);
      await expect(trash.remove(first.trashed)).rejects.toMatchObject({ code: 'not-in-trash' });
      await expect(files.restore(first.trashed)).rejects.toMatchObject({ code: 'not-in-trash' });
      // What a person put there is not ours to delete, nor what a link leads to.
      await mkdir(path.join(root, 'elsewhere'));
      await writeFile(path.join(root, 'elsewhere', 'mine.txt'), 'mine');
      await writeFile(path.join(root, 'trash', 'mine.txt'), 'mine');
      await symlink(path.join(root, 'elsewhere'), path.join(root, 'trash', 'mfaaaaaaaAAAAAAAA-link.pipeline.json'));
      expect(await trash.empty()).toBe(2);
      expect(await readdir(path.join(root, 'trash'))).toEqual(['mine.txt']);
      expect(await readdir(path.join(root, 'elsewhere'))).toEqual(['mine.txt']);
      await expect(files.restore(second.trashed)).rejects.toMatchObject({ code: 'not-in-trash' });
      expect(await trash.empty()).toBe(0);
      await files.flush();
    } finally {
      lockVault(root);
    }
  });

  it('empties nothing where the trash leads out of the project', async () => {
    const outside = await mkdtemp(path.join(os.tmpdir(), 'penstock-outside-'));
    try {
      await writeFile(path.join(outside, 'mfaaaaaaaAAAAAAAA-theirs.pipeline.json'), '{}');
      await symlink(outside, path.join(root, 'trash'));
      await expect(new Trash(root).empty()).rejects.toMatchObject({ code: 'path-outside' });
      await expect(new Trash(root).remove('mfaaaaaaaAAAAAAAA-theirs.pipeline.json')).rejects.toMatchObject({ code: 'path-outside' });
      expect(await readdir(outside)).toHaveLength(1);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it('is nothing but what lies in the trash under a name of it', async () => {
    await writeFile(path.join(root, 'outside.pipeline.json'), 'mine');
    const files = new PipelineFiles(root);
    await files.remove(await editedPipeline(files, 'First'));
    const link = 'mfaaaaaaaAAAAAAAA-link.pipeline.json';
    await symlink(path.join(os.tmpdir()), path.join(root, 'trash', link));
    for (const trashed of ['../outside.pipeline.json', 'mfaaaaaaaAAAAAAAA-../../outside.pipeline.json', 'mfaaaaaaaAAAAAAAA-gone.pipeline.json', 'penstock.db', '', link]) {
      await expect(files.restore(trashed), trashed).rejects.toMatchObject({ code: expect.stringMatching(/^(not-in-trash|path-outside)$/) as string });
    }
    expect(await readFile(path.join(root, 'outside.pipeline.json'), 'utf8')).toBe('mine');
    await files.flush();
  });
});
