import { describe, expect, it } from 'vitest';
import { applyCommand, type Command } from '#app/pipeline/commands.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { clipFromText, clipOf, clipToText, pasteClip } from './clipboard.ts';
import { dragCommands } from './dragging.ts';
import { flowEdges, flowNodes } from './flow-model.ts';
import { cardAt, overlap } from './geometry.ts';
import { tidyLayout } from './tidy.ts';
import { changeGroup, chipPorts, frameOf, groupAt, groupNodes, joinAt, moveGroups, regroup, resizeGroup, ungroup, wholeGroups } from './groups.ts';

/** Reader → filter → sort → split; filter and sort are in a group; a note lies in its frame. */
function sample(): PipelineDocument {
  const types = { a: 'data/csv-reader', b: 'transform/filter-rows', c: 'transform/sort', d: 'transform/partition' };
  const edge = (from: string, to: string) => ({ id: from + to, from: { node: from, port: 'table' }, to: { node: to, port: 'table' } });
  return {
    ...emptyDocument('p', 'Test'),
    nodes: Object.entries(types).map(([id, type]) => ({ id, type, version: 1, params: {} })),
    edges: [edge('a', 'b'), edge('b', 'c'), edge('c', 'd')],
    notes: [{ id: 'n', text: 'inside', x: 300, y: 60, width: 96, height: 48 }],
    groups: [{ id: 'g', title: 'Clean', nodes: ['b', 'c'] }],
    layout: { a: { x: 0, y: 0 }, b: { x: 288, y: 0 }, c: { x: 576, y: 80 }, d: { x: 1000, y: 0 } },
  };
}

