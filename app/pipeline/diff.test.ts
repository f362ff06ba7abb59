import { describe, expect, it } from 'vitest';
import { applyCommand } from './commands.ts';
import { applyDelta, nodesDelta } from './delta.ts';
import { changeSentences, type Names } from './diff-words.ts';
import { diffDocuments, diffMarks, isCosmetic, unionDocument } from './diff.ts';
import { nodeTitle } from './graph.ts';
import { serialiseDocument } from './serialise.ts';
import { chain, testEdge, testNode } from './testing.ts';
import { randomEdit, seeded } from './testing-edits.ts';

const names: Names = { node: (node) => nodeTitle(node), param: (_, path) => path.join('.') };
const words = (...documents: Parameters<typeof diffDocuments>): string[] => changeSentences(diffDocuments(...documents), names);

const before = { ...chain(3), nodes: chain(3).nodes.with(1, { ...testNode('n1', 'test/step', { rate: 0.1, deep: { a: 1, b: [1, 2] }, rows: [{ k: 'x' }, { k: 'y' }] }), title: 'Filter' }) };
const edited = (params: Record<string, unknown>) => ({ ...before, nodes: before.nodes.with(1, { ...(before.nodes[1] ?? testNode('n1')), params }) });

describe('diffDocuments', () => {
  it('tells params field by field, lists entry by entry', () => {
    const after = edited({ rate: 0.2, deep: { a: 1, b: [1, 2, 3] }, rows: [{ k: 'x' }, { k: 'z' }], extra: 'new' });
    expect(words(before, after)).toEqual([
      'Changed “rate” of Filter from 0.1 to 0.2',
      'Changed “deep.b” of Filter from 1, 2 to 1, 2, 3',
      'Changed “rows.1.k” of Filter from “y” to “z”',
      'Changed “extra” of Filter from its default to “new”',
    ]);
    expect(diffDocuments(before, after).some(isCosmetic)).toBe(false);
  });

  it('tells nodes, connections, titles, moves, notes and groups, most telling first', () => {
    const after = {
      ...before,
      title: 'Other',
      nodes: [...before.nodes.slice(0, 1), { ...(before.nodes[1] ?? testNode('n1')), title: 'Keep', bypassed: true }, testNode('new', 'test/step')],
      edges: [testEdge('n0', 'n1', 'another id'), testEdge('n1', 'new')],
      notes: [{ id: 'note', text: 'Look here\nand there', x: 0, y: 0, width: 1, height: 1 }],
      groups: [{ id: 'g', title: 'Part', nodes: ['n0', 'n1'] }],
      layout: { ...before.layout, n0: { x: 5, y: 5 } },
    };
    expect(words(before, after)).toEqual([
      'Renamed the pipeline from “Chain” to “Other”',
      'Deleted step',
      'Added step',
      'Bypassed Keep',
      'Connected Keep → step',
      'Renamed Filter to “Keep”',
      'Grouped 2 nodes as “Part”',
      'Added the note “Look here”',
      'Moved source',
    ]);
    expect(diffMarks(before, after)).toEqual({ nodes: { n2: 'removed', new: 'added', n1: 'changed', n0: 'moved' }, edges: { 'n1-n2': 'removed', 'n1-new': 'added' } });
    const both = unionDocument(before, after);
    expect(both.nodes.map(({ id }) => id)).toEqual(['n0', 'n1', 'new', 'n2']);
    expect(both.edges.map(({ id }) => id)).toEqual(['another id', 'n1-new', 'n1-n2']);
    expect(both.layout['n2']).toEqual(before.layout['n2']);
  });

  it('finds nothing between equal documents and something between others', () => {
    const random = seeded(5);
    let document = chain(5);
    for (let count = 0; count < 500; count++) {
      expect(diffDocuments(document, structuredClone(document))).toEqual([]);
      const { command, spoiler } = randomEdit(document, random);
      if (spoiler) continue;
      try {
        const next = applyCommand(document, command).document;
        const changes = diffDocuments(document, next);
        // Words exist for every change, and marks are of nodes that are there to be marked.
        expect(changeSentences(changes, names).every((text) => text.length > 5 && !/undefined|\[object/.test(text))).toBe(true);
        const drawn = new Set(unionDocument(document, next).nodes.map(({ id }) => id));
        expect(Object.keys(diffMarks(document, next, changes).nodes).every((id) => drawn.has(id))).toBe(true);
        document = next;
      } catch (error) {
        if ((error as { code?: string }).code !== 'command-invalid') throw error;
      }
    }
  });
});

describe('nodesDelta', () => {
  it('brings back chosen nodes with their connections and leaves the rest', () => {
    const now = { ...before, nodes: [...before.nodes.slice(0, 1), testNode('n2', 'test/step', { kept: 1 })], edges: [testEdge('n0', 'n2', 'direct')], layout: {} };
    const back = applyDelta(now, nodesDelta(now, before, ['n1']));
    expect(back.nodes.map(({ id }) => id)).toEqual(['n0', 'n2', 'n1']);
    expect(back.nodes[1]?.params).toEqual({ kept: 1 });
    expect(back.edges.map(({ id }) => id).toSorted()).toEqual(['direct', 'n0-n1', 'n1-n2']);
    expect(back.layout).toEqual({ n1: before.layout['n1'] });
    expect(serialiseDocument(applyDelta(back, nodesDelta(back, now, ['n1'])))).toBe(serialiseDocument(now));
  });
});
