import { describe, expect, it } from 'vitest';
import { emptyDocument, type PipelineDocument, type PipelineNode } from '#app/pipeline/document.ts';
import type { NodeRun } from '#app/protocol/schema.ts';
import { nodeSentence } from './node-words.ts';
import { outlineOf } from './tree.ts';

function sample(): PipelineDocument {
  const node = (id: string, type: string, title?: string): PipelineNode => ({ id, type, version: 1, params: {}, ...(title ? { title } : {}) });
  return {
    ...emptyDocument('p', 'Test'),
    nodes: [node('orders', 'data/csv-reader', 'Orders'), node('filter', 'transform/filter-rows'), node('sort', 'transform/sort', 'Dearest first'), node('join', 'transform/join')],
    edges: [
      { id: 'a', from: { node: 'orders', port: 'table' }, to: { node: 'filter', port: 'table' } },
      { id: 'b', from: { node: 'orders', port: 'table' }, to: { node: 'sort', port: 'table' } },
      { id: 'c', from: { node: 'filter', port: 'table' }, to: { node: 'join', port: 'left' } },
      { id: 'd', from: { node: 'sort', port: 'table' }, to: { node: 'join', port: 'right' } },
    ],
  };
}

function sentence(id: string, facts: { readonly state?: 'done' | 'failed' | 'idle'; readonly reason?: string; readonly rows?: number; readonly problems?: number; readonly closed?: boolean } = {}): string {
  const document = sample();
  const node = document.nodes.find((candidate) => candidate.id === id);
  const item = outlineOf(document).find((candidate) => candidate.id === id);
  if (!node || !item) throw new Error(`there is no ${id}`);
  const run: NodeRun | undefined =
    facts.rows === undefined ? undefined : { nodeId: id, type: node.type, title: '', status: 'succeeded', reason: '', cacheKey: null, ms: 1, ports: { table: { kind: 'table', rows: facts.rows, bytes: null } as NodeRun['ports'][string] }, metrics: {}, diagnostics: [] };
  return nodeSentence(document, node, { item, state: facts.state ?? 'idle', reason: facts.reason ?? '', run, problems: facts.problems ?? 0, closed: facts.closed ?? false });
}

describe('a node in one sentence', () => {
  it('says state, rows, input and problems', () => {
    expect(sentence('filter', { state: 'done', rows: 1204, problems: 2 })).toMatch(/^Filter rows, up to date, 1.204 rows; input Table from .*Orders; 2 problems$/i);
  });

  it('says what a node is that has a title of its own, and how many branches it has', () => {
    expect(sentence('sort')).toMatch(/^Dearest first, Sort.*, not run yet; input/);
    expect(sentence('orders', { closed: true })).toMatch(/; 2 branches, closed$/);
  });

  it('says joins and what is wrong', () => {
    expect(sentence('join', { state: 'failed', reason: 'There is no column “id”.' })).toMatch(/failed, There is no column “id”; joins Filter rows and Dearest first$/i);
  });
});
