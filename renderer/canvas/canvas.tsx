import '@xyflow/react/dist/base.css';
import './canvas.css';
import '../history/history.css';
import { Background, BackgroundVariant, ConnectionLineType, MiniMap, ReactFlow, ReactFlowProvider, SelectionMode, applyNodeChanges, useStore, type NodeChange, type ReactFlowProps } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent } from 'react';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { isSubflow } from '#app/pipeline/subflow/node-type.ts';
import { categoryOf } from '../state/catalogue.ts';
import { useLineage } from '../state/lineage.ts';
import { usePipeline } from '../state/pipeline.ts';
import { keysOf } from '../app/shortcuts.ts';
import { select, useSelection } from '../state/selection.ts';
import { showInspector, useView } from '../state/view.ts';
import { addFiles, addTyped, centred, openQuickAdd } from './adding.ts';
import { CanvasControls } from './canvas-controls.tsx';
import { CanvasEmpty } from './canvas-empty.tsx';
import { CanvasMenu } from './canvas-menu.tsx';
import { openView, rememberPointer, useCanvas } from './canvas-store.ts';
import { ChooseConnection } from './choose-connection.tsx';
import { ChooseGroup } from './choose-group.tsx';
import { ConnectionHint } from './connection-hint.tsx';
import { useConnecting } from './connecting.ts';
import { edgeAt, nodeDragType, useNodeDrag } from './drag.ts';
import { dragChanges, endDrag } from './dragging.ts';
import { fits, inputKind, insertIntoEdge, outputKind } from './edits.ts';
import { FindPanel } from './find-panel.tsx';
import { flowEdges, flowNodes, type FlowNode, type WireEdge } from './flow-model.ts';
import { grid } from './geometry.ts';
import { GroupChip } from './group-chip.tsx';
import { GroupFrame, selectGroup } from './group-frame.tsx';
import { GuideLines } from './guide-lines.tsx';
import { LevelBar } from './level-bar.tsx';
import { LineagePanel } from './lineage-panel.tsx';
import { NodeCard } from './node-card.tsx';
import { useCanvasDocument } from '../history/history-store.ts';
import { TimeScrubber } from '../history/time-scrubber.tsx';
import { NoteCard } from './note-card.tsx';
import { QuickAdd } from './quick-add.tsx';
import { openSubflow } from './subflows.ts';
import { WireRouter } from './routing/wire-router.ts';
import { withRoutes } from './routing/wire-routes.ts';
import { Wire } from './wire.tsx';
import { texts } from '../text/texts.ts';

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
    latest.current = next(latest.current);
    setNodes(latest.current);
    return latest.current;
  }, []);
  return [nodes, change] as const;
}

function isJoined(document: PipelineDocument, nodeId: string): boolean {
  const { incoming, outgoing } = indexGraph(document);
  return incoming.has(nodeId) || outgoing.has(nodeId);
}

export function Canvas() {
  return (
    <ReactFlowProvider>
      <CanvasPane />
    </ReactFlowProvider>
  );
}

