import { Background, BackgroundVariant, ConnectionLineType, MiniMap, ReactFlow, SelectionMode, applyNodeChanges, useStore, type Node, type NodeChange, type ReactFlowProps } from '@xyflow/react';
import { memo, useCallback, useEffect, useRef, useState } from 'react';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { isSubflow } from '#app/pipeline/subflow/node-type.ts';
import { useCanvasDocument } from '../history/history-store.ts';
import { categoryOf } from '../state/catalogue.ts';
import { useLineage } from '../state/lineage.ts';
import { usePipeline } from '../state/pipeline.ts';
import { select, useSelection } from '../state/selection.ts';
import { showInspector, useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { openView, useCanvas } from './canvas-store.ts';
import { useConnecting } from './connecting.ts';
import { ConnectionHint } from './connection-hint.tsx';
import { detailAt, tinyBelow } from './detail.ts';
import { edgeAt } from './drag.ts';
import { dragChanges, endDrag } from './dragging.ts';
import { insertIntoEdge } from './edits.ts';
import { flowEdges, flowNodes, type FlowNode, type WireEdge } from './flow-model.ts';
import { grid } from './geometry.ts';
import { GroupChip } from './group-chip.tsx';
import { GroupFrame, selectGroup } from './group-frame.tsx';
import { GuideLines } from './guide-lines.tsx';
import { NodeCard } from './node-card.tsx';
import { NoteCard } from './note-card.tsx';
import { showNodesOf } from './shown-nodes.ts';
import { openSubflow } from './subflows.ts';
import { WireRouter } from './routing/wire-router.ts';
import { withRoutes } from './routing/wire-routes.ts';
import { Wire } from './wire.tsx';

const nodeTypes = { card: NodeCard, note: NoteCard, frame: GroupFrame, chip: GroupChip };
const edgeTypes = { wire: Wire };
const panButtons = [1];
const snapGrid: [number, number] = [grid, grid];

const multiSelectKeys = ['Shift', 'Control', 'Meta'];
const connectionLineStyle = { stroke: 'var(--accent)', strokeWidth: 2 };
/** From so many wires on their ways are found after the pipeline is on the screen. */
const manyWires = 400;
const proOptions = { hideAttribution: true };

const paneElement = () => window.document.querySelector<HTMLElement>('[data-testid="canvas"]');

/** A box is being drawn: what it takes in is marked on the canvas at once, and the other panels hear of it when it is done. */
let isBoxing = false;

/** Made once: React Flow tells every node when one of these changes. */
const handlers: Partial<ReactFlowProps<FlowNode, WireEdge>> = {
  onInit: (flow) => useCanvas.setState({ flow }),
  onEdgesChange: (changes) => {
    const chosen = changes.filter((change) => change.type === 'select');
    if (chosen.length > 0 && !isBoxing) applyEdgeSelection(chosen);
  },
  onNodeDrag: (event, node) => {
    const { document } = usePipeline.getState();
    if (node.type !== 'card' || !('clientX' in event) || !document || isJoined(document, node.id)) return;
    const under = edgeAt(event.clientX, event.clientY);
    const dropEdge = under !== null && insertIntoEdge(document, node.id, under) ? under : null;
    if (useCanvas.getState().dropEdge !== dropEdge) useCanvas.setState({ dropEdge });
  },
  onNodeDragStop: (_event, _node, all) => endDrag(all),
  onSelectionDragStop: (_event, all) => endDrag(all),
  // React Flow keeps several selected, for dragging them; a click that drags nothing means this one.
  onNodeClick: (event, node) => {
    const { nodes, notes } = useSelection.getState();
    if (event.shiftKey || event.ctrlKey || event.metaKey || nodes.length + notes.length < 2) return;
    if (node.type === 'card') select({ nodes: [node.id] });
    else if (node.type === 'note') select({ notes: [node.id] });
  },
  onNodeDoubleClick: (_event, node) => {
    if (node.type !== 'card') return;
    if (isSubflow(node.data.node)) openSubflow(node.id);
    else showInspector('parameters');
  },
  onNodeContextMenu: (_event, node) => {
    if (node.selected) return;
    if (node.type === 'frame' || node.type === 'chip') selectGroup(node.data.group);
    else select(node.type === 'card' ? { nodes: [node.id] } : { notes: [node.id] });
  },
  onEdgeContextMenu: (_event, edge) => select({ edges: [edge.id] }),
  onPaneContextMenu: () => select({}),
  onSelectionStart: () => {
    isBoxing = true;
  },
  onSelectionEnd: () => {
    isBoxing = false;
    selectMarked();
  },
  onPaneClick: () => paneElement()?.focus({ preventScroll: true }),
  onMoveStart: () => paneElement()?.setAttribute('data-panning', ''),
  onMoveEnd: () => paneElement()?.removeAttribute('data-panning'),
};

/** What is on the canvas. Changes are worked out at once, not while React renders: they also show guide lines. */
function useFlowNodes() {
  const [nodes, setNodes] = useState<FlowNode[]>([]);
  const latest = useRef(nodes);
  const change = useCallback((next: (before: FlowNode[]) => FlowNode[]) => {
    latest.current = keepList(latest.current, next(latest.current));
    setNodes(latest.current);
    return latest.current;
  }, []);
  return [nodes, change] as const;
}

/** The list from before where nothing is new: React Flow then need not take in every element again. */
const keepList = <T,>(before: T[], next: T[]): T[] => (before.length === next.length && before.every((item, index) => item === next[index]) ? before : next);

/** Whether only params and the like differ, so that no card or port is anywhere else. The ports of a subflow are in it. */
const areSameCards = (a: PipelineDocument['nodes'], b: PipelineDocument['nodes']): boolean =>
  a === b || (a.length === b.length && a.every((node, index) => node === b[index] || (node.id === b[index]?.id && node.type === b[index].type && !node.type.startsWith('flow/'))));

function isJoined(document: PipelineDocument, nodeId: string): boolean {
  const { incoming, outgoing } = indexGraph(document);
  return incoming.has(nodeId) || outgoing.has(nodeId);
}

/** More cards than this are never all on the page. */
const mostMounted = 3000;

/** The cards and wires themselves. Apart from what lies over them, for it renders at every movement of a drag. */
function FlowPaneView() {
  const document = useCanvasDocument();
  const viewing = usePipeline((store) => store.viewing);
  const selection = useSelection();
  const ways = useLineage((store) => store.wires);
  const [nodes, setNodes] = useFlowNodes();
  const [edges, setEdges] = useState<WireEdge[]>([]);
  const isFarOut = useStore((store) => store.transform[2] < tinyBelow);
  const router = useRef(new WireRouter());
  /** The document that the wires' ways are of. */
  const routed = useRef<PipelineDocument | null>(null);
  const connectionHandlers = useConnecting();

  useEffect(() => {
    if (!document) return;
    showNodesOf(document);
    const placed = setNodes((before) => flowNodes(document, selection, before));
    const { current: last } = routed;
    const lead = (wires: WireEdge[]): WireEdge[] => {
      routed.current = document;
      return withRoutes(router.current, placed, wires);
    };
    // Of a large pipeline the calm curves come first: it opens as fast as without ways around cards.
    const later = last?.id !== document.id && document.edges.length > manyWires;
    const still = last !== null && last.layout === document.layout && last.edges === document.edges && last.groups === document.groups && areSameCards(last.nodes, document.nodes);
    if (still) routed.current = document;
    setEdges((before) => {
      const wires = flowEdges(document, selection.nodes, selection.edges, before, ways);
      return keepList(before, still || later ? wires : lead(wires));
    });
    if (!later) return;
    const waiting = requestIdleCallback(() => setEdges(lead), { timeout: 1000 });
    return () => cancelIdleCallback(waiting);
  }, [document, selection, ways, setNodes]);

  // Once a pipeline: when its nodes are there, or at once when it has none, so that the first node added does not move the view.
  const flow = useCanvas((store) => store.flow);
  const fitted = useRef<string | null>(null);
  useEffect(() => {
    if (!document || !flow || fitted.current === document.id) return;
    const [first] = document.nodes;
    if (first && !nodes.some((node) => node.id === first.id || document.groups.some((group) => group.id === node.id))) return;
    fitted.current = document.id;
    // An empty one at full size, not at the zoom of the pipeline before.
    if (first) requestAnimationFrame(() => requestAnimationFrame(() => openView()));
    else void flow.setViewport({ x: 0, y: 0, zoom: 1 });
  }, [document, flow, nodes]);

  const onNodesChange = useCallback((changes: NodeChange<FlowNode>[]) => {
    const chosen = changes.filter((change) => change.type === 'select');
    if (chosen.length > 0 && !isBoxing) applySelection(chosen);
    const own = changes.filter((change) => change.type === 'position' || change.type === 'dimensions' || (isBoxing && change.type === 'select'));
    const { document: current } = usePipeline.getState();
    if (own.length > 0 && current) setNodes((before) => applyNodeChanges<FlowNode>(dragChanges(own, before, current), before));
  }, [setNodes]);

  return (
    <ReactFlow<FlowNode, WireEdge>
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodesChange={onNodesChange}
      {...handlers}
      {...connectionHandlers}
      connectionLineType={ConnectionLineType.Bezier}
      connectionLineStyle={connectionLineStyle}
      connectionRadius={26}
      connectionDragThreshold={3}
      edgesReconnectable={!viewing}
      nodesDraggable={!viewing}
      nodesConnectable={!viewing}
      snapToGrid
      snapGrid={snapGrid}
      minZoom={0.05}
      maxZoom={2.5}
      selectionOnDrag
      selectionMode={SelectionMode.Partial}
      panOnDrag={panButtons}
      panActivationKeyCode="Space"
      zoomOnDoubleClick={false}
      multiSelectionKeyCode={multiSelectKeys}
      selectionKeyCode={null}
      deleteKeyCode={null}
      disableKeyboardA11y
      elevateNodesOnSelect={false}
      // Far out nearly all are in sight, and asking which takes longer at each movement than leaving the others.
      onlyRenderVisibleElements={nodes.length > 250 && !(isFarOut && nodes.length <= mostMounted)}
      proOptions={proOptions}
    >
      <Dots />
      <Overview />
      <ConnectionHint />
      <GuideLines />
    </ReactFlow>
  );
}

export const FlowPane = memo(FlowPaneView);

/** The grid, coarser from afar. */
const Dots = memo(function DotsView() {
  const far = useStore((store) => ['far', 'low'].includes(detailAt(store.transform[2])));
  return <Background variant={BackgroundVariant.Dots} gap={far ? 72 : 24} size={far ? 4 : 1.9} color="var(--canvas-dot)" bgColor="transparent" />;
});

const Overview = memo(function OverviewView() {
  const minimap = useView((store) => store.minimap);
  if (!minimap) return null;
  return (
    <MiniMap
      pannable
      zoomable
      ariaLabel={texts.canvas.minimap}
      className="!bottom-3 !right-3 overflow-hidden rounded-md border border-line !bg-surface"
      bgColor="var(--surface)"
      maskColor="color-mix(in oklab, var(--canvas) 70%, transparent)"
      nodeBorderRadius={20}
      nodeColor={minimapColour}
    />
  );
});

const hues: Readonly<Record<string, number>> = { data: 245, transform: 295, explore: 200, train: 45, evaluate: 150, deploy: 350, monitor: 100 };

const minimapColour = (node: Node): string =>
  node.type === 'card' ? `oklch(var(--hue-l) var(--hue-c) ${categoryHue(node as FlowNode)})` : node.type === 'frame' ? 'transparent' : 'var(--line)';

function categoryHue(node: FlowNode): number {
  return node.type === 'card' ? (hues[categoryOf(node.data.node.type)] ?? 260) : 260;
}

interface SelectChange {
  readonly id: string;
  readonly selected: boolean;
}

function toggled(ids: readonly string[], changes: readonly SelectChange[]): readonly string[] {
  const off = new Set(changes.filter((change) => !change.selected).map((change) => change.id));
  const on = changes.filter((change) => change.selected && !ids.includes(change.id)).map((change) => change.id);
  return [...ids.filter((id) => !off.has(id)), ...on];
}

const noGroups: readonly string[] = [];

function applySelection(changes: readonly SelectChange[]): void {
  const noteIds = new Set(usePipeline.getState().document?.notes.map((note) => note.id));
  useSelection.setState((state) => ({
    nodes: toggled(state.nodes, changes.filter((change) => !noteIds.has(change.id))),
    notes: toggled(state.notes, changes.filter((change) => noteIds.has(change.id))),
    // A frame is selected by its bar only; to pick among what is in it is to mean that alone.
    groups: noGroups,
    port: null,
  }));
}

/** What the box left marked, and the edges at those nodes. */
function selectMarked(): void {
  const marked = useCanvas.getState().flow?.getNodes().filter((node) => node.selected === true) ?? [];
  const ids = (type: FlowNode['type']): string[] => marked.filter((node) => node.type === type).map((node) => node.id);
  const nodes = ids('card');
  const chosen = new Set(nodes);
  const edges = usePipeline.getState().document?.edges.filter((edge) => chosen.has(edge.from.node) || chosen.has(edge.to.node)) ?? [];
  select({ nodes, notes: ids('note'), edges: edges.map((edge) => edge.id) });
}

function applyEdgeSelection(changes: readonly SelectChange[]): void {
  useSelection.setState((state) => ({ edges: toggled(state.edges, changes) }));
}
