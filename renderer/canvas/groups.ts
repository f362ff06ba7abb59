import { newElementId } from '#app/core/ids.ts';
import type { Command, Point } from '#app/pipeline/commands.ts';
import type { Endpoint, PipelineDocument, PipelineEdge, PipelineGroup } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import type { PortKind } from '#app/sdk/ports.ts';
import { outputKind } from './edits.ts';
import { boundsOf, cardAt, holds, overlap, snap, type Box } from './geometry.ts';
import { texts } from '../text/texts.ts';

/** Frames around nodes: where they lie, who is in them, and their edits as commands. Pure functions of the document. */

/** Room between the content and the frame, and above it for the title. */
const padding = 24;
const titleRoom = 40;

/** Colours of frames and notes, by the category whose hue they take. */
export const groupColours = ['data', 'explore', 'evaluate', 'monitor', 'train', 'deploy', 'transform'] as const;

const isPlaced = (document: PipelineDocument, id: string): boolean => Object.hasOwn(document.layout, id);
const placeOf = (document: PipelineDocument, id: string): Point => (isPlaced(document, id) ? document.layout[id] : undefined) ?? { x: 0, y: 0 };

/** Members that are in the pipeline; files may name nodes that are gone. */
export function membersOf(document: PipelineDocument, group: PipelineGroup): readonly string[] {
  const { nodes } = indexGraph(document);
  return group.nodes.filter((id) => nodes.has(id));
}

/** The frame in canvas units: around the members, and at least what was drawn by hand; null for an empty group that never was. */
export function frameOf(document: PipelineDocument, group: PipelineGroup): Box | null {
  const content = boundsOf(membersOf(document, group).map((id) => cardAt(placeOf(document, id))));
  const around = content && { x: content.x - padding, y: content.y - titleRoom, width: content.width + 2 * padding, height: content.height + titleRoom + padding };
  return boundsOf([...(around ? [around] : []), ...(group.box ? [group.box] : [])]);
}

/** Room that a port of a chip needs: a group may have more of them than a node. */
const portRoom = 14;

/** The chip of a collapsed group: a card at the corner of its frame, higher where many wires cross its border. */
export function chipOf(document: PipelineDocument, group: PipelineGroup): Box | null {
  const frame = frameOf(document, group);
  if (frame === null) return null;
  const { inputs, outputs } = chipPorts(document, group);
  const card = cardAt(frame);
  return { ...card, height: Math.max(card.height, snap((Math.max(inputs.length, outputs.length) + 1) * portRoom)) };
}

/** What of a group is on the canvas: its frame, or its chip. */
export const shownBox = (document: PipelineDocument, group: PipelineGroup): Box | null => (group.collapsed === true ? chipOf(document, group) : frameOf(document, group));

export const groupOf = (document: PipelineDocument, nodeId: string): PipelineGroup | null => document.groups.find((group) => group.nodes.includes(nodeId)) ?? null;

/** Collapsed group by member. */
export function collapsedMembers(document: PipelineDocument): ReadonlyMap<string, PipelineGroup> {
  const hidden = new Map<string, PipelineGroup>();
  for (const group of document.groups) if (group.collapsed === true) for (const id of group.nodes) hidden.set(id, group);
  return hidden;
}

/** The group whose open frame holds a point, the smallest first: where frames overlap, that is the one meant. */
export function groupAt(document: PipelineDocument, at: Point): PipelineGroup | null {
  const around = document.groups.flatMap((group) => {
    const frame = group.collapsed === true ? null : frameOf(document, group);
    return frame && isWithin(frame, at) ? [{ group, area: frame.width * frame.height }] : [];
  });
  return around.sort((a, b) => a.area - b.area)[0]?.group ?? null;
}

/** Groups all of whose members are among the nodes. */
export function wholeGroups(document: PipelineDocument, nodeIds: readonly string[]): readonly PipelineGroup[] {
  const chosen = new Set(nodeIds);
  return document.groups.filter((group) => {
    const members = membersOf(document, group);
    return members.length > 0 && members.every((id) => chosen.has(id));
  });
}

