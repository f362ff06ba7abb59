import { ConnectionLineType, MiniMap, ReactFlow, SelectionMode, applyNodeChanges, type Node, type NodeChange, type ReactFlowProps } from '@xyflow/react';
import { memo, useCallback, useRef, type MouseEvent } from 'react';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { isSubflow } from '#app/pipeline/subflow/node-type.ts';
import { categoryOf } from '../state/catalogue.ts';
import { useWhyNotEdit, whyNotEdit } from '../state/editing.ts';
import { usePipeline } from '../state/pipeline.ts';
import { select, useSelection } from '../state/selection.ts';
import { showInspector, useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { CardParamsButton } from './card-params.tsx';
import { useCanvas, zoomLimits } from './canvas-store.ts';
import { useConnecting } from './connecting.ts';
import { ConnectionHint } from './connection-hint.tsx';
import { Dots } from './dots.tsx';
import { edgeAt } from './drag.ts';
import { dragChanges, endDrag } from './dragging.ts';
import { insertIntoEdge } from './edits.ts';
import { DocumentElements, useElements } from './elements.ts';
import { withGrips, type FlowNode, type WireEdge } from './flow-model.ts';
import { grid } from './geometry.ts';
import { GroupChip } from './group-chip.tsx';
import { GroupFrame, selectGroup } from './group-frame.tsx';
import { GuideLines } from './guide-lines.tsx';
import { useLeavesOut } from './leaves-out.ts';
import { NodeCard } from './node-card.tsx';
import { NoteCard } from './note-card.tsx';
import { PortMarks } from './port-handle.tsx';
import { openSubflow } from './subflows.ts';
import { Wire } from './wire.tsx';

const nodeTypes = { card: NodeCard, note: NoteCard, frame: GroupFrame, chip: GroupChip };
const edgeTypes = { wire: Wire };
const panButtons = [1];
const snapGrid: [number, number] = [grid, grid];

const multiSelectKeys = ['Shift', 'Control', 'Meta'];
const connectionLineStyle = { stroke: 'var(--accent)', strokeWidth: 2 };
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

function isJoined(document: PipelineDocument, nodeId: string): boolean {
  const { incoming, outgoing } = indexGraph(document);
  return incoming.has(nodeId) || outgoing.has(nodeId);
}

/** So long the pointer is on a wire before its ends can be taken hold of, ms. */
const gripMs = 60;

/** The cards and wires themselves. Apart from what lies over them. */
function FlowPaneView() {
  const locked = useWhyNotEdit() !== null;
  const { changeNodes, changeEdges } = useElements();
  const leavesOut = useLeavesOut();
  const connectionHandlers = useConnecting();

  const onNodesChange = useCallback((changes: NodeChange<FlowNode>[]) => {
    const chosen = changes.filter((change) => change.type === 'select');
    if (chosen.length > 0 && !isBoxing) applySelection(chosen);
    const own = changes.filter((change) => change.type === 'position' || change.type === 'dimensions' || (isBoxing && change.type === 'select'));
    const { document: current } = usePipeline.getState();
    if (own.length > 0 && current) changeNodes((before) => applyNodeChanges<FlowNode>(dragChanges(own, before, current), before));
  }, [changeNodes]);

  // For wires that the pointer rests on: those that pass under it, and those that it passes over, cost nothing.
  const gripping = useRef<ReturnType<typeof setTimeout>>(undefined);
  const leaveWire = useCallback(() => clearTimeout(gripping.current), []);
  const overWire = useCallback(({ buttons }: MouseEvent, { id, reconnectable }: WireEdge) => {
    clearTimeout(gripping.current);
    if (buttons !== 0 || reconnectable === true) return;
    gripping.current = setTimeout(() => {
      const { document: current } = usePipeline.getState();
      if (current && whyNotEdit() === null && paneElement()?.hasAttribute('data-panning') !== true) changeEdges((before) => withGrips(before, current, id));
    }, gripMs);
  }, [changeEdges]);

  return (
    <ReactFlow<FlowNode, WireEdge>
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodesChange={onNodesChange}
      onEdgeMouseMove={overWire}
      onEdgeMouseLeave={leaveWire}
      {...handlers}
      {...connectionHandlers}
      connectionLineType={ConnectionLineType.Bezier}
      connectionLineStyle={connectionLineStyle}
      connectionRadius={26}
      connectionDragThreshold={3}
      edgesReconnectable={!locked}
      nodesDraggable={!locked}
      nodesConnectable={!locked}
      snapToGrid
      snapGrid={snapGrid}
      minZoom={zoomLimits.min}
      maxZoom={zoomLimits.max}
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
      onlyRenderVisibleElements={leavesOut}
      proOptions={proOptions}
    >
      <DocumentElements />
      <Dots />
      <Overview />
      <ConnectionHint />
      <GuideLines />
      <PortMarks />
      <CardParamsButton />
    </ReactFlow>
  );
}

export const FlowPane = memo(FlowPaneView);

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
