import { stableHash } from '#app/core/hash.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { ancestors } from '#app/pipeline/graph.ts';

/** The part of a document that decides a node's results, and a key that changes only when they may. */
export interface Subject {
  readonly document: PipelineDocument;
  readonly nodeId: string;
  readonly key: string;
  /** Looked at as this run left it; absent: as it is now. */
  readonly runId?: string;
}

/** Of a subject, what a request to the engine names beside node and port. */
export const askedOf = ({ document, runId }: Subject): { readonly document: PipelineDocument; readonly runId?: string } => (runId === undefined ? { document } : { document, runId });

/**
 * Cuts a document down to a node and what it needs: requests stay small in large pipelines, and moving or renaming nodes
 * asks for nothing anew. `revision` marks what the document does not show: a finished run, a changed file.
 */
export function subjectOf(document: PipelineDocument, nodeId: string, revision: string): Subject | null {
  if (!document.nodes.some((node) => node.id === nodeId)) return null;
  const needed = ancestors(document, [nodeId]);
  needed.add(nodeId);
  const slice: PipelineDocument = {
    ...document,
    nodes: document.nodes.filter((node) => needed.has(node.id)),
    edges: document.edges.filter((edge) => needed.has(edge.from.node) && needed.has(edge.to.node)),
    notes: [],
    groups: [],
    layout: {},
  };
  const decisive = slice.nodes.map(({ title: _title, comment: _comment, limits: _limits, ...rest }) => rest);
  return { document: slice, nodeId, key: stableHash([slice.id, decisive, slice.edges, nodeId, revision]) };
}

const sameItems = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((item, index) => item === b[index]);

/** Whether two subjects say the same by the very same parts: then nothing has to be shown anew. Moving a node makes such. */
export function isSameSubject(a: Subject, b: Subject): boolean {
  return a.key === b.key && a.runId === b.runId && a.document.title === b.document.title && sameItems(a.document.nodes, b.document.nodes) && sameItems(a.document.edges, b.document.edges);
}
