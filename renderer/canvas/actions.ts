import { newElementId } from '#app/core/ids.ts';
import type { Command, Point } from '#app/pipeline/commands.ts';
import { groupTree } from '#app/pipeline/group-tree.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { ancestors, descendants, indexGraph } from '#app/pipeline/graph.ts';
import { notify } from '../state/notices.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { noteConnection } from '../state/suggestions.ts';
import { primaryNode, select, useSelection } from '../state/selection.ts';
import { fitView, lastPointer, openCardParams, revealNode, startCommenting, startRenaming, useCanvas, visibleCentre } from './canvas-store.ts';
import { addTyped, centred } from './adding.ts';
import { clipFromText, clipOf, clipToText, pasteClip } from './clipboard.ts';
import { connectSelected, removeAndReconnect } from './edits.ts';
import type { Chosen } from './flow-model.ts';
import { grid, snap } from './geometry.ts';
import { groupOf, membersOf, moveGroups, notesWithin, wholeGroups } from './groups.ts';
import { maxPastedCells, tableFromText } from './paste-table.ts';
import { tidyLayout } from './tidy.ts';
import { texts } from '../text/texts.ts';

/** What keys, menus and the palette do on the canvas. */

function current() {
  return { document: usePipeline.getState().document, selection: useSelection.getState() };
}

export function deleteSelection(): void {
  const { document, selection } = current();
  const { nodes, edges, notes } = selection;
  if (!document) return;
  const groups = groupsGone(document, selection);
  if (nodes.length + edges.length + notes.length + groups.length === 0) return;
  edit({ type: 'remove', nodes, edges, notes, groups });
}

export function deleteAndReconnect(): void {
  const { document, selection } = current();
  const command = document && removeAndReconnect(document, selection.nodes);
  if (!command) return deleteSelection();
  const groups = groupsGone(document, selection);
  edit(groups.length === 0 ? command : { type: 'batch', commands: [command, { type: 'remove', groups }] }, { label: texts.canvas.did.deleteReconnect });
}

/** Groups that are selected, or that lose all their nodes with the selection, with those within. */
function groupsGone(document: PipelineDocument, selection: Chosen): string[] {
  const gone = [...selection.groups, ...wholeGroups(document, selection.nodes).map(({ id }) => id)];
  return [...new Set([...gone, ...gone.flatMap((id) => groupTree(document).inside(id).map((group) => group.id))])];
}

export function duplicateSelection(): void {
  const { document, selection } = current();
  const clip = document && clipOf(document, selection);
  if (!clip) return;
  const pasted = pasteClip(clip, undefined, new Set(document.groups.map(({ id }) => id)));
  // A part of one group stays in it.
  const homes = new Set(selection.nodes.map((id) => groupOf(document, id)));
  const [home] = homes.size === 1 && pasted.groups.length === 0 ? homes : [null];
  const command: Command = home ? { type: 'batch', commands: [pasted.command, { type: 'set-group', group: { ...home, nodes: [...home.nodes, ...pasted.nodes] } }] } : pasted.command;
  if (edit(command, { label: texts.canvas.did.duplicate })) select({ nodes: pasted.nodes, notes: pasted.notes, groups: pasted.groups });
}

/** @returns text for the clipboard, or null when nothing that can be copied is selected. */
export function copySelection(): string | null {
  const { document, selection } = current();
  const clip = document && clipOf(document, selection);
  return clip ? clipToText(clip) : null;
}

/** Under the pointer where it is over the canvas, else in the middle. */
function pastePlace(): Point {
  const { flow } = useCanvas.getState();
  const pointer = lastPointer();
  const pane = document.querySelector('[data-testid="canvas"]')?.getBoundingClientRect();
  const inside = pane && pointer.x > pane.x && pointer.x < pane.right && pointer.y > pane.y && pointer.y < pane.bottom;
  return inside && flow ? flow.screenToFlowPosition(pointer) : visibleCentre();
}