/** Takes nodes out of the groups they are in; a group that loses all of them goes. */
function leave(document: PipelineDocument, nodeIds: ReadonlySet<string>): Command[] {
  const gone = document.groups.filter((group) => group.nodes.length > 0 && group.nodes.every((id) => nodeIds.has(id)));
  const thinner = document.groups.filter((group) => !gone.includes(group) && group.nodes.some((id) => nodeIds.has(id)));
  return [
    ...(gone.length > 0 ? [{ type: 'remove' as const, groups: gone.map(({ id }) => id) }] : []),
    ...thinner.map((group): Command => ({ type: 'set-group', group: { ...group, nodes: group.nodes.filter((id) => !nodeIds.has(id)) } })),
  ];
}

/** A new group of the nodes, which leave the groups they were in. */
export function groupNodes(document: PipelineDocument, nodeIds: readonly string[]): { readonly command: Command; readonly group: PipelineGroup } | null {
  const chosen = new Set(nodeIds);
  const nodes = document.nodes.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  if (nodes.length === 0) return null;
  const titles = new Set(document.groups.map(({ title }) => title));
  let number = 1;
  while (titles.has(texts.canvas.groupNumber(number))) number++;
  const group: PipelineGroup = { id: newElementId(), title: texts.canvas.groupNumber(number), colour: 'data', nodes };
  return { group, command: { type: 'batch', commands: [{ type: 'add', groups: [group] }, ...leave(document, chosen)] } };
}

/** Puts nodes into a group, or, with null, into none; they leave the groups they were in. Null where all are there already. */
export function moveIntoGroup(document: PipelineDocument, nodeIds: readonly string[], groupId: string | null): Command | null {
  const moving = new Set(nodeIds.filter((id) => (groupOf(document, id)?.id ?? null) !== groupId));
  const target = document.groups.find(({ id }) => id === groupId);
  if (moving.size === 0 || (groupId !== null && target === undefined)) return null;
  const joins: Command[] = target === undefined ? [] : [{ type: 'set-group', group: { ...target, nodes: [...target.nodes, ...moving] } }];
  return { type: 'batch', commands: [...leave(document, moving), ...joins] };
}

/** Takes the frames of the groups away; their nodes stay. */
export function ungroup(groupIds: readonly string[]): Command | null {
  return groupIds.length === 0 ? null : { type: 'remove', groups: groupIds };
}

/** A group's changed look; undefined takes a member out. */
export function changeGroup(group: PipelineGroup, change: { readonly [K in 'title' | 'colour' | 'collapsed' | 'box']?: PipelineGroup[K] | undefined }): Command {
  const next = Object.fromEntries(Object.entries({ ...group, ...change }).filter(([, value]) => value !== undefined));
  return { type: 'set-group', group: next as PipelineGroup };
}

/** A frame drawn to another size. Nodes that then lie in it with their middle, and are in no group, join; who is in it stays. */
export function resizeGroup(document: PipelineDocument, group: PipelineGroup, box: Box): Command {
  const whole = { x: Math.round(box.x), y: Math.round(box.y), width: Math.round(box.width), height: Math.round(box.height) };
  const grouped = new Set(document.groups.flatMap(({ nodes }) => nodes));
  const joining = document.nodes.filter(({ id }) => {
    const card = cardAt(placeOf(document, id));
    return !grouped.has(id) && isWithin(whole, { x: card.x + card.width / 2, y: card.y + card.height / 2 });
  });
  return { type: 'set-group', group: { ...group, box: whole, nodes: [...group.nodes, ...joining.map(({ id }) => id)] } };
}

const isWithin = (box: Box, at: Point): boolean => at.x > box.x && at.x < box.x + box.width && at.y > box.y && at.y < box.y + box.height;

/** Moves groups with all that is in them: nodes, and notes that lie within the frame. */
export function moveGroups(document: PipelineDocument, moves: ReadonlyMap<string, Point>): readonly Command[] {
  const positions: Record<string, Point> = {};
  const commands: Command[] = [];
  for (const group of document.groups) {
    const by = moves.get(group.id);
    if (by === undefined || (by.x === 0 && by.y === 0)) continue;
    for (const id of membersOf(document, group)) {
      const from = placeOf(document, id);
      positions[id] = { x: from.x + by.x, y: from.y + by.y };
    }
    for (const id of notesWithin(document, group)) {
      const note = document.notes.find((candidate) => candidate.id === id);
      if (note) commands.push({ type: 'set-note', note: { ...note, x: note.x + by.x, y: note.y + by.y } });
    }
    if (group.box) commands.push(changeGroup(group, { box: { ...group.box, x: group.box.x + by.x, y: group.box.y + by.y } }));
  }
  return [...(Object.keys(positions).length > 0 ? [{ type: 'move' as const, positions }] : []), ...commands];
}

