import { graphlib, layout } from '@dagrejs/dagre';
import type { Command, Point } from '#app/pipeline/commands.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { nodeHeight, nodeWidth, snap } from './geometry.ts';
import { groupTree } from '#app/pipeline/group-tree.ts';
import { changeGroup, collapsedMembers, frameOf, groupOf, membersOf, moveGroups, shownGroups } from './groups.ts';

/**
 * New places for the chosen nodes (or all), in layers from left to right, keeping the top left corner where it was. Nodes of a group
 * stay together; a collapsed group counts as one card. Frames that were drawn by hand fit their content afterwards.
 */
export function tidyLayout(document: PipelineDocument, chosen: readonly string[] = []): Command | null {
  const ids = new Set(chosen.length > 1 ? chosen : document.nodes.map((node) => node.id));
  if (ids.size === 0) return null;
  const hidden = collapsedMembers(document);
  const unitOf = (id: string): string => hidden.get(id)?.id ?? id;
  const graph = new graphlib.Graph({ compound: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 36, ranksep: 80, edgesep: 20 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) graph.setNode(unitOf(id), { width: nodeWidth, height: nodeHeight });
  const clustered = new Set<string>();
  for (const group of shownGroups(document)) {
    const units = group.collapsed === true ? [] : new Set(membersOf(document, group).filter((id) => ids.has(id)).map(unitOf));
    if (group.collapsed === true || new Set(units).size < 2) continue;
    const cluster = clusterOf(group.id);
    graph.setNode(cluster, {});
    clustered.add(group.id);
    const outer = groupTree(document).around(group.id).find(({ id }) => clustered.has(id));
    if (outer) graph.setParent(cluster, clusterOf(outer.id));
    // Groups within come later and take theirs from it.
    for (const unit of units) graph.setParent(unit, cluster);
  }
  for (const edge of document.edges) {
    const [from, to] = [unitOf(edge.from.node), unitOf(edge.to.node)];
    if (ids.has(edge.from.node) && ids.has(edge.to.node) && from !== to) graph.setEdge(from, to);
  }
  layout(graph);

  const before = new Map<string, Point>();
  const placed = new Map<string, Point>();
  for (const id of ids) {
    const unit = unitOf(id);
    const group = hidden.get(id);
    const at = group ? frameOf(document, group) : document.layout[id];
    if (at) before.set(unit, at);
    const point = graph.node(unit) as { x?: number; y?: number } | undefined;
    placed.set(unit, { x: (point?.x ?? 0) - nodeWidth / 2, y: (point?.y ?? 0) - nodeHeight / 2 });
  }
  const corner = (points: readonly Point[]): Point => ({ x: Math.min(...points.map((point) => point.x)), y: Math.min(...points.map((point) => point.y)) });
  const from = corner([...placed.values()]);
  const to = before.size === 0 ? { x: 0, y: 0 } : corner([...before.values()]);
  const positions: Record<string, Point> = {};
  const chips = new Map<string, Point>();
  for (const [id, point] of placed) {
    const next = { x: snap(point.x - from.x + to.x), y: snap(point.y - from.y + to.y) };
    const old = before.get(id);
    if (old?.x === next.x && old.y === next.y) continue;
    if (ids.has(id)) positions[id] = next;
    else chips.set(id, { x: next.x - (old?.x ?? 0), y: next.y - (old?.y ?? 0) });
  }
  const moves: Command[] = [...(Object.keys(positions).length > 0 ? [{ type: 'move' as const, positions }] : []), ...moveGroups(document, chips)];
  const drawn = new Set(Object.keys(positions).map((id) => groupOf(document, id)));
  for (const group of drawn) if (group?.box && group.nodes.every((id) => ids.has(id))) moves.push(changeGroup(group, { box: undefined }));
  const [first] = moves;
  return first === undefined ? null : moves.length === 1 ? first : { type: 'batch', commands: moves };
}

/** Node and group ids may be the same text. */
const clusterOf = (groupId: string): string => `group ${groupId}`;
