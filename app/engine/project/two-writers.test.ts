import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import { History } from '#app/pipeline/history.ts';
import { documentHash } from '#app/pipeline/journal.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { randomEdit, seeded, type Random } from '#app/pipeline/testing-edits.ts';
import { openStore, type Store } from '#app/store/index.ts';
import { PipelineFiles } from './pipeline-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'penstock-writers-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A window: its own undo history over a pipeline of an engine's files. */
class Window {
  history!: History;
  saved = '';

  async load(files: PipelineFiles, relative: string, readOnly = false): Promise<void> {
    const opened = await files.open(relative, { readOnly });
    this.history = new History(opened.document, opened.history, opened.position, Date.now, opened.forgotten);
    this.saved = documentHash(opened.document);
  }

  edit(random: Random): void {
    try {
      if (random() < 0.15) this.history.undo();
      else this.history.apply(randomEdit(this.history.document, random).command);
    } catch (error) {
      if (!(error instanceof PenstockError)) throw error;
    }
  }

  /** The code of a refusal, or null. */
  async save(files: PipelineFiles, relative: string): Promise<string | null> {
    const unsaved = this.history.unsaved();
    if (unsaved === null) return null;
    const { document } = this.history;
    try {
      await files.append(relative, document, { ...unsaved, after: [this.saved] });
    } catch (error) {
      if (error instanceof PenstockError) return error.code;
      throw error;
    }
    this.history.markSaved(unsaved);
    this.saved = documentHash(document);
    return null;
  }
}

describe('two windows of one engine', () => {
  it.each([1, 2, 3])('never write over each other: a save that was made on another version is refused and changes nothing (seed %i)', async (seed) => {
    const random = seeded(seed);
    const files = new PipelineFiles(root);
    const { path: relative } = await files.create('Shared');
    const windows = [new Window(), new Window()] as const;
    for (const window of windows) await window.load(files, relative);
    let head = windows[0].saved;
    const outcomes = { accepted: 0, refused: 0 };
    for (let step = 0; step < 300; step++) {
      const window = windows[random() < 0.5 ? 0 : 1];
      if (random() < 0.6) window.edit(random);
      else {
        const base = window.saved;
        const had = window.history.unsaved() !== null;
        const refusal = await window.save(files, relative);
        if (!had) continue;
        expect(refusal, 'refused exactly when the other window was quicker').toBe(base === head ? null : 'edited-elsewhere');
        if (refusal === null) {
          head = window.saved;
          outcomes.accepted += 1;
        } else {
          outcomes.refused += 1;
          if (random() < 0.5) await window.load(files, relative);
        }
      }
      if (step % 25 === 0) {
        await files.flush();
        expect(documentHash(parseDocument(await readFile(path.join(root, relative), 'utf8')))).toBe(head);
      }
    }
    expect(outcomes.accepted).toBeGreaterThan(10);
    expect(outcomes.refused).toBeGreaterThan(10);
    await files.flush();
    expect(documentHash((await new PipelineFiles(root).open(relative)).document)).toBe(head);
  });
});

describe('two engines on one project', () => {
  interface Engine {
    readonly store: Store;
    readonly files: PipelineFiles;
  }
  const start = (): Engine => {
    const store = openStore(root);
    return { store, files: new PipelineFiles(root, { mayWrite: () => !store.readOnly }) };
  };

  it('let one write and the other look; who takes over has every answered edit', async () => {
    const random = seeded(4);
    let writer = start();
    const { path: relative } = await writer.files.create('Handed on');
    for (let round = 0; round < 12; round++) {
      const reader = start();
      expect([writer.store.readOnly, reader.store.readOnly]).toEqual([false, true]);
      expect(reader.store.writer?.pid).toBe(process.pid);
      const window = new Window();
      await window.load(writer.files, relative);
      for (let count = 0; count < 8; count++) {
        window.edit(random);
        await window.save(writer.files, relative);
      }
      const looked = new Window();
      await looked.load(reader.files, relative, true);
      // The reader's file is a whole version, at most one save behind; it keeps nothing of its own.
      expect(looked.history.canUndo).toBe(false);
      await writer.files.flush();
      writer.store.close();
      reader.store.close();
      writer = start();
      const after = new Window();
      await after.load(writer.files, relative);
      expect(serialiseDocument(after.history.document)).toBe(serialiseDocument(window.history.document));
    }
    writer.store.close();
  });

  it('leave a file alone once the lease is lost, and keep as a version what another program wrote', async () => {
    let mine = true;
    const problems: string[] = [];
    const files = new PipelineFiles(root, { mayWrite: () => mine, onProblem: (message) => problems.push(message) });
    const { path: relative } = await files.create('Slept');
    const file = path.join(root, relative);
    const window = new Window();
    await window.load(files, relative);
    window.history.apply({ type: 'add', notes: [{ id: 'n', text: 'mine', x: 0, y: 0, width: 1, height: 1 }] });
    await window.save(files, relative);
    mine = false;
    const other = serialiseDocument({ ...window.history.document, title: 'Theirs' });
    await writeFile(file, other);
    await files.flush();
    expect(await readFile(file, 'utf8')).toBe(other);

    mine = true;
    await window.load(files, relative);
    expect(window.history.document.title).toBe('Theirs');
    const elsewhere = serialiseDocument({ ...window.history.document, title: 'Checked out' });
    window.history.apply({ type: 'set-document', description: 'Ours' });
    await window.save(files, relative);
    await writeFile(file, elsewhere);
    await files.flush();
    expect(parseDocument(await readFile(file, 'utf8'))).toMatchObject({ title: 'Theirs', description: 'Ours' });
    const outside = (await files.moments(relative)).findLast(({ kind }) => kind === 'outside');
    expect((await files.version(relative, outside?.id ?? '')).title).toBe('Checked out');
    expect(problems).toEqual([expect.stringContaining('was changed by something else')]);
  });
});