function CanvasPane() {
  const document = useCanvasDocument();
  const viewing = usePipeline((store) => store.viewing);
  const selection = useSelection();
  const minimap = useView((store) => store.minimap);
  const connecting = useCanvas((store) => store.connecting);
  const [nodes, setNodes] = useFlowNodes();
  const [edges, setEdges] = useState<WireEdge[]>([]);
  const router = useRef(new WireRouter());
  /** The document that the wires' ways are of. */
  const routed = useRef<PipelineDocument | null>(null);
  const pane = useRef<HTMLDivElement>(null);
  const detail = useStore((store) => (detailAt(store.transform[2])));
  const tiny = useStore((store) => store.transform[2] < tinyBelow);
  const far = detail === 'far' || detail === 'low';
  const ways = useLineage((store) => store.wires);
  const connectionHandlers = useConnecting();

  useEffect(() => {
    if (!document) return;
    const placed = setNodes((before) => flowNodes(document, selection, before));
    const { current: last } = routed;
    const lead = (wires: WireEdge[]): WireEdge[] => {
      routed.current = document;
      return withRoutes(router.current, placed, wires);
    };
    // Of a large pipeline the calm curves come first: it opens as fast as without ways around cards.
    const later = last?.id !== document.id && document.edges.length > manyWires;
    const still = last !== null && last.layout === document.layout && last.nodes === document.nodes && last.edges === document.edges && last.groups === document.groups;
    setEdges((before) => {
      const wires = flowEdges(document, selection.nodes, selection.edges, before, ways);
      return still || later ? wires : lead(wires);
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

  const connectingKind = useMemo(() => {
    if (!document || !connecting) return null;
    return connecting.from === 'source' ? outputKind(document, connecting.end) : inputKind(document, connecting.end);
  }, [document, connecting]);

  const onDragOver = (event: DragEvent) => {
    const isFile = event.dataTransfer.types.includes('Files');
    if (!isFile && !event.dataTransfer.types.includes(nodeDragType)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    const { type } = useNodeDrag.getState();
    const edge = isFile || type === null || !document ? undefined : document.edges.find((candidate) => candidate.id === edgeAt(event.clientX, event.clientY));
    const dropEdge = edge && document && type !== null && fits(document, type, { kind: 'into', edge }) ? edge.id : null;
    if (useCanvas.getState().dropEdge !== dropEdge) useCanvas.setState({ dropEdge });
  };

  const onDrop = (event: DragEvent) => {
    const { flow, dropEdge } = useCanvas.getState();
    useCanvas.setState({ dropEdge: null });
    if (!flow || !document) return;
    const at = centred(flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
    const type = event.dataTransfer.getData(nodeDragType);
    if (type !== '') {
      event.preventDefault();
      const edge = document.edges.find((candidate) => candidate.id === dropEdge);
      addTyped(type, at, edge ? { kind: 'into', edge } : undefined);
      pane.current?.focus({ preventScroll: true });
    } else if (event.dataTransfer.files.length > 0) {
      event.preventDefault();
      void addFiles([...event.dataTransfer.files], at);
    }
  };

  return (
    <CanvasMenu>
      <div
        ref={pane}
        data-testid="canvas"
        data-detail={detail}
        data-tiny={tiny || undefined}
        data-connecting-side={connecting?.from}
        data-connecting-kind={connectingKind ?? undefined}
        tabIndex={0}
        role="application"
        aria-label={texts.canvas.label}
        aria-describedby="canvas-keys"
        className="relative size-full overflow-hidden bg-canvas focus-visible:-outline-offset-2"
        onPointerMove={(event) => rememberPointer({ x: event.clientX, y: event.clientY })}
        onDragOver={onDragOver}
        onDragLeave={(event) => event.currentTarget === event.target && useCanvas.setState({ dropEdge: null })}
        onDrop={onDrop}
        onDoubleClick={(event) => {
          if (event.target instanceof Element && event.target.classList.contains('react-flow__pane')) openQuickAdd('pointer', { x: event.clientX, y: event.clientY });
        }}
      >
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
          onlyRenderVisibleElements={nodes.length > 250}
          proOptions={proOptions}
        >
          <Background variant={BackgroundVariant.Dots} gap={far ? 72 : 24} size={far ? 4 : 1.9} color="var(--canvas-dot)" bgColor="transparent" />
          {minimap ? (
            <MiniMap
              pannable
              zoomable
              ariaLabel={texts.canvas.minimap}
              className="!bottom-3 !right-3 overflow-hidden rounded-md border border-line !bg-surface"
              bgColor="var(--surface)"
              maskColor="color-mix(in oklab, var(--canvas) 70%, transparent)"
              nodeBorderRadius={20}
              nodeColor={(node) => (node.type === 'card' ? `oklch(var(--hue-l) var(--hue-c) ${categoryHue(node as FlowNode)})` : node.type === 'frame' ? 'transparent' : 'var(--line)')}
            />
          ) : null}
          <ConnectionHint />
          <GuideLines />
        </ReactFlow>
        {document && document.nodes.length === 0 ? <CanvasEmpty /> : null}
        <p id="canvas-keys" hidden>
          {texts.outline.canvasKeys(keysOf('select.ports') ?? '', keysOf('edit.connections') ?? '', keysOf('view.outline') ?? '', keysOf('view.nextPart') ?? '')}
        </p>
        <CanvasControls />
        <LevelBar />
        <FindPanel />
        <TimeScrubber />
        <LineagePanel />
        <QuickAdd />
        <ChooseConnection />
        <ChooseGroup />
      </div>
    </CanvasMenu>
  );
}

const hues: Readonly<Record<string, number>> = { data: 245, transform: 295, explore: 200, train: 45, evaluate: 150, deploy: 350, monitor: 100 };

function categoryHue(node: FlowNode): number {
  return node.type === 'card' ? (hues[categoryOf(node.data.node.type)] ?? 260) : 260;
}

/** Below this zoom a sign is a few pixels: cards are drawn flat, so that thousands in sight still move smoothly. */
const tinyBelow = 0.18;

function detailAt(zoom: number): 'far' | 'low' | 'middle' | 'near' {
  if (zoom < 0.32) return 'far';
  if (zoom < 0.66) return 'low';
  return zoom < 1.15 ? 'middle' : 'near';
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
