import { describe, expect, it } from 'vitest';
import type { NodeRun, RunEvent } from '#app/protocol/schema.ts';
import { nodeState } from './node-state.ts';
import { applyEvent, useRun } from './run.ts';

const nodeRun = (status: NodeRun['status'], more: Partial<NodeRun> = {}): NodeRun => ({ nodeId: 'a', type: 't/x', title: 'A', status, reason: '', cacheKey: null, ms: null, ports: {}, metrics: {}, diagnostics: [], ...more });
const fold = (...events: RunEvent[]) => events.reduce(applyEvent, useRun.getInitialState());

describe('events of a run', () => {
  it('keeps the latest state of each node and drops the progress of finished ones', () => {
    const state = fold(
      { type: 'node', runId: 'r', node: nodeRun('running') },
      { type: 'progress', runId: 'r', nodeId: 'a', fraction: 0.5 },
      { type: 'node', runId: 'r', node: nodeRun('succeeded', { ms: 12 }) },
    );
    expect(state.nodes['a']?.status).toBe('succeeded');
    expect(state.progress).toEqual({});
  });

  it('appends points of curves once, also when a stream is replayed', () => {
    const points = { type: 'metrics' as const, runId: 'r', points: [{ nodeId: 'a', name: 'loss', step: 0, value: 2 }, { nodeId: 'a', name: 'loss', step: 1, value: 1 }] };
    expect(fold(points, points).series['a']?.['loss']).toEqual({ steps: [0, 1], values: [2, 1] });
  });
});

describe('the state of a card', () => {
  const node = { id: 'a', type: 't/x', version: 1, params: { k: 1 } };
  const facts = { node, diagnostics: [], freshness: undefined, nodeRun: undefined, runActive: false, runDocument: null };

  it('shows what a person must know first', () => {
    expect(nodeState(facts).state).toBe('idle');
    expect(nodeState({ ...facts, freshness: { state: 'fresh', reasons: [] } }).state).toBe('done');
    expect(nodeState({ ...facts, freshness: { state: 'stale', reasons: ['`k` 1 → 2'] } })).toEqual({ state: 'stale', reason: '`k` 1 → 2' });
    expect(nodeState({ ...facts, diagnostics: [{ severity: 'error', code: 'x', message: 'Choose a target.', remedy: 'Pick one.' }] })).toEqual({ state: 'attention', reason: 'Choose a target. Pick one.' });
    expect(nodeState({ ...facts, nodeRun: nodeRun('running'), runActive: true }).state).toBe('running');
    expect(nodeState({ ...facts, node: { ...node, bypassed: true }, nodeRun: nodeRun('running'), runActive: true }).state).toBe('bypassed');
  });

  it('forgets a failure once the params that failed are changed', () => {
    const failed = nodeRun('failed', { diagnostics: [{ severity: 'error', code: 'x', message: 'Out of memory.' }] });
    const runDocument = { format: 'penstock-pipeline' as const, version: 1 as const, id: 'p', title: 'P', nodes: [node], edges: [], notes: [], groups: [], layout: {} };
    expect(nodeState({ ...facts, nodeRun: failed, runDocument })).toEqual({ state: 'failed', reason: 'Out of memory.' });
    expect(nodeState({ ...facts, node: { ...node, params: { k: 2 } }, nodeRun: failed, runDocument }).state).toBe('idle');
  });
});
