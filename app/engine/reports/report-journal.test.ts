import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { pick, seeded } from '#app/pipeline/testing-edits.ts';
import type { ReportCommand } from '#app/reports/commands.ts';
import type { Block } from '#app/reports/document.ts';
import { reportHash, serialiseReport } from '#app/reports/parse.ts';
import { keptReportSteps, ReportHistory } from '#app/reports/report-history.ts';
import { randomReportEdit } from '#app/reports/testing-edits.ts';
import { ReportFiles } from './report-files.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-report-journal-'));
afterAll(() => rmSync(root, { recursive: true }));
const kills = Number(process.env['PENSTOCK_KILLS'] ?? 3);
const journalOf = (relative: string): string => path.join(root, 'journals', `${relative.replaceAll('/', '%2F')}.jsonl`);

/** What a window does, without the window. */
class Editor {
  files = new ReportFiles(root);
  readonly path: string;
  history: ReportHistory;
  #taken: string;

  private constructor(relative: string, history: ReportHistory, version: string) {
    this.path = relative;
    this.history = history;
    this.#taken = version;
  }

  static async open(relative: string, files = new ReportFiles(root)): Promise<Editor> {
    const { report, version, ...earlier } = await files.open(relative);
    const made = new Editor(relative, new ReportHistory(report, earlier, () => 0), version);
    made.files = files;
    return made;
  }

