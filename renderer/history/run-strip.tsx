import { Clock } from 'lucide-react';
import { usePipeline } from '../state/pipeline.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { Badge, Button } from '../ui/index.ts';
import { backToNow, useHistory } from './history-store.ts';
import { momentName } from './item-words.ts';

/** Over the top of the canvas while it shows an earlier run and the history, which says as much, is not open. */
export function RunStrip() {
  const asOf = usePipeline((store) => store.asOf);
  const historyOpen = useView((store) => store.historyOpen && store.catalogueOpen);
  const items = useHistory((store) => store.items);
  const at = items.find((item) => item.kind === 'run' && item.run.runId === asOf)?.at;
  if (asOf === null || historyOpen || at === undefined) return null;
  const isNewer = items.some((item) => item.kind === 'run' && item.at > at);
  return (
    <>
      <div aria-hidden className="pointer-events-none absolute inset-0 z-10 border-2 border-dashed border-warn" />
      <section aria-label={texts.history.earlierRun} data-testid="run-strip" className="absolute inset-x-3 top-3 z-10 flex h-10 items-center gap-2 rounded-lg border border-line bg-raised px-3 shadow-float">
        <Clock size={14} aria-hidden className="shrink-0 text-warn-ink" />
        <p role="status" className="flex min-w-0 flex-1 items-center gap-2 text-sm">
          <span className="truncate font-medium" title={new Date(at).toLocaleString()}>
            {texts.history.resultsOf(momentName(at))}
          </span>
          <span className="shrink-0 text-muted">{isNewer ? texts.history.newerExist : texts.history.noneSince}</span>
        </p>
        <Badge tone="warn">{texts.history.readOnly}</Badge>
        <Button size="sm" data-testid="show-newest" onClick={backToNow}>
          {isNewer ? texts.history.showNewest : texts.history.backToNow}
        </Button>
      </section>
    </>
  );
}
