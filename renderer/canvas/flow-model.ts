import { Position, type Edge, type Node, type NodeHandle } from '@xyflow/react';
import type { PipelineDocument, PipelineNode, PipelineNote } from '#app/pipeline/document.ts';
import { ancestors, descendants, indexGraph } from '#app/pipeline/graph.ts';
import type { PortKind } from '#app/sdk/ports.ts';
import { titleOf } from '../state/catalogue.ts';
import { nodeHeight, nodeWidth, portOffset, portSize, portsOf, type Ports } from './geometry.ts';
import { wireKey } from '../state/lineage.ts';
import { outputKind } from './edits.ts';

export type CardNode = Node<{ readonly node: PipelineNode; readonly ports: Ports }, 'card'>;
export type NoteNode = Node<{ readonly note: PipelineNote }, 'note'>;
export type FlowNode = CardNode | NoteNode;
export type WireEdge = Edge<{ readonly kind: PortKind; readonly lit: boolean; readonly dim: boolean; readonly way: 'value' | 'filter' | null }, 'wire'>;

function handlesOf(ports: Ports): NodeHandle[] {
  const half = portSize / 2;
  const box = { width: portSize, height: portSize };
  return [
    ...ports.inputs.map((port, index, all) => ({ id: port.name, type: 'target' as const, position: Position.Left, x: -half, y: portOffset(index, all.length) - half, ...box })),
    ...ports.outputs.map((port, index, all) => ({ id: port.name, type: 'source' as const, position: Position.Right, x: nodeWidth - half, y: portOffset(index, all.length) - half, ...box })),
  ];
}

/**
 * Cards and notes of a document. Objects of elements that did not change are taken over from `before`, so that React and React
 * Flow skip them; sizes and handles are given, so that nothing has to be measured before edges can be drawn.
 */
export function flowNodes(document: PipelineDocument, selectedNodes: readonly string[], selectedNotes: readonly string[], before: readonly FlowNode[]): FlowNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  const chosen = new Set(selectedNodes);
  const chosenNotes = new Set(selectedNotes);
  const notes = document.notes.map((note): FlowNode => {
    const old = known.get(note.id);
    const selected = chosenNotes.has(note.id);
    if (old?.type === 'note' && old.data.note === note && (old.selected ?? false) === selected) return old;
    return {
      id: note.id,
      type: 'note',
      data: { note },
      position: { x: note.x, y: note.y },
      width: note.width,
      height: note.height,
      measured: { width: note.width, height: note.height },
      selected,
      zIndex: -1,
      ariaLabel: `Note: ${note.text.slice(0, 60)}`,
    };
  });
  const cards = document.nodes.map((node): FlowNode => {
    const old = known.get(node.id);
    const place = document.layout[node.id] ?? { x: 0, y: 0 };
    const selected = chosen.has(node.id);
    if (old?.type === 'card' && old.data.node === node && (old.selected ?? false) === selected && old.position.x === place.x && old.position.y === place.y) return old;
    const ports = old?.type === 'card' && old.data.node.type === node.type ? old.data.ports : portsOf(document, node.id, node.type);
    return {
      id: node.id,
      type: 'card',
      data: old?.type === 'card' && old.data.node === node ? old.data : { node, ports },
      position: place,
      width: nodeWidth,
      height: nodeHeight,
      measured: { width: nodeWidth, height: nodeHeight },
      handles: old?.type === 'card' && old.data.ports === ports && old.handles ? old.handles : handlesOf(ports),
      selected,
      ariaLabel: titleOf(node),
    };
  });
  return [...notes, ...cards];
}

/**
 * Edges whose two ends exist. With a selection, the ways into and out of it are lit and the rest is dimmed; with the way of a column
 * (`ways`, by `wireKey`), that is lit instead.
 */
export function flowEdges(document: PipelineDocument, selectedNodes: readonly string[], selectedEdges: readonly string[], before: readonly WireEdge[], ways: Readonly<Record<string, 'value' | 'filter'>> | null = null): WireEdge[] {
  const known = new Map(before.map((edge) => [edge.id, edge]));
  const { nodes } = indexGraph(document);
  const chosen = new Set(selectedEdges);
  const path = selectedNodes.length === 0 ? null : { up: ancestors(document, selectedNodes), down: descendants(document, selectedNodes), self: new Set(selectedNodes) };
  const isLit = (from: string, to: string): boolean =>
    path !== null && ((path.up.has(from) && (path.up.has(to) || path.self.has(to))) || (path.down.has(to) && (path.down.has(from) || path.self.has(from))));
  const edges = document.edges.flatMap((edge): WireEdge[] => {
    if (!nodes.has(edge.from.node) || !nodes.has(edge.to.node)) return [];
    const old = known.get(edge.id);
    const selected = chosen.has(edge.id);
    const way = ways?.[wireKey(edge.from.node, edge.from.port, edge.to.node)] ?? null;
    const lit = ways === null ? isLit(edge.from.node, edge.to.node) : way !== null;
    const dim = (ways !== null || path !== null) && !lit;
    const kind = outputKind(document, edge.from) ?? 'table';
    const same = old && old.source === edge.from.node && old.target === edge.to.node && old.sourceHandle === edge.from.port && old.targetHandle === edge.to.port;
    if (same && old.selected === selected && old.data?.lit === lit && old.data.dim === dim && old.data.kind === kind && old.data.way === way) return [old];
    const source = nodes.get(edge.from.node);
    const target = nodes.get(edge.to.node);
    return [
      {
        id: edge.id,
        type: 'wire',
        source: edge.from.node,
        sourceHandle: edge.from.port,
        target: edge.to.node,
        targetHandle: edge.to.port,
        data: { kind, lit, dim, way },
        selected,
        ariaLabel: `${source ? titleOf(source) : edge.from.node} to ${target ? titleOf(target) : edge.to.node}`,
      },
    ];
  });
  // Painted in this order: what is lit lies over what is not. (A z-index would lift wires over their own labels.)
  return ways === null && path === null && chosen.size === 0 ? edges : edges.sort((a, b) => rank(a) - rank(b));
}

const rank = (edge: WireEdge): number => (edge.selected ? 2 : edge.data?.lit ? 1 : 0);
