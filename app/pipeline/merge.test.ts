import { describe, expect, it } from 'vitest';
import { applyCommand, type Command } from './commands.ts';
import type { Names } from './diff-words.ts';
import type { PipelineDocument } from './document.ts';
import { nodeTitle } from './graph.ts';
import { conflictSentence, mergeDocuments } from './merge.ts';
import { parseDocument } from './parse.ts';
import { serialiseDocument } from './serialise.ts';
import { chain, testEdge, testNode } from './testing.ts';
import { randomEdit, seeded } from './testing-edits.ts';

const names: Names = { node: (node) => nodeTitle(node, node.id), param: (_, path) => path.join('.') };
const after = (document: PipelineDocument, ...commands: Command[]): PipelineDocument => commands.reduce((at, command) => applyCommand(at, command).document, document);
const base = after(chain(3), { type: 'set-params', nodeId: 'n1', params: { rate: 1, trees: 100, deep: { a: 1, b: 1 } } });
const sentences = (ours: PipelineDocument, theirs: PipelineDocument): string[] => mergeDocuments(base, ours, theirs).conflicts.map((conflict) => conflictSentence(conflict, names));
const params = (change: Record<string, unknown>): Command => ({ type: 'set-params', nodeId: 'n1', params: { ...base.nodes[1]?.params, ...change } });

describe('mergeDocuments', () => {
  it('puts together what does not meet: params of one node, new nodes, connections, moves, titles', () => {
    const ours = after(base, params({ rate: 2, deep: { a: 2, b: 1 } }), { type: 'add', nodes: [testNode('a')], layout: { a: { x: 1, y: 1 } } }, { type: 'connect', edge: testEdge('n2', 'a', 'new') });
    const theirs = after(base, params({ trees: 200, deep: { a: 1, b: 2 } }), { type: 'add', nodes: [testNode('b')], edges: [testEdge('n2', 'b', 'new')] }, { type: 'set-title', nodeId: 'n0', title: 'Source' }, { type: 'move', positions: { n2: { x: 7, y: 7 } } });
    const { document, conflicts } = mergeDocuments(base, ours, theirs);
    expect(conflicts).toEqual([]);
    expect(document.nodes.map(({ id }) => id)).toEqual(['n0', 'n1', 'n2', 'a', 'b']);
    expect(document.nodes[1]?.params).toEqual({ rate: 2, trees: 200, deep: { a: 2, b: 2 } });
    expect(document.nodes[0]?.title).toBe('Source');
    expect(document.layout).toMatchObject({ a: { x: 1, y: 1 }, n2: { x: 7, y: 7 } });
    // Two connections that happened to get one id both stay.
    expect(document.edges.map(({ id, to }) => [id, to.node])).toEqual([['n0-n1', 'n1'], ['n1-n2', 'n2'], ['new', 'a'], ['new-2', 'b']]);
  });

  it('keeps ours where both changed one field, and says so', () => {
    expect(sentences(after(base, params({ rate: 2 })), after(base, params({ rate: 3 })))).toEqual(['“rate” of n1 is 2 here and 3 there; 2 was kept.']);
    expect(sentences(after(base, { type: 'set-title', nodeId: 'n0', title: 'A' }), after(base, { type: 'set-title', nodeId: 'n0', title: 'B' }))).toEqual(['The title of A is “A” here and “B” there; “A” was kept.']);
  });

  it('keeps a node that one side deleted and the other changed or connected', () => {
    const gone = after(base, { type: 'remove', nodes: ['n1'] });
    const changed = after(base, params({ rate: 9 }));
    expect(sentences(gone, changed)).toEqual(['n1 was deleted here and changed there; it was kept.']);
    expect(sentences(changed, gone)).toEqual(['n1 was deleted there and changed here; it was kept.']);
    const { document } = mergeDocuments(base, gone, changed);
    expect(document.edges.map(({ id }) => id)).toEqual(['n0-n1', 'n1-n2']);
    expect(document.layout['n1']).toEqual(base.layout['n1']);
    const connected = after(base, { type: 'add', nodes: [testNode('x')], edges: [testEdge('n1', 'x')] });
    expect(sentences(gone, connected)).toEqual(['n1 was deleted here and connected there; it was kept.']);
    expect(mergeDocuments(base, gone, base).document.nodes).toHaveLength(2);
    expect(sentences(gone, gone)).toEqual([]);
  });

  it('lets an input have two rivals only where it takes many, and finds circles', () => {
    const ours = after(base, { type: 'add', nodes: [testNode('a')] }, { type: 'connect', edge: testEdge('a', 'n2'), replaces: 'n1-n2' });
    const theirs = after(base, { type: 'add', nodes: [testNode('b')] }, { type: 'connect', edge: testEdge('b', 'n2'), replaces: 'n1-n2' });
    expect(sentences(ours, theirs)).toEqual(['The input “table” of n2 comes from a here and from b there; ours was kept.']);
    const both = mergeDocuments(base, ours, theirs, () => false);
    expect([both.conflicts, both.document.edges.map(({ from }) => from.node)]).toEqual([[], ['n0', 'a', 'b']]);
    const open = after(base, { type: 'remove', edges: ['n0-n1', 'n1-n2'] });
    const one = after(open, { type: 'connect', edge: testEdge('n0', 'n1') });
    const other = after(open, { type: 'connect', edge: testEdge('n1', 'n0') });
    expect(mergeDocuments(open, one, other).conflicts.map((conflict) => conflictSentence(conflict, names))[0]).toMatch(/^Together the connections run in a circle: /);
  });

  it('gives a readable document for any two edits, the one that changed when only one did, and all nodes that both have', () => {
    const random = seeded(11);
    const wander = (document: PipelineDocument, steps: number): PipelineDocument => {
      let at = document;
      for (let count = 0; count < steps; count++) {
        try {
          at = applyCommand(at, randomEdit(at, random).command).document;
        } catch (error) {
          if (!(error as { code?: string }).code?.match(/command-invalid|document-forbidden-key/)) throw error;
        }
      }
      return at;
    };
    let conflicted = 0;
    for (let round = 0; round < 300; round++) {
      const start = wander(chain(4), 6);
      const [ours, theirs] = [wander(start, 5), wander(start, 5)];
      const { document, conflicts } = mergeDocuments(start, ours, theirs);
      const text = serialiseDocument(document);
      expect(serialiseDocument(parseDocument(text))).toBe(text);
      expect(serialiseDocument(mergeDocuments(start, ours, start).document)).toBe(serialiseDocument(ours));
      expect(serialiseDocument(mergeDocuments(start, start, theirs).document)).toBe(serialiseDocument(theirs));
      const ids = new Set(document.nodes.map(({ id }) => id));
      expect(ours.nodes.filter(({ id }) => theirs.nodes.some((node) => node.id === id) && !ids.has(id))).toEqual([]);
      for (const conflict of conflicts) expect(conflictSentence(conflict, names)).not.toMatch(/undefined|\[object/);
      if (conflicts.length > 0) conflicted += 1;
    }
    expect(conflicted).toBeGreaterThan(30);
    expect(conflicted).toBeLessThan(290);
  });
});
