import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyBrief, serialiseBrief, type Brief } from '#app/brief/document.ts';
import { BriefHistory } from '#app/brief/history.ts';
import { pick, seeded, type Random } from '#app/pipeline/testing-edits.ts';
import { BriefFile } from './brief-file.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-brief-'));
afterAll(() => rmSync(root, { recursive: true }));

const words = ['', 'Churn', 'Ärger\n“x”', '__proto__'];

function change(brief: Brief, random: Random): Partial<Brief> {
  return pick<() => Partial<Brief>>(random, [
    () => ({ problem: pick(random, words) }),
    () => ({ goal: pick(random, [null, 'regression', 'text'] as const) }),
    () => ({ metrics: [...brief.metrics, { metric: 'accuracy', target: random() }].slice(-3) }),
    () => ({ costs: { ...brief.costs, falsePositive: random() < 0.3 ? null : random() } }),
    () => ({ people: [...brief.people, { name: pick(random, words), role: 'owner' as const, contact: '' }].slice(0, 5) }),
    () => ({ people: brief.people.slice(1) }),
    () => ({ people: brief.people.map((person, index) => (index === 0 ? { ...person, name: pick(random, words) } : person)) }),
    () => ({ notFor: pick(random, words), risks: [] }),
  ])();
}

describe('undo of the brief across sessions', () => {
  it('takes random edits back one by one and makes them again, to the very bytes', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 1, max: 20 }), async (seed, count) => {
        const random = seeded(seed);
        const projectDir = mkdtempSync(path.join(root, 'project-'));
        let now = 0;
        let file = new BriefFile(projectDir);
        let taken = '';
        let history = new BriefHistory(emptyBrief());
        const open = async (): Promise<void> => {
          await file.close();
          file = new BriefFile(projectDir);
          const { brief, version, ...earlier } = await file.open();
          taken = version;
          history = new BriefHistory(brief, earlier, () => now);
        };
        const save = async (): Promise<void> => {
          const unsaved = history.unsaved();
          if (unsaved === null) return;
          ({ version: taken } = await file.save(history.document, { ...unsaved, after: [taken] }));
          history.markSaved(unsaved);
        };
        await open();
        let texts = [serialiseBrief(history.document)];
        for (let step = 0; step < count; step += 1) {
          now += random() < 0.5 ? 100 : 5000;
          const { position, entries } = history;
          const last = entries.at(-1);
          history.apply(change(history.document, random));
          // What changes nothing is no step; typing on in one field is the step before.
          if (history.position > position || history.entries.at(-1) !== last) texts = [...texts.slice(0, history.position), serialiseBrief(history.document)];
          if (random() < 0.6) await save();
          if (random() < 0.2) {
            await save();
            await open();
          }
        }
        await save();
        await open();
        while (history.canUndo) {
          history.undo();
          expect(serialiseBrief(history.document)).toBe(texts[history.position]);
          await save();
          if (random() < 0.3) await open();
        }
        expect(history.document).toEqual(emptyBrief());
        while (history.canRedo) {
          history.redo();
          expect(serialiseBrief(history.document)).toBe(texts[history.position]);
        }
        expect(history.position).toBe(texts.length - 1);
        await file.close();
      }),
      { numRuns: 15 },
    );
  });

  it('has rows that go as steps of their own, and typing as one', () => {
    const history = new BriefHistory({ ...emptyBrief(), people: [{ name: 'Ada', role: 'owner', contact: '' }] }, undefined, () => 0);
    history.apply({ problem: 'W' });
    history.apply({ problem: 'Wh' });
    expect(history.entries).toHaveLength(1);
    history.apply({ people: [] });
    history.apply({ people: [{ name: '', role: 'builder', contact: '' }] });
    history.apply({ people: [{ name: 'B', role: 'builder', contact: '' }] });
    expect(history.entries).toHaveLength(4);
    history.undo();
    history.undo();
    history.undo();
    expect(history.document.people).toMatchObject([{ name: 'Ada' }]);
    history.undo();
    expect(history.document.problem).toBe('');
  });

  it('begins anew where the file was changed by something else', async () => {
    const projectDir = mkdtempSync(path.join(root, 'project-'));
    const file = new BriefFile(projectDir);
    const { brief, version, ...earlier } = await file.open();
    const history = new BriefHistory(brief, earlier);
    history.apply({ problem: 'Churn' });
    await file.save(history.document, { base: 0, position: 1, entries: history.entries, after: [version] });
    expect((await file.open()).history).toHaveLength(1);
    await writeFile(path.join(projectDir, 'project.brief.json'), serialiseBrief({ ...emptyBrief(), problem: 'From git' }));
    expect(await file.open()).toMatchObject({ brief: { problem: 'From git' }, history: [], position: 0 });
    await file.close();
    expect(existsSync(path.join(projectDir, 'journals', 'project.brief.json.jsonl'))).toBe(true);
  });
});
