import type { Connection, Edge, OnConnectEnd, OnConnectStart } from '@xyflow/react';
import { useMemo } from 'react';
import { newElementId } from '#app/core/ids.ts';
import type { Endpoint, PipelineDocument } from '#app/pipeline/document.ts';
import { notify } from '../state/notices.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { noteConnection } from '../state/suggestions.ts';
import { rememberFocus, useCanvas } from './canvas-store.ts';
import { nodeAt } from './drag.ts';
import { connectNodes, connectPorts } from './edits.ts';
import { edgeWords } from './port-words.ts';
import { nodeHeight } from './geometry.ts';
import type { WireEdge } from './flow-model.ts';
import { texts } from '../text/texts.ts';

const ends = (connection: Connection | Edge): { from: Endpoint; to: Endpoint } => ({
  from: { node: connection.source, port: connection.sourceHandle ?? '' },
  to: { node: connection.target, port: connection.targetHandle ?? '' },
});

/** Connects two ports as one step, or says why not. */
export function connectEnds(document: PipelineDocument, from: Endpoint, to: Endpoint, replacing?: string): boolean {
  const result = connectPorts(document, from, to, replacing);
  if ('reason' in result) {
    notify({ severity: 'warning', message: result.reason });
    return false;
  }
  const group = `connect-${newElementId()}`;
  if (!edit(result.command, { label: texts.canvas.did.connect, group, said: texts.outline.connected(edgeWords(document, { from, to })) })) return false;
  noteConnection(to.node, group);
  return true;
}

let reconnecting: string | undefined;

/** Handlers for dragging new edges and the ends of old ones. */
export function useConnecting() {
  return useMemo(
    () => ({
      isValidConnection: (connection: Connection | Edge): boolean => {
        const { document } = usePipeline.getState();
        const { from, to } = ends(connection);
        return document !== null && 'command' in connectPorts(document, from, to, reconnecting);
      },
      onConnectStart: ((_event, { nodeId, handleId, handleType }) => {
        if (nodeId !== null && handleId !== null && handleType !== null) useCanvas.setState({ connecting: { end: { node: nodeId, port: handleId }, from: handleType } });
      }) satisfies OnConnectStart,
      onConnect: (connection: Connection) => {
        const { document } = usePipeline.getState();
        const { from, to } = ends(connection);
        if (document) connectEnds(document, from, to);
      },
      onConnectEnd: ((event, state) => {
        useCanvas.setState({ connecting: null });
        if (state.isValid || !state.fromHandle || state.toHandle || reconnecting !== undefined) return;
        const point = 'changedTouches' in event ? event.changedTouches[0] : event;
        if (point) dropped({ node: state.fromHandle.nodeId, port: state.fromHandle.id ?? '' }, state.fromHandle.type, { x: point.clientX, y: point.clientY });
      }) satisfies OnConnectEnd,
      onReconnectStart: (_event: unknown, edge: WireEdge) => {
        reconnecting = edge.id;
      },
      onReconnect: (edge: WireEdge, connection: Connection) => {
        const { document } = usePipeline.getState();
        const { from, to } = ends(connection);
        const same = edge.source === from.node && edge.sourceHandle === from.port && edge.target === to.node && edge.targetHandle === to.port;
        if (document && !same) connectEnds(document, from, to, edge.id);
      },
      onReconnectEnd: () => {
        reconnecting = undefined;
        useCanvas.setState({ connecting: null });
      },
    }),
    [],
  );
}

/** An edge let go over a card connects to its first port that fits; over the empty canvas it asks what comes next. */
function dropped(end: Endpoint, side: 'source' | 'target', screen: { x: number; y: number }): void {
  const { document } = usePipeline.getState();
  const { flow } = useCanvas.getState();
  if (!document || !flow) return;
  const over = nodeAt(screen.x, screen.y);
  if (over !== null) {
    if (over === end.node) return;
    const command = side === 'source' ? connectNodes(document, end.node, over, { fromPort: end.port }) : connectNodes(document, over, end.node, { toPort: end.port });
    if (!command) {
      notify({ severity: 'warning', message: texts.canvas.noPortFits });
      return;
    }
    const group = `connect-${newElementId()}`;
    edit(command, { label: texts.canvas.did.connect, group });
    noteConnection(side === 'source' ? over : end.node, group);
    return;
  }
  const at = flow.screenToFlowPosition(screen);
  rememberFocus();
  useCanvas.setState({
    quickAdd: {
      screen,
      at: side === 'source' ? { x: at.x, y: at.y - nodeHeight / 2 } : { x: at.x - 208, y: at.y - nodeHeight / 2 },
      joint: side === 'source' ? { kind: 'after', from: end } : { kind: 'before', to: end },
    },
  });
}