/** A table from a spreadsheet becomes a Table Creator. */
function pasteTable(text: string): boolean {
  const table = tableFromText(text);
  if (table === null) return false;
  if (table.columns.length * table.rows.length > maxPastedCells) notify({ severity: 'warning', message: texts.canvas.pasteTooLarge, remedy: texts.canvas.pasteTooLargeRemedy });
  else addTyped('data/table-creator', centred(pastePlace()), undefined, { table });
  return true;
}

/** @returns true when the text was nodes, or a table. */
export function pasteText(text: string): boolean {
  const clip = clipFromText(text);
  if (!clip) return pasteTable(text);
  const pasted = pasteClip(clip, pastePlace());
  if (edit(pasted.command, { label: texts.canvas.did.paste(pasted.nodes.length) })) select({ nodes: pasted.nodes, notes: pasted.notes, groups: pasted.groups });
  return true;
}

export function connectSelection(): void {
  const { document, selection } = current();
  if (!document) return;
  if (selection.nodes.length < 2) {
    notify({ severity: 'info', message: texts.canvas.selectTwo });
    return;
  }
  const command = connectSelected(document, selection.nodes);
  if (!command) {
    notify({ severity: 'info', message: texts.canvas.noFreePorts });
    return;
  }
  const group = `connect-${newElementId()}`;
  edit(command, { label: texts.canvas.did.connect, group });
  for (const id of selection.nodes) noteConnection(id, group);
}

export function toggleBypass(): void {
  const { document, selection } = current();
  if (!document || selection.nodes.length === 0) return;
  const chosen = document.nodes.filter((node) => selection.nodes.includes(node.id));
  const bypassed = !chosen.every((node) => node.bypassed);
  edit({ type: 'batch', commands: chosen.map((node): Command => ({ type: 'set-bypassed', nodeId: node.id, bypassed: bypassed ? true : null })) });
}

export function tidy(): void {
  const { document, selection } = current();
  const command = document && tidyLayout(document, selection.nodes);
  if (!command) return;
  edit(command, { label: texts.canvas.did.tidy });
  if (selection.nodes.length < 2) requestAnimationFrame(() => fitView());
}

export function selectAll(): void {
  const { document } = current();
  if (document) select({ nodes: document.nodes.map((node) => node.id), notes: document.notes.map((note) => note.id), groups: document.groups.map((group) => group.id) });
}

export function selectUpstream(): void {
  const { document, selection } = current();
  if (document && selection.nodes.length > 0) select({ nodes: [...ancestors(document, selection.nodes), ...selection.nodes] });
}

export function selectDownstream(): void {
  const { document, selection } = current();
  if (document && selection.nodes.length > 0) select({ nodes: [...descendants(document, selection.nodes), ...selection.nodes] });
}

export function renameSelected(): void {
  const { groups, notes } = useSelection.getState();
  const id = groups.at(-1) ?? primaryNode(useSelection.getState()) ?? notes.at(-1) ?? null;
  if (id !== null) startRenaming(id);
}

/** Types the comment of the selected node under its card. */
export function commentSelected(): void {
  const id = primaryNode(useSelection.getState());
  if (id !== null) startCommenting(id);
}

/** Opens the params of the selected node beside its card, which is brought into view. */
export function showCardParams(): void {
  const id = primaryNode(useSelection.getState());
  if (id === null) return;
  select({ nodes: [id] });
  revealNode(id);
  openCardParams(id);
}

export function addNote(): void {
  const { flow } = useCanvas.getState();
  const pane = document.querySelector('[data-testid="canvas"]')?.getBoundingClientRect();
  // Near the upper left corner of what is visible, where it seldom lies under nodes.
  const at = flow && pane ? flow.screenToFlowPosition({ x: pane.x + 32, y: pane.y + 32 }) : visibleCentre();
  const note = { id: newElementId(), text: '', x: snap(at.x), y: snap(at.y), width: 224, height: 112 };
  if (edit({ type: 'add', notes: [note] }, { label: texts.canvas.did.addNote })) select({ notes: [note.id] });
}

