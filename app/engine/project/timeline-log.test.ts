import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '#app/pipeline/commands.ts';
import { changeSentences } from '#app/pipeline/diff-words.ts';
import { diffDocuments } from '#app/pipeline/diff.ts';
import { nodeTitle } from '#app/pipeline/graph.ts';
import { History } from '#app/pipeline/history.ts';
import { documentHash } from '#app/pipeline/journal.ts';
import { PipelineFiles } from './pipeline-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'penstock-timeline-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const open = (): PipelineFiles => new PipelineFiles(root, { words: (before, after) => changeSentences(diffDocuments(before, after), { node: (node) => nodeTitle(node, node.id), param: (_, at) => at.join('.') }) });

/** A window that hands each edit over at once. */
async function windowOn(files: PipelineFiles, relative: string) {
  const opened = await files.open(relative);
  let now = 0;
  const history = new History(opened.document, opened.history, opened.position, () => (now += 10));
  const flush = async (): Promise<void> => {
    const unsaved = history.unsaved();
    if (unsaved === null) return;
    await files.append(relative, history.document, unsaved);
    history.markSaved(unsaved);
  };
  return { history, flush, edit: async (command: Command, group?: string) => (history.apply(command, group === undefined ? {} : { group }), flush()) };
}

const node = (id: string) => ({ id, type: 'a/b', version: 1, params: { rate: 1 } });
const rate = (value: number): Command => ({ type: 'set-params', nodeId: 'n', params: { rate: value } });
const told = async (files: PipelineFiles, relative: string): Promise<string[]> => (await files.moments(relative)).map(({ kind, words }) => `${kind}: ${words.join('; ')}`);

describe('the timeline of a pipeline', () => {
  it('tells every edit, undo and redo in words, typing as one, over restarts', async () => {
    const files = open();
    const { path: relative } = await files.create('Told');
    const window = await windowOn(files, relative);
    await window.edit({ type: 'add', nodes: [node('n')] });
    for (const value of [2, 20, 200]) await window.edit(rate(value), 'n.rate');
    window.history.undo();
    await window.flush();
    window.history.redo();
    await window.flush();
    // Two edits handed over at once are two moments.
    window.history.apply({ type: 'set-title', nodeId: 'n', title: 'Trees' });
    window.history.apply({ type: 'set-bypassed', nodeId: 'n', bypassed: true });
    await window.flush();
    await files.flush();
    const restarted = open();
    const again = await windowOn(restarted, relative);
    await again.edit({ type: 'remove', nodes: ['n'] });
    await restarted.flush();
    const expected = [
      'start: Created “Told”',
      'edit: Added n',
      'edit: Changed “rate” of n from 1 to 200',
      'undo: Changed “rate” of n from 200 to 1',
      'redo: Changed “rate” of n from 1 to 200',
      'edit: Renamed n to “Trees”',
      'edit: Bypassed Trees',
      'edit: Deleted Trees',
    ];
    expect(await told(files, relative)).toEqual(expected);
    const moments = await files.moments(relative);
    expect(new Set(moments.map(({ session }) => session)).size).toBe(2);
    for (const moment of moments) expect(documentHash(await open().version(relative, moment.id))).toBe(moment.document);
  });

  it('goes on where it ended when the engine started anew under an open window', async () => {
    const files = open();
    const { path: relative } = await files.create('Restarted');
    const window = await windowOn(files, relative);
    await window.edit({ type: 'add', nodes: [node('n')] });
    await files.flush();
    const later = open();
    window.history.apply(rate(4));
    const unsaved = window.history.unsaved();
    if (unsaved === null) throw new Error('the edit is not recorded');
    await later.append(relative, window.history.document, unsaved);
    window.history.markSaved(unsaved);
    window.history.undo();
    const undone = window.history.unsaved();
    const last = open();
    if (undone !== null) await last.append(relative, window.history.document, undone);
    expect((await told(last, relative)).slice(1)).toEqual(['edit: Added n', 'edit: Changed “rate” of n from 1 to 4', 'undo: Changed “rate” of n from 4 to 1']);
  });

  it('survives a line that was cut off, and starts anew from the file', async () => {
    const files = open();
    const { path: relative } = await files.create('Torn');
    const window = await windowOn(files, relative);
    await window.edit({ type: 'add', nodes: [node('n')] });
    await files.flush();
    await appendFile(path.join(root, 'journals', 'pipelines%2Ftorn.pipeline.json.timeline.jsonl'), '{"id":"half');
    const later = open();
    const again = await windowOn(later, relative);
    await again.edit(rate(5));
    const moments = await later.moments(relative);
    expect(moments.at(-1)?.words).toEqual(['Changed “rate” of n from 1 to 5']);
    expect(documentHash(await later.version(relative, moments.at(-1)?.id ?? ''))).toBe(documentHash(again.history.document));
  });

  it('names versions and takes names off, and refuses versions it does not have', async () => {
    const files = open();
    const { path: relative } = await files.create('Named');
    const window = await windowOn(files, relative);
    await window.edit({ type: 'add', nodes: [node('n')] });
    const id = (await files.moments(relative)).at(-1)?.id ?? '';
    await window.edit(rate(3));
    await files.nameVersion(relative, id, 'For the report');
    expect((await files.moments(relative)).map(({ name }) => name)).toEqual([null, 'For the report', null]);
    expect((await open().version(relative, id)).nodes[0]?.params).toEqual({ rate: 1 });
    await files.nameVersion(relative, id, null);
    expect((await files.moments(relative)).every(({ name }) => name === null)).toBe(true);
    await expect(files.version(relative, 'nowhere')).rejects.toMatchObject({ code: 'version-missing' });
  });

  it('goes along when the pipeline is renamed, as the undo steps do, and into the trash with it', async () => {
    const files = open();
    const { path: relative } = await files.create('Old');
    const window = await windowOn(files, relative);
    await window.edit({ type: 'add', nodes: [node('n')] });
    const { path: next } = await files.rename(relative, 'New');
    const again = await windowOn(files, next);
    expect(again.history.undoLabel).toBe('Rename pipeline');
    again.history.undo();
    expect(again.history.undo().nodes).toEqual([]);
    expect(await told(files, next)).toEqual(['start: Created “Old”', 'edit: Added n', 'edit: Renamed the pipeline from “Old” to “New”']);
    await files.remove(next);
    await expect(readFile(path.join(root, 'journals', 'pipelines%2Fnew.pipeline.json.timeline.jsonl'))).rejects.toThrow();
  });
});
