import { useEffect, useRef, type ReactNode } from 'react';
import { Group, Panel, Separator, useDefaultLayout, usePanelRef } from 'react-resizable-panels';
import { CircleAlert } from 'lucide-react';
import { Canvas } from '../canvas/canvas.tsx';
import { HistoryPanel } from '../history/history-panel.tsx';
import { CataloguePanel } from '../catalogue/catalogue-panel.tsx';
import { Inspector } from '../inspector/inspector.tsx';
import { ResultsDock } from '../results/results-dock.tsx';
import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { useView } from '../state/view.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { Button, EmptyState, cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

/** Catalogue, canvas with the results below, inspector. Every panel resizes, closes and is remembered. */
export function Workspace() {
  const view = useView();
  const columns = useDefaultLayout({ id: 'penstock.columns', onlySaveAfterUserInteractions: true });
  const rows = useDefaultLayout({ id: 'penstock.rows', onlySaveAfterUserInteractions: true });
  const catalogue = useCollapse(view.catalogueOpen);
  const inspector = useCollapse(view.inspectorOpen);
  const dock = useCollapse(view.dockOpen);
  return (
    <Group orientation="horizontal" className="h-full" defaultLayout={columns.defaultLayout} onLayoutChanged={columns.onLayoutChanged}>
      <Panel
        id="panel-catalogue"
        panelRef={catalogue}
        collapsible
        collapsedSize={0}
        defaultSize={200}
        minSize={168}
        maxSize={420}
        groupResizeBehavior="preserve-pixel-size"
        onResize={(size) => useView.setState({ catalogueOpen: size.inPixels > 0 })}
      >
        <Hidden when={!view.catalogueOpen}>
          <ErrorBoundary part={view.historyOpen ? texts.app.parts.history : texts.app.parts.catalogue}>
            {view.historyOpen ? <HistoryPanel /> : <CataloguePanel />}
          </ErrorBoundary>
        </Hidden>
      </Panel>
      <Grip direction="column" />
      <Panel id="panel-middle" minSize={320}>
        <Group orientation="vertical" defaultLayout={rows.defaultLayout} onLayoutChanged={rows.onLayoutChanged}>
          <Panel id="panel-canvas" minSize={160}>
            <ErrorBoundary part={texts.app.parts.canvas}>
              <CanvasArea />
            </ErrorBoundary>
          </Panel>
          <Grip direction="row" />
          <Panel
            id="panel-dock"
            panelRef={dock}
            collapsible
            collapsedSize={0}
            defaultSize="32%"
            minSize={120}
            onResize={(size) => useView.setState({ dockOpen: size.inPixels > 0 })}
          >
            <Hidden when={!view.dockOpen}>
              <ErrorBoundary part={texts.app.parts.result}>
                <ResultsDock />
              </ErrorBoundary>
            </Hidden>
          </Panel>
        </Group>
      </Panel>
      <Grip direction="column" />
      <Panel
        id="panel-inspector"
        panelRef={inspector}
        collapsible
        collapsedSize={0}
        defaultSize={272}
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

function Grip({ direction }: { readonly direction: 'row' | 'column' }) {
  return (
    <Separator
      className={cx(
        'relative z-10 shrink-0 bg-line outline-none transition-colors duration-100 hover:bg-accent focus-visible:bg-accent data-[separator=active]:bg-accent data-[separator=hover]:bg-accent',
        direction === 'column' ? 'w-px' : 'h-px',
      )}
    />
  );
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
