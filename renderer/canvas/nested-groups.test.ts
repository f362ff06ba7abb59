import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCommand, type Command } from '#app/pipeline/commands.ts';
import { diffDocuments } from '#app/pipeline/diff.ts';
import { emptyDocument, type PipelineDocument, type PipelineGroup } from '#app/pipeline/document.ts';
import { groupTree, nodesWithin } from '#app/pipeline/group-tree.ts';
import { History } from '#app/pipeline/history.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { outlineOf } from '../outline/tree.ts';
import { clipOf, pasteClip } from './clipboard.ts';
import { dragCommands } from './dragging.ts';
import { flowEdges, flowNodes } from './flow-model.ts';
import { holds } from './geometry.ts';
import { changeGroup, collapsedMembers, frameOf, groupAt, groupNodes, membersOf, moveIntoGroup, resizeGroup, shownBox, shownGroups, ungroup } from './groups.ts';
import { tidyLayout } from './tidy.ts';

const ids = ['a', 'b', 'c', 'd', 'e'];
const none = { nodes: [], notes: [], groups: [] };

/** Five steps in a row; b, c and d are in “Outer”, of which c and d are in “Inner”. */
function sample(): PipelineDocument {
  return {
    ...emptyDocument('p', 'Test'),
    nodes: ids.map((id) => ({ id, type: 'transform/sort', version: 1, params: {} })),
    edges: ids.slice(1).map((id, index) => ({ id: `e${id}`, from: { node: ids[index] ?? '', port: 'table' }, to: { node: id, port: 'table' } })),
    groups: [
      { id: 'inner', title: 'Inner', nodes: ['c', 'd'], within: 'outer' },
      { id: 'outer', title: 'Outer', nodes: ['b'] },
    ],
    layout: Object.fromEntries(ids.map((id, index) => [id, { x: index * 288, y: 0 }])),
  };
}

