import { graphlib, layout } from '@dagrejs/dagre';
import type { Command, Point } from '#app/pipeline/commands.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { nodeHeight, nodeWidth, snap } from './geometry.ts';

/** New places for the chosen nodes (or all), in layers from left to right, keeping the top left corner where it was. */
export function tidyLayout(document: PipelineDocument, chosen: readonly string[] = []): Command | null {
  const ids = new Set(chosen.length > 1 ? chosen : document.nodes.map((node) => node.id));
  if (ids.size === 0) return null;
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 36, ranksep: 80, edgesep: 20 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of document.nodes) if (ids.has(node.id)) graph.setNode(node.id, { width: nodeWidth, height: nodeHeight });
  for (const edge of document.edges) if (ids.has(edge.from.node) && ids.has(edge.to.node)) graph.setEdge(edge.from.node, edge.to.node);
  layout(graph);

  const placed = new Map<string, Point>();
  for (const id of ids) {
    const point = graph.node(id) as { x?: number; y?: number } | undefined;
    placed.set(id, { x: (point?.x ?? 0) - nodeWidth / 2, y: (point?.y ?? 0) - nodeHeight / 2 });
  }
  const corner = (points: readonly Point[]): Point => ({ x: Math.min(...points.map((point) => point.x)), y: Math.min(...points.map((point) => point.y)) });
  const before = [...ids].flatMap((id) => document.layout[id] ?? []);
  const from = corner([...placed.values()]);
  const to = before.length === 0 ? { x: 0, y: 0 } : corner(before);
  const positions: Record<string, Point> = {};
  for (const [id, point] of placed) {
    const next = { x: snap(point.x - from.x + to.x), y: snap(point.y - from.y + to.y) };
    const old = document.layout[id];
    if (old?.x !== next.x || old.y !== next.y) positions[id] = next;
  }
  return Object.keys(positions).length === 0 ? null : { type: 'move', positions };
}
