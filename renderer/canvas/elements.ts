import { useStoreApi } from '@xyflow/react';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { useCanvasDocument } from '../history/history-store.ts';
import { useLineage } from '../state/lineage.ts';
import { useSelection } from '../state/selection.ts';
import { openView, useCanvas, useLit } from './canvas-store.ts';
import { flowEdges, flowNodes, litClass, type FlowNode, type WireEdge } from './flow-model.ts';
import { WireRouter } from './routing/wire-router.ts';
import { withRoutes } from './routing/wire-routes.ts';
import { showNodesOf } from './shown-nodes.ts';

/** From so many wires on their ways are found after the pipeline is on the screen. */
const manyWires = 400;

/** Replaces what is on the canvas. @returns what then is there. */
interface Elements {
  readonly changeNodes: (next: (before: FlowNode[]) => FlowNode[]) => FlowNode[];
  readonly changeEdges: (next: (before: WireEdge[]) => WireEdge[]) => WireEdge[];
}

/**
 * What is on the canvas lies in React Flow's store and nowhere else. Given to it as properties, each movement of a drag or a box would
 * render the whole pane, only for an effect to bring the same list to that store, which then renders what has moved.
 */
export function useElements(): Elements {
  const store = useStoreApi<FlowNode, WireEdge>();
  return useMemo(
    () => ({
      changeNodes: (next) => {
        const { nodes: before, setNodes } = store.getState();
        const nodes = keepList(before, next(before));
        if (nodes !== before) setNodes(nodes);
        return nodes;
      },
      changeEdges: (next) => {
        const { edges: before, setEdges } = store.getState();
        const edges = keepList(before, next(before));
        if (edges !== before) setEdges(edges);
        return edges;
      },
    }),
    [store],
  );
}

/** The list from before where nothing is new: React Flow then need not take in every element again. */
const keepList = <T,>(before: T[], next: T[]): T[] => (before.length === next.length && before.every((item, index) => item === next[index]) ? before : next);

/** Whether only params and the like differ, so that no card or port is anywhere else. The ports of a subflow are in it. */
const areSameCards = (a: PipelineDocument['nodes'], b: PipelineDocument['nodes']): boolean =>
  a === b || (a.length === b.length && a.every((node, index) => node === b[index] || (node.id === b[index]?.id && node.type === b[index].type && !node.type.startsWith('flow/'))));

/** Brings the document and what is selected in it onto the canvas. A component without anything to see, so that nothing else renders with them. */
export function DocumentElements(): null {
  const document = useCanvasDocument();
  const selection = useSelection();
  const ways = useLineage((store) => store.wires);
  const { changeNodes, changeEdges } = useElements();
  const router = useRef(new WireRouter());
  /** The document that the wires' ways are of. */
  const routed = useRef<PipelineDocument | null>(null);
  /** What else the cards and wires were drawn of. */
  const drawn = useRef<{ readonly notes: PipelineDocument['notes']; readonly selection: typeof selection; readonly ways: typeof ways } | null>(null);

  // Before anything is painted: the cards of the pipeline before must not be seen under the name of the next one.
  useLayoutEffect(() => {
    if (!document) return;
    showNodesOf(document);
    const { current: last } = routed;
    const still = last !== null && last.layout === document.layout && last.edges === document.edges && last.groups === document.groups && areSameCards(last.nodes, document.nodes);
    if (still) routed.current = document;
    const { current: past } = drawn;
    drawn.current = { notes: document.notes, selection, ways };
    // A letter of a param is for the one card, which asks for it by itself.
    if (still && past?.notes === document.notes && past.selection === selection && past.ways === ways) return;
    const placed = changeNodes((before) => flowNodes(document, selection, before));
    const lead = (wires: WireEdge[]): WireEdge[] => {
      routed.current = document;
      return withRoutes(router.current, placed, wires);
    };
    // Of a large pipeline the calm curves come first: it opens as fast as without ways around cards.
    const later = last?.id !== document.id && document.edges.length > manyWires;
    const wires = changeEdges((before) => {
      const led = flowEdges(document, selection.nodes, selection.edges, before, ways);
      return still || later ? led : lead(led);
    });
    const { wires: lit } = useLit.getState();
    const nowLit = wires.flatMap(({ id, className, selected }) => (className === litClass || selected === true ? [id] : []));
    if (nowLit.length !== lit.size || nowLit.some((id) => !lit.has(id))) useLit.setState({ wires: new Set(nowLit) });
    if (!later) return;
    const waiting = requestIdleCallback(() => changeEdges(lead), { timeout: 1000 });
    return () => cancelIdleCallback(waiting);
  }, [document, selection, ways, changeNodes, changeEdges]);

  // React Flow empties its store when it goes.
  useLayoutEffect(() => () => void (drawn.current = null), []);

  // Once a pipeline: when its nodes are there, or at once when it has none, so that the first node added does not move the view.
  const flow = useCanvas((store) => store.flow);
  const fitted = useRef<string | null>(null);
  useEffect(() => {
    if (!document || !flow || fitted.current === document.id) return;
    fitted.current = document.id;
    // An empty one at full size, not at the zoom of the pipeline before.
    if (document.nodes.length > 0) requestAnimationFrame(() => requestAnimationFrame(() => openView()));
    else void flow.setViewport({ x: 0, y: 0, zoom: 1 });
  }, [document, flow]);

  return null;
}
