import type { FlowNode, WireEdge } from '../flow-model.ts';
import type { WireEnds, WireRouter } from './wire-router.ts';

/** Leads the wires on the canvas around its cards and chips. Wires whose way stays the same are the same objects. */
export function withRoutes(router: WireRouter, nodes: readonly FlowNode[], edges: readonly WireEdge[]): WireEdge[] {
  const cards = nodes.filter((node) => node.type === 'card' || node.type === 'chip');
  const byId = new Map(cards.map((node) => [node.id, node]));
  const routes = router.update(
    cards.map((node) => [node.id, { ...node.position, width: node.width ?? 0, height: node.height ?? 0 }] as const),
    edges.flatMap((edge) => endsOf(edge, byId) ?? []),
  );
  return edges.map((edge) => {
    const route = routes.get(edge.id) ?? null;
    return !edge.data || edge.data.route === route ? edge : { ...edge, data: { ...edge.data, route } };
  });
}

function endsOf(edge: WireEdge, nodes: ReadonlyMap<string, FlowNode>): WireEnds | null {
  const source = nodes.get(edge.source);
  const target = nodes.get(edge.target);
  const from = source?.handles?.find((handle) => handle.type === 'source' && handle.id === edge.sourceHandle);
  const to = target?.handles?.find((handle) => handle.type === 'target' && handle.id === edge.targetHandle);
  if (!source || !target || !from || !to) return null;
  // Wires end at the outer edges of the ports.
  return {
    id: edge.id,
    source: edge.source,
    target: edge.target,
    sourceX: source.position.x + from.x + (from.width ?? 0),
    sourceY: source.position.y + from.y + (from.height ?? 0) / 2,
    targetX: target.position.x + to.x,
    targetY: target.position.y + to.y + (to.height ?? 0) / 2,
  };
}
