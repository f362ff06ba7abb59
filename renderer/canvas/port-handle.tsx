import { Position, useStoreApi, type Connection, type Edge, type HandleType } from '@xyflow/react';
import { XYHandle, isMouseEvent } from '@xyflow/system';
import { memo, useLayoutEffect, type HTMLAttributes, type MouseEvent, type TouchEvent } from 'react';

interface PortHandleProps extends HTMLAttributes<HTMLDivElement> {
  readonly nodeId: string;
  readonly name: string;
  readonly type: HandleType;
}

const of: Readonly<Record<HandleType, string>> = {
  source: 'react-flow__handle react-flow__handle-right nodrag nopan source connectable connectablestart connectableend connectionindicator',
  target: 'react-flow__handle react-flow__handle-left nodrag nopan target connectable connectablestart connectableend connectionindicator',
};

/**
 * What React Flow takes for a handle: its drags, its clicks and its names in the page. Its own component asks the store at every movement of
 * the view, of a card and of a box, each port of each card; here `PortMarks` asks once for all.
 */
export function PortHandle({ nodeId, name, type, className, children, ...rest }: PortHandleProps) {
  const store = useStoreApi();

  const isValid = (connection: Connection | Edge): boolean => store.getState().isValidConnection?.(connection) ?? true;
  const connect = (connection: Connection): void => store.getState().onConnect?.(connection);

  const begin = (event: MouseEvent<HTMLDivElement> | TouchEvent<HTMLDivElement>): void => {
    const { nativeEvent } = event;
    if (isMouseEvent(nativeEvent) && nativeEvent.button !== 0) return;
    const { autoPanOnConnect, autoPanSpeed, cancelConnection, connectionDragThreshold, connectionMode, connectionRadius, domNode, lib, nodeLookup, onConnectStart, panBy, rfId, updateConnection } = store.getState();
    XYHandle.onPointerDown(nativeEvent, {
      autoPanOnConnect,
      autoPanSpeed,
      cancelConnection,
      connectionMode,
      connectionRadius,
      domNode,
      lib,
      nodeLookup,
      nodeId,
      panBy,
      updateConnection,
      handleDomNode: event.currentTarget,
      handleId: name,
      isTarget: type === 'target',
      flowId: rfId,
      dragThreshold: connectionDragThreshold,
      isValidConnection: isValid,
      getTransform: () => store.getState().transform,
      getFromHandle: () => store.getState().connection.fromHandle,
      onConnect: connect,
      ...(onConnectStart ? { onConnectStart } : {}),
      onConnectEnd: (...ended) => store.getState().onConnectEnd?.(...ended),
    });
  };

  /** A click at one port, then one at another. */
  const click = (event: MouseEvent<HTMLDivElement>): void => {
    const { connectionClickStartHandle: from, connectionMode, lib, rfId, nodeLookup } = store.getState();
    if (!from) {
      store.setState({ connectionClickStartHandle: { nodeId, type, id: name } });
      return;
    }
    const { connection, isValid: fits } = XYHandle.isValid(event.nativeEvent, {
      handle: { nodeId, id: name, type },
      connectionMode,
      fromNodeId: from.nodeId,
      fromHandleId: from.id ?? null,
      fromType: from.type,
      isValidConnection: isValid,
      flowId: rfId,
      doc: document,
      lib,
      nodeLookup,
    });
    if (fits && connection) connect(connection);
    store.setState({ connectionClickStartHandle: null });
  };

  return (
    <div
      {...rest}
      data-handleid={name}
      data-nodeid={nodeId}
      data-handlepos={type === 'source' ? Position.Right : Position.Left}
      data-id={`${store.getState().rfId}-${nodeId}-${name}-${type}`}
      className={`${of[type]} ${className ?? ''}`}
      onMouseDown={begin}
      onTouchStart={begin}
      onClick={click}
    >
      {children}
    </div>
  );
}

const marks = ['connectingfrom', 'connectingto', 'valid'];

/** Marks the port that a connection is dragged from, the one it is over, and whether that can take it. */
export const PortMarks = memo(function PortMarksView(): null {
  const store = useStoreApi();
  useLayoutEffect(() => {
    let seen = store.getState().connection;
    let marked: readonly Element[] = [];
    return store.subscribe(({ connection, domNode, rfId }) => {
      if (connection === seen) return;
      seen = connection;
      const { fromHandle, toHandle, isValid } = connection;
      for (const port of marked) port.classList.remove(...marks);
      const mark = (handle: typeof fromHandle, ...classes: string[]): Element[] => {
        const port = handle && domNode?.querySelector(`[data-id="${CSS.escape(`${rfId}-${handle.nodeId}-${handle.id}-${handle.type}`)}"]`);
        port?.classList.add(...classes);
        return port ? [port] : [];
      };
      marked = [...mark(fromHandle, 'connectingfrom'), ...mark(toHandle, 'connectingto', ...(isValid === true ? ['valid'] : []))];
    });
  }, [store]);
  return null;
});
