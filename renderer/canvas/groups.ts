import { newElementId } from '#app/core/ids.ts';
import type { Command, Point } from '#app/pipeline/commands.ts';
import type { Endpoint, PipelineDocument, PipelineEdge, PipelineGroup } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { groupTree, nodesWithin, putWithin } from '#app/pipeline/group-tree.ts';
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

/** Members that are in the pipeline, with those of groups within; files may name nodes that are gone. */
export function membersOf(document: PipelineDocument, group: PipelineGroup): readonly string[] {
  const { nodes } = indexGraph(document);
  return nodesWithin(document, group).filter((id) => nodes.has(id));
}

/** The frame in canvas units: around the members and the groups within, and at least what was drawn by hand; null for an empty group that never was. */
export function frameOf(document: PipelineDocument, group: PipelineGroup): Box | null {
  const { nodes } = indexGraph(document);
  const cards = group.nodes.flatMap((id) => (nodes.has(id) ? [cardAt(placeOf(document, id))] : []));
  const content = boundsOf([...cards, ...groupTree(document).childrenOf(group.id).flatMap((child) => shownBox(document, child) ?? [])]);
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

/** What no chip stands for: groups that lie in no collapsed one, the outer before the inner. */
export const shownGroups = (document: PipelineDocument): readonly PipelineGroup[] => {
  const { outermostFirst, around } = groupTree(document);
  return outermostFirst.filter(({ id }) => around(id).every(({ collapsed }) => collapsed !== true));
};

/** Collapsed group by member: the outermost, whose chip stands for it. */
export function collapsedMembers(document: PipelineDocument): ReadonlyMap<string, PipelineGroup> {
  const hidden = new Map<string, PipelineGroup>();
  for (const group of shownGroups(document)) if (group.collapsed === true) for (const id of nodesWithin(document, group)) hidden.set(id, group);
  return hidden;
}

/** The group whose open frame holds a point, the smallest first: where frames overlap, that is the one meant. */
export function groupAt(document: PipelineDocument, at: Point): PipelineGroup | null {
  const around = shownGroups(document).flatMap((group) => {
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

/** Takes nodes out of the groups they are in; a group that loses all of them and holds no other goes, unless it is kept. */
function leave(document: PipelineDocument, nodeIds: ReadonlySet<string>, kept: string | null = null): Command[] {
  const { childrenOf } = groupTree(document);
  const gone = document.groups.filter((group) => group.id !== kept && group.nodes.length > 0 && childrenOf(group.id).length === 0 && group.nodes.every((id) => nodeIds.has(id)));
  const thinner = document.groups.filter((group) => !gone.includes(group) && group.nodes.some((id) => nodeIds.has(id)));
  return [
    ...(gone.length > 0 ? [{ type: 'remove' as const, groups: gone.map(({ id }) => id) }] : []),
    ...thinner.map((group): Command => ({ type: 'set-group', group: { ...group, nodes: group.nodes.filter((id) => !nodeIds.has(id)) } })),
  ];
}

/** Groups all of whose members are among the nodes, without those that lie in another such group. */
function outermostWhole(document: PipelineDocument, nodeIds: readonly string[]): readonly PipelineGroup[] {
  const whole = new Set(wholeGroups(document, nodeIds));
  return [...whole].filter(({ id }) => !groupTree(document).around(id).some((group) => whole.has(group)));
}

/** The nearest group that holds all of some groups or nodes, given by the groups that each lies in; null where one lies in none. */
function commonGroup(document: PipelineDocument, homes: readonly (PipelineGroup | null)[]): PipelineGroup | null {
  const ways = homes.map((home) => (home === null ? [] : [home, ...groupTree(document).around(home.id)]));
  return ways[0]?.find((group) => ways.every((way) => way.includes(group))) ?? null;
}

/**
 * A new group of the nodes. Groups that are wholly among them stay, within it; other nodes leave the groups they were in. It lies in the
 * nearest group that holds them all.
 */
export function groupNodes(document: PipelineDocument, nodeIds: readonly string[]): { readonly command: Command; readonly group: PipelineGroup } | null {
  const chosen = new Set(nodeIds);
  if (!document.nodes.some(({ id }) => chosen.has(id))) return null;
  const whole = outermostWhole(document, nodeIds);
  const covered = new Set(whole.flatMap((group) => membersOf(document, group)));
  const loose = document.nodes.flatMap(({ id }) => (chosen.has(id) && !covered.has(id) ? [id] : []));
  const around = commonGroup(document, [...whole.map(({ id }) => groupTree(document).parentOf(id)), ...loose.map((id) => groupOf(document, id))]);
  const titles = new Set(document.groups.map(({ title }) => title));
  let number = 1;
  while (titles.has(texts.canvas.groupNumber(number))) number++;
  const group = putWithin({ id: newElementId(), title: texts.canvas.groupNumber(number), colour: 'data', nodes: loose }, around?.id);
  const inward = whole.map((one): Command => ({ type: 'set-group', group: putWithin(one, group.id) }));
  return { group, command: { type: 'batch', commands: [{ type: 'add', groups: [group] }, ...inward, ...leave(document, new Set(loose), around?.id ?? null)] } };
}

/**
 * Puts nodes into a group, or, with null, into none; they leave the groups they were in. A group that is wholly among them goes there as it
 * is. Null where all are there already.
 */
export function moveIntoGroup(document: PipelineDocument, nodeIds: readonly string[], groupId: string | null): Command | null {
  const target = document.groups.find(({ id }) => id === groupId);
  if (groupId !== null && target === undefined) return null;
  const { around, parentOf } = groupTree(document);
  const whole = outermostWhole(document, nodeIds).filter((group) => group !== target && !(target && around(target.id).includes(group)));
  const covered = new Set(whole.flatMap((group) => membersOf(document, group)));
  const moving = new Set(nodeIds.filter((id) => !covered.has(id) && (groupOf(document, id)?.id ?? null) !== groupId));
  const inward = whole.flatMap((group): Command[] => ((parentOf(group.id)?.id ?? null) === groupId ? [] : [{ type: 'set-group', group: putWithin(group, groupId ?? undefined) }]));
  if (moving.size + inward.length === 0) return null;
  const joins: Command[] = target === undefined || moving.size === 0 ? [] : [{ type: 'set-group', group: { ...target, nodes: [...target.nodes, ...moving] } }];
  return { type: 'batch', commands: [...leave(document, moving, groupId), ...joins, ...inward] };
}

/** Takes the frames of the groups away; what is in them stays, in the group around them if there is one. */
export function ungroup(document: PipelineDocument, groupIds: readonly string[]): Command | null {
  const going = new Set(groupIds);
  if (going.size === 0) return null;
  const { around } = groupTree(document);
  const staying = (id: string): PipelineGroup | null => around(id).find((group) => !going.has(group.id)) ?? null;
  const orphans = document.groups.filter((group) => !going.has(group.id) && around(group.id)[0] !== undefined && going.has(around(group.id)[0]?.id ?? ''));
  const joining = new Map<string, string[]>();
  for (const group of document.groups) {
    const home = going.has(group.id) ? staying(group.id) : null;
    if (home !== null) joining.set(home.id, [...(joining.get(home.id) ?? []), ...group.nodes]);
  }
  const changed = document.groups.filter((group) => orphans.includes(group) || (joining.get(group.id) ?? []).length > 0);
  const outward = changed.map((group): Command => ({
    type: 'set-group',
    group: { ...(orphans.includes(group) ? putWithin(group, staying(group.id)?.id) : group), nodes: [...group.nodes, ...(joining.get(group.id) ?? [])] },
  }));
  const removal: Command = { type: 'remove', groups: [...going] };
  return outward.length === 0 ? removal : { type: 'batch', commands: [...outward, removal] };
}

/** A group's changed look; undefined takes a member out. */
export function changeGroup(group: PipelineGroup, change: { readonly [K in 'title' | 'colour' | 'collapsed' | 'box']?: PipelineGroup[K] | undefined }): Command {
  const next = Object.fromEntries(Object.entries({ ...group, ...change }).filter(([, value]) => value !== undefined));
  return { type: 'set-group', group: next as PipelineGroup };
}

/** A frame drawn to another size. Nodes that then lie in it with their middle join, unless they are in a group beside it; who is in it stays. */
export function resizeGroup(document: PipelineDocument, group: PipelineGroup, box: Box): Command {
  const whole = { x: Math.round(box.x), y: Math.round(box.y), width: Math.round(box.width), height: Math.round(box.height) };
  const outer = groupTree(document).around(group.id);
  const joining = document.nodes.flatMap(({ id }) => {
    const card = cardAt(placeOf(document, id));
    const home = groupOf(document, id);
    return (home === null || outer.includes(home)) && isWithin(whole, { x: card.x + card.width / 2, y: card.y + card.height / 2 }) ? [id] : [];
  });
  const left = new Set(joining);
  const thinner = outer.filter(({ nodes }) => nodes.some((id) => left.has(id))).map((one): Command => ({ type: 'set-group', group: { ...one, nodes: one.nodes.filter((id) => !left.has(id)) } }));
  const drawn: Command = { type: 'set-group', group: { ...group, box: whole, nodes: [...group.nodes, ...joining] } };
  return thinner.length === 0 ? drawn : { type: 'batch', commands: [...thinner, drawn] };
}

const isWithin = (box: Box, at: Point): boolean => at.x > box.x && at.x < box.x + box.width && at.y > box.y && at.y < box.y + box.height;

/** Moves groups with all that is in them: nodes, groups within, and notes that lie within the frame. */
export function moveGroups(document: PipelineDocument, moves: ReadonlyMap<string, Point>): readonly Command[] {
  const { around, inside } = groupTree(document);
  const positions: Record<string, Point> = {};
  const commands: Command[] = [];
  for (const group of document.groups) {
    const by = moves.get(group.id);
    // What lies in another that moves goes with that.
    if (by === undefined || (by.x === 0 && by.y === 0) || around(group.id).some(({ id }) => moves.has(id))) continue;
    for (const id of membersOf(document, group)) {
      const from = placeOf(document, id);
      positions[id] = { x: from.x + by.x, y: from.y + by.y };
    }
    for (const id of notesWithin(document, group)) {
      const note = document.notes.find((candidate) => candidate.id === id);
      if (note) commands.push({ type: 'set-note', note: { ...note, x: note.x + by.x, y: note.y + by.y } });
    }
    for (const one of [group, ...inside(group.id)]) if (one.box) commands.push(changeGroup(one, { box: { ...one.box, x: one.box.x + by.x, y: one.box.y + by.y } }));
  }
  return [...(Object.keys(positions).length > 0 ? [{ type: 'move' as const, positions }] : []), ...commands];
}

/** A document without what a group holds, to ask what the others are like when it is somewhere else. */
function withoutGroup(document: PipelineDocument, group: PipelineGroup): PipelineDocument {
  const gone = new Set([group, ...groupTree(document).inside(group.id)]);
  return { ...document, groups: document.groups.filter((one) => !gone.has(one)) };
}

/**
 * A group dragged by its bar: let go with its middle in another's frame it lies in that from then on; one that no longer touches the rest of
 * the group it was in leaves it.
 */
export function regroupFrames(document: PipelineDocument, moves: ReadonlyMap<string, Point>): readonly Command[] {
  const { around, parentOf } = groupTree(document);
  return document.groups.flatMap((group): Command[] => {
    const by = moves.get(group.id);
    const from = by === undefined || around(group.id).some(({ id }) => moves.has(id)) ? null : shownBox(document, group);
    if (by === undefined || from === null) return [];
    const rest = withoutGroup(document, group);
    const to = { ...from, x: from.x + by.x, y: from.y + by.y };
    const parent = parentOf(group.id);
    const over = groupAt(rest, { x: to.x + to.width / 2, y: to.y + to.height / 2 });
    const outer = parent === null ? [] : around(parent.id);
    const home = parent === null ? null : frameOf(rest, parent);
    const stays = over === parent || (parent !== null && (over === null || outer.includes(over)) && (home === null || overlap(home, to)));
    if (stays || (over !== null && moves.has(over.id))) return [];
    // As it will be when it has moved: a size drawn by hand goes along.
    const moved = group.box === undefined ? group : { ...group, box: { ...group.box, x: group.box.x + by.x, y: group.box.y + by.y } };
    return [{ type: 'set-group', group: putWithin(moved, over?.id) }];
  });
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
    const isOuter = home !== null && over !== null && groupTree(document).around(home.id).includes(over);
    const stays = home !== null && (over?.id === home.id || ((over === null || isOuter) && frame !== null && overlap(frame, card)));
    if (stays) continue;
    if (home !== null) leaving.add(id);
    if (over !== null) joining.set(over.id, [...(joining.get(over.id) ?? []), id]);
  }
  return document.groups.flatMap((group): Command[] => {
    const nodes = [...group.nodes.filter((id) => !leaving.has(id)), ...(joining.get(group.id) ?? [])];
    if (nodes.length === group.nodes.length && nodes.every((id, index) => id === group.nodes[index])) return [];
    return [nodes.length === 0 && group.box === undefined && groupTree(document).childrenOf(group.id).length === 0 ? { type: 'remove', groups: [group.id] } : { type: 'set-group', group: { ...group, nodes } }];
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
  const inside = new Set(nodesWithin(document, group));
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
