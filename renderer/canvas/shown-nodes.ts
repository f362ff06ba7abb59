import { create } from 'zustand';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { byNode, type Changed } from '../state/by-node.ts';
import { usePipeline } from '../state/pipeline.ts';

/** The document that the cards are of: the pipeline, or an earlier version of it. Set by the pane that draws them. */
const useShown = create<{ readonly document: PipelineDocument | null }>(() => ({ document: null }));

export function showNodesOf(document: PipelineDocument | null): void {
  if (useShown.getState().document !== document) useShown.setState({ document });
}

const nodesOf = (document: PipelineDocument | null): readonly PipelineNode[] => document?.nodes ?? [];

/** Nodes that are other objects than before; all of them where the list itself is another one. */
function replaced(now: PipelineDocument | null, before: PipelineDocument | null): readonly PipelineNode[] | 'all' {
  const [nodes, past] = [nodesOf(now), nodesOf(before)];
  if (nodes === past) return [];
  if (nodes.length !== past.length || nodes.some((node, index) => node.id !== past[index]?.id)) return 'all';
  return nodes.filter((node, index) => node !== past[index]);
}

const useOfShown = byNode(useShown, (now, before): Changed => {
  const nodes = replaced(now.document, before.document);
  return nodes === 'all' ? nodes : new Set(nodes.map(({ id }) => id));
});

/** A node of the document on the canvas as it is now: React Flow is told of a card's place and ports, not of every letter of its params. */
export const useShownNode = (id: string): PipelineNode | undefined => useOfShown(id, ({ document }) => (document === null ? undefined : indexGraph(document).nodes.get(id)));

/** What is said of a node's ports: its own name and ports, what is connected to it, and what that is called. */
export const usePortsOfNode = byNode(usePipeline, ({ document: now }, { document: before }): Changed => {
  if (now === before) return new Set();
  const nodes = replaced(now, before);
  if (now === null || before === null || nodes === 'all' || now.edges !== before.edges) return 'all';
  const { incoming, outgoing, nodes: known } = indexGraph(now);
  const past = indexGraph(before).nodes;
  const renamed = nodes.filter(({ id, title, type }) => type.startsWith('flow/') || title !== past.get(id)?.title || type !== past.get(id)?.type);
  return new Set(renamed.flatMap(({ id }) => [id, ...(incoming.get(id) ?? []).map(({ from }) => from.node), ...(outgoing.get(id) ?? []).map(({ to }) => to.node)]).filter((id) => known.has(id)));
});
