import { expect, it } from 'vitest';
import type { ModelVersion } from '#app/protocol/schema.ts';
import { groupVersions } from './group-versions.ts';

const version = (name: string, number: number, createdAt: number): ModelVersion => ({
  name, version: number, createdAt, algorithm: 'mlp', task: 'regression', target: 'y', inputs: [], rows: 1, metrics: {}, onnx: 'a', runId: null, nodeId: null, pipelineTitle: null, note: '',
});

it('groups versions by model, newest first in both', () => {
  const groups = groupVersions([version('churn', 1, 10), version('income', 1, 20), version('income', 2, 30), version('churn', 2, 15)]);
  expect(groups.map((group) => [group.name, group.versions.map((one) => one.version)])).toEqual([
    ['income', [2, 1]],
    ['churn', [2, 1]],
  ]);
});
