import type { ModelValue } from '#app/sdk/ports.ts';
import type { NodeRunRecord } from './records.ts';

/** Records for the tests of this folder. */

export const testModel = (onnx = 'a'.repeat(64)): ModelValue => ({
  kind: 'model',
  onnx,
  signature: {
    task: 'classification',
    target: { name: 'churned', type: 'boolean' },
    inputs: [
      { name: 'age', type: 'integer' },
      { name: 'plan', type: 'string' },
    ],
    classes: ['false', 'true'],
    features: ['age', 'plan'],
  },
  algorithm: 'logistic-regression',
  params: { l2: 0.1 },
  metrics: { validationLoss: 0.4 },
  golden: 'b'.repeat(64),
  rows: 100,
});

export const testNodeRun = (nodeId: string, status: NodeRunRecord['status'] = 'succeeded'): NodeRunRecord => ({
  nodeId,
  type: 'test/step',
  title: 'Step',
  status,
  reason: 'first run',
  cacheKey: 'c'.repeat(64),
  ms: 12.5,
  ports: { table: { kind: 'table', rows: 3, bytes: 120 } },
  diagnostics: [{ severity: 'warning', code: 'w', message: 'Careful.' }],
  metrics: { auc: 0.9 },
});

export const testRun = (runId: string, pipelineId = 'p'): { runId: string; pipelineId: string; pipelinePath: null; title: string; document: string; startedAt: number } => ({
  runId,
  pipelineId,
  pipelinePath: null,
  title: 'Churn',
  document: '{"x":1}',
  startedAt: 1000,
});
