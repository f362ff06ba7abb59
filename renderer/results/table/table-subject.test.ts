import { describe, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { isSameSubject, subjectOf } from './table-subject.ts';

const node = (id: string, params: Record<string, unknown> = {}) => ({ id, type: 'data/csv-reader', version: 1, params });
const edge = (from: string, to: string) => ({ id: `${from}${to}`, from: { node: from, port: 'table' }, to: { node: to, port: 'table' } });
const document: PipelineDocument = {
  ...emptyDocument('p', 'Test'),
  nodes: [node('a'), node('b'), node('c')],
  edges: [edge('a', 'b'), edge('b', 'c')],
  layout: { a: { x: 0, y: 0 } },
};

describe('subject of a view', () => {
  it('is the node and what it needs', () => {
    const subject = subjectOf(document, 'b', '');
    expect(subject?.document.nodes.map((one) => one.id)).toEqual(['a', 'b']);
    expect(subject?.document.edges.map((one) => one.id)).toEqual(['ab']);
  });

  it('keeps its key when something moves, is renamed, or changes downstream', () => {
    const key = subjectOf(document, 'b', '')?.key;
    const moved = { ...document, layout: { a: { x: 9, y: 9 } }, nodes: [{ ...node('a'), title: 'Orders' }, node('b'), node('c', { changed: true })] };
    expect(subjectOf(moved, 'b', '')?.key).toBe(key);
  });

  it('changes its key with params upstream and with the revision', () => {
    const key = subjectOf(document, 'b', '')?.key;
    expect(subjectOf({ ...document, nodes: [node('a', { path: 'x' }), node('b'), node('c')] }, 'b', '')?.key).not.toBe(key);
    expect(subjectOf(document, 'b', 'run 2')?.key).not.toBe(key);
  });

  it('is the same where only places changed, and not where a name did', () => {
    const before = subjectOf(document, 'b', '');
    const moved = subjectOf({ ...document, layout: { a: { x: 9, y: 9 } } }, 'b', '');
    const renamed = subjectOf({ ...document, nodes: document.nodes.map((one) => (one.id === 'a' ? { ...one, title: 'Orders' } : one)) }, 'b', '');
    const run = subjectOf(document, 'b', 'run 2');
    if (before === null || moved === null || renamed === null || run === null) throw new Error('no subject');
    expect([moved, renamed, run].map((subject) => isSameSubject(before, subject))).toEqual([true, false, false]);
  });

  it('is null for a node that is gone', () => {
    expect(subjectOf(document, 'x', '')).toBeNull();
  });
});
