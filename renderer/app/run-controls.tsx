import { ChevronDown, CircleStop, Play } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatDuration } from '#app/core/units.ts';
import { usePipeline } from '../state/pipeline.ts';
import { isRunning, useRun } from '../state/run.ts';
import { primaryNode, useSelection } from '../state/selection.ts';
import { titleOf } from '../state/catalogue.ts';
import { Menu, Progress, Tooltip, useMay } from '../ui/index.ts';
import { actionItem } from './action-menu.ts';
import { runAction } from './actions.ts';
import { keysOf } from './shortcuts.ts';
import { texts } from '../text/texts.ts';

/** Run all, with a menu for the rest; while a run goes on its progress and Cancel. */
export function RunControls() {
  const running = useRun(isRunning);
  const empty = usePipeline((store) => (store.document?.nodes.length ?? 0) === 0);
  const selected = useSelection((store) => store.nodes.length);
  const why = useMay('run');
  if (running) return <RunProgress />;
  return (
    <div className="flex items-center gap-2">
      <LastRun />
      {selected > 0 ? <RunTo /> : null}
      <div className="flex">
        <Tooltip text={why ?? texts.app.run.everything} keys={why === null ? keysOf('run.all') : undefined}>
          <button
            type="button"
            data-testid="run-all"
            disabled={empty}
            aria-disabled={why !== null || undefined}
            onClick={() => runAction('run.all')}
            className="flex h-7 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-l-md bg-accent pl-2.5 pr-2.5 text-sm font-medium text-on-accent transition-colors duration-100 hover:bg-accent-strong disabled:opacity-50 aria-disabled:opacity-50"
          >
            <Play size={13} fill="currentColor" />
            {texts.app.run.all}
          </button>
        </Tooltip>
        <Menu
          align="end"
          trigger={
            <button
              type="button"
              aria-label={texts.app.run.more}
              disabled={empty || why !== null}
              className="flex h-7 w-6 items-center justify-center rounded-r-md border-l border-on-accent/25 bg-accent text-on-accent hover:bg-accent-strong disabled:opacity-50"
            >
              <ChevronDown size={14} />
            </button>
          }
          items={[actionItem('run.all'), actionItem('run.selected'), actionItem('run.force')]}
        />
      </div>
    </div>
  );
}

function RunTo() {
  const id = useSelection(primaryNode);
  const count = useSelection((store) => store.nodes.length);
  const why = useMay('run');
  const title = usePipeline((store) => {
    const node = store.document?.nodes.find((candidate) => candidate.id === id);
    return node ? titleOf(node) : '';
  });
  return (
    <Tooltip text={why ?? (count > 1 ? texts.app.run.nodesAndNeed(count) : texts.app.run.nodeAndNeeds(title))} keys={why === null ? keysOf('run.selected') : undefined}>
      <button
        type="button"
        data-testid="run-to"
        aria-disabled={why !== null || undefined}
        onClick={() => runAction('run.selected')}
        className="flex h-7 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-md border border-line-strong bg-surface px-2.5 text-sm shadow-card hover:bg-sunken aria-disabled:opacity-50"
      >
        <Play size={13} className="text-muted" />
        <span className="max-[760px]:sr-only">{texts.app.run.toHere}</span>
      </button>
    </Tooltip>
  );
}

const finished = new Set(['succeeded', 'cached', 'failed', 'cancelled', 'skipped']);

function RunProgress() {
  const startedAt = useRun((store) => store.startedAt);
  const done = useRun((store) => Object.keys(store.involved).filter((id) => finished.has(store.nodes[id]?.status ?? '')).length);
  const total = useRun((store) => Object.keys(store.involved).length);
  const starting = useRun((store) => store.status === 'starting');
  const why = useMay('run');
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, []);
  const fraction = starting || total === 0 ? null : done / total;
  return (
    <div className="flex items-center gap-2" data-testid="run-progress">
      <div className="flex w-36 flex-col gap-1">
        <div className="flex justify-between text-xs leading-4 tabular-nums text-muted">
          <span>{fraction === null ? texts.app.run.starting : texts.app.run.progress(done, total)}</span>
          <span>{startedAt === null ? '' : formatDuration(Math.max(0, now - startedAt))}</span>
        </div>
        <Progress value={fraction} label={texts.app.run.progressLabel} />
      </div>
      <Tooltip text={why ?? texts.app.run.cancelWhat} keys={why === null ? keysOf('run.cancel') : undefined}>
        <button
          type="button"
          data-testid="cancel-run"
          aria-disabled={why !== null || undefined}
          onClick={() => runAction('run.cancel')}
          className="flex h-7 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-md border border-line-strong bg-surface px-2.5 text-sm text-bad-ink shadow-card hover:bg-bad-soft aria-disabled:opacity-50"
        >
          <CircleStop size={14} />
          {texts.common.cancel}
        </button>
      </Tooltip>
    </div>
  );
}

const words = { running: texts.app.run.running, succeeded: texts.app.run.done, failed: texts.app.run.failed, cancelled: texts.app.run.cancelled, interrupted: texts.app.run.interrupted } as const;

function LastRun() {
  const status = useRun((store) => store.status);
  const ms = useRun((store) => store.ms);
  if (status === null || status === 'starting' || status === 'running') return null;
  const tone = status === 'succeeded' ? 'text-faint' : status === 'failed' ? 'text-bad-ink' : 'text-warn-ink';
  return (
    <span data-testid="run-status" data-status={status} className={`hidden text-xs tabular-nums min-[1100px]:inline ${tone}`}>
      {ms === null ? words[status] : texts.app.run.in(words[status], formatDuration(ms))}
    </span>
  );
}