export function nudge(dx: number, dy: number): void {
  const { document, selection } = current();
  if (!document) return;
  const by = { x: dx * grid, y: dy * grid };
  const groups = document.groups.filter(({ id }) => selection.groups.includes(id));
  const carried = new Set(groups.flatMap((group) => [...membersOf(document, group), ...notesWithin(document, group)]));
  const positions: Record<string, Point> = {};
  for (const id of selection.nodes) {
    const place = document.layout[id] ?? { x: 0, y: 0 };
    if (!carried.has(id)) positions[id] = { x: place.x + by.x, y: place.y + by.y };
  }
  const notes = document.notes.filter(({ id }) => selection.notes.includes(id) && !carried.has(id)).map((note): Command => ({ type: 'set-note', note: { ...note, x: note.x + by.x, y: note.y + by.y } }));
  const commands: Command[] = [...(Object.keys(positions).length > 0 ? [{ type: 'move' as const, positions }] : []), ...notes, ...moveGroups(document, new Map(groups.map(({ id }) => [id, by])))];
  const [first] = commands;
  if (first) edit(commands.length === 1 ? first : { type: 'batch', commands }, { group: 'nudge', label: texts.canvas.did.move });
}

type Direction = 'left' | 'right' | 'up' | 'down';

/** Arrow keys: along the edges to the left and right, else to the nearest node that way. */
export function walk(direction: Direction): void {
  const { document, selection } = current();
  if (!document || document.nodes.length === 0) return;
  const from = primaryNode(selection);
  const next = from === null ? (endOfEdge(document, selection.edges.at(-1), direction) ?? document.nodes[0]?.id ?? null) : neighbour(from, direction);
  if (next === null) return;
  select({ nodes: [next] });
  revealNode(next);
  focusNode(next);
}

/** Where the node is not drawn yet, for it was out of sight, once it is. */
function focusNode(nodeId: string, again = true): void {
  const element = window.document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(nodeId)}"]`);
  if (element) element.focus({ preventScroll: true });
  else if (again) requestAnimationFrame(() => requestAnimationFrame(() => focusNode(nodeId, false)));
}

/** From a selected connection to the node at that end of it. */
function endOfEdge(document: PipelineDocument, edgeId: string | undefined, direction: Direction): string | null {
  const edge = edgeId === undefined ? undefined : document.edges.find(({ id }) => id === edgeId);
  return edge === undefined ? null : direction === 'left' || direction === 'up' ? edge.from.node : edge.to.node;
}

function neighbour(from: string, direction: Direction): string | null {
  const { document } = usePipeline.getState();
  if (!document) return null;
  const { incoming, outgoing } = indexGraph(document);
  const joined =
    direction === 'left' ? incoming.get(from)?.map((edge) => edge.from.node) : direction === 'right' ? outgoing.get(from)?.map((edge) => edge.to.node) : undefined;
  const here = document.layout[from] ?? { x: 0, y: 0 };
  const distance = (id: string): number => {
    const there = document.layout[id] ?? { x: 0, y: 0 };
    const dx = there.x - here.x;
    const dy = there.y - here.y;
    const along = direction === 'left' ? -dx : direction === 'right' ? dx : direction === 'up' ? -dy : dy;
    const across = direction === 'left' || direction === 'right' ? Math.abs(dy) : Math.abs(dx);
    return along <= 0 ? Infinity : along + across * 2;
  };
  if (joined && joined.length > 0) {
    const [first] = [...new Set(joined)].sort((a, b) => Math.abs((document.layout[a]?.y ?? 0) - here.y) - Math.abs((document.layout[b]?.y ?? 0) - here.y));
    return first ?? null;
  }
  let best: string | null = null;
  for (const node of document.nodes) {
    if (node.id === from || distance(node.id) === Infinity) continue;
    if (best === null || distance(node.id) < distance(best)) best = node.id;
  }
  return best;
}
