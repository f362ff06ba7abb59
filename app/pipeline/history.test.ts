import { describe, expect, it } from 'vitest';
import { emptyDocument } from './document.ts';
import { History, keptSteps } from './history.ts';
import { documentHash, journalRecord, openingRecord, recover } from './journal.ts';
import { seeded } from './testing-edits.ts';

describe('History', () => {
  it('forgets the oldest steps that are in the journal, and the journal still recovers every moment', () => {
    const random = seeded(7);
    const start = emptyDocument('p', 'P');
    const history = new History(start);
    const records = [openingRecord(0, { document: start, entries: [], position: 0 })];
    let saves = 0;
    for (let step = 0; step < keptSteps * 3; step += 1) {
      const chance = random();
      if (chance < 0.1) history.undo();
      else if (chance < 0.15) history.redo();
      else history.apply({ type: 'set-document', title: `Title ${step}` });
      if (random() < 0.6) continue;
      const unsaved = history.unsaved();
      if (unsaved === null) continue;
      // An edit while the journal is written stays unsaved.
      if (random() < 0.2) history.apply({ type: 'set-document', title: `While saving ${step}` });
      else records.push(journalRecord(step, unsaved, history.document));
      if (records.at(-1)?.at === step) {
        history.markSaved(unsaved);
        saves += 1;
      }
    }
    const last = history.unsaved();
    if (last !== null) {
      records.push(journalRecord(keptSteps * 3, last, history.document));
      history.markSaved(last);
    }
    expect(saves).toBeGreaterThan(100);
    expect(history.unsaved()).toBeNull();
    expect(history.entries.length).toBeLessThanOrEqual(keptSteps * 1.125);
    const recovered = recover(start, records);
    expect(documentHash(recovered.document)).toBe(documentHash(history.document));
    // The steps that are held are the last of those in the journal.
    expect(recovered.entries.length).toBeGreaterThan(history.entries.length);
    expect(recovered.entries.slice(recovered.entries.length - history.entries.length)).toEqual(history.entries);
    expect(recovered.entries.length - recovered.position).toBe(history.entries.length - history.position);
    while (history.canUndo) history.undo();
    const oldest = recovered.entries.slice(0, recovered.entries.length - history.entries.length).reduce((document, entry) => new History(document).apply(entry.command), start);
    expect(documentHash(history.document)).toBe(documentHash(oldest));
  });

  it('forgets nothing that the journal lacks', () => {
    const history = new History(emptyDocument('p', 'P'));
    for (let step = 0; step < keptSteps * 2; step += 1) history.apply({ type: 'set-document', title: `Title ${step}` });
    expect(history.entries).toHaveLength(keptSteps * 2);
    expect(history.unsaved()?.entries).toHaveLength(keptSteps * 2);
  });
});
