import { describe, expect, it } from 'vitest';
import { sha256Hex } from '#app/core/hash.ts';
import { PenstockError } from '#app/core/errors.ts';
import { applyDelta, documentDelta } from './delta.ts';
import { History } from './history.ts';
import { parseDocument } from './parse.ts';
import { serialiseDocument, serialiseUnchanging } from './serialise.ts';
import { chain } from './testing.ts';
import { randomEdit, seeded } from './testing-edits.ts';

const operations = 10_000;
const refusals = new Set(['command-invalid', 'document-forbidden-key', 'document-too-deep']);

describe('ten thousand edits', () => {
  it.each([1, 2026])('are undone and redone to the identical text at every step (seed %i)', { timeout: 120_000 }, (seed) => {
    const random = seeded(seed);
    let now = 0;
    const history = new History(chain(4), [], 0, () => now);
    // Text by number of applied steps. Typing that joins a step replaces its text.
    const texts = [sha256Hex(serialiseDocument(history.document))];
    let refused = 0;
    for (let count = 0; count < operations; count++) {
      now += random() < 0.5 ? 100 : 5000;
      const before = history.document;
      const { command, spoiler } = randomEdit(before, random);
      try {
        history.apply(command, random() < 0.3 ? { group: 'typing' } : {});
      } catch (error) {
        if (!(error instanceof PenstockError) || !refusals.has(error.code)) throw error;
        expect(history.document, 'a refused edit changes nothing').toBe(before);
        refused += 1;
        continue;
      }
      expect(spoiler, JSON.stringify(command)).toBe(false);
      const text = serialiseDocument(history.document);
      if (serialiseUnchanging(history.document) !== text) throw new Error(`what was remembered is not what the document says after edit ${history.position}`);
      if (count % 20 === 0) {
        expect(serialiseDocument(parseDocument(text)), 'the file can be read back').toBe(text);
        const whole = documentDelta(chain(4), history.document);
        expect(serialiseDocument(applyDelta(chain(4), JSON.parse(JSON.stringify(whole)) as typeof whole))).toBe(text);
      }
      texts.length = history.position;
      texts[history.position] = sha256Hex(text);
    }
    expect(refused).toBeGreaterThan(operations / 50);
    expect(refused).toBeLessThan(operations / 2);
    expect(history.position).toBeGreaterThan(operations / 3);
    const at = (): string => sha256Hex(serialiseDocument(history.document));
    for (let position = history.position - 1; position >= 0; position--) {
      history.undo();
      if (at() !== texts[position]) expect.fail(`undoing step ${position + 1} (${history.entries[position]?.label}) gives another text`);
    }
    expect(history.canUndo).toBe(false);
    for (let position = 1; position < texts.length; position++) {
      history.redo();
      if (at() !== texts[position]) expect.fail(`redoing step ${position} gives another text`);
    }
    expect(history.canRedo).toBe(false);
  });
});
