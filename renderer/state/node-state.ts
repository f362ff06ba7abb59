import type { Diagnostic } from '#app/core/errors.ts';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { formatDuration } from '#app/core/units.ts';
import type { Freshness, NodeRun } from '#app/protocol/schema.ts';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';

/** What a node's card shows, by colour and by shape. */
export type NodeState = 'idle' | 'attention' | 'queued' | 'running' | 'done' | 'stale' | 'failed' | 'bypassed';

export const stateTitles: Readonly<Record<NodeState, string>> = {
  idle: texts.state.node.idle,
  attention: texts.state.node.attention,
  queued: texts.state.node.queued,
  running: texts.state.node.running,
  done: texts.state.node.done,
  stale: texts.state.node.stale,
  failed: texts.state.node.failed,
  bypassed: texts.state.node.bypassed,
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
  if (node.bypassed) return { state: 'bypassed', reason: texts.state.why.bypassed };
  if (runActive && nodeRun) {
    if (nodeRun.status === 'queued') return { state: 'queued', reason: texts.state.why.queued };
    if (nodeRun.status === 'running') return { state: 'running', reason: nodeRun.reason };
  }
  const failure = nodeRun?.status === 'failed' ? nodeRun.diagnostics.find((item) => item.severity === 'error') : undefined;
  if (nodeRun?.status === 'failed' && ranAsItIs(node, runDocument)) {
    return { state: 'failed', reason: sentence(failure) || texts.state.why.failed };
  }
  const problem = diagnostics.find((item) => item.severity === 'error');
  if (problem) return { state: 'attention', reason: sentence(problem) };
  if (runActive && (nodeRun?.status === 'succeeded' || nodeRun?.status === 'cached')) return { state: 'done', reason: doneReason(nodeRun) };
  switch (freshness?.state) {
    case 'fresh':
      return { state: 'done', reason: doneReason(nodeRun) };
    case 'stale':
      return { state: 'stale', reason: freshness.reasons.join('; ') || texts.state.why.stale };
    default: {
      const reason = nodeRun?.status === 'skipped' || nodeRun?.status === 'cancelled' ? nodeRun.reason : freshness?.reasons.join('; ');
      return { state: 'idle', reason: reason && reason !== told('It has not been run before.') ? reason : texts.state.why.idle };
    }
  }
}

/** Whether the run knew the node with the params that it has now. */
function ranAsItIs(node: PipelineNode, runDocument: PipelineDocument | null): boolean {
  const ran = runDocument && indexGraph(runDocument).nodes.get(node.id)?.params;
  return ran === null || ran === undefined || ran === node.params || JSON.stringify(ran) === JSON.stringify(node.params);
}

function doneReason(nodeRun: NodeRun | undefined): string {
  if (nodeRun?.status === 'succeeded' && nodeRun.ms !== null) return texts.state.why.ran(formatDuration(nodeRun.ms));
  if (nodeRun?.status === 'cached' && nodeRun.reason) return nodeRun.reason;
  return texts.state.why.kept;
}

function sentence(diagnostic: Diagnostic | undefined): string {
  if (!diagnostic) return '';
  return diagnostic.remedy ? `${diagnostic.message} ${diagnostic.remedy}` : diagnostic.message;
}
