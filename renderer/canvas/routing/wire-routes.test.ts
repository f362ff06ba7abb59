import { describe, expect, it } from 'vitest';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { flowEdges, flowNodes } from '../flow-model.ts';
import { WireRouter } from './wire-router.ts';
import { withRoutes } from './wire-routes.ts';

const nothing = { nodes: [], notes: [], groups: [] };

/** Three nodes in a row, the first joined to both others; below them two that are joined. */
function sample(): PipelineDocument {
  const edge = (from: string, to: string) => ({ id: from + to, from: { node: from, port: 'table' }, to: { node: to, port: 'table' } });
  return {
    ...emptyDocument('p', 'Test'),
    nodes: ['a', 'b', 'c', 'x', 'y'].map((id) => ({ id, type: id === 'a' || id === 'x' ? 'data/table-creator' : 'transform/sort', version: 1, params: {} })),
    edges: [edge('a', 'b'), edge('a', 'c'), edge('x', 'y')],
    layout: { a: { x: 0, y: 0 }, b: { x: 288, y: 0 }, c: { x: 576, y: 0 }, x: { x: 0, y: 400 }, y: { x: 288, y: 400 } },
  };
}

function canvasOf(document: PipelineDocument, router: WireRouter, before: ReturnType<typeof flowEdges> = []) {
  return withRoutes(router, flowNodes(document, nothing, []), flowEdges(document, [], [], before));
}

describe('wires on the canvas', () => {
  it('go around a card from port to port', () => {
    const edges = canvasOf(sample(), new WireRouter());
    expect(edges.map(({ id, data }) => [id, data?.route !== null])).toEqual([['ab', false], ['ac', true], ['xy', false]]);
    const route = edges.find(({ id }) => id === 'ac')?.data?.route;
    // At the outer edges of the ports, in the middle of the cards.
    expect(route).toMatchObject({ sourceX: 215, sourceY: 30, targetX: 569, targetY: 30 });
  });

  it('stay the same objects where nothing near them moves, and while only the selection changes', () => {
    const router = new WireRouter();
    const document = sample();
    const first = canvasOf(document, router);
    const moved = canvasOf({ ...document, layout: { ...document.layout, y: { x: 320, y: 440 } } }, router, first);
    expect(moved.filter((edge, index) => edge === first[index]).map(({ id }) => id)).toEqual(['ab', 'ac', 'xy']);
    const chosen = flowEdges(document, ['a'], [], first);
    expect(chosen.find(({ id }) => id === 'ac')?.data?.route).toBe(first[1]?.data?.route);
    const freed = canvasOf({ ...document, layout: { ...document.layout, b: { x: 288, y: 200 } } }, router, moved);
    expect(freed.find(({ id }) => id === 'ac')?.data?.route).toBeNull();
    expect(freed.find(({ id }) => id === 'xy')).toBe(moved[2]);
  });

  it('go around the chip of a collapsed group, and not around what is in it', () => {
    const collapsed = (y: number): PipelineDocument => {
      const document = sample();
      return { ...document, groups: [{ id: 'g', title: 'One', nodes: ['b'], collapsed: true }], layout: { ...document.layout, b: { x: 288, y } } };
    };
    // The chip stands at the corner of the frame, 40 above the card that it hides.
    expect(canvasOf(collapsed(0), new WireRouter()).find(({ id }) => id === 'ac')?.data?.route).toBeNull();
    const edges = canvasOf(collapsed(40), new WireRouter());
    expect(edges.find(({ id }) => id === 'ac')?.data?.route?.side).toBe('above');
    expect(edges.map(({ source, target }) => `${source} ${target}`)).toEqual(['a g', 'a c', 'x y']);
  });
});
