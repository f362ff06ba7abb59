import { describe, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { commonMetrics, metricTitleOf, metricsByNode, metricRows, paramDifferences } from './compare.ts';

const document = (nodes: Record<string, Record<string, unknown>>): PipelineDocument => ({
  ...emptyDocument('p', 'P'),
  nodes: Object.entries(nodes).map(([id, params]) => ({ id, type: 'train/neural-network', version: 1, params })),
});

describe('comparing runs', () => {
  it('names the params that differ, nested ones by their path', () => {
    const differences = paramDifferences(
      [document({ a: { rate: 0.1, epochs: 5, steps: [{ method: 'mean' }] } }), document({ a: { rate: 0.05, epochs: 5, steps: [{ method: 'median' }] } })],
      (node) => node.id.toUpperCase(),
    );
    expect(differences).toEqual([
      { nodeId: 'a', title: 'A', param: 'rate', values: ['0.1', '0.05'] },
      { nodeId: 'a', title: 'A', param: 'steps 1 method', values: ['mean', 'median'] },
    ]);
  });

  it('says where a node is missing, without repeating its params', () => {
    expect(paramDifferences([document({ a: { rate: 1 } }), document({})], (node) => node.id)).toEqual([{ nodeId: 'a', title: 'a', param: '', values: ['there', 'not there'] }]);
  });

  it('puts metrics side by side', () => {
    const runs: { metrics: Record<string, number> }[] = [{ metrics: { only: 1, auc: 0.8 } }, { metrics: { auc: 0.9 } }];
    expect(metricRows(runs)).toEqual([
      { name: 'auc', values: [0.8, 0.9] },
      { name: 'only', values: [1, null] },
    ]);
    expect(commonMetrics(runs, 1)).toEqual(['auc']);
    expect(metricsByNode({ 'ROC · auc': 0.9, 'ROC · brier': 0.1, loss: 0.3 })).toEqual([
      ['ROC', { auc: 0.9, brier: 0.1 }],
      ['', { loss: 0.3 }],
    ]);
    expect(['A · B · rocAuc', 'logLoss'].map(metricTitleOf)).toEqual(['A · B · ROC AUC', 'Log loss']);
  });
});