const after = (document: PipelineDocument, command: Command | null): PipelineDocument => {
  if (command === null) throw new Error('nothing is changed');
  const { document: next, inverse } = applyCommand(document, command);
  expect(serialiseDocument(applyCommand(next, inverse).document)).toBe(serialiseDocument(document));
  return next;
};
const group = (document: PipelineDocument, id: string): PipelineGroup => {
  const found = document.groups.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no group ${id}`);
  return found;
};
const places = (document: PipelineDocument): unknown => document.groups.map(({ title, nodes, within }) => [title, nodes.join(''), within ?? '']);
const all = (commands: readonly Command[]): Command => ({ type: 'batch', commands });

describe('a group in a group', () => {
  it('is drawn over the one around it, which holds it with room for both titles', () => {
    const document = sample();
    const [inner, outer] = [frameOf(document, group(document, 'inner')), frameOf(document, group(document, 'outer'))];
    expect(inner && outer && holds(outer, inner) && outer.y < inner.y).toBe(true);
    expect(flowNodes(document, none, []).map(({ id, type }) => `${id} ${type}`).slice(0, 2)).toEqual(['outer frame', 'inner frame']);
    expect(groupAt(document, { x: 600, y: 30 })?.id).toBe('inner');
    expect(groupAt(document, { x: 300, y: 30 })?.id).toBe('outer');
  });

  it('is made of some of a group’s nodes, or around groups', () => {
    const document = sample();
    const within = groupNodes(document, ['c']);
    expect(places(after(document, within?.command ?? null))).toEqual([['Inner', 'd', 'outer'], ['Outer', 'b', ''], ['Group 1', 'c', 'inner']]);
    const around = groupNodes(document, ['b', 'c', 'd', 'e']);
    expect(places(after(document, around?.command ?? null))).toEqual([['Inner', 'cd', 'outer'], ['Outer', 'b', around?.group.id], ['Group 1', 'e', '']]);
    const beside = groupNodes(document, ['b', 'c', 'd']);
    expect(group(after(document, beside?.command ?? null), 'outer').within).toBe(beside?.group.id);
  });

  it('goes with the one around it: collapsed to one chip, dragged, deleted, copied', () => {
    const document = sample();
    const folded = after(document, changeGroup(group(document, 'outer'), { collapsed: true }));
    expect(flowNodes(folded, none, []).map(({ id, type }) => `${id} ${type}`)).toEqual(['outer chip', 'a card', 'e card']);
    expect(flowEdges(folded, [], [], []).map(({ source, target }) => `${source} ${target}`)).toEqual(['a outer', 'outer e']);
    // Both folded: the outer chip stands for all; opened, the inner one is still a chip in its frame.
    const both = after(folded, changeGroup(group(folded, 'inner'), { collapsed: true }));
    expect(collapsedMembers(both).get('c')?.id).toBe('outer');
    const opened = after(both, changeGroup(group(both, 'outer'), { collapsed: undefined }));
    expect(flowNodes(opened, none, []).map(({ id, type }) => `${id} ${type}`).slice(0, 2)).toEqual(['outer frame', 'inner chip']);
    const frame = frameOf(document, group(document, 'outer'));
    const moved = after(document, all(dragCommands(document, [{ node: { id: 'outer', type: 'frame' }, to: { x: (frame?.x ?? 0) + 8, y: (frame?.y ?? 0) + 400 } }])));
    expect(['b', 'c', 'd'].map((id) => moved.layout[id]?.y)).toEqual([400, 400, 400]);
    expect(places(moved)).toEqual(places(document));
    const clip = clipOf(document, { nodes: ['b', 'c', 'd'] });
    const pasted = clip && after(document, pasteClip(clip).command);
    const copies = pasted?.groups.slice(2) ?? [];
    expect(copies.map(({ title, within }) => [title, within])).toEqual([['Inner', copies[1]?.id], ['Outer', undefined]]);
  });

  it('leaves the frame around it when dragged out, and goes into the one it is let go in', () => {
    const document = sample();
    const at = frameOf(document, group(document, 'inner'));
    const far = after(document, all(dragCommands(document, [{ node: { id: 'inner', type: 'frame' }, to: { x: at?.x ?? 0, y: 900 } }])));
    expect(group(far, 'inner').within).toBeUndefined();
    expect(frameOf(far, group(far, 'outer'))?.height).toBe(124);
    const from = frameOf(far, group(far, 'inner'));
    const back = after(far, all(dragCommands(far, [{ node: { id: 'inner', type: 'frame' }, to: { x: 288 - (from?.width ?? 0) / 2, y: -20 } }])));
    expect(group(back, 'inner').within).toBe('outer');
    // A little aside: it stays, and the frame grows.
    expect(places(after(document, all(dragCommands(document, [{ node: { id: 'inner', type: 'frame' }, to: { x: (at?.x ?? 0) - 40, y: (at?.y ?? 0) + 40 } }]))))).toEqual(places(document));
  });

  it('stays in the group around the one that is taken away', () => {
    const document = sample();
    const [inner, outer] = [after(document, ungroup(document, ['inner'])), after(document, ungroup(document, ['outer']))];
    expect(places(inner)).toEqual([['Outer', 'bcd', '']]);
    expect(places(outer)).toEqual([['Inner', 'cd', '']]);
    const three = after(document, groupNodes(document, ['c'])?.command ?? null);
    expect(places(after(three, ungroup(three, ['inner', 'outer'])))).toEqual([['Group 1', 'c', '']]);
  });

  it('moves as it is by the menu, and takes in nodes of the one around it where its frame is drawn over them', () => {
    const document = sample();
    expect(places(after(document, moveIntoGroup(document, ['c', 'd'], null)))).toEqual([['Inner', 'cd', ''], ['Outer', 'b', '']]);
    expect(moveIntoGroup(document, ['c', 'd'], 'outer')).toBeNull();
    const wide = after(document, resizeGroup(document, group(document, 'inner'), { x: 200, y: -60, width: 1000, height: 200 }));
    expect(places(wide)).toEqual([['Inner', 'cdb', 'outer'], ['Outer', '', '']]);
  });

  it('is read from a file, is a section of the outline, and a change of it is told', () => {
    const document = parseDocument(serialiseDocument(sample()));
    expect(outlineOf(document).map(({ id, level, parent }) => [id, level, parent])).toEqual([['a', 1, null], ['outer', 1, null], ['b', 2, 'outer'], ['inner', 2, 'outer'], ['c', 3, 'inner'], ['d', 3, 'inner'], ['e', 1, null]]);
    const moved = after(document, moveIntoGroup(document, ['c', 'd'], null));
    expect(diffDocuments(document, moved).map(({ kind }) => kind)).toEqual(['group-changed']);
    // Names that lead round in a circle, or nowhere, are not followed.
    const odd = { ...document, groups: [{ ...group(document, 'inner') }, { ...group(document, 'outer'), within: 'inner' }, { id: 'x', title: '', nodes: [], within: 'gone' }] };
    expect(groupTree(odd).outermostFirst.map(({ id }) => id).toSorted()).toEqual(['inner', 'outer', 'x']);
    expect(flowNodes(odd, none, []).filter(({ type }) => type === 'frame')).toHaveLength(2);
  });
});

/** Random edits, as a person makes them. */
const anyStep = fc.record({
  what: fc.constantFrom('group', 'ungroup', 'into', 'drag', 'dragCard', 'collapse', 'resize', 'delete', 'copy', 'tidy'),
  nodes: fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 4 }),
  pick: fc.nat(20),
  to: fc.record({ x: fc.integer({ min: -200, max: 1600 }), y: fc.integer({ min: -300, max: 600 }) }),
});

function commandOf(document: PipelineDocument, { what, nodes: wanted, pick, to }: { what: string; nodes: string[]; pick: number; to: { x: number; y: number } }): Command | null {
  const nodes = wanted.filter((id) => document.nodes.some((node) => node.id === id));
  const chosen = document.groups[pick % Math.max(1, document.groups.length)];
  if (what === 'group') return groupNodes(document, nodes)?.command ?? null;
  if (what === 'into') return moveIntoGroup(document, nodes, pick % 3 === 0 ? null : (chosen?.id ?? null));
  if (what === 'dragCard') return all(dragCommands(document, nodes.slice(0, 1).map((id) => ({ node: { id, type: 'card' as const }, to }))));
  if (what === 'copy') {
    const clip = document.nodes.length > 12 ? null : clipOf(document, { nodes: chosen ? membersOf(document, chosen) : nodes });
    return clip && pasteClip(clip, undefined, new Set(document.groups.map(({ id }) => id))).command;
  }
  if (what === 'tidy') return tidyLayout(document);
  if (chosen === undefined) return null;
  if (what === 'ungroup') return ungroup(document, [chosen.id]);
  if (what === 'drag') return all(dragCommands(document, [{ node: { id: chosen.id, type: chosen.collapsed ? 'chip' : 'frame' }, to }]));
  if (what === 'collapse') return changeGroup(chosen, { collapsed: chosen.collapsed ? undefined : true });
  if (what === 'resize') return resizeGroup(document, chosen, { ...to, width: 400, height: 300 });
  return { type: 'remove', groups: [chosen.id, ...groupTree(document).inside(chosen.id).map(({ id }) => id)], nodes: document.nodes.length > 3 ? membersOf(document, chosen) : [] };
}

it('random edits of groups keep every node in one place, frames around what they hold, and are undone to the identical text', () => {
  let edits = 0;
  let deepest = 0;
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 25 }), (steps) => {
      const history = new History(sample());
      const texts = [serialiseDocument(history.document)];
      for (const step of steps) {
        const command = commandOf(history.document, step);
        if (command === null) continue;
        history.apply(command);
        edits += 1;
        const { document } = history;
        texts.push(serialiseDocument(document));
        const tree = groupTree(document);
        const homes = document.groups.flatMap(({ nodes }) => nodes);
        expect(new Set(homes).size).toBe(homes.length);
        for (const one of document.groups) {
          deepest = Math.max(deepest, tree.around(one.id).length);
          // Nothing is named that is not followed, and nothing twice.
          expect(one.within ?? null).toBe(tree.parentOf(one.id)?.id ?? null);
          const [own, around] = [shownBox(document, one), tree.parentOf(one.id)];
          const frame = around && frameOf(document, around);
          if (own && around) expect(frame && holds(frame, own)).toBe(true);
        }
        // Every node is one card, or within one chip.
        const drawn = flowNodes(document, none, []);
        const cards = drawn.flatMap((node) => (node.type === 'card' ? [node.id] : []));
        const inChips = shownGroups(document).flatMap((one) => (one.collapsed ? nodesWithin(document, one) : []));
        expect([...cards, ...inChips].toSorted()).toEqual(document.nodes.map(({ id }) => id).toSorted());
        const shown = new Set(drawn.map(({ id }) => id));
        for (const edge of flowEdges(document, [], [], [])) expect(shown.has(edge.source) && shown.has(edge.target)).toBe(true);
        const items = outlineOf(document).map(({ id }) => id);
        expect(new Set(items).size).toBe(items.length);
        expect(document.nodes.every(({ id }) => items.includes(id))).toBe(true);
      }
      for (let at = texts.length - 2; at >= 0; at -= 1) expect(serialiseDocument(history.undo())).toBe(texts[at]);
    }),
    { numRuns: 120 },
  );
  expect(edits).toBeGreaterThan(300);
  expect(deepest).toBeGreaterThan(1);
});
