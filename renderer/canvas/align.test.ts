import { describe, expect, it } from 'vitest';
import { applyCommand, type Command } from '#app/pipeline/commands.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { align, distribute } from './align.ts';

const layout = { a: { x: 0, y: 0 }, b: { x: 300, y: 40 }, c: { x: 1000, y: 100 } };

function sample(): PipelineDocument {
  return {
    ...emptyDocument('p', 'Test'),
    nodes: Object.keys(layout).map((id) => ({ id, type: 'transform/sort', version: 1, params: {} })),
    notes: [{ id: 'n', text: '', x: 500, y: 400, width: 96, height: 48 }],
    layout: { ...layout },
  };
}

const chosen = (nodes: readonly string[], more: { notes?: readonly string[]; groups?: readonly string[] } = {}) => ({ nodes, notes: [], groups: [], ...more });
const apply = (document: PipelineDocument, command: Command | null): PipelineDocument => {
  if (!command) throw new Error('there is nothing to do');
  return applyCommand(document, command).document;
};

describe('aligning', () => {
  it('lines up by the outermost edge or the middle of all, notes as well', () => {
    const document = sample();
    const all = chosen(['a', 'b', 'c'], { notes: ['n'] });
    const xs = (how: Parameters<typeof align>[2]) => {
      const next = apply(document, align(document, all, how));
      return [...Object.values(next.layout).map(({ x, y }) => [x, y]), [next.notes[0]?.x, next.notes[0]?.y]];
    };
    expect(xs('left')).toEqual([[0, 0], [0, 40], [0, 100], [0, 400]]);
    expect(xs('right')).toEqual([[1000, 0], [1000, 40], [1000, 100], [1208 - 96, 400]]);
    expect(xs('centre')).toEqual([[500, 0], [500, 40], [500, 100], [556, 400]]);
    expect(xs('top')).toEqual([[0, 0], [300, 0], [1000, 0], [500, 0]]);
    expect(xs('bottom')).toEqual([[0, 388], [300, 388], [1000, 388], [500, 400]]);
    expect(xs('middle')).toEqual([[0, 194], [300, 194], [1000, 194], [500, 200]]);
  });

  it('takes a group beside others as one thing, and what is in it where it is alone', () => {
    const document: PipelineDocument = { ...sample(), groups: [{ id: 'g', title: '', nodes: ['a', 'b'] }] };
    const beside = apply(document, align(document, chosen(['a', 'b', 'c'], { groups: ['g'] }), 'top'));
    // The frame begins 40 above its highest card.
    expect(beside.layout).toEqual({ a: { x: 0, y: 0 }, b: { x: 300, y: 40 }, c: { x: 1000, y: -40 } });
    const within = apply(document, align(document, chosen(['a', 'b'], { groups: ['g'] }), 'top'));
    expect(within.layout).toMatchObject({ a: { x: 0, y: 0 }, b: { x: 300, y: 0 } });
  });

  it('does nothing to one thing, or where all are in line', () => {
    expect(align(sample(), chosen(['a']), 'left')).toBeNull();
    const document = apply(sample(), align(sample(), chosen(['a', 'b']), 'top'));
    expect(align(document, chosen(['a', 'b']), 'top')).toBeNull();
  });
});

describe('distributing', () => {
  it('makes the gaps equal and keeps the ends', () => {
    const next = apply(sample(), distribute(sample(), chosen(['c', 'a', 'b']), 'across'));
    expect(Object.values(next.layout).map(({ x }) => x)).toEqual([0, 500, 1000]);
    const down = apply(sample(), distribute(sample(), chosen(['a', 'b', 'c']), 'down'));
    expect(Object.values(down.layout).map(({ y }) => y)).toEqual([0, 50, 100]);
    expect(distribute(sample(), chosen(['a', 'c']), 'across')).toBeNull();
  });
});
