import '@xyflow/react/dist/base.css';
import './canvas.css';
import '../history/history.css';
import { ReactFlowProvider, useStore } from '@xyflow/react';
import { useEffect, useMemo, useRef, type DragEvent } from 'react';
import { keysOf } from '../app/shortcuts.ts';
import { useCanvasDocument } from '../history/history-store.ts';
import { RunStrip } from '../history/run-strip.tsx';
import { TimeScrubber } from '../history/time-scrubber.tsx';
import { useLineage } from '../state/lineage.ts';
import { refusesEdit, useWhyNotEdit, whyNotEdit } from '../state/editing.ts';
import { usePipeline } from '../state/pipeline.ts';
import { useSelection } from '../state/selection.ts';
import { texts } from '../text/texts.ts';
import { addFiles, addTyped, centred, openQuickAdd } from './adding.ts';
import { Tour } from '../tour/tour-card.tsx';
import { CardParams } from './card-params.tsx';
import { CanvasControls } from './canvas-controls.tsx';
import { CanvasEmpty } from './canvas-empty.tsx';
import { CanvasMenu } from './canvas-menu.tsx';
import { holdView, rememberPointer, useCanvas } from './canvas-store.ts';
import { ChooseConnection } from './choose-connection.tsx';
import { ChooseGroup } from './choose-group.tsx';
import { detailAt, tinyBelow } from './detail.ts';
import { edgeAt, nodeDragType, useNodeDrag } from './drag.ts';
import { fits, inputKind, outputKind } from './edits.ts';
import { FindPanel } from './find-panel.tsx';
import { FlowPane } from './flow-pane.tsx';
import { LevelBar } from './level-bar.tsx';
import { LineagePanel } from './lineage-panel.tsx';
import { ownGestures } from './own-gestures.ts';
import { QuickAdd } from './quick-add.tsx';
import { noteRender } from '../state/renders.ts';

export function Canvas() {
  return (
    <ReactFlowProvider>
      <CanvasPane />
    </ReactFlowProvider>
  );
}

function CanvasPane() {
  noteRender('pane');
  const connecting = useCanvas((store) => store.connecting);
  const pane = useRef<HTMLDivElement>(null);
  const detail = useStore((store) => detailAt(store.transform[2]));
  const tiny = useStore((store) => store.transform[2] < tinyBelow);
  const chosen = useSelection((store) => store.nodes.length > 0);
  const locked = useWhyNotEdit();
  const traced = useLineage((store) => store.wires !== null);

  useEffect(() => (pane.current === null ? undefined : ownGestures(pane.current)), []);

  const connectingKind = useMemo(() => {
    const { document } = usePipeline.getState();
    if (!document || !connecting) return null;
    return connecting.from === 'source' ? outputKind(document, connecting.end) : inputKind(document, connecting.end);
  }, [connecting]);

  const onDragOver = (event: DragEvent) => {
    const isFile = event.dataTransfer.types.includes('Files');
    if (!isFile && !event.dataTransfer.types.includes(nodeDragType)) return;
    event.preventDefault();
    const locked = whyNotEdit() !== null;
    event.dataTransfer.dropEffect = locked ? 'none' : 'copy';
    if (locked) return;
    const { type } = useNodeDrag.getState();
    const { document } = usePipeline.getState();
    const edge = isFile || type === null || !document ? undefined : document.edges.find((candidate) => candidate.id === edgeAt(event.clientX, event.clientY));
    const dropEdge = edge && document && type !== null && fits(document, type, { kind: 'into', edge }) ? edge.id : null;
    if (useCanvas.getState().dropEdge !== dropEdge) useCanvas.setState({ dropEdge });
  };

  const onDrop = (event: DragEvent) => {
    const { flow, dropEdge } = useCanvas.getState();
    const { document } = usePipeline.getState();
    useCanvas.setState({ dropEdge: null });
    // Kept from the browser, which would open a file in place of the page.
    if (event.dataTransfer.files.length > 0 || event.dataTransfer.types.includes(nodeDragType)) event.preventDefault();
    if (!flow || !document || refusesEdit()) return;
    const at = centred(flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
    const type = event.dataTransfer.getData(nodeDragType);
    if (type !== '') {
      const edge = document.edges.find((candidate) => candidate.id === dropEdge);
      addTyped(type, at, edge ? { kind: 'into', edge } : undefined);
      pane.current?.focus({ preventScroll: true });
    } else if (event.dataTransfer.files.length > 0) {
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
        data-locked={locked !== null || undefined}
        data-lighting={chosen || traced || undefined}
        data-connecting-side={connecting?.from}
        data-connecting-kind={connectingKind ?? undefined}
        tabIndex={0}
        role="application"
        aria-label={texts.canvas.label}
        aria-describedby={locked === null ? 'canvas-keys' : 'canvas-keys canvas-locked'}
        className="relative size-full overflow-hidden bg-canvas focus-visible:-outline-offset-2"
        onPointerDownCapture={holdView}
        onPointerMove={(event) => rememberPointer({ x: event.clientX, y: event.clientY })}
        onDragOver={onDragOver}
        onDragLeave={(event) => event.currentTarget === event.target && useCanvas.setState({ dropEdge: null })}
        onDrop={onDrop}
        onDoubleClick={(event) => {
          if (event.target instanceof Element && event.target.classList.contains('react-flow__pane')) openQuickAdd('pointer', { x: event.clientX, y: event.clientY });
        }}
      >
        <FlowPane />
        <EmptyHint />
        <p id="canvas-keys" hidden>
          {texts.outline.canvasKeys(keysOf('select.ports') ?? '', keysOf('edit.connections') ?? '', keysOf('view.outline') ?? '', keysOf('view.nextPart') ?? '')}
        </p>
        {locked === null ? null : (
          <p id="canvas-locked" hidden>
            {locked}
          </p>
        )}
        <CanvasControls />
        <Tour />
        <LevelBar />
        <FindPanel />
        <TimeScrubber />
        <RunStrip />
        <LineagePanel />
        <QuickAdd />
        <ChooseConnection />
        <ChooseGroup />
        <CardParams />
      </div>
    </CanvasMenu>
  );
}

function EmptyHint() {
  const isEmpty = useCanvasDocument()?.nodes.length === 0;
  return isEmpty ? <CanvasEmpty /> : null;
}
