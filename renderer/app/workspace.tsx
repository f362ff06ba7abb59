import { useEffect, useRef, type ReactNode } from 'react';
import { Group, Panel, useDefaultLayout, usePanelRef } from 'react-resizable-panels';
import { CircleAlert } from 'lucide-react';
import { Canvas } from '../canvas/canvas.tsx';
import { HistoryPanel } from '../history/history-panel.tsx';
import { CataloguePanel } from '../catalogue/catalogue-panel.tsx';
import { Inspector } from '../inspector/inspector.tsx';
import { Dock, Grip } from '../dock/dock.tsx';
import { useMemory } from '../dock/memory.ts';
import { SlicesBar } from '../results/slices-bar.tsx';
import { OutlinePanel } from '../outline/outline-panel.tsx';
import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { useView } from '../state/view.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { Button, EmptyState, cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

const firstWidth = { catalogue: 200, inspector: 272 } as const;

/** Catalogue, canvas with the results around it, inspector. Every panel resizes, closes and is remembered. */
export function Workspace() {
  const view = useView();
  const project = useMemory((state) => state.project);
  const columns = useDefaultLayout({ id: `penstock.columns ${project}`, onlySaveAfterUserInteractions: true });
  const catalogue = useCollapse(view.catalogueOpen);
  const inspector = useCollapse(view.inspectorOpen);
  useEffect(() => {
    if (view.resets === 0) return;
    catalogue.current?.resize(firstWidth.catalogue);
    inspector.current?.resize(firstWidth.inspector);
  }, [view.resets, catalogue, inspector]);
  return (
    <Group orientation="horizontal" className="h-full" defaultLayout={columns.defaultLayout} onLayoutChanged={columns.onLayoutChanged}>
      <Panel
        id="panel-catalogue"
        panelRef={catalogue}
        collapsible
        collapsedSize={0}
        defaultSize={firstWidth.catalogue}
        minSize={168}
        maxSize={420}
        groupResizeBehavior="preserve-pixel-size"
        onResize={(size) => useView.setState({ catalogueOpen: size.inPixels > 0 })}
      >
        <Hidden when={!view.catalogueOpen}>
          <ErrorBoundary part={view.historyOpen ? texts.app.parts.history : view.outlineOpen ? texts.outline.part : texts.app.parts.catalogue}>
            {view.historyOpen ? <HistoryPanel /> : view.outlineOpen ? <OutlinePanel /> : <CataloguePanel />}
          </ErrorBoundary>
        </Hidden>
      </Panel>
      <Grip direction="column" />
      <Panel id="panel-middle" minSize={320}>
        <div className="flex h-full min-h-0 flex-col">
          <div className="min-h-0 flex-1">
            <Dock canvas={canvas} />
          </div>
          <SlicesBar />
        </div>
      </Panel>
      <Grip direction="column" />
      <Panel
        id="panel-inspector"
        panelRef={inspector}
        collapsible
        collapsedSize={0}
        defaultSize={firstWidth.inspector}
        minSize={240}
        maxSize={560}
        groupResizeBehavior="preserve-pixel-size"
        onResize={(size) => useView.setState({ inspectorOpen: size.inPixels > 0 })}
      >
        <Hidden when={!view.inspectorOpen}>
          <ErrorBoundary part={texts.app.parts.inspector}>
            <Inspector />
          </ErrorBoundary>
        </Hidden>
      </Panel>
    </Group>
  );
}

/** A closed panel's content is out of reach of Tab and of screen readers. */
function Hidden({ when, children }: { readonly when: boolean; readonly children: ReactNode }) {
  return (
    <div className={cx('h-full', when && 'invisible overflow-hidden')} inert={when}>
      {children}
    </div>
  );
}

/** Follows a flag of the view with the panel's own open and closed. */
function useCollapse(open: boolean) {
  const panel = usePanelRef();
  const known = useRef<boolean | null>(null);
  useEffect(() => {
    const handle = panel.current;
    if (!handle || known.current === open) return;
    known.current = open;
    if (open && handle.isCollapsed()) handle.expand();
    if (!open && !handle.isCollapsed()) handle.collapse();
  }, [open, panel]);
  return panel;
}

function CanvasArea() {
  const hasDocument = usePipeline((store) => store.document !== null);
  const path = usePipeline((store) => store.path);
  const error = usePipeline((store) => store.openError);
  if (error) {
    return (
      <EmptyState icon={<CircleAlert />} title={error.message} className="bg-canvas" action={<Button onClick={() => (path === null ? location.reload() : void openPipeline(path))}>{texts.common.tryAgain}</Button>}>
        {error.remedy}
      </EmptyState>
    );
  }
  return hasDocument ? <Canvas /> : <div className="h-full bg-canvas" />;
}

// One element for the life of the page: the canvas is not drawn anew when views around it change.
const canvas = (
  <ErrorBoundary part={texts.app.parts.canvas}>
    <CanvasArea />
  </ErrorBoundary>
);
