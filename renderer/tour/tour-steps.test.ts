import { describe, expect, it } from 'vitest';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { isDone, targetsOf, tourStepIds, type TourFacts } from './tour-steps.ts';

const none: TourFacts = { document: emptyDocument('p', 'P'), selected: null, columnShown: false, runStatus: null, ran: {} };
const types = { source: 'data/sample-datasets', split: 'transform/partition', fit: 'train/logistic-regression', predict: 'evaluate/predict', judge: 'evaluate/confusion-matrix', keep: 'deploy/register-model' } as const;
type Id = keyof typeof types;

function grown(ids: readonly Id[], edges: readonly (readonly [Id, string, Id, string])[], params: Partial<Record<Id, Record<string, unknown>>> = {}): PipelineDocument {
  return {
    ...emptyDocument('p', 'P'),
    nodes: ids.map((id) => ({ id, type: types[id], version: 1, params: params[id] ?? {} })),
    edges: edges.map(([from, output, to, input], index) => ({ id: `e${index}`, from: { node: from, port: output }, to: { node: to, port: input } })),
  };
}

const all = grown(['source', 'split', 'fit', 'predict', 'judge', 'keep'], [['source', 'table', 'split', 'table'], ['split', 'train', 'fit', 'table'], ['fit', 'model', 'predict', 'model'], ['split', 'test', 'predict', 'table'], ['predict', 'table', 'judge', 'table'], ['fit', 'model', 'keep', 'model']], { split: { fraction: 0.7 } });

describe('the tour', () => {
  it('waits at every step of an empty pipeline', () => {
    expect(tourStepIds.filter((step) => isDone(step, none))).toEqual([]);
  });

  it('sees what is done, by whatever way', () => {
    const ran = { judge: 'succeeded', keep: 'cached' };
    expect(tourStepIds.filter((step) => !isDone(step, { document: all, selected: null, columnShown: true, runStatus: 'succeeded', ran }))).toEqual(['read']);
    expect(isDone('data', { ...none, document: grown(['source'], []) })).toBe(true);
    expect(isDone('split', { ...none, document: grown(['source', 'split'], []) })).toBe(false);
    expect(isDone('connect', { ...none, document: grown(['source', 'split', 'fit', 'predict'], [['source', 'table', 'split', 'table'], ['split', 'train', 'fit', 'table'], ['fit', 'model', 'predict', 'model']]) })).toBe(false);
    expect(isDone('share', { ...none, document: grown(['source', 'split'], [['source', 'table', 'split', 'table']]) })).toBe(false);
    expect(isDone('run', { ...none, document: all, runStatus: 'failed', ran })).toBe(false);
    expect(isDone('deploy', { ...none, document: all, ran: { keep: 'failed' } })).toBe(false);
  });

  it('shows where, and at the field once its node is selected', () => {
    expect(targetsOf('share', all, null)).toEqual(['[data-testid="node-card"][data-node-id="split"]']);
    expect(targetsOf('share', all, 'split')).toEqual(['[data-testid="param-fraction"]']);
    expect(tourStepIds.filter((step) => targetsOf(step, all, null).length === 0)).toEqual([]);
  });
});
