import { getViewportForBounds, type ReactFlowInstance, type Viewport } from '@xyflow/react';
import { create } from 'zustand';
import type { Point } from '#app/pipeline/commands.ts';
import type { Endpoint } from '#app/pipeline/document.ts';
import { refusesEdit } from '../state/editing.ts';
import { usePipeline } from '../state/pipeline.ts';
import type { Joint } from './edits.ts';
import type { FlowNode, WireEdge } from './flow-model.ts';
import { collapsedMembers } from './groups.ts';
import type { Guide } from './guides.ts';

export interface QuickAddRequest {
  /** Where the menu opens, in page coordinates. */
  readonly screen: Point;
  /** Where the node goes, in canvas units: its top left corner. */
  readonly at: Point;
  /** Only types with the right port are offered, and the new node is joined. */
  readonly joint?: Joint | undefined;
  /** Node whose place the chosen type takes. */
  readonly replace?: string;
  /** Offer everything, fitting types first. */
  readonly lenient?: boolean;
}

/** A list over the canvas: all that a node or one of its ports could be connected to, the connections it has, or the groups it could be in. */
export interface Choosing {
  readonly list: 'fitting' | 'present' | 'group';
  readonly nodeId: string;
  readonly port?: { readonly name: string; readonly side: 'in' | 'out' } | undefined;
}

interface CanvasStore {
  readonly flow: ReactFlowInstance<FlowNode, WireEdge> | null;
  readonly quickAdd: QuickAddRequest | null;
  readonly choosing: Choosing | null;
  /** Node or group whose title is being typed. */
  readonly renaming: string | null;
  /** Node whose comment is being typed under its card. */
  readonly commenting: string | null;
  /** Node whose params are open beside its card. */
  readonly adjusting: string | null;
  /** Number of the search that is open, so that asking again begins anew; null: none. */
  readonly finding: number | null;
  /** Edge that would take up what is being dragged. */
  readonly dropEdge: string | null;
  /** End that a connection is being dragged from. */
  readonly connecting: { readonly end: Endpoint; readonly from: 'source' | 'target' } | null;
}

export const noGuides: readonly Guide[] = [];

/** Lines that what is being dragged is in line with. A store of its own: they change at every movement, and no card or wire asks for them. */
export const useGuides = create<{ readonly guides: readonly Guide[] }>(() => ({ guides: noGuides }));

/** Wires that are lit, for their labels, which lie elsewhere on the page than the wires. */
export const useLit = create<{ readonly wires: ReadonlySet<string> }>(() => ({ wires: new Set() }));

/** What only the canvas needs, and what commands need of the canvas. */
export const useCanvas = create<CanvasStore>(() => ({ flow: null, quickAdd: null, choosing: null, renaming: null, commenting: null, adjusting: null, finding: null, dropEdge: null, connecting: null }));

let pointer: Point | null = null;

/**
 * Where the pointer was last over the canvas, in page coordinates; the middle of it while there was none (keyboard only).
 * Not in the store, whose every reader would be asked at every movement.
 */
export const lastPointer = (): Point => pointer ?? middleOfPane();

function middleOfPane(): Point {
  const pane = document.querySelector('[data-testid="canvas"]')?.getBoundingClientRect();
  return pane ? { x: pane.x + pane.width / 2, y: pane.y + pane.height / 2 } : { x: 0, y: 0 };
}

export function rememberPointer(at: Point): void {
  pointer = at;
}

/** Where the focus was when a menu over the canvas opened: in the outline, or elsewhere. */
let cameFrom: HTMLElement | null = null;

export function rememberFocus(): void {
  const { activeElement } = document;
  // One menu that follows another goes back to where the first was opened from.
  if (activeElement === document.body) return;
  cameFrom = activeElement instanceof HTMLElement ? activeElement.closest('[data-testid="outline-panel"]') : null;
}

export function choose(choosing: Choosing): void {
  if (choosing.list !== 'present' && refusesEdit()) return;
  rememberFocus();
  useCanvas.setState({ choosing });
}

/** The title of a node or group, or the text of a note, is typed from now on. */
export function startRenaming(id: string): void {
  if (!refusesEdit()) useCanvas.setState({ renaming: id });
}

/** The comment under a node's card is typed from now on. */
export function startCommenting(id: string): void {
  if (!refusesEdit()) useCanvas.setState({ commenting: id });
}

/** The params of a node beside its card; to look at where nothing may be changed. */
export function openCardParams(nodeId: string): void {
  rememberFocus();
  useCanvas.setState({ adjusting: nodeId });
}

let next: (() => void) | null = null;

/** Closes the list; what is given comes in its place, once it is gone. */
export function closeChoosing(then: (() => void) | null = null): void {
  next = then;
  useCanvas.setState({ choosing: null });
}

