import { Position, type Edge, type Node, type NodeHandle } from '@xyflow/react';
import type { Endpoint, PipelineDocument, PipelineGroup, PipelineNode, PipelineNote } from '#app/pipeline/document.ts';
import { ancestors, descendants, indexGraph } from '#app/pipeline/graph.ts';
import type { PortKind } from '#app/sdk/ports.ts';
import { nodeHeight, nodeWidth, portOffset, portSize, portsOf, type Ports } from './geometry.ts';
import { wireKey } from '../state/lineage.ts';
import { outputKind } from './edits.ts';
import type { Route } from './routing/paths.ts';
import { edgeWords } from './port-words.ts';
import { chipPortId, chipPorts, collapsedMembers, membersOf, shownBox, shownGroups, type ChipPort } from './groups.ts';
import { texts } from '../text/texts.ts';

/** A node's title and params its card asks for itself (`shown-nodes.ts`). */
export type CardNode = Node<{ readonly node: Pick<PipelineNode, 'id' | 'type' | 'version' | 'content'>; readonly ports: Ports }, 'card'>;
export type NoteNode = Node<{ readonly note: PipelineNote }, 'note'>;
export type FrameNode = Node<{ readonly group: PipelineGroup }, 'frame'>;
export type ChipNode = Node<{ readonly group: PipelineGroup; readonly members: readonly string[]; readonly inputs: readonly ChipPort[]; readonly outputs: readonly ChipPort[] }, 'chip'>;
export type FlowNode = CardNode | NoteNode | FrameNode | ChipNode;
/**
 * `from`: the output whose table runs along it; the wire itself may end at the chip of a collapsed group. `route`: around which cards; null
 * for none. Whether it is lit is its class, which the style sheet reads, so that a selection renders no wire.
 */
export type WireEdge = Edge<{ readonly from: Endpoint; readonly kind: PortKind; readonly way: 'value' | 'filter' | null; readonly route: Route | null }, 'wire'>;

/** Class of a wire that is lit. */
export const litClass = 'is-lit';

export interface Chosen {
  readonly nodes: readonly string[];
  readonly notes: readonly string[];
  readonly groups: readonly string[];
}

interface Named {
  readonly inputs: readonly Pick<Ports['inputs'][number], 'name'>[];
  readonly outputs: readonly Pick<Ports['outputs'][number], 'name'>[];
}

/** Id of the element that says a card's name. */
export const nameId = (nodeId: string): string => `name-${nodeId}`;
/** Id of the element that says a card's state. */
export const stateId = (nodeId: string): string => `state-${nodeId}`;

/** Tab comes to the canvas as a whole; arrows and lists go on from there. */
const notInTabOrder = { tabIndex: -1 } as const;

function handlesOf(ports: Named, height = nodeHeight): NodeHandle[] {
  const half = portSize / 2;
  const box = { width: portSize, height: portSize };
  return [
    ...ports.inputs.map((port, index, all) => ({ id: port.name, type: 'target' as const, position: Position.Left, x: -half, y: portOffset(index, all.length, height) - half, ...box })),
    ...ports.outputs.map((port, index, all) => ({ id: port.name, type: 'source' as const, position: Position.Right, x: nodeWidth - half, y: portOffset(index, all.length, height) - half, ...box })),
  ];
}

/**
 * Cards and notes of a document. Objects of elements that did not change are taken over from `before`, so that React and React
 * Flow skip them; sizes and handles are given, so that nothing has to be measured before edges can be drawn.
 */
export function flowNodes(document: PipelineDocument, selection: Chosen, before: readonly FlowNode[]): FlowNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  const chosen = new Set(selection.nodes);
  const chosenNotes = new Set(selection.notes);
  const chosenGroups = new Set(selection.groups);
  const hidden = collapsedMembers(document);
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
      ariaLabel: texts.canvas.noteLabel(note.text.slice(0, 60)),
    };
  });
  // A chip also stands for a chosen node within it.
  const isChosen = (group: PipelineGroup): boolean => chosenGroups.has(group.id) || (group.collapsed === true && membersOf(document, group).some((id) => chosen.has(id)));
  const cards = document.nodes.flatMap((node): FlowNode[] => (hidden.has(node.id) ? [] : [cardOf(node)]));
  return [...shownGroups(document).flatMap((group) => groupNode(document, group, isChosen(group), known.get(group.id))), ...notes, ...cards];

  function cardOf(node: PipelineNode): FlowNode {
    const old = known.get(node.id);
    const place = document.layout[node.id] ?? { x: 0, y: 0 };
    const selected = chosen.has(node.id);
    if (old?.type === 'card' && isSameCard(old.data.node, node) && (old.selected ?? false) === selected && old.position.x === place.x && old.position.y === place.y) return old;
    const ports = old?.type === 'card' && old.data.node.type === node.type && !node.type.startsWith('flow/') ? old.data.ports : portsOf(document, node);
    return {
      id: node.id,
      type: 'card',
      data: old?.type === 'card' && isSameCard(old.data.node, node) ? old.data : { node, ports },
      position: place,
      width: nodeWidth,
      height: nodeHeight,
      measured: { width: nodeWidth, height: nodeHeight },
      handles: old?.type === 'card' && old.data.ports === ports && old.handles ? old.handles : handlesOf(ports),
      selected,
      domAttributes: { ...notInTabOrder, 'aria-labelledby': nameId(node.id), 'aria-describedby': stateId(node.id) },
    };
  }
}

/** Whether only what the card asks for itself differs; a subflow's ports are in what it holds. */
const isSameCard = (before: CardNode['data']['node'], now: PipelineNode): boolean =>
  before === now || (before.id === now.id && before.type === now.type && before.version === now.version && !now.type.startsWith('flow/'));

