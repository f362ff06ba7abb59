import { newElementId } from '#app/core/ids.ts';
import type { Command, Point } from '#app/pipeline/commands.ts';
import type { PipelineDocument, PipelineEdge, PipelineNode } from '#app/pipeline/document.ts';
import type { PartNode, PipelinePart } from '#app/sdk/learner-nodes.ts';
import { notify } from '../state/notices.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { select } from '../state/selection.ts';
import { useView } from '../state/view.ts';
import { revealNode } from './canvas-store.ts';
import { freePlace, freshNode } from './edits.ts';
import { nodeHeight, nodeWidth, snap } from './geometry.ts';
import { texts } from '../text/texts.ts';

/** What a part becomes: the command, and the ids of its nodes in the document. Null where a node type is not there. */
export interface PlacedPart {
  readonly command: Command;
  readonly nodes: readonly string[];
}

const columnGap = 80;
const rowGap = 24;

/**
 * A part of a pipeline as nodes under the node that it comes from, in columns by what leads to what. Wires from that node's own inputs
 * come from what feeds them; where nothing does, they are left out.
 */
export function placePart(document: PipelineDocument, part: PipelinePart, nodeId: string): PlacedPart | null {
  const made = new Map<string, PipelineNode>();
  for (const node of part.nodes) {
    const fresh = freshNode(node.type, node.params);
    if (fresh === null) return null;
    made.set(node.id, node.title === undefined ? fresh : { ...fresh, title: node.title });
  }
  const edges = part.edges.flatMap(({ from, to }): PipelineEdge[] => {
    const target = made.get(to.node)?.id;
    const feed = from.node === null ? document.edges.find((edge) => edge.to.node === nodeId && edge.to.port === from.port)?.from : { node: made.get(from.node)?.id ?? '', port: from.port };
    return target === undefined || feed === undefined || feed.node === '' ? [] : [{ id: newElementId(), from: feed, to: { node: target, port: to.port } }];
  });
  const columns = columnsOf(part);
  const origin = document.layout[nodeId] ?? { x: 0, y: 0 };
  const layout: Record<string, Point> = {};
  let taken = document;
  for (const [column, ids] of columns.entries()) {
    for (const [row, id] of ids.entries()) {
      const node = made.get(id);
      if (node === undefined) continue;
      const place = freePlace(taken, { x: snap(origin.x + column * (nodeWidth + columnGap)), y: snap(origin.y + (row + 1) * (nodeHeight + rowGap)) });
      layout[node.id] = place;
      taken = { ...taken, layout: { ...taken.layout, [node.id]: place } };
    }
  }
  const nodes = [...made.values()];
  return { command: { type: 'add', nodes, edges, layout }, nodes: nodes.map(({ id }) => id) };
}

/** Nodes by the longest way that leads to them within the part. */
function columnsOf({ nodes, edges }: PipelinePart): string[][] {
  const columnOf = (id: string, seen: readonly string[]): number =>
    seen.includes(id) ? 0 : edges.reduce((column, { from, to }) => (to.node === id && from.node !== null ? Math.max(column, 1 + columnOf(from.node, [...seen, id])) : column), 0);
  const columns: string[][] = [];
  for (const { id } of nodes satisfies readonly PartNode[]) {
    const column = columnOf(id, []);
    (columns[column] ??= []).push(id);
  }
  return Array.from(columns, (ids) => ids ?? []);
}

/** Puts a part on the canvas as one edit, selects it and shows it. */
export function addPart(part: PipelinePart, nodeId: string, title: string): void {
  const { document } = usePipeline.getState();
  const placed = document === null ? null : placePart(document, part, nodeId);
  if (placed === null) {
    notify({ severity: 'warning', message: texts.canvas.cannotAdd, remedy: texts.canvas.cannotAddRemedy });
    return;
  }
  if (!edit(placed.command, { label: texts.canvas.did.add(title) })) return;
  select({ nodes: [...placed.nodes] });
  useView.setState({ page: 'canvas' });
  const last = placed.nodes.at(-1);
  // Once React Flow has them.
  if (last !== undefined) requestAnimationFrame(() => requestAnimationFrame(() => revealNode(last)));
}
