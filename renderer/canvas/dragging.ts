import type { NodeChange } from '@xyflow/react';
import type { Command, Point } from '#app/pipeline/commands.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { groupTree } from '#app/pipeline/group-tree.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { catchGuides, type Guide } from './guides.ts';
import { noGuides, useCanvas, useGuides } from './canvas-store.ts';
import { insertIntoEdge } from './edits.ts';
import type { FlowNode } from './flow-model.ts';
import { boundsOf, overlap, type Box } from './geometry.ts';
import { frameOf, membersOf, moveGroups, notesWithin, regroup, regroupFrames } from './groups.ts';
import { texts } from '../text/texts.ts';

/** Pixels on the screen within which a line catches what is dragged. */
const reach = 6;

type Change = NodeChange<FlowNode>;
type Move = Extract<Change, { type: 'position' }>;

/** Where what is being dragged is shown: React Flow's own positions know nothing of the lines that were caught. */
const shown = new Map<string, Point>();

const boxOf = (node: FlowNode, at: Point = node.position): Box => ({ ...at, width: node.width ?? 0, height: node.height ?? 0 });

/** Size of the pane in pixels; measured once a drag, for measuring makes the browser lay out the page. */
let paneSize: { readonly width: number; readonly height: number } | null = null;

/** What of the canvas is in sight: lines to what is not would be a riddle. */
function visibleBox(): Box | null {
  const viewport = useCanvas.getState().flow?.getViewport();
  paneSize ??= window.document.querySelector('[data-testid="canvas"]')?.getBoundingClientRect() ?? null;
  if (!viewport || !paneSize) return null;
  const { x, y, zoom } = viewport;
  return { x: -x / zoom, y: -y / zoom, width: paneSize.width / zoom, height: paneSize.height / zoom };
}

/** What a drag can be in line with. It stays while the same things are dragged in the same view, for the rest stands still. */
let still: { readonly seen: Box | null; readonly moving: ReadonlySet<string>; readonly boxes: readonly Box[] } | null = null;

function boxesBeside(nodes: readonly FlowNode[], moving: ReadonlyMap<string, Point>): readonly Box[] {
  const seen = visibleBox();
  const sameView = still !== null && (still.seen === seen || (still.seen !== null && seen !== null && still.seen.x === seen.x && still.seen.y === seen.y && still.seen.width === seen.width));
  if (still !== null && sameView && still.moving.size === moving.size && [...moving.keys()].every((id) => still?.moving.has(id))) return still.boxes;
  const boxes = nodes.flatMap((node) => {
    const box = boxOf(node);
    return moving.has(node.id) || node.type === 'frame' || (seen !== null && !overlap(seen, box)) ? [] : [box];
  });
  still = { seen, moving: new Set(moving.keys()), boxes };
  return boxes;
}

/** What the changes of a drag move, and where to; with what moves along in groups. */
function moved(moves: readonly (Move & { position: Point })[], nodes: readonly FlowNode[], document: PipelineDocument): { readonly to: ReadonlyMap<string, Point>; readonly bounds: Box | null } {
  const to = new Map<string, Point>(moves.map(({ id, position }) => [id, position]));
  const taken = nodes.filter((node) => to.has(node.id));
  const frames = taken.filter((node) => node.type === 'frame');
  if (frames.length > 0) {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    for (const frame of frames) {
      const at = to.get(frame.id) ?? frame.position;
      const { group } = frame.data;
      for (const inside of [...membersOf(document, group), ...groupTree(document).inside(group.id).map(({ id }) => id), ...notesWithin(document, group)]) {
        const node = byId.get(inside);
        if (!node || to.has(inside)) continue;
        to.set(inside, { x: node.position.x + at.x - frame.position.x, y: node.position.y + at.y - frame.position.y });
        taken.push(node);
      }
    }
  }
  return { to, bounds: boundsOf(taken.map((node) => boxOf(node, to.get(node.id)))) };
}

