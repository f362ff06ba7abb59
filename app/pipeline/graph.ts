import type { Diagnostic } from '#app/core/errors.ts';
import type { PipelineDocument, PipelineEdge, PipelineNode } from './document.ts';

/** Everything here is iterative and linear in nodes + edges: a document may have 10⁵ nodes in one chain. */

export interface GraphIndex {
  readonly nodes: ReadonlyMap<string, PipelineNode>;
  /** Edges by the node they end in, in document order. Edges with a missing end are left out. */
  readonly incoming: ReadonlyMap<string, readonly PipelineEdge[]>;
  readonly outgoing: ReadonlyMap<string, readonly PipelineEdge[]>;
}

/** Documents are immutable values: an index is made once for each pair of node list and edge list. */
const indexes = new WeakMap<readonly PipelineEdge[], { nodes: readonly PipelineNode[]; index: GraphIndex }>();

export function indexGraph(document: PipelineDocument): GraphIndex {
  const known = indexes.get(document.edges);
  if (known !== undefined && known.nodes === document.nodes) return known.index;
  const nodes = new Map(document.nodes.map((node) => [node.id, node]));
  // An edit of a param, the commonest there is, leaves edges and ids as they were.
  if (known !== undefined && known.nodes.length === document.nodes.length && known.nodes.every(({ id }, i) => id === document.nodes[i]?.id)) {
    const index = { ...known.index, nodes };
    indexes.set(document.edges, { nodes: document.nodes, index });
    return index;
  }
  const incoming = new Map<string, PipelineEdge[]>();
  const outgoing = new Map<string, PipelineEdge[]>();
  for (const edge of document.edges) {
    if (!nodes.has(edge.from.node) || !nodes.has(edge.to.node)) continue;
    append(incoming, edge.to.node, edge);
    append(outgoing, edge.from.node, edge);
  }
  const index = { nodes, incoming, outgoing };
  indexes.set(document.edges, { nodes: document.nodes, index });
  return index;
}

function append(lists: Map<string, PipelineEdge[]>, key: string, edge: PipelineEdge): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [edge]);
  else list.push(edge);
}

export interface TopologicalOrder {
  /** Ids of all nodes that are neither on a cycle nor behind one, upstream first; ties in document order. */
  readonly order: readonly string[];
  /** Ids around one cycle, in edge direction, or null. */
  readonly cycle: readonly string[] | null;
}

/** Kahn's algorithm (1962). */
export function topologicalOrder(document: PipelineDocument): TopologicalOrder {
  const { nodes, incoming, outgoing } = indexGraph(document);
  const waiting = new Map<string, number>();
  const order: string[] = [];
  for (const id of nodes.keys()) {
    const count = incoming.get(id)?.length ?? 0;
    waiting.set(id, count);
    if (count === 0) order.push(id);
  }
  for (let at = 0; at < order.length; at++) {
    for (const edge of outgoing.get(order[at] as string) ?? []) {
      const left = (waiting.get(edge.to.node) ?? 0) - 1;
      waiting.set(edge.to.node, left);
      if (left === 0) order.push(edge.to.node);
    }
  }
  return { order, cycle: order.length === nodes.size ? null : findCycle(waiting, incoming) };
}

/** Every waiting node has a waiting predecessor, so walking backwards must come round. */
function findCycle(waiting: ReadonlyMap<string, number>, incoming: ReadonlyMap<string, readonly PipelineEdge[]>): string[] {
  const isWaiting = (id: string): boolean => (waiting.get(id) ?? 0) > 0;
  let at = [...waiting.keys()].find(isWaiting);
  const path: string[] = [];
  const position = new Map<string, number>();
  while (at !== undefined && !position.has(at)) {
    position.set(at, path.length);
    path.push(at);
    at = incoming.get(at)?.find((edge) => isWaiting(edge.from.node))?.from.node;
  }
  return at === undefined ? [] : path.slice(position.get(at)).reverse();
}

/** Ids of all nodes that the given nodes need, without themselves unless they are on a cycle. */
export function ancestors(document: PipelineDocument, ids: readonly string[]): Set<string> {
  const { incoming } = indexGraph(document);
  return reach(ids, (id) => incoming.get(id)?.map((edge) => edge.from.node) ?? []);
}

/** Ids of all nodes that depend on the given nodes. */
export function descendants(document: PipelineDocument, ids: readonly string[]): Set<string> {
  const { outgoing } = indexGraph(document);
  return reach(ids, (id) => outgoing.get(id)?.map((edge) => edge.to.node) ?? []);
}

function reach(ids: readonly string[], next: (id: string) => readonly string[]): Set<string> {
  const found = new Set<string>();
  const stack = [...ids];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const neighbour of next(id)) {
      if (found.has(neighbour)) continue;
      found.add(neighbour);
      stack.push(neighbour);
    }
  }
  return found;
}

/** Ids on the way from one node to another, both included, or null when there is no way. Shortest by edges. */
export function pathBetween(document: PipelineDocument, from: string, to: string): string[] | null {
  const { outgoing } = indexGraph(document);
  const cameFrom = new Map<string, string | null>([[from, null]]);
  const queue = [from];
  for (let at = 0; at < queue.length && !cameFrom.has(to); at++) {
    const id = queue[at] as string;
    for (const edge of outgoing.get(id) ?? []) {
      if (cameFrom.has(edge.to.node)) continue;
      cameFrom.set(edge.to.node, id);
      queue.push(edge.to.node);
    }
  }
  if (!cameFrom.has(to)) return null;
  const path: string[] = [];
  for (let id: string | null = to; id !== null; id = cameFrom.get(id) ?? null) path.push(id);
  return path.reverse();
}

/** The user's title, or the last part of the type in words. */
export function nodeTitle(node: PipelineNode, typeTitle?: string): string {
  if (node.title !== undefined && node.title !== '') return node.title;
  return typeTitle ?? (node.type.split('/').at(-1) ?? node.type).replaceAll('-', ' ');
}

/** Diagnostics of the document as a graph: dangling edges and a cycle, each naming the culprit. */
export function checkDocument(document: PipelineDocument, titleOf: (node: PipelineNode) => string = (node) => nodeTitle(node)): Diagnostic[] {
  const { nodes } = indexGraph(document);
  const diagnostics: Diagnostic[] = [];
  for (const edge of document.edges) {
    const missing = [edge.from, edge.to].find((end) => !nodes.has(end.node));
    if (missing === undefined) continue;
    const other = nodes.get(missing === edge.from ? edge.to.node : edge.from.node);
    diagnostics.push({
      severity: 'error',
      code: 'dangling-edge',
      message: `The connection “${edge.id}” ${missing === edge.from ? 'comes from' : 'goes to'} a node “${missing.node}” that does not exist.`,
      remedy: 'Delete the connection, or bring the node back.',
      ...(other === undefined ? {} : { place: { nodeId: other.id } }),
    });
  }
  const { cycle } = topologicalOrder(document);
  if (cycle !== null) {
    const [first] = cycle;
    const titles = [...cycle, ...cycle.slice(0, 1)].map((id) => {
      const node = nodes.get(id);
      return node === undefined ? id : titleOf(node);
    });
    const shown = titles.length > 12 ? [...titles.slice(0, 6), '…', ...titles.slice(-5)] : titles;
    diagnostics.push({
      severity: 'error',
      code: 'cycle',
      message: `The pipeline runs in a circle: ${shown.join(' → ')}.`,
      remedy: 'Delete one of these connections.',
      ...(first === undefined ? {} : { place: { nodeId: first } }),
    });
  }
  return diagnostics;
}