/** When the list is gone: on to what follows it, else back to where it was opened from. */
export function afterChoosing(): void {
  const then = next;
  next = null;
  if (then === null) returnFocus();
  else then();
}

/** Gives the focus back when such a menu closes: to the row of the outline it was opened from, else to the canvas. */
export function returnFocus(): void {
  const outline = cameFrom?.isConnected === true ? cameFrom : null;
  if (outline === null) return void document.querySelector<HTMLElement>('[data-testid="canvas"]')?.focus({ preventScroll: true });
  // Once what was chosen is in the outline and the row that is meant is there.
  requestAnimationFrame(() => requestAnimationFrame(() => outline.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus({ preventScroll: true })));
}

/** The middle of what is visible, in canvas units. */
export function visibleCentre(): Point {
  return useCanvas.getState().flow?.screenToFlowPosition(middleOfPane()) ?? { x: 0, y: 0 };
}

/** Milliseconds for a movement of the view: none where the system asks for reduced motion. */
export function motion(ms = 180): number {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : ms;
}

/** Whether the view may still be on its way. */
let isMoving = false;

/** How a movement of the view goes; asked for at its beginning. */
function moving(): { readonly duration: number } {
  isMoving = true;
  return { duration: motion() };
}

/** A press means what is under the pointer: a view that is on its way stops there, so that the press ends where it began. */
export function holdView(): void {
  const { flow } = useCanvas.getState();
  if (!isMoving || !flow) return;
  isMoving = false;
  void flow.setViewport(flow.getViewport());
}

function moveTo(viewport: Viewport): void {
  void useCanvas.getState().flow?.setViewport(viewport, moving());
}

export const zoomLimits = { min: 0.05, max: 2.5 };

/** Brings all of the pipeline, or these of it, into view. Nothing on an empty canvas. */
export function fitView(nodeIds?: readonly string[]): void {
  const { flow } = useCanvas.getState();
  const pane = document.querySelector('[data-testid="canvas"]')?.getBoundingClientRect();
  const all = flow?.getNodes() ?? [];
  const wanted = nodeIds && nodeIds.length > 0 ? all.filter(({ id }) => nodeIds.includes(id)) : all;
  if (!flow || !pane || wanted.length === 0) return;
  // Not by React Flow's own fit, which begins some frames later, when the next press may be under way.
  moveTo(getViewportForBounds(flow.getNodesBounds(wanted), pane.width, pane.height, zoomLimits.min, 1, 0.08));
}

/** Below this zoom the cards' titles cannot be read. */
const readable = 0.4;

/** The first look at a pipeline: all of it, or, where that would be too small to read, its beginning. */
export function openView(): void {
  const { flow } = useCanvas.getState();
  const pane = document.querySelector('[data-testid="canvas"]')?.getBoundingClientRect();
  if (!flow || !pane || flow.getNodes().length === 0) return;
  const all = flow.getNodesBounds(flow.getNodes());
  if (Math.min(pane.width / all.width, pane.height / all.height) * 0.92 >= readable) return fitView();
  const zoom = 0.6;
  const margin = 32;
  const y = all.height * zoom < pane.height ? pane.height / 2 - (all.y + all.height / 2) * zoom : margin - all.y * zoom;
  moveTo({ x: margin - all.x * zoom, y, zoom });
}

export function zoomTo(zoom: number): void {
  void useCanvas.getState().flow?.zoomTo(zoom, moving());
}

export function zoomIn(): void {
  void useCanvas.getState().flow?.zoomIn(moving());
}

export function zoomOut(): void {
  void useCanvas.getState().flow?.zoomOut(moving());
}

let searches = 0;
export function openFind(): void {
  useCanvas.setState({ finding: ++searches });
}

/**
 * Brings a node, note or group into view without changing the zoom, only when it is not visible. `right`: where something lies over the
 * canvas, in page coordinates.
 */
export function revealNode(nodeId: string, right = Number.POSITIVE_INFINITY): void {
  const { flow } = useCanvas.getState();
  // A node of a collapsed group is where its chip is.
  const { document: pipeline } = usePipeline.getState();
  const group = pipeline ? collapsedMembers(pipeline).get(nodeId) : undefined;
  const node = flow?.getNode(nodeId) ?? flow?.getNode(group?.id ?? '');
  const pane = document.querySelector('[data-testid="canvas"]')?.getBoundingClientRect();
  if (!flow || !node || !pane) return;
  const at = flow.flowToScreenPosition(node.position);
  const end = flow.flowToScreenPosition({ x: node.position.x + (node.width ?? 0), y: node.position.y + (node.height ?? 0) });
  if (at.x >= pane.x && at.y >= pane.y && end.x <= Math.min(pane.right, right) && end.y <= pane.bottom) return;
  void flow.setCenter(node.position.x + (node.width ?? 0) / 2, node.position.y + (node.height ?? 0) / 2, { zoom: Math.max(0.6, flow.getZoom()), ...moving() });
}
