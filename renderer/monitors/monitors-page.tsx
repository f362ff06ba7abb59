import { useEffect, useState } from 'react';
import { Activity } from 'lucide-react';
import { formatCount, formatNumber } from '#app/core/units.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { titleIn } from '../state/catalogue.ts';
import { client } from '../rpc/client.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { useRun } from '../state/run.ts';
import { showTemplates } from '../templates/templates-store.ts';
import { Button, Checkbox, EmptyState, Page, Spinner } from '../ui/index.ts';
import { told } from '../text/told.ts';
import { texts } from '../text/texts.ts';
import { AlarmList } from './alarm-list.tsx';
import { MonitorDetail } from './monitor-detail.tsx';
import { StatusMark } from './status-mark.tsx';

const words = texts.monitors;
/** ms; runs that schedules start are not seen by this window otherwise. */
const refreshEvery = 15_000;

/** Open alarms, and every monitoring node with what it saw. */
export function MonitorsPage() {
  const [cleared, setCleared] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const alarms = useQuery(`alarms ${cleared}`, (signal) => client.monitoring.alarms(cleared ? {} : { states: ['open', 'acknowledged'] }, { signal }));
  const monitors = useQuery('monitors', (signal) => client.monitoring.monitors(undefined, { signal }));
  const status = useRun((state) => state.status);
  const { reload: reloadAlarms } = alarms;
  const { reload: reloadMonitors } = monitors;
  useEffect(() => {
    const look = (): void => {
      reloadAlarms();
      reloadMonitors();
    };
    if (status !== 'starting') look();
    const timer = setInterval(look, refreshEvery);
    return () => clearInterval(timer);
  }, [status, reloadAlarms, reloadMonitors]);
  const error = alarms.error ?? monitors.error;
  const shown = monitors.data?.find(({ monitor }) => monitor === chosen) ?? null;
  const isEmpty = monitors.data?.length === 0 && alarms.data?.length === 0 && !cleared;

  return (
    <div data-testid="monitors-page" className="h-full min-h-0">
      <Page title={words.title} description={words.what}>
        {error ? <Notice diagnostic={error} action={<Button onClick={reloadMonitors}>{texts.common.tryAgain}</Button>} /> : null}
        {monitors.data === null && !error ? <Spinner label={texts.common.loading} /> : null}
        {isEmpty ? (
          <EmptyState icon={<Activity />} title={words.none} action={<Button needs="edit" onClick={showTemplates}>{words.template}</Button>}>
            {words.how}
          </EmptyState>
        ) : shown !== null ? (
          <MonitorDetail key={shown.monitor} monitor={shown} changed={shown.at} onBack={() => setChosen(null)} />
        ) : (
          <>
            <section aria-label={words.alarms}>
              <div className="mb-2 flex items-center gap-3">
                <h2 className="text-sm font-semibold">{words.alarms}</h2>
                <label className="flex items-center gap-1.5 text-sm text-muted">
                  <Checkbox label={words.showCleared} checked={cleared} onChange={setCleared} />
                  {words.showCleared}
                </label>
              </div>
              {alarms.data?.length === 0 ? <p className="text-sm text-muted">{words.noAlarms}</p> : <AlarmList alarms={alarms.data ?? []} onChanged={reloadAlarms} />}
            </section>
            <section aria-label={words.list}>
              <h2 className="mb-2 text-sm font-semibold">{words.list}</h2>
              <ul className="overflow-hidden rounded-md border border-line">
                {(monitors.data ?? []).map((one) => (
                  <li key={one.monitor} className="border-b border-line last:border-b-0">
                    <button type="button" data-testid="monitor" onClick={() => setChosen(one.monitor)} className="flex w-full items-center gap-3 bg-raised px-3 py-2 text-left hover:bg-hover">
                      <StatusMark status={one.batch.status} size={18} />
                      <span className="min-w-0 flex-1">
                        <span className="block font-medium">
                          {titleIn(one.nodeTitle)} <span className="font-normal text-muted">{one.pipelineTitle}</span>
                        </span>
                        <span className="block truncate text-sm text-muted">{told(one.batch.words)}</span>
                      </span>
                      <span className="shrink-0 text-right text-sm tabular-nums">
                        <span className="block">
                          {one.batch.value === null ? '–' : formatNumber(one.batch.value)}
                          {one.batch.threshold === null ? '' : ` / ${formatNumber(one.batch.threshold)}`}
                        </span>
                        <span className="block text-xs text-muted">
                          {words.batches(formatCount(one.count), one.count === 1)} · <TimeAgo at={one.at} />
                        </span>
                      </span>
                    </button>
                  </li>
                ))}
              </ul>
            </section>
          </>
        )}
      </Page>
    </div>
  );
}
