import { describe, expect, it } from 'vitest';
import { applyCommand } from '#app/pipeline/commands.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { clipFromText, clipOf, clipToText, pasteClip } from './clipboard.ts';

function sample(): PipelineDocument {
  return {
    ...emptyDocument('p', 'Test'),
    nodes: ['a', 'b', 'c'].map((id) => ({ id, type: 'transform/sort', version: 1, params: { of: id } })),
    edges: [
      { id: 'ab', from: { node: 'a', port: 'table' }, to: { node: 'b', port: 'table' } },
      { id: 'bc', from: { node: 'b', port: 'table' }, to: { node: 'c', port: 'table' } },
    ],
    layout: { a: { x: 16, y: 24 }, b: { x: 304, y: 24 }, c: { x: 600, y: 24 } },
  };
}

describe('nodes as text', () => {
  it('carries the chosen nodes and the edges between them to another document, with new ids', () => {
    const clip = clipOf(sample(), { nodes: ['a', 'b'] });
    const read = clip && clipFromText(clipToText(clip));
    if (!read) throw new Error('the text is no clip');
    const target = emptyDocument('q', 'Other');
    const pasted = pasteClip(read, { x: 100, y: 200 });
    const { document } = applyCommand(target, pasted.command);
    expect(document.nodes.map((node) => node.params)).toEqual([{ of: 'a' }, { of: 'b' }]);
    expect(document.nodes.map((node) => node.id)).toEqual(pasted.nodes);
    expect(document.nodes.some((node) => ['a', 'b'].includes(node.id))).toBe(false);
    expect(document.edges.map((edge) => [edge.from.node, edge.to.node])).toEqual([pasted.nodes]);
    expect(document.layout[pasted.nodes[0] ?? '']).toEqual({ x: 104, y: 200 });
  });

  it('takes other text for what it is', () => {
    expect(clipFromText('a,b\n1,2')).toBeNull();
    expect(clipFromText('{"format":"penstock-nodes"')).toBeNull();
    expect(clipFromText('{"format":"penstock-nodes","nodes":[{"id":7}]}')).toBeNull();
  });

  it('has nothing to copy without a selection', () => {
    expect(clipOf(sample(), {})).toBeNull();
  });
});
