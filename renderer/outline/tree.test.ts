import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { chain, testEdge, testNode } from '#app/pipeline/testing.ts';
import { outlineOf, visibleItems } from './tree.ts';

/** `a>b` for an edge, `a` for a node that stands alone. */
function drawn(text: string, groups: readonly (readonly string[])[] = []): PipelineDocument {
  const document = emptyDocument('d', 'D');
  const known = new Set<string>();
  for (const part of text.split(' ')) {
    const [from = '', to] = part.split('>');
    for (const id of [from, ...(to === undefined ? [] : [to])]) {
      if (!known.has(id)) document.nodes.push(testNode(id));
      known.add(id);
    }
    if (to !== undefined) document.edges.push(testEdge(from, to));
  }
  for (const [index, nodes] of groups.entries()) document.groups.push({ id: `g${index}`, title: `Group ${index}`, nodes: [...nodes] });
  return document;
}

const lines = (document: PipelineDocument): string[] => outlineOf(document).map(({ id, level }) => `${'  '.repeat(level - 1)}${id}`);

describe('the outline', () => {
  it('keeps a straight chain on one level, however long', () => {
    const items = outlineOf(chain(2000));
    expect(items.map(({ id }) => id)).toEqual(chain(2000).nodes.map(({ id }) => id));
    expect(new Set(items.map(({ level }) => level))).toEqual(new Set([1]));
  });

  it('nests branches under the fork and goes on at its level where they meet', () => {
    expect(lines(drawn('read>filter filter>sort read>count sort>join count>join join>write'))).toEqual(['read', '  filter', '  sort', '  count', 'join', 'write']);
  });

  it('nests forks within branches', () => {
    expect(lines(drawn('read>a read>b a>c a>d d>e'))).toEqual(['read', '  a', '    c', '    d', '    e', '  b']);
  });

  it('puts a second source before the join that waits for it, and follows each chain to its end', () => {
    expect(lines(drawn('a>b b>join c>d d>join join>e'))).toEqual(['a', 'b', 'c', 'd', 'join', 'e']);
  });

  it('makes a section of a group, with its own branches', () => {
    expect(lines(drawn('read>a a>b a>c b>w', [['a', 'b', 'c']]))).toEqual(['read', 'g0', '  a', '    b', '    c', 'w']);
  });

  it('says how many hang under an item, and the place of each among them', () => {
    const items = outlineOf(drawn('read>a read>b read>c'));
    expect(items.map(({ position, size, under }) => [position, size, under])).toEqual([[1, 1, 3], [1, 3, 0], [2, 3, 0], [3, 3, 0]]);
  });

  it('lists nodes in a circle too', () => {
    expect(lines(drawn('a>b b>c c>b d'))).toEqual(['a', 'd', 'b', 'c']);
  });

  it('hides all that is under a closed item', () => {
    const items = outlineOf(drawn('read>a read>b a>c a>d'));
    expect(visibleItems(items, new Set(['read'])).map(({ id }) => id)).toEqual(['read']);
    expect(visibleItems(items, new Set(['a'])).map(({ id }) => id)).toEqual(['read', 'a', 'b']);
  });

  it('has every node once, what feeds it before it, and each parent before its children', () => {
    const edges = fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 30 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const document = emptyDocument('d', 'D');
        for (let at = 0; at < 14; at++) document.nodes.push(testNode(`n${at}`));
        for (const [a, b] of pairs) if (a < b) document.edges.push(testEdge(`n${a}`, `n${b}`, `${a}-${b}-${document.edges.length}`));
        const items = outlineOf(document);
        const place = new Map(items.map(({ id }, index) => [id, index]));
        expect(place.size).toBe(14);
        expect(items).toHaveLength(14);
        for (const { from, to } of document.edges) expect(place.get(from.node)).toBeLessThan(place.get(to.node) ?? -1);
        for (const [index, item] of items.entries()) {
          const above = item.parent === null ? null : items[place.get(item.parent) ?? -1];
          expect(item.level).toBe((above?.level ?? 0) + 1);
          if (item.parent !== null) expect(place.get(item.parent)).toBeLessThan(index);
          // In a tree told by levels, the last item one level up is the parent.
          const told = items.slice(0, index).findLast(({ level }) => level === item.level - 1);
          expect(told?.id ?? null).toBe(item.parent);
        }
      }),
    );
  });
});
