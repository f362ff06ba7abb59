import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TraceGraphData, TraceNode } from '#app/protocol/sections/trace.ts';
import { cardHeight, layoutTrace, neighbourOf, relativesOf } from './layout.ts';

const node = (id: string): TraceNode => ({ id, kind: 'step', title: id, subtitle: '', at: null, facts: [], runId: null, nodeId: null, pipelinePath: null, model: null });
const wire = (from: string, to: string): TraceGraphData['edges'][number] => ({ from, to, kind: 'feeds' });

it('puts every thing right of what it comes from, and none upon another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { maxLength: 60 }), (count, pairs) => {
      const nodes = Array.from({ length: count }, (_, index) => node(`n${index}`));
      const edges = pairs.filter(([a, b]) => a < b && b < count).map(([a, b]) => wire(`n${a}`, `n${b}`));
      const { nodes: placed, width, height } = layoutTrace({ nodes, edges });
      expect(placed).toHaveLength(count);
      const at = new Map(placed.map((one) => [one.node.id, one]));
      for (const { from, to } of edges) expect(at.get(from)?.column).toBeLessThan(at.get(to)?.column ?? 0);
      for (const a of placed) {
        expect(a.y).toBeGreaterThanOrEqual(0);
        expect(a.y + cardHeight).toBeLessThanOrEqual(height + 0.001);
        expect(a.x).toBeLessThan(width);
        for (const b of placed) if (a !== b && a.column === b.column) expect(Math.abs(a.y - b.y)).toBeGreaterThan(cardHeight);
      }
    }),
  );
});

it('lays out circles as well', () => {
  expect(layoutTrace({ nodes: ['a', 'b', 'c'].map(node), edges: [wire('a', 'b'), wire('b', 'c'), wire('c', 'a')] }).nodes).toHaveLength(3);
});

it('lights what a thing comes from and what came of it, but not its siblings', () => {
  const edges = [wire('file', 'run'), wire('run', 'model'), wire('run', 'other'), wire('model', 'bundle')];
  expect([...relativesOf('model', edges)].sort()).toEqual(['bundle', 'file', 'model', 'run']);
});

it('walks by the arrow keys along wires and inside a column', () => {
  const nodes = ['file', 'run', 'a', 'b'].map(node);
  const edges = [wire('file', 'run'), wire('run', 'a'), wire('run', 'b')];
  const layout = layoutTrace({ nodes, edges });
  expect(neighbourOf(layout, 'file', 'ArrowRight', edges)).toBe('run');
  expect(neighbourOf(layout, 'a', 'ArrowLeft', edges)).toBe('run');
  const [first, second] = layout.nodes.filter(({ column }) => column === 2).map((one) => one.node.id);
  expect(neighbourOf(layout, first ?? '', 'ArrowDown', edges)).toBe(second);
  expect(neighbourOf(layout, first ?? '', 'ArrowUp', edges)).toBeNull();
});
