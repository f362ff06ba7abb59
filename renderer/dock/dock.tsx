import { useCallback, useEffect, useMemo, type ReactNode } from 'react';
import { Separator, Workspace, useWorkspaceRef, type Orientation, type TabRenderProps, type WorkspaceChangedMeta } from 'react-resizable-panels';
import { ErrorBoundary } from '../app/error-boundary.tsx';
import { ResultView } from '../results/result-view.tsx';
import { useView } from '../state/view.ts';
import { cx } from '../ui/index.ts';
import { canvasId, canvasPlace, isView, readLayout, resultsHidden, type DockModel, type Tab, type TabData, type Tabset } from './layout.ts';
import { rememberLayout, useMemory } from './memory.ts';
import { followPortKind, rememberChoice } from './front-view.ts';
import { ViewTab } from './view-tab.tsx';
import { ViewToolbar } from './view-toolbar.tsx';
import { closeView, isEnlarged, keepRoom, openView, putBack, setDock } from './views.ts';
import { texts } from '../text/texts.ts';

const holdsCanvas = (tabset: Tabset): boolean => tabset.tabs.some((tab) => tab.id === canvasId);

const classNames = {
  tabset: 'flex h-full min-h-0 min-w-0 flex-col bg-surface',
  header: (tabset: Tabset) => (holdsCanvas(tabset) ? 'hidden!' : '@container flex h-9 shrink-0 items-center border-b border-line bg-surface pl-2 pr-1'),
  tabList: 'flex h-full min-w-0 flex-1 items-stretch gap-0.5 overflow-x-auto [scrollbar-width:none]',
  toolbar: 'flex shrink-0 items-center',
  tabPanels: 'min-h-0 flex-1 -outline-offset-2',
  tabContent: 'h-full overflow-hidden -outline-offset-2',
  dropIndicator: 'z-30 rounded-sm border-2 border-accent bg-accent/15 transition-[inset,opacity] duration-100',
  dragPreview: 'z-[90] rounded-md bg-raised px-2.5 py-1.5 text-sm font-medium text-ink shadow-float',
};

const isCanvasTab = (tab: Tab): boolean => tab.data.kind === 'canvas';

interface DockProps {
  /** The canvas; it keeps its state wherever the views around it go. */
  readonly canvas: ReactNode;
}

/** The canvas with the views of results around it: views are dragged to edges and between places, split, enlarged, closed. */
export function Dock({ canvas }: DockProps) {
  const ref = useWorkspaceRef<TabData>();
  const project = useMemory((state) => state.project);
  // Later changes of the memory are this dock's own.
  const initial = useMemo(() => readLayout(useMemory.getState().layout), []);

  useEffect(() => {
    setDock(ref.current);
    return () => setDock(null);
  }, [ref]);
  // Another project than was guessed at the start.
  useEffect(() => {
    const { layout } = useMemory.getState();
    if (ref.current && JSON.stringify(ref.current.getModel()) !== JSON.stringify(layout)) ref.current.setModel(readLayout(layout));
    if (ref.current) useView.setState({ dockOpen: !resultsHidden(ref.current.getModel()) });
  }, [project, ref]);
  useEffect(
    () =>
      useView.subscribe((state, before) => {
        if (state.dockAsked !== null && state.dockAsked !== before.dockAsked) openView(state.dockAsked.tab);
      }),
    [],
  );
  useEffect(() => followPortKind(() => ref.current), [ref]);
  useEscape();

  const onModelChanged = useCallback((model: DockModel, meta: WorkspaceChangedMeta) => {
    rememberChoice(model, meta, ref.current?.getActiveTabsetId());
    rememberLayout(model);
    useView.setState({ dockOpen: !resultsHidden(model) });
    if (meta.reason === 'move') keepRoom();
  }, [ref]);
  const content = useCallback(
    (tab: Tab) =>
      isView(tab.data) ? (
        <section data-testid="result-view" data-view={tab.id} aria-label={tab.title} className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
          <ErrorBoundary part={texts.app.parts.result}>
            <ResultView view={tab.data} close={() => closeView(tab.id)} />
          </ErrorBoundary>
        </section>
      ) : (
        canvas
      ),
    [canvas],
  );
  return (
    <Workspace<TabData>
      id="dock"
      workspaceRef={ref}
      defaultModel={initial}
      onModelChanged={onModelChanged}
      classNames={classNames}
      // What an enlarged view covers may not shine through, whatever its own layers are.
      className="h-full min-w-0 [&>[data-workspace-layout]]:isolate"
      tabsetMinWidth="200px"
      tabsetMinHeight="84px"
      lazyTabContent={(tab) => !isCanvasTab(tab)}
      hiddenTabBehavior={(tab) => (isCanvasTab(tab) ? 'keep-mounted' : 'unmount')}
      tabRemovalSelectionBehavior="recent"
      disableDrop={({ target, model }) => 'tabsetId' in target && !('region' in target && target.region !== 'center') && canvasPlace(model)?.id === target.tabsetId}
      renderTab={renderTab}
      renderTabContent={content}
      renderTabsetToolbar={renderToolbar}
      renderSeparator={renderSeparator}
    />
  );
}

const renderTab = (tab: Tab, props: TabRenderProps): ReactNode => <ViewTab tab={tab} tabProps={props} />;
const renderToolbar = (tabset: Tabset): ReactNode => {
  const front = tabset.tabs.find((tab) => tab.id === tabset.selectedId);
  return front && isView(front.data) ? <ViewToolbar id={front.id} view={front.data} alone={tabset.tabs.length === 1} /> : null;
};
const renderSeparator = (orientation: Orientation): ReactNode => <Grip direction={orientation === 'horizontal' ? 'column' : 'row'} />;

/** The line between two parts; dragged, or moved by the arrow keys. */
export function Grip({ direction }: { readonly direction: 'row' | 'column' }) {
  return (
    <Separator
      className={cx(
        'relative z-10 shrink-0 bg-line transition-colors duration-100 hover:bg-accent focus-visible:bg-accent data-[separator=active]:bg-accent data-[separator=hover]:bg-accent',
        direction === 'column' ? 'w-px' : 'h-px',
      )}
    />
  );
}

/** Esc puts an enlarged view back, unless something nearer takes it. */
function useEscape(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || !isEnlarged()) return;
      if (document.querySelector('[role="dialog"][data-state="open"], [role="menu"][data-state="open"], [role="listbox"][data-state="open"]')) return;
      if (event.target instanceof HTMLElement && event.target.matches('input, textarea, select, [contenteditable="true"]')) return;
      event.preventDefault();
      putBack();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
