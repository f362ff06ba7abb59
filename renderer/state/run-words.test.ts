import { describe, expect, it } from 'vitest';
import type { NodeRun } from '#app/protocol/schema.ts';
import { useRun } from './run.ts';
import { runWords } from './run-words.ts';

type RunState = ReturnType<typeof useRun.getState>;

const run = (nodeId: string, status: NodeRun['status'], message?: string): NodeRun => ({
  nodeId,
  type: 't/x',
  title: nodeId,
  status,
  reason: '',
  cacheKey: null,
  ms: null,
  ports: {},
  metrics: {},
  diagnostics: message === undefined ? [] : [{ severity: 'error', code: 'x', message }],
});
const moment = (status: RunState['status'], ms: number | null, ...nodes: NodeRun[]): RunState => ({
  ...useRun.getInitialState(),
  status,
  ms,
  nodes: Object.fromEntries(nodes.map((node) => [node.nodeId, node])),
  involved: Object.fromEntries(nodes.map((node) => [node.nodeId, true as const])),
});

describe('a run in words', () => {
  it('says that it began, what failed and how it ended', () => {
    expect(runWords(moment('starting', null), moment('running', null))).toEqual(['Run started.']);
    expect(runWords(moment('running', null, run('a', 'running')), moment('running', null, run('a', 'failed', 'No such file.')))).toEqual(['a failed: No such file.']);
    expect(runWords(moment('running', null, run('a', 'succeeded'), run('b', 'failed')), moment('failed', 3200, run('a', 'succeeded'), run('b', 'failed')))).toEqual(['Run failed after 3.2 s: 1 of 2 nodes.']);
  });

  it('says nothing of runs that were over before, and each failure once', () => {
    const over = moment('failed', 10, run('a', 'failed', 'No such file.'));
    expect(runWords(moment(null, null), over)).toEqual([]);
    expect(runWords(moment('running', null, run('a', 'failed')), moment('running', null, run('a', 'failed'), run('b', 'succeeded')))).toEqual([]);
  });

  it('says a failure again when the node fails in the next run, too', () => {
    const before: RunState = { ...moment('running', null, run('a', 'failed')), involved: {} };
    expect(runWords(before, moment('running', null, run('a', 'failed', 'Still no such file.')))).toEqual(['a failed: Still no such file.']);
  });

  it('does not read out a long list', () => {
    const nodes = ['a', 'b', 'c', 'd', 'e'];
    const words = runWords(moment('running', null), moment('running', null, ...nodes.map((id) => run(id, 'failed'))));
    expect(words).toEqual(['a failed.', 'b failed.', '3 more failed.']);
  });
});
