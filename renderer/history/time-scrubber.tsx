import { Clock } from 'lucide-react';
import { usePipeline } from '../state/pipeline.ts';
import { useView } from '../state/view.ts';
import { Badge, Button, Slider, cx } from '../ui/index.ts';
import { backToNow, lookAt, useHistory } from './history-store.ts';
import { itemSentence, momentName } from './item-words.ts';
import { texts } from '../text/texts.ts';

/** Over the top of the canvas while the history is open: which moment is shown, and a slider through all of them. */
export function TimeScrubber() {
  const open = useView((store) => store.historyOpen && store.catalogueOpen);
  const viewing = usePipeline((store) => store.viewing);
  const items = useHistory((store) => store.items);
  const at = useHistory((store) => store.at);
  const asOf = usePipeline((store) => store.asOf);
  // Without the history open, the strip of the run says it.
  if ((!open && (!viewing || asOf !== null)) || items.length === 0) return null;
  const index = at === null ? items.length : items.findIndex(({ id }) => id === at);
  const item = items[index];
  const label = item === undefined ? texts.history.now : `${momentName(item.at)}: ${itemSentence(item)}`;
  return (
    <>
      {viewing ? <div aria-hidden className="pointer-events-none absolute inset-0 z-10 border-2 border-dashed border-warn" /> : null}
      <section aria-label={texts.history.time} data-testid="time-scrubber" data-viewing={viewing || undefined} className="absolute inset-x-3 top-3 z-10 flex flex-col gap-1 rounded-lg border border-line bg-raised px-3 py-1.5 shadow-float">
        <div className="flex h-7 items-center gap-2">
          <Clock size={14} aria-hidden className={viewing ? 'text-warn-ink' : 'text-faint'} />
          <p className="min-w-0 flex-1 truncate text-sm" title={label} aria-live="polite">
            {item === undefined ? texts.history.asNow : <span className="font-medium">{label}</span>}
          </p>
          {viewing ? <Badge tone="warn">{asOf === null ? texts.history.earlier : texts.history.earlierRun}</Badge> : null}
          {viewing ? (
            <Button size="sm" data-testid="back-to-now" onClick={backToNow}>
              {texts.history.backToNow}
            </Button>
          ) : null}
        </div>
        <div className="relative h-5" data-testid="time-slider" onKeyDown={(event) => event.stopPropagation()}>
          <Ticks />
          <Slider label={texts.history.moment(label)} min={0} max={items.length} step={1} value={index} onChange={(next) => void lookAt(items[next]?.id ?? null)} className="absolute inset-0 !h-5" />
        </div>
      </section>
    </>
  );
}

const mostTicks = 150;

/** Runs and named versions under the slider. */
function Ticks() {
  const items = useHistory((store) => store.items);
  const ticks = items.flatMap((item, index) => {
    const named = item.kind === 'edit' && item.moment.name !== null;
    return item.kind === 'run' || named ? [{ id: item.id, share: index / items.length, failed: item.kind === 'run' && item.run.status === 'failed', named }] : [];
  });
  return (
    <div aria-hidden className="pointer-events-none absolute inset-x-2 bottom-[-3px] h-1.5">
      {ticks.slice(-mostTicks).map(({ id, share, failed, named }) => (
        <span key={id} className={cx('absolute h-1.5 w-[3px] -translate-x-1/2 rounded-full', named ? 'bg-accent' : failed ? 'bg-bad' : 'bg-good')} style={{ left: `${share * 100}%` }} />
      ))}
    </div>
  );
}
