import { describe, expect, it } from 'vitest';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { flowEdges, withGrips } from './flow-model.ts';

const node = (id: string): PipelineDocument['nodes'][number] => ({ id, type: 'transform/formula', version: 1, params: {} });
const edge = (from: string, to: string): PipelineDocument['edges'][number] => ({ id: `${from}-${to}`, from: { node: from, port: 'table' }, to: { node: to, port: 'table' } });
const chain: PipelineDocument = {
  ...emptyDocument('p', 'P'),
  nodes: ['a', 'b', 'c', 'd'].map(node),
  edges: [edge('a', 'b'), edge('b', 'c'), edge('c', 'd')],
  layout: Object.fromEntries(['a', 'b', 'c', 'd'].map((id, index) => [id, { x: index * 300, y: 0 }])),
};
const held = (wires: ReturnType<typeof flowEdges>): string[] => wires.filter(({ reconnectable }) => reconnectable === true).map(({ id }) => id);

describe('ends of wires to take hold of', () => {
  it('are those of the wire that the pointer was on last', () => {
    const wires = flowEdges(chain, [], [], []);
    expect(held(wires)).toEqual([]);
    const first = withGrips(wires, chain, 'a-b');
    expect(held(first)).toEqual(['a-b']);
    const second = withGrips(first, chain, 'b-c');
    expect(held(second)).toEqual(['b-c']);
    // Wires that are as they were are the same objects: they do not render.
    expect(second[2]).toBe(wires[2]);
  });

  it('stay with a wire that is selected or lit', () => {
    const wires = withGrips(flowEdges(chain, [], [], []), chain, 'a-b');
    expect(held(flowEdges(chain, ['a'], ['a-b'], wires))).toEqual(['a-b']);
  });

  it('are not at the chip of a collapsed group, whose ports stand for others', () => {
    const grouped: PipelineDocument = { ...chain, groups: [{ id: 'g', title: 'G', nodes: ['c', 'd'], collapsed: true }] };
    const wires = flowEdges(grouped, [], [], []);
    expect(wires.find(({ id }) => id === 'b-c')?.target).toBe('g');
    expect(held(withGrips(wires, grouped, 'b-c'))).toEqual([]);
  });
});