const after = (document: PipelineDocument, ...commands: readonly Command[]): PipelineDocument => {
  const { document: next, inverse } = applyCommand(document, { type: 'batch', commands });
  expect(serialiseDocument(applyCommand(next, inverse).document)).toBe(serialiseDocument(document));
  return next;
};
const group = (document: PipelineDocument, id = 'g') => {
  const found = document.groups.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no group ${id}`);
  return found;
};

describe('frames', () => {
  it('go round their content with room for the title, and hold at least what was drawn', () => {
    const document = sample();
    expect(frameOf(document, group(document))).toEqual({ x: 264, y: -40, width: 208 + 288 + 48, height: 60 + 80 + 64 });
    const drawn = after(document, changeGroup(group(document), { box: { x: 200, y: 0, width: 100, height: 400 } }));
    expect(frameOf(drawn, group(drawn))).toEqual({ x: 200, y: -40, width: 608, height: 440 });
    const fitted = after(drawn, changeGroup(group(drawn), { box: undefined }));
    expect(Object.hasOwn(group(fitted), 'box')).toBe(false);
    expect(frameOf(document, { id: 'x', title: '', nodes: ['gone'] })).toBeNull();
  });

  it('drawn over nodes that are in no group take them in', () => {
    const document: PipelineDocument = { ...sample(), groups: [...sample().groups, { id: 'h', title: '', nodes: ['a'] }] };
    const next = after(document, resizeGroup(document, group(document), { x: -100.4, y: -100, width: 1400, height: 500 }));
    expect(group(next)).toEqual({ id: 'g', title: 'Clean', nodes: ['b', 'c', 'd'], box: { x: -100, y: -100, width: 1400, height: 500 } });
    expect(group(next, 'h').nodes).toEqual(['a']);
    // Drawn smaller than what is in it: nobody is put out.
    expect(group(after(next, resizeGroup(next, group(next), { x: 0, y: 0, width: 120, height: 80 }))).nodes).toEqual(['b', 'c', 'd']);
  });

  it('are found by a point, the smaller of two first, never while collapsed', () => {
    const document = { ...sample(), groups: [{ id: 'wide', title: '', nodes: ['a', 'b', 'c', 'd'] }, ...sample().groups] };
    expect(groupAt(document, { x: 300, y: 10 })?.id).toBe('g');
    expect(groupAt(document, { x: 10, y: 10 })?.id).toBe('wide');
    expect(groupAt(document, { x: 300, y: 900 })).toBeNull();
    expect(groupAt({ ...sample(), groups: [{ ...group(sample()), collapsed: true }] }, { x: 300, y: 10 })).toBeNull();
  });
});

describe('grouping', () => {
  it('takes nodes out of the groups they were in; a group that is wholly chosen goes into the new one', () => {
    const document = sample();
    const one = groupNodes(document, ['a', 'b']);
    if (!one) throw new Error('nothing was grouped');
    expect(after(document, one.command).groups.map(({ title, nodes }) => [title, nodes])).toEqual([['Clean', ['c']], ['Group 1', ['a', 'b']]]);
    const all = groupNodes(document, ['c', 'b', 'a']);
    if (!all) throw new Error('nothing was grouped');
    expect(after(document, all.command).groups.map(({ title, nodes, within }) => [title, nodes, within])).toEqual([['Clean', ['b', 'c'], all.group.id], ['Group 1', ['a'], undefined]]);
    expect(groupNodes(document, [])).toBeNull();
    expect(groupNodes({ ...document, groups: [{ id: 'x', title: 'Group 1', nodes: [] }] }, ['a'])?.group.title).toBe('Group 2');
  });

  it('is undone by ungrouping, which keeps the nodes', () => {
    const document = sample();
    const command = ungroup(document, ['g']);
    if (!command) throw new Error('there is a group');
    const next = after(document, command);
    expect(next.groups).toEqual([]);
    expect(next.nodes).toHaveLength(4);
    expect(ungroup(document, [])).toBeNull();
  });

  it('counts a group as whole when all its nodes are chosen', () => {
    const document = sample();
    expect(wholeGroups(document, ['b', 'c', 'd']).map(({ id }) => id)).toEqual(['g']);
    expect(wholeGroups(document, ['b'])).toEqual([]);
  });
});

describe('moving', () => {
  it('a frame takes its nodes, the notes in it and its drawn size along', () => {
    const document = after(sample(), changeGroup(group(sample()), { box: { x: 200, y: -48, width: 700, height: 300 } }));
    const next = after(document, ...moveGroups(document, new Map([['g', { x: 10, y: 20 }]])));
    expect(next.layout['b']).toEqual({ x: 298, y: 20 });
    expect(next.layout['c']).toEqual({ x: 586, y: 100 });
    expect(next.layout['a']).toEqual({ x: 0, y: 0 });
    expect(next.notes[0]).toMatchObject({ x: 310, y: 80 });
    expect(group(next).box).toEqual({ x: 210, y: -28, width: 700, height: 300 });
    expect(moveGroups(document, new Map([['g', { x: 0, y: 0 }]]))).toEqual([]);
  });

  it('a dragged frame is one move even where its nodes are dragged with it', () => {
    const document = sample();
    const commands = dragCommands(document, [
      { node: { id: 'g', type: 'frame' }, to: { x: 264 + 16, y: -40 } },
      { node: { id: 'b', type: 'card' }, to: { x: 288 + 16, y: 0 } },
    ]);
    const next = after(document, ...commands);
    expect(next.layout).toMatchObject({ b: { x: 304, y: 0 }, c: { x: 592, y: 80 } });
    expect(group(next).nodes).toEqual(['b', 'c']);
  });

  it('a card joins the frame it is let go in and leaves the one it no longer touches', () => {
    const document = sample();
    expect(group(after(document, ...regroup(document, { d: { x: 400, y: 20 } }))).nodes).toEqual(['b', 'c', 'd']);
    expect(group(after(document, ...regroup(document, { c: { x: 576, y: 700 } }))).nodes).toEqual(['b']);
    // Half out: the frame grows with it.
    expect(regroup(document, { c: { x: 700, y: 80 } })).toEqual([]);
    // All of it: it stays a group.
    expect(regroup(document, { b: { x: 288, y: 700 }, c: { x: 576, y: 700 } })).toEqual([]);
    const single = { ...document, groups: [{ id: 'g', title: '', nodes: ['b'] }, { id: 'h', title: '', nodes: ['d'] }] };
    expect(after(single, ...regroup(single, { b: { x: 1010, y: 10 } })).groups.map(({ id, nodes }) => [id, nodes])).toEqual([['g', ['b']], ['h', ['d']]]);
  });

  it('a node added within a frame belongs to it', () => {
    const document = sample();
    expect(joinAt(document, 'new', { x: 400, y: 20 })).toEqual({ type: 'set-group', group: { ...group(document), nodes: ['b', 'c', 'new'] } });
    expect(joinAt(document, 'new', { x: 400, y: 900 })).toBeNull();
  });
});

describe('a collapsed group', () => {
  const collapsed = (): PipelineDocument => ({ ...sample(), groups: [{ ...group(sample()), collapsed: true }] });
  const none = { nodes: [], notes: [], groups: [] };

  it('is one chip with the edges that cross its border', () => {
    const document = collapsed();
    const nodes = flowNodes(document, none, []);
    expect(nodes.map(({ id, type }) => `${id} ${type}`)).toEqual(['g chip', 'n note', 'a card', 'd card']);
    expect(nodes[0]?.position).toEqual({ x: 264, y: -40 });
    const ends = flowEdges(document, [], [], []).map(({ source, sourceHandle, target, targetHandle }) => `${source}:${sourceHandle} > ${target}:${targetHandle}`);
    expect(ends).toEqual(['a:table > g:a table', 'g:c table > d:table']);
    const { inputs, outputs } = chipPorts(document, group(document));
    expect(inputs).toEqual([{ id: 'a table', from: { node: 'a', port: 'table' }, kind: 'table' }]);
    expect(outputs.map(({ id }) => id)).toEqual(['c table']);
    // Every wire ends at a handle that is there.
    expect(nodes[0]?.handles?.map(({ id, type }) => `${type} ${id}`)).toEqual(['target a table', 'source c table']);
  });

  it('has one port for an output that feeds several of its nodes, and grows with its ports', () => {
    const partitions = ['p1', 'p2', 'p3'].map((id) => ({ id, type: 'transform/partition', version: 1, params: {} }));
    const feed = (node: string, port: string, to: string) => ({ id: `${node}${port}${to}`, from: { node, port }, to: { node: to, port: 'table' } });
    const document: PipelineDocument = {
      ...collapsed(),
      nodes: [...sample().nodes, ...partitions],
      edges: [feed('a', 'table', 'b'), feed('a', 'table', 'c'), ...['p1', 'p2', 'p3'].flatMap((id) => [feed(id, 'train', 'b'), feed(id, 'test', 'c')])],
    };
    expect(chipPorts(document, group(document)).inputs.map(({ id }) => id)).toEqual(['a table', 'p1 train', 'p2 train', 'p3 train', 'p1 test', 'p2 test', 'p3 test']);
    const [chip] = flowNodes(document, none, []);
    expect(chip?.height).toBe(112);
    const offsets = chip?.handles?.map(({ y }) => y) ?? [];
    expect(offsets.every((y, index) => index === 0 || y - (offsets[index - 1] ?? 0) >= 13)).toBe(true);
    expect(flowEdges(document, [], [], [])).toHaveLength(8);
  });

  it('is marked where a node within it is chosen', () => {
    expect(flowNodes(collapsed(), { ...none, nodes: ['b'] }, [])[0]?.selected).toBe(true);
    expect(flowNodes(collapsed(), { ...none, nodes: ['a'] }, [])[0]?.selected).toBe(false);
  });

  it('keeps the objects of what did not change, and makes new ones for what did', () => {
    const document = collapsed();
    const before = flowNodes(document, none, []);
    expect(flowNodes(document, none, before).every((node, index) => node === before[index])).toBe(true);
    const cut = { ...document, edges: document.edges.slice(0, 2) };
    expect(flowNodes(cut, none, before)[0]).not.toBe(before[0]);
  });

  it('moves with all that is in it', () => {
    const document = collapsed();
    const next = after(document, ...dragCommands(document, [{ node: { id: 'g', type: 'chip' }, to: { x: 264, y: 160 } }]));
    expect(next.layout).toMatchObject({ b: { x: 288, y: 200 }, c: { x: 576, y: 280 } });
  });
});

describe('copying', () => {
  it('takes a whole group along, with its colour and size, and gives it new members', () => {
    const document = after(sample(), changeGroup(group(sample()), { colour: 'train', box: { x: 0, y: 0, width: 40, height: 40 } }));
    const clip = clipFromText(clipToText(clipOf(document, { nodes: ['b', 'c'] }) ?? { format: 'penstock-nodes', nodes: [], edges: [], notes: [], groups: [], layout: {} }));
    if (!clip) throw new Error('the clip cannot be read');
    const pasted = pasteClip(clip);
    const next = after(document, pasted.command);
    const [copy] = next.groups.filter(({ id }) => id !== 'g');
    expect(copy).toMatchObject({ title: 'Clean', colour: 'train', box: { x: 32, y: 32, width: 40, height: 40 }, nodes: pasted.nodes });
    expect(pasted.groups).toEqual([copy?.id]);
  });

  it('leaves a group that is chosen in part, and reads text of an app that knew no groups', () => {
    expect(clipOf(sample(), { nodes: ['b'] })?.groups).toEqual([]);
    const text = JSON.stringify({ format: 'penstock-nodes', nodes: [{ id: 'x', type: 'transform/sort', version: 1, params: {} }], edges: [], layout: {} });
    expect(clipFromText(text)?.groups).toEqual([]);
  });
});

describe('tidying', () => {
  const boxes = (document: PipelineDocument) => Object.fromEntries(Object.entries(document.layout));

  it('keeps what is in a frame together: no other card lies in it', () => {
    const sort = (id: string) => ({ id, type: 'transform/sort', version: 1, params: {} });
    const edge = (from: string, to: string) => ({ id: from + to, from: { node: from, port: 'table' }, to: { node: to, port: 'table' } });
    const ids = ['s', 'a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3'];
    const document: PipelineDocument = {
      ...emptyDocument('p', 'Test'),
      nodes: ids.map(sort),
      edges: ['a', 'b', 'c'].flatMap((row) => [edge('s', `${row}1`), edge(`${row}1`, `${row}2`), edge(`${row}2`, `${row}3`)]),
      groups: [{ id: 'g', title: '', nodes: ['a1', 'a2', 'c2', 'c1'], box: { x: -900, y: -900, width: 10, height: 10 } }],
      layout: Object.fromEntries(ids.map((id, index) => [id, { x: (index % 3) * 100, y: index * 10 }])),
    };
    const command = tidyLayout(document);
    if (!command) throw new Error('there is something to tidy');
    const next = after(document, command);
    const frame = frameOf(next, group(next));
    if (!frame) throw new Error('the group has nodes');
    const inside = ids.filter((id) => overlap(frame, cardAt(boxes(next)[id] ?? { x: 0, y: 0 })));
    expect(inside.sort()).toEqual(['a1', 'a2', 'c1', 'c2']);
    // Drawn by hand for places that are no more.
    expect(group(next).box).toBeUndefined();
  });

  it('takes a collapsed group for one card and moves its nodes with it', () => {
    const document: PipelineDocument = { ...sample(), groups: [{ ...group(sample()), collapsed: true }] };
    const command = tidyLayout(document);
    if (!command) throw new Error('there is something to tidy');
    const next = after(document, command);
    const apart = (one: PipelineDocument) => ({ x: (one.layout['c']?.x ?? 0) - (one.layout['b']?.x ?? 0), y: (one.layout['c']?.y ?? 0) - (one.layout['b']?.y ?? 0) });
    expect(apart(next)).toEqual(apart(document));
    const [chip] = flowNodes(next, { nodes: [], notes: [], groups: [] }, []);
    // In the column between reader and split.
    expect(chip?.position.x).toBeGreaterThan((next.layout['a']?.x ?? 0) + 208);
    expect(chip?.position.x).toBeLessThan((next.layout['d']?.x ?? 0) - 208);
    expect(tidyLayout(next)).toBeNull();
  });
});
