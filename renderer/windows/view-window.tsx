import { useEffect } from 'react';
import { PanelBottom, SearchX } from 'lucide-react';
import { ConnectionBanner } from '../app/connection-banner.tsx';
import { ErrorBoundary } from '../app/error-boundary.tsx';
import { Notices } from '../app/notices.tsx';
import type { TornView } from '../dock/memory.ts';
import { PortSwitcher } from '../dock/port-switcher.tsx';
import { viewWord } from '../dock/view-words.ts';
import { StaleBadge } from '../dock/stale-badge.tsx';
import { ResultView } from '../results/result-view.tsx';
import { SlicesBar } from '../results/slices-bar.tsx';
import { useShown, useStale } from '../results/use-result.ts';
import { categoryOf, iconOf, titleOf } from '../state/catalogue.ts';
import { usePipeline } from '../state/pipeline.ts';
import { useRun } from '../state/run.ts';
import { texts } from '../text/texts.ts';
import { Button, EmptyState, NodeTile, Progress, TooltipProvider } from '../ui/index.ts';
import { choosePortHere, dockHere, useViewWindow } from './view-side.ts';

/** A window that shows one view and says of which node and pipeline it is. */
export function ViewWindow() {
  const view = useViewWindow((state) => state.view);
  return (
    <TooltipProvider>
      {view === null ? (
        <EmptyState icon={<SearchX />} title={texts.views.window.lost} className="bg-surface" action={<Button onClick={() => window.close()}>{texts.common.close}</Button>}>
          {texts.views.window.lostText}
        </EmptyState>
      ) : (
        <Shown view={view} />
      )}
      <Notices />
    </TooltipProvider>
  );
}

function Shown({ view }: { readonly view: TornView }) {
  const { node, ports, port } = useShown(view.pin);
  const pipeline = usePipeline((state) => state.document?.title) ?? view.pin.pipeline;
  const error = usePipeline((state) => state.openError);
  const stale = useStale(node?.id);
  const title = node ? titleOf(node) : view.pin.title;
  const what = viewWord(view.kind, port?.kind ?? null);
  useEffect(() => {
    document.title = `${title} · ${what} · ${pipeline}`;
  }, [title, what, pipeline]);
  return (
    <div className="flex h-full flex-col bg-surface">
      <header className="relative flex h-11 shrink-0 items-center gap-2 border-b border-line bg-chrome px-3">
        {node ? <NodeTile svg={iconOf(node.type)} category={categoryOf(node.type)} size={24} /> : null}
        <div className="flex min-w-0 items-baseline gap-2">
          <h1 data-testid="view-title" className="truncate text-base font-semibold">
            {title}
          </h1>
          <span data-testid="view-pipeline" className="truncate text-xs text-muted">
            {what} · {pipeline}
          </span>
        </div>
        <div className="ml-auto flex shrink-0 items-center gap-2">
          <StaleBadge reason={stale} />
          {ports.length > 1 && view.kind !== 'log' ? <PortSwitcher ports={ports} current={port} choose={choosePortHere} byKey={false} /> : null}
          <Button size="sm" icon={<PanelBottom size={14} />} title={texts.views.window.dockHint} data-testid="dock-view" onClick={dockHere}>
            {texts.views.window.dock}
          </Button>
        </div>
        {node ? <RunLine nodeId={node.id} /> : null}
      </header>
      <ConnectionBanner />
      <SlicesBar />
      <main data-testid="view-body" aria-label={`${what} · ${title}`} className="min-h-0 flex-1">
        <ErrorBoundary part={texts.app.parts.result}>
          {error ? (
            <EmptyState icon={<SearchX />} title={error.message}>
              {error.remedy}
            </EmptyState>
          ) : (
            <ResultView view={{ kind: view.kind, pin: view.pin }} close={() => window.close()} />
          )}
        </ErrorBoundary>
      </main>
    </div>
  );
}

/** While the node runs: how far it is, as a thin line. */
function RunLine({ nodeId }: { readonly nodeId: string }) {
  const running = useRun((state) => state.nodes[nodeId]?.status === 'running');
  const progress = useRun((state) => state.progress[nodeId]?.fraction ?? null);
  return running ? (
    <div className="absolute inset-x-0 bottom-0">
      <Progress value={progress} label={texts.app.run.progressLabel} />
    </div>
  ) : null;
}
