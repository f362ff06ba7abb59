import { describe, expect, it } from 'vitest';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { findInPipeline, markedSpans } from './find.ts';

function sample(): PipelineDocument {
  return {
    ...emptyDocument('p', 'Test'),
    nodes: [
      { id: 'read', type: 'data/csv-reader', version: 1, params: { path: 'data/orders.csv' }, title: 'Orders' },
      { id: 'sort', type: 'transform/sort', version: 1, params: { keys: [{ column: 'income', direction: 'descending' }] } },
      { id: 'train', type: 'train/logistic-regression', version: 1, params: { target: 'species' }, comment: 'The baseline that the board knows' },
      { id: 'odd', type: 'vendor/gone', version: 1, params: { secretSauce: 7 } },
    ],
    notes: [{ id: 'note', text: '# Plan\nask **Kim** about income', x: 0, y: 0, width: 100, height: 100 }],
    groups: [{ id: 'group', title: 'Cleaning', nodes: ['sort'] }],
  };
}

const columns = (id: string): readonly string[] => (id === 'read' ? ['order_id', 'shipped_at'] : []);
const found = (query: string): string[] => findInPipeline(sample(), query, columns).map(({ id, place, text }) => `${id} ${place}: ${text}`);

describe('finding', () => {
  it('looks into titles, types, params by name and value, columns, comments, notes and groups, and says where', () => {
    expect(found('orders')).toEqual(['read title: Orders']);
    expect(found('csv reader')).toEqual(['read type: CSV Reader']);
    expect(found('species')).toEqual(['train param: Target: species']);
    expect(found('target')).toEqual(['train param: Target: species']);
    expect(found('SHIPPED')).toEqual(['read column: shipped_at']);
    expect(found('baseline')).toEqual(['train comment: The baseline that the board knows']);
    expect(found('cleaning')).toEqual(['group title: Cleaning']);
    expect(found('secretsauce 7')).toEqual(['odd param: secretSauce: 7']);
  });

  it('puts titles before what is within, and each thing once', () => {
    expect(found('income')).toEqual(['note note: ask **Kim** about income', 'sort param: Sort by: income']);
    expect(found('sort')[0]).toBe('sort title: Sort');
  });

  it('takes words from a title and one text of the same node, not from all over it', () => {
    expect(found('sort income')).toEqual(['sort param: Sort by: income']);
    expect(found('board species')).toEqual([]);
    expect(found('   ')).toEqual([]);
  });

  it('marks the words where they stand', () => {
    expect(markedSpans('Target: species', 'species tar')).toEqual([[0, 3], [8, 15]]);
    expect(markedSpans('aaa', 'aa a')).toEqual([[0, 2]]);
  });
});
