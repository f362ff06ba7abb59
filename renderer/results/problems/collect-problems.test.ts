import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '#app/core/errors.ts';
import type { NodeRun } from '#app/protocol/schema.ts';
import { collectProblems } from './collect-problems.ts';

const diagnostic = (severity: Diagnostic['severity'], message: string, nodeId?: string): NodeRun['diagnostics'][number] => ({ severity, code: 'x', message, ...(nodeId ? { place: { nodeId } } : {}) });
const run = (nodeId: string, diagnostics: NodeRun['diagnostics']): NodeRun => ({ nodeId, type: 't', title: 't', status: 'failed', reason: '', cacheKey: null, ms: 1, ports: {}, metrics: {}, diagnostics });

describe('problems', () => {
  it('are listed once, worst first, without those of runs that are no longer current', () => {
    const missing = diagnostic('error', 'missing column', 'a');
    const problems = collectProblems(
      { diagnostics: [missing, diagnostic('error', 'cycle')], nodes: { a: { diagnostics: [diagnostic('warning', 'leak'), missing] } } },
      { b: run('b', [diagnostic('error', 'disk full')]), gone: run('gone', [diagnostic('error', 'old')]) },
      (nodeId) => nodeId === 'b',
    );
    expect(problems.map((problem) => [problem.nodeId, problem.diagnostic.message])).toEqual([
      ['a', 'missing column'],
      [null, 'cycle'],
      ['b', 'disk full'],
      ['a', 'leak'],
    ]);
  });
});
