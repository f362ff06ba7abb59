import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import { applyCommand, type Command } from './commands.ts';
import { emptyDocument } from './document.ts';
import { History } from './history.ts';
import { journalRecord, openingRecord, parseJournal, recover, serialiseRecord } from './journal.ts';
import { parseDocument } from './parse.ts';
import { serialiseDocument } from './serialise.ts';
import { anyCommand, chain, testEdge, testNode } from './testing.ts';

const isRefusal = (error: unknown): boolean => error instanceof PenstockError && error.code === 'command-invalid';

describe('commands', () => {
  it('are taken back one by one to the identical text, and done again', () => {
    let applied = 0;
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 40 }), (commands) => {
        const history = new History(chain(3));
        const texts = [serialiseDocument(history.document)];
        for (const command of commands) {
          try {
            history.apply(command);
          } catch (error) {
            if (!isRefusal(error)) throw error;
            continue;
          }
          applied++;
          texts.push(serialiseDocument(history.document));
        }
        for (let at = texts.length - 2; at >= 0; at--) expect(serialiseDocument(history.undo())).toBe(texts[at]);
        expect(history.canUndo).toBe(false);
        for (let at = 1; at < texts.length; at++) expect(serialiseDocument(history.redo())).toBe(texts[at]);
        expect(history.canRedo).toBe(false);
      }),
      { numRuns: 150 },
    );
    expect(applied).toBeGreaterThan(50);
  });

  it('have inverses that are themselves invertible and survive JSON', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 20 }), (commands) => {
        let document = chain(3);
        for (const command of commands) {
          try {
            const before = serialiseDocument(document);
            const forward = applyCommand(document, JSON.parse(JSON.stringify(command)) as Command);
            const back = applyCommand(forward.document, JSON.parse(JSON.stringify(forward.inverse)) as Command);
            expect(serialiseDocument(back.document)).toBe(before);
            const again = applyCommand(back.document, back.inverse);
            document = again.document;
          } catch (error) {
            if (!isRefusal(error)) throw error;
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('leave the document they are given untouched', () => {
    const document = chain(3);
    const text = serialiseDocument(document);
    applyCommand(document, { type: 'remove', nodes: ['n1'] });
    applyCommand(document, { type: 'move', positions: { n0: { x: 9, y: 9 } } });
    applyCommand(document, { type: 'set-params', nodeId: 'n0', params: { a: 1 } });
    expect(serialiseDocument(document)).toBe(text);
  });

  it('take edges and layout of a removed node along and put them back in their places', () => {
    const document = chain(4);
    document.groups.push({ id: 'g', title: 'All', nodes: ['n0', 'n1', 'n2'] });
    const { document: after, inverse } = applyCommand(document, { type: 'remove', nodes: ['n1'] });
    expect(after.edges.map((edge) => edge.id)).toEqual(['n2-n3']);
    expect(after.groups[0]?.nodes).toEqual(['n0', 'n2']);
    expect(Object.keys(after.layout)).not.toContain('n1');
    expect(serialiseDocument(applyCommand(after, inverse).document)).toBe(serialiseDocument(document));
  });

  it('refuse what does not fit, naming it', () => {
    expect(() => applyCommand(chain(1), { type: 'remove', nodes: ['zz'] })).toThrow(/“zz”/);
    expect(() => applyCommand(chain(1), { type: 'add', nodes: [testNode('n0')] })).toThrow(/already a node “n0”/);
    expect(() => applyCommand(chain(1), { type: 'connect', edge: testEdge('n0', 'zz') })).toThrow(/“zz”/);
  });
});

describe('History', () => {
  it('put another type in the place of a node, which keeps its edges and its place in the list', () => {
    const document = chain(3);
    const { document: after, inverse } = applyCommand(document, { type: 'replace-node', node: { id: 'n1', type: 'gone/away', version: 2, params: { a: 1 } } });
    expect(after.nodes.map(({ id, type }) => `${id} ${type}`)).toEqual(['n0 test/source', 'n1 gone/away', 'n2 test/step']);
    expect(after.edges).toBe(document.edges);
    expect(serialiseDocument(applyCommand(after, inverse).document)).toBe(serialiseDocument(document));
    expect(() => applyCommand(document, { type: 'replace-node', node: { id: 'gone', type: 'test/step', version: 1, params: {} } })).toThrow(PenstockError);
  });

  it('groups steps of one gesture and undoes them at once', () => {
    let now = 1000;
    const history = new History(chain(1), [], 0, () => now);
    const before = serialiseDocument(history.document);
    for (const rate of [1, 2, 3]) {
      history.apply({ type: 'set-params', nodeId: 'n0', params: { rate } }, { group: 'n0.rate' });
      now += 300;
    }
    expect(history.entries).toHaveLength(1);
    now += 5000;
    history.apply({ type: 'set-params', nodeId: 'n0', params: { rate: 4 } }, { group: 'n0.rate' });
    expect(history.entries).toHaveLength(2);
    expect(history.undo().nodes[0]?.params).toEqual({ rate: 3 });
    expect(serialiseDocument(history.undo())).toBe(before);
    expect(history.redo().nodes[0]?.params).toEqual({ rate: 3 });
  });

  it('drops redo when something new is done', () => {
    const history = new History(chain(2));
    history.apply({ type: 'set-title', nodeId: 'n0', title: 'A' });
    history.undo();
    history.apply({ type: 'set-title', nodeId: 'n1', title: 'B' });
    expect(history.canRedo).toBe(false);
    expect(history.undoLabel).toBe('Rename node');
  });
});

describe('journal', () => {
  type Step = { readonly kind: 'apply'; readonly command: Command; readonly group: boolean } | { readonly kind: 'undo' | 'redo' | 'flush' };
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('apply' as const), command: anyCommand, group: fc.boolean() }),
      fc.record({ kind: fc.constantFrom('undo' as const, 'redo' as const, 'flush' as const) }),
    ),
    { maxLength: 40 },
  );

  it('brings back the document and the history as of the last whole line, from the file of any earlier moment', () => {
    let recoveries = 0;
    fc.assert(
      fc.property(steps, fc.nat(), fc.nat({ max: 60 }), (script, pick, torn) => {
        const history = new History(chain(2), [], 0, () => 0);
        let text = serialiseRecord(openingRecord(0, { document: history.document, entries: [], position: 0 }));
        const files = [serialiseDocument(history.document)];
        const flush = (): void => {
          const unsaved = history.unsaved();
          if (unsaved === null) return;
          text += serialiseRecord(journalRecord(0, unsaved, history.document));
          history.markSaved(unsaved);
          files.push(serialiseDocument(history.document));
        };
        for (const step of script) {
          if (step.kind === 'apply') {
            try {
              history.apply(step.command, step.group ? { group: 'g' } : {});
            } catch (error) {
              if (!isRefusal(error)) throw error;
            }
          } else if (step.kind === 'undo') history.undo();
          else if (step.kind === 'redo') history.redo();
          else flush();
        }
        flush();
        const expected = serialiseDocument(history.document);
        const { records, torn: isTorn } = parseJournal(text + '{"at":1,"base":0,"entries":[]'.slice(0, torn));
        expect(isTorn).toBe(torn > 0);
        const saved = parseDocument(files[pick % files.length] as string);
        const recovery = recover(saved, records);
        expect(serialiseDocument(recovery.document)).toBe(expected);
        expect(recovery.position).toBe(history.position);
        expect(JSON.stringify(recovery.entries)).toBe(JSON.stringify(history.entries));
        if (recovery.recovered) recoveries++;
      }),
      { numRuns: 150 },
    );
    expect(recoveries).toBeGreaterThan(5);
  });

  it('lets a file that was changed elsewhere win', () => {
    const history = new History(chain(2));
    let text = serialiseRecord(openingRecord(0, { document: history.document, entries: [], position: 0 }));
    history.apply({ type: 'set-title', nodeId: 'n0', title: 'A' });
    text += serialiseRecord(journalRecord(1, { base: 0, entries: history.entries, position: 1 }, history.document));
    const elsewhere = { ...emptyDocument('chain', 'Checked out'), nodes: [testNode('q')] };
    expect(recover(elsewhere, parseJournal(text).records)).toEqual({ document: elsewhere, entries: [], position: 0, forgotten: 0, recovered: false });
  });

  it('keeps edits that came in while others were being saved', () => {
    const history = new History(chain(2));
    history.apply({ type: 'set-title', nodeId: 'n0', title: 'A' });
    history.apply({ type: 'set-title', nodeId: 'n0', title: 'B' });
    const first = history.unsaved();
    history.undo();
    history.apply({ type: 'set-title', nodeId: 'n0', title: 'C' });
    if (first !== null) history.markSaved(first);
    expect(history.unsaved()).toMatchObject({ base: 1, position: 2, entries: [{ command: { title: 'C' } }] });
  });
});
