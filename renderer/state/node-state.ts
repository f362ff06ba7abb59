import type { Diagnostic } from '#app/core/errors.ts';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { formatDuration } from '#app/core/units.ts';
import type { Freshness, NodeRun } from '#app/protocol/schema.ts';

/** What a node's card shows, by colour and by shape. */
export type NodeState = 'idle' | 'attention' | 'queued' | 'running' | 'done' | 'stale' | 'failed' | 'bypassed';

export const stateTitles: Readonly<Record<NodeState, string>> = {
  idle: 'Not run yet',
  attention: 'Needs attention',
  queued: 'Waiting',
  running: 'Running',
  done: 'Up to date',
  stale: 'Out of date',
  failed: 'Failed',
  bypassed: 'Bypassed',
};

export interface NodeFacts {
  readonly node: PipelineNode;
  readonly diagnostics: readonly Diagnostic[];
  readonly freshness: Freshness | undefined;
  readonly nodeRun: NodeRun | undefined;
  readonly runActive: boolean;
  /** The document that was run last. */
  readonly runDocument: PipelineDocument | null;
}

/** The state and the sentence behind it. */
export function nodeState(facts: NodeFacts): { readonly state: NodeState; readonly reason: string } {
  const { node, diagnostics, freshness, nodeRun, runActive, runDocument } = facts;
  if (node.bypassed) return { state: 'bypassed', reason: 'Its input passes through.' };
  if (runActive && nodeRun) {
    if (nodeRun.status === 'queued') return { state: 'queued', reason: 'It runs when what it needs is there.' };
    if (nodeRun.status === 'running') return { state: 'running', reason: nodeRun.reason };
  }
  const failure = nodeRun?.status === 'failed' ? nodeRun.diagnostics.find((item) => item.severity === 'error') : undefined;
  const ranAsIs = runDocument?.nodes.find((other) => other.id === node.id)?.params;
  if (nodeRun?.status === 'failed' && (ranAsIs === undefined || ranAsIs === node.params || JSON.stringify(ranAsIs) === JSON.stringify(node.params))) {
    return { state: 'failed', reason: sentence(failure) || 'The node failed.' };
  }
  const problem = diagnostics.find((item) => item.severity === 'error');
  if (problem) return { state: 'attention', reason: sentence(problem) };
  if (runActive && (nodeRun?.status === 'succeeded' || nodeRun?.status === 'cached')) return { state: 'done', reason: doneReason(nodeRun) };
  switch (freshness?.state) {
    case 'fresh':
      return { state: 'done', reason: doneReason(nodeRun) };
    case 'stale':
      return { state: 'stale', reason: freshness.reasons.join('; ') || 'Something it depends on changed.' };
    default: {
      const reason = nodeRun?.status === 'skipped' || nodeRun?.status === 'cancelled' ? nodeRun.reason : freshness?.reasons.join('; ');
      return { state: 'idle', reason: reason && !/not been run/.test(reason) ? reason : 'Run it to see its result.' };
    }
  }
}

function doneReason(nodeRun: NodeRun | undefined): string {
  if (nodeRun?.status === 'succeeded' && nodeRun.ms !== null) return `It ran in ${formatDuration(nodeRun.ms)}.`;
  if (nodeRun?.status === 'cached' && nodeRun.reason) return nodeRun.reason;
  return 'Its result is kept from an earlier run.';
}

function sentence(diagnostic: Diagnostic | undefined): string {
  if (!diagnostic) return '';
  return diagnostic.remedy ? `${diagnostic.message} ${diagnostic.remedy}` : diagnostic.message;
}