  async save(): Promise<void> {
    const unsaved = this.history.unsaved();
    if (unsaved === null) return;
    ({ version: this.#taken } = await this.files.save(this.path, this.history.report, { ...unsaved, after: [this.#taken] }));
    this.history.markSaved(unsaved);
  }

  async edit(...commands: ReportCommand[]): Promise<void> {
    for (const command of commands) {
      this.history.apply(command);
      await this.save();
    }
  }

  get text(): string {
    return serialiseReport(this.history.report);
  }
}

const title = (text: string): ReportCommand => ({ type: 'settings', settings: { title: text } });
const made = async (name: string): Promise<string> => (await new ReportFiles(root).create(name)).path;

describe('undo of a report across sessions', () => {
  it('takes random edits back one by one and makes them again, to the very bytes, wherever the report was opened anew between', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 1, max: 25 }), async (seed, count) => {
        const random = seeded(seed);
        let editor = await Editor.open(await made(`Random ${seed}`));
        // The text at each number of applied steps.
        let texts = [editor.text];
        for (let step = 0; step < count; step += 1) {
          const chance = random();
          if (chance < 0.15) editor.history.undo();
          else if (chance < 0.25) editor.history.redo();
          else {
            const { command, ...options } = randomReportEdit(editor.history.report, random);
            editor.history.apply(command, random() < 0.3 ? options : {});
            // What changes nothing is no step, and takes no redo away.
            texts = editor.text === texts[editor.history.position] ? texts : [...texts.slice(0, editor.history.position), editor.text];
          }
          expect(editor.text).toBe(texts[editor.history.position]);
          if (random() < 0.6) await editor.save();
          if (random() < 0.2) {
            await editor.save();
            const { entries, position } = editor.history;
            editor = await Editor.open(editor.path);
            expect([editor.history.entries, editor.history.position]).toEqual([entries, position]);
          }
        }
        const step = async (direction: 'undo' | 'redo'): Promise<void> => {
          editor.history[direction]();
          expect(editor.text).toBe(texts[editor.history.position]);
          await editor.save();
          expect(await readFile(path.join(root, editor.path), 'utf8')).toBe(editor.text);
          if (random() < 0.3) editor = await Editor.open(editor.path);
        };
        while (editor.history.canUndo) await step('undo');
        expect(editor.text).toBe(texts[0]);
        while (editor.history.canRedo) await step('redo');
        expect(editor.text).toBe(texts.at(-1));
        await editor.files.remove(editor.path);
      }),
      { numRuns: 15 },
    );
  });

  it(`comes through kills, ${kills} times over one report: nothing answered is lost, and one step back is where it was`, { timeout: 30_000 + kills * 4000 }, async () => {
    const random = seeded(7);
    const relative = await made('Killed');
    for (let round = 0; round < kills; round += 1) {
      const child = spawn(process.execPath, [fileURLToPath(new URL('report-editing-child.ts', import.meta.url)), root, relative, String(round)], { stdio: ['ignore', 'pipe', 'pipe'] });
      let trouble = '';
      child.stderr.on('data', (data: Buffer) => (trouble += data.toString()));
      const gone = once(child, 'exit');
      const said: { word: string; hash: string; undone: string }[] = [];
      const lines = pick(random, [2, 5, 20, 60]);
      for await (const line of createInterface({ input: child.stdout })) {
        const [word = '', hash = '', undone = ''] = line.split(' ');
        if (undone !== '') said.push({ word, hash, undone });
        if (said.length === lines) setTimeout(() => child.kill('SIGKILL'), random() * 40);
      }
      expect((await gone)[1], trouble).toBe('SIGKILL');
      const answered = said.findLast(({ word }) => word === 'ok');
      const { history } = await Editor.open(relative);
      const states = [answered, said.at(-1)].filter((one) => one?.hash === reportHash(history.report));
      expect(states, `round ${round}: the last answered version, or the one under way`).not.toEqual([]);
      history.undo();
      expect(states.map((one) => one?.undone), `round ${round}: one undo`).toContain(reportHash(history.report));
      while (history.canUndo) history.undo();
      while (history.canRedo) history.redo();
    }
  });

  it('is of the version that the file has: an edit that only the journal has is not made, and a version from git stays', async () => {
    const editor = await Editor.open(await made('Versions'));
    await editor.edit(title('One'), title('Two'));
    const committed = editor.text;
    await editor.edit(title('Three'));
    const file = path.join(root, editor.path);
    await writeFile(file, committed);
    const back = await Editor.open(editor.path);
    expect([back.history.report.title, back.history.undoLabel, back.history.redoLabel]).toEqual(['Two', 'Rename report', null]);
    back.history.undo();
    expect(back.history.report.title).toBe('One');
    await writeFile(file, committed.replace('"Two"', '"By hand"'));
    const other = await Editor.open(editor.path);
    expect([other.history.report.title, other.history.canUndo]).toEqual(['By hand', false]);
    await other.edit(title('After'));
    const again = await Editor.open(editor.path);
    again.history.undo();
    expect(again.history.report.title).toBe('By hand');
  });

  it('of two windows is one: the slower loads what the quicker did, with its steps', async () => {
    const files = new ReportFiles(root);
    const relative = await made('Two windows');
    const one = await Editor.open(relative, files);
    const two = await Editor.open(relative, files);
    await one.edit(title('One'));
    await expect(two.edit(title('Two'))).rejects.toMatchObject({ code: 'edited-elsewhere' });
    const loaded = await Editor.open(relative, files);
    await loaded.edit(title('Two'));
    expect(loaded.history.entries).toHaveLength(2);
    await expect(one.edit(title('Three'))).rejects.toMatchObject({ code: 'edited-elsewhere' });
  });

  it('goes on under a window that stayed while the engine started anew', async () => {
    const editor = await Editor.open(await made('Stayed'));
    await editor.edit(title('One'));
    // Killed while it wrote the next line.
    await appendFile(journalOf(editor.path), '{"at":1,"base":1,"entr');
    editor.files = new ReportFiles(root);
    await editor.edit(title('Two'));
    editor.history.undo();
    await editor.save();
    const again = await Editor.open(editor.path);
    expect([again.history.position, again.history.entries.length, again.history.report.title]).toEqual([1, 2, 'One']);
  });

  it('is bounded: the oldest steps go, and long typing does not swell the journal', async () => {
    const editor = await Editor.open(await made('Long'));
    await editor.edit({ type: 'add', blocks: [{ id: 't', type: 'text', markdown: '', place: { x: 0, y: 0, w: 12, h: 3 } }] });
    const large = 'x'.repeat(49_000);
    for (let step = 0; step < 120; step += 1) {
      editor.history.apply({ type: 'set', block: { id: 't', type: 'text', markdown: `${large}${step}`, place: { x: 0, y: 0, w: 12, h: 3 } } }, { group: 'write t' });
      await editor.save();
    }
    expect(statSync(journalOf(editor.path)).size).toBeLessThan(4_500_000);
    for (let step = 0; step < keptReportSteps + 60; step += 1) editor.history.apply(title(`Title ${step}`));
    await editor.save();
    const again = await Editor.open(editor.path, editor.files);
    expect(again.history.entries).toHaveLength(keptReportSteps);
    // The window that stayed counts the steps that went, and can go on.
    editor.history.undo();
    await editor.save();
    expect((await Editor.open(editor.path, editor.files)).history.redoLabel).toBe('Rename report');
    // Back beyond what the journal has: the report follows, the steps before are not known any more.
    while (editor.history.position > 20) editor.history.undo();
    await editor.save();
    await editor.edit(title('Last'));
    const last = await Editor.open(editor.path, editor.files);
    expect([last.history.report.title, last.history.entries.length]).toEqual(['Last', 1]);
  });

  it('keeps few steps of large pictures', async () => {
    const editor = await Editor.open(await made('Pictures'));
    const image = (letter: string): Block => ({ id: 'i', type: 'image', place: { x: 0, y: 0, w: 6, h: 6 }, alt: '', data: `data:image/png;base64,${letter.repeat(3_000_000)}` });
    await editor.edit({ type: 'add', blocks: [image('A')] }, ...['B', 'C', 'D', 'E'].map((letter): ReportCommand => ({ type: 'set', block: image(letter) })));
    const { history } = await Editor.open(editor.path, editor.files);
    expect(history.entries).toHaveLength(2);
    history.undo();
    history.undo();
    expect(history.report.blocks).toEqual([image('C')]);
    expect(statSync(journalOf(editor.path)).size).toBeLessThan(16_000_000);
  });

  it('leaves steps out that something damaged, and never the report', async () => {
    const editor = await Editor.open(await made('Damaged'));
    await editor.edit({ type: 'add', blocks: [{ id: 'gone', type: 'divider', place: { x: 0, y: 0, w: 12, h: 1 } }] }, title('One'), title('Two'));
    const journal = journalOf(editor.path);
    const text = await readFile(journal, 'utf8');
    for (const damaged of [text.replace('"gone":["gone"]', '"gone":["other"]'), text.replace('"type":"patch"', '"type":"patch","settings":{"__proto__":{}}'), text.slice(text.length / 2), '']) {
      await writeFile(journal, damaged);
      const { history } = await Editor.open(editor.path);
      expect(history.report.title).toBe('Two');
      while (history.canUndo) history.undo();
    }
  });

  it('goes with the report', async () => {
    const editor = await Editor.open(await made('Removed'));
    await editor.edit(title('One'));
    expect(existsSync(journalOf(editor.path))).toBe(true);
    await editor.files.remove(editor.path);
    expect(existsSync(journalOf(editor.path))).toBe(false);
    // Of one that was removed in the file manager, when another takes its name.
    const other = await Editor.open(await made('Removed'));
    await other.edit(title('Two'));
    await rename(path.join(root, other.path), path.join(root, 'elsewhere.json'));
    expect(await made('Removed')).toBe(other.path);
    expect(existsSync(journalOf(other.path))).toBe(false);
    expect(readdirSync(path.join(root, 'trash')).some((name) => name.endsWith('removed.report.json'))).toBe(true);
  });
});
