import { describe, expect, it } from 'vitest';
import { applyCommand } from '#app/pipeline/commands.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { addNode, connectNodes, connectPorts, connectSelected, fits, freePlace, freshNode, insertIntoEdge, removeAndReconnect } from './edits.ts';
import { tidyLayout } from './tidy.ts';

const types = { a: 'data/csv-reader', b: 'transform/filter-rows', c: 'transform/sort', d: 'train/preprocess' } as const;

/** Reader → filter → sort, and a preprocess that stands alone. */
function sample(): PipelineDocument {
  return {
    ...emptyDocument('p', 'Test'),
    nodes: Object.entries(types).map(([id, type]) => ({ id, type, version: 1, params: {} })),
    edges: [
      { id: 'ab', from: { node: 'a', port: 'table' }, to: { node: 'b', port: 'table' } },
      { id: 'bc', from: { node: 'b', port: 'table' }, to: { node: 'c', port: 'table' } },
    ],
    layout: { a: { x: 0, y: 0 }, b: { x: 288, y: 0 }, c: { x: 576, y: 0 }, d: { x: 0, y: 200 } },
  };
}

const ends = (document: PipelineDocument) => document.edges.map((edge) => `${edge.from.node}.${edge.from.port}>${edge.to.node}.${edge.to.port}`).sort();

describe('adding', () => {
  it('joins a new node after a port, and offers only types that fit', () => {
    const document = sample();
    const joint = { kind: 'after', from: { node: 'c', port: 'table' } } as const;
    expect(fits(document, 'transform/sort', joint)).toBe(true);
    expect(fits(document, 'data/csv-reader', joint)).toBe(false);
    const node = freshNode('transform/sort');
    if (!node) throw new Error('transform/sort is not in the catalogue');
    const after = applyCommand(document, addNode(document, node, { x: 3, y: 5 }, joint)).document;
    expect(ends(after)).toContain(`c.table>${node.id}.table`);
    expect(after.layout[node.id]).toEqual({ x: 0, y: 8 });
  });

  it('puts a new node into an edge', () => {
    const document = sample();
    const node = freshNode('transform/sort');
    const edge = document.edges[0];
    if (!node || !edge) throw new Error('the sample is incomplete');
    const after = applyCommand(document, addNode(document, node, { x: 0, y: 0 }, { kind: 'into', edge })).document;
    expect(ends(after)).toEqual([`a.table>${node.id}.table`, 'b.table>c.table', `${node.id}.table>b.table`].sort());
  });

  it('keeps new nodes off the cards that are there', () => {
    const place = freePlace(sample(), { x: 8, y: 8 });
    expect(place.y).toBeGreaterThanOrEqual(60);
  });
});

describe('connecting', () => {
  it('replaces the edge of an input that takes one', () => {
    const document = sample();
    const result = connectPorts(document, { node: 'a', port: 'table' }, { node: 'c', port: 'table' });
    if (!('command' in result)) throw new Error(result.reason);
    expect(ends(applyCommand(document, result.command).document)).toEqual(['a.table>b.table', 'a.table>c.table']);
  });

  it('says why not', () => {
    expect(connectPorts(sample(), { node: 'd', port: 'recipe' }, { node: 'b', port: 'table' })).toEqual({ reason: expect.stringContaining('recipe') });
    expect(connectPorts(sample(), { node: 'c', port: 'table' }, { node: 'b', port: 'table' })).toEqual({ reason: expect.stringContaining('circle') });
  });

  it('finds the first ports that fit, and none where none do', () => {
    expect(connectNodes(sample(), 'c', 'b')).toBeNull();
    expect(connectNodes(sample(), 'd', 'b')).toBeNull();
  });

  it('connects a selection from left to right', () => {
    const bare = { ...sample(), edges: [] };
    const command = connectSelected(bare, ['c', 'a', 'b']);
    if (!command) throw new Error('nothing to connect');
    expect(ends(applyCommand(bare, command).document)).toEqual(['a.table>b.table', 'b.table>c.table']);
  });
});

describe('removing and inserting', () => {
  it('joins what fed the removed nodes to what they fed', () => {
    const document = sample();
    const command = removeAndReconnect(document, ['b']);
    if (!command) throw new Error('nothing to remove');
    const { document: after, inverse } = applyCommand(document, command);
    expect(ends(after)).toEqual(['a.table>c.table']);
    expect(applyCommand(after, inverse).document).toEqual(document);
  });

  it('inserts only a node that stands alone and fits', () => {
    const document = sample();
    expect(insertIntoEdge(document, 'd', 'ab')).toBeNull();
    expect(insertIntoEdge(document, 'b', 'bc')).toBeNull();
    const alone = { ...document, nodes: [...document.nodes, { id: 'e', type: 'transform/sort', version: 1, params: {} }] };
    const command = insertIntoEdge(alone, 'e', 'ab');
    if (!command) throw new Error('it does not fit');
    expect(ends(applyCommand(alone, command).document)).toEqual(['a.table>e.table', 'b.table>c.table', 'e.table>b.table']);
  });
});

describe('tidying', () => {
  it('puts every node right of what feeds it, without overlaps, and keeps the corner', () => {
    const messy = { ...sample(), layout: { a: { x: 900, y: 40 }, b: { x: 100, y: 70 }, c: { x: 110, y: 70 }, d: { x: 120, y: 75 } } };
    const command = tidyLayout(messy);
    if (!command) throw new Error('nothing moved');
    const { layout } = applyCommand(messy, command).document;
    const at = (id: string) => layout[id] ?? { x: NaN, y: NaN };
    expect(at('a').x).toBeLessThan(at('b').x - 207);
    expect(at('b').x).toBeLessThan(at('c').x - 207);
    expect(Math.min(...Object.values(layout).map((point) => point.x))).toBe(104);
    const cards = Object.values(layout);
    for (const one of cards) for (const other of cards) if (one !== other) expect(Math.abs(one.x - other.x) >= 208 || Math.abs(one.y - other.y) >= 60).toBe(true);
  });

  it('has nothing to do twice', () => {
    const document = sample();
    const first = tidyLayout(document);
    expect(tidyLayout(first ? applyCommand(document, first).document : document)).toBeNull();
  });
});