/** A group as its frame, under everything, or as a chip; not at all while it is nowhere. */
function groupNode(document: PipelineDocument, group: PipelineGroup, selected: boolean, old: FlowNode | undefined): FlowNode[] {
  const collapsed = group.collapsed === true;
  const box = shownBox(document, group);
  if (box === null) return [];
  const { x, y, width, height } = box;
  const still = old !== undefined && (old.selected ?? false) === selected && old.position.x === x && old.position.y === y && old.width === width && old.height === height;
  // Marking with the mouse is for what is in the frame, so React Flow may not select the frame itself.
  const shared = { id: group.id, position: { x, y }, width, height, measured: { width, height }, selected, selectable: false, dragHandle: '.group-handle', domAttributes: notInTabOrder, ariaLabel: texts.canvas.groupLabel(group.title) };
  if (!collapsed) {
    if (still && old.type === 'frame' && old.data.group === group) return [old];
    return [{ ...shared, type: 'frame', data: { group }, zIndex: -2, style: { pointerEvents: 'none' } }];
  }
  const { inputs, outputs } = chipPorts(document, group);
  const members = membersOf(document, group);
  const sameEnds = (a: readonly ChipPort[], b: readonly ChipPort[]): boolean => a.length === b.length && a.every((port, index) => port.id === b[index]?.id && port.kind === b[index].kind);
  if (still && old.type === 'chip' && old.data.group === group && sameEnds(old.data.inputs, inputs) && sameEnds(old.data.outputs, outputs)) return [old];
  const named = (ports: readonly ChipPort[]) => ports.map(({ id }) => ({ name: id }));
  return [{ ...shared, type: 'chip', data: { group, members, inputs, outputs }, handles: handlesOf({ inputs: named(inputs), outputs: named(outputs) }, height) }];
}

/**
 * Gives the wire that the pointer rests on ends to take hold of, in place of the one before: two targets at every wire would be drawn with
 * all that moves. None where it ends at the chip of a collapsed group.
 */
export function withGrips(wires: WireEdge[], document: PipelineDocument, wireId: string): WireEdge[] {
  const edge = document.edges.find(({ id }) => id === wireId);
  return wires.map((wire) => {
    const reconnectable = wire.id === wireId && wire.source === edge?.from.node && wire.target === edge.to.node;
    return (wire.reconnectable === true) === reconnectable ? wire : { ...wire, reconnectable };
  });
}

/**
 * Edges whose two ends exist. With a selection, the ways into and out of it are lit; with the way of a column (`ways`, by `wireKey`),
 * that is lit instead. The rest is dimmed by the style sheet, so that it need not render.
 */
export function flowEdges(document: PipelineDocument, selectedNodes: readonly string[], selectedEdges: readonly string[], before: readonly WireEdge[], ways: Readonly<Record<string, 'value' | 'filter'>> | null = null): WireEdge[] {
  const known = new Map(before.map((edge) => [edge.id, edge]));
  const { nodes } = indexGraph(document);
  const chosen = new Set(selectedEdges);
  const path = selectedNodes.length === 0 ? null : { up: ancestors(document, selectedNodes), down: descendants(document, selectedNodes), self: new Set(selectedNodes) };
  const isLit = (from: string, to: string): boolean =>
    path !== null && ((path.up.has(from) && (path.up.has(to) || path.self.has(to))) || (path.down.has(to) && (path.down.has(from) || path.self.has(from))));
  const hidden = collapsedMembers(document);
  return document.edges.flatMap((edge): WireEdge[] => {
    if (!nodes.has(edge.from.node) || !nodes.has(edge.to.node)) return [];
    const fromGroup = hidden.get(edge.from.node);
    const toGroup = hidden.get(edge.to.node);
    // Within a collapsed group.
    if (fromGroup !== undefined && fromGroup === toGroup) return [];
    const ends = {
      source: fromGroup?.id ?? edge.from.node,
      sourceHandle: fromGroup ? chipPortId(edge.from) : edge.from.port,
      target: toGroup?.id ?? edge.to.node,
      targetHandle: toGroup ? chipPortId(edge.from) : edge.to.port,
    };
    const old = known.get(edge.id);
    const selected = chosen.has(edge.id);
    const way = ways?.[wireKey(edge.from.node, edge.from.port, edge.to.node)] ?? null;
    const lit = ways === null ? isLit(edge.from.node, edge.to.node) : way !== null;
    const kind = outputKind(document, edge.from) ?? 'table';
    const same = old && old.source === ends.source && old.target === ends.target && old.sourceHandle === ends.sourceHandle && old.targetHandle === ends.targetHandle;
    const from = old?.data?.from.node === edge.from.node && old.data.from.port === edge.from.port ? old.data.from : edge.from;
    if (same && old.data?.from === from && old.selected === selected && (old.className === litClass) === lit && old.data?.kind === kind && old.data.way === way) return [old];
    return [
      {
        id: edge.id,
        type: 'wire',
        ...ends,
        // The same object where only the class or the selection is new.
        data: old?.data?.from === from && old.data.kind === kind && old.data.way === way ? old.data : { from, kind, way, route: old?.data?.route ?? null },
        ...(lit ? { className: litClass } : {}),
        selected,
        // What is lit lies over what is not.
        zIndex: selected ? 2 : lit ? 1 : 0,
        // Its ends can be taken hold of once the pointer has been on it (`withGrips`).
        reconnectable: same === true && old?.reconnectable === true,
        ariaLabel: texts.outline.connection(edgeWords(document, edge)),
        domAttributes: notInTabOrder,
      },
    ];
  });
}