/** Notes that lie wholly within a group's open frame. */
export function notesWithin(document: PipelineDocument, group: PipelineGroup): readonly string[] {
  const frame = frameOf(document, group);
  return frame === null || group.collapsed === true ? [] : document.notes.filter((note) => holds(frame, note)).map(({ id }) => id);
}

/**
 * Who joins and who leaves when cards were dragged to new places: a card let go with its middle in a frame joins it; one that no
 * longer touches the frame it was in leaves it. A group dragged as a whole stays as it is.
 */
export function regroup(document: PipelineDocument, positions: Readonly<Record<string, Point>>): readonly Command[] {
  const moved = Object.keys(positions);
  const whole = new Set(wholeGroups(document, moved).map(({ id }) => id));
  const joining = new Map<string, string[]>();
  const leaving = new Set<string>();
  for (const id of moved) {
    const at = positions[id];
    if (at === undefined) continue;
    const home = groupOf(document, id);
    if (home !== null && whole.has(home.id)) continue;
    const card = cardAt(at);
    const over = groupAt(document, { x: card.x + card.width / 2, y: card.y + card.height / 2 });
    const frame = home && frameOf(document, home);
    const stays = home !== null && (over?.id === home.id || (over === null && frame !== null && overlap(frame, card)));
    if (stays) continue;
    if (home !== null) leaving.add(id);
    if (over !== null) joining.set(over.id, [...(joining.get(over.id) ?? []), id]);
  }
  return document.groups.flatMap((group): Command[] => {
    const nodes = [...group.nodes.filter((id) => !leaving.has(id)), ...(joining.get(group.id) ?? [])];
    if (nodes.length === group.nodes.length && nodes.every((id, index) => id === group.nodes[index])) return [];
    return [nodes.length === 0 && group.box === undefined ? { type: 'remove', groups: [group.id] } : { type: 'set-group', group: { ...group, nodes } }];
  });
}

/** The command that puts a new node into the group at its place, or null. */
export function joinAt(document: PipelineDocument, nodeId: string, at: Point): Command | null {
  const card = cardAt({ x: snap(at.x), y: snap(at.y) });
  const group = groupAt(document, { x: card.x + card.width / 2, y: card.y + card.height / 2 });
  return group && { type: 'set-group', group: { ...group, nodes: [...group.nodes, nodeId] } };
}

/** A port of a chip: an output that wires across the group's border come from. Wires of one output share a port on either side. */
export interface ChipPort {
  readonly id: string;
  readonly from: Endpoint;
  readonly kind: PortKind;
}

export const chipPortId = (from: Endpoint): string => `${from.node} ${from.port}`;

/** Outputs outside that feed the group, and outputs inside that feed the outside, each from top to bottom by the nodes within. */
export function chipPorts(document: PipelineDocument, group: PipelineGroup): { readonly inputs: readonly ChipPort[]; readonly outputs: readonly ChipPort[] } {
  const inside = new Set(group.nodes);
  const { nodes } = indexGraph(document);
  const crossing = document.edges.filter(({ from, to }) => inside.has(from.node) !== inside.has(to.node) && nodes.has(from.node) && nodes.has(to.node));
  const ports = (edges: readonly PipelineEdge[], inner: 'from' | 'to'): ChipPort[] => {
    const distinct = new Map<string, { readonly port: ChipPort; readonly y: number }>();
    for (const edge of edges) {
      const id = chipPortId(edge.from);
      const y = Math.min(placeOf(document, edge[inner].node).y, distinct.get(id)?.y ?? Infinity);
      distinct.set(id, { port: { id, from: edge.from, kind: outputKind(document, edge.from) ?? 'table' }, y });
    }
    return [...distinct.values()].sort((a, b) => a.y - b.y).map(({ port }) => port);
  };
  return { inputs: ports(crossing.filter(({ to }) => inside.has(to.node)), 'to'), outputs: ports(crossing.filter(({ from }) => inside.has(from.node)), 'from') };
}