/** The changes of a drag, with what moves along in groups, and caught on lines. */
export function dragChanges(changes: readonly Change[], nodes: readonly FlowNode[], document: PipelineDocument): Change[] {
  const moves = changes.filter((change): change is Move & { position: Point } => change.type === 'position' && change.dragging !== undefined && change.position !== undefined);
  if (moves.length === 0) return [...changes];
  const { to, bounds } = moved(moves, nodes, document);
  const zoom = useCanvas.getState().flow?.getZoom() ?? 1;
  const { shift, guides } = bounds === null ? { shift: { x: 0, y: 0 }, guides: noGuides } : catchGuides(bounds, boxesBeside(nodes, to), reach / zoom);
  const dragging = moves.some((change) => change.dragging === true);
  showGuides(dragging ? guides : noGuides);
  const caught = [...to].map(([id, at]): Change => {
    const position = { x: at.x + shift.x, y: at.y + shift.y };
    shown.set(id, position);
    return { type: 'position', id, position, dragging };
  });
  return moves.length === changes.length ? caught : [...changes.filter((change) => !moves.includes(change as (typeof moves)[number])), ...caught];
}

function showGuides(guides: readonly Guide[]): void {
  const before = useGuides.getState().guides;
  const same = before.length === guides.length && before.every(({ axis, at, from, to, gap }, index) => {
    const now = guides[index];
    return now?.axis === axis && now.at === at && now.from === from && now.to === to && now.gap === gap;
  });
  if (!same) useGuides.setState({ guides });
}

/** The end of a drag as one undo step: moves, who joined or left a group, and the edge that it was dropped on. */
export function endDrag(dragged: readonly FlowNode[]): void {
  const { dropEdge } = useCanvas.getState();
  useCanvas.setState({ dropEdge: null });
  showGuides(noGuides);
  paneSize = null;
  still = null;
  const { document } = usePipeline.getState();
  const places = new Map(shown);
  shown.clear();
  if (!document) return;
  const commands = dragCommands(document, dragged.map((node) => ({ node, to: rounded(places.get(node.id) ?? node.position) })));
  const [only] = dragged;
  const insert = dropEdge !== null && only && dragged.length === 1 ? insertIntoEdge(document, only.id, dropEdge) : null;
  const all = insert ? [...commands, insert] : commands;
  const [first] = all;
  if (!first) return;
  edit(all.length === 1 ? first : { type: 'batch', commands: all }, insert ? { label: texts.canvas.did.insert } : {});
}

const rounded = ({ x, y }: Point): Point => ({ x: Math.round(x), y: Math.round(y) });

interface Dragged {
  readonly node: Pick<FlowNode, 'id' | 'type'>;
  readonly to: Point;
}

/** What a drag changes in the document. A frame takes along what is in it; cards dragged by themselves may change group. */
export function dragCommands(document: PipelineDocument, dragged: readonly Dragged[]): Command[] {
  const groups = new Map<string, Point>();
  for (const { node, to } of dragged) {
    const group = node.type === 'frame' || node.type === 'chip' ? document.groups.find(({ id }) => id === node.id) : undefined;
    const from = group && frameOf(document, group);
    if (from) groups.set(node.id, { x: to.x - from.x, y: to.y - from.y });
  }
  const carried = new Set(document.groups.flatMap((group) => (groups.has(group.id) ? [...membersOf(document, group), ...notesWithin(document, group)] : [])));
  const positions: Record<string, Point> = {};
  const notes: Command[] = [];
  for (const { node, to } of dragged) {
    if (carried.has(node.id)) continue;
    if (node.type === 'note') {
      const note = document.notes.find((candidate) => candidate.id === node.id);
      if (note && (note.x !== to.x || note.y !== to.y)) notes.push({ type: 'set-note', note: { ...note, ...to } });
    } else if (node.type === 'card') {
      const from = document.layout[node.id];
      if (from?.x !== to.x || from.y !== to.y) positions[node.id] = to;
    }
  }
  const moves: Command[] = Object.keys(positions).length > 0 ? [{ type: 'move', positions }] : [];
  return [...moves, ...notes, ...regroup(document, positions), ...moveGroups(document, groups), ...regroupFrames(document, groups)];
}
