import { useState } from 'react';
import { ArrowLeft } from 'lucide-react';
import { Notice } from '../results/notice.tsx';
import { Chart } from '../results/charts/chart.tsx';
import { useQuery } from '../results/use-query.ts';
import { titleIn } from '../state/catalogue.ts';
import { client } from '../rpc/client.ts';
import type { MonitorEntry } from '#app/protocol/sections/monitoring.ts';
import { Button, IconButton, Spinner } from '../ui/index.ts';
import { told } from '../text/told.ts';
import { texts } from '../text/texts.ts';
import { batchName } from './batch-name.ts';
import { columnOverlay, historyChart, windowCharts } from './charts.ts';
import { HeatMap, type HeatCell } from './heat-map.tsx';
import { openOnCanvas } from './open-on-canvas.ts';
import { StatusMark } from './status-mark.tsx';

const words = texts.monitors;
const shownBatches = 40;

/** One monitor: its batches over time, its columns by batch, and what a batch says of a column. */
export function MonitorDetail({ monitor, changed, onBack }: { readonly monitor: MonitorEntry; readonly changed: unknown; readonly onBack: () => void }) {
  const { data, error, reload } = useQuery(`${monitor.monitor} ${String(changed)}`, (signal) => client.monitoring.batches({ monitor: monitor.monitor, limit: shownBatches }, { signal }));
  const [chosen, setChosen] = useState<HeatCell | null>(null);
  const batches = (data ?? []).toReversed();
  const newest = batches.at(-1);
  const worst = newest?.batch.columns[0];
  const cell = chosen ?? (newest === undefined || worst === undefined ? null : { column: worst.name, runId: newest.runId });
  const entry = batches.find(({ runId }) => runId === cell?.runId) ?? newest;
  const column = entry?.batch.columns.find(({ name }) => name === cell?.column);
  const overlay = column === undefined ? null : columnOverlay(column);
  return (
    <section aria-label={titleIn(monitor.nodeTitle)} data-testid="monitor-detail" className="flex flex-col gap-4">
      <header className="flex flex-wrap items-center gap-2">
        <IconButton label={words.title} onClick={onBack} data-testid="monitor-back">
          <ArrowLeft size={16} />
        </IconButton>
        <h2 className="text-lg font-semibold">{titleIn(monitor.nodeTitle)}</h2>
        <span className="text-sm text-muted">
          {words.kinds[monitor.batch.kind]} · {monitor.pipelineTitle}
        </span>
        <span className="flex-1" />
        <Button size="sm" data-testid="monitor-open" onClick={() => void openOnCanvas({ ...monitor, input: null, column: null, slice: null })}>
          {words.open}
        </Button>
      </header>
      {error ? <Notice diagnostic={error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
      {data === null && !error ? <Spinner label={texts.common.loading} /> : null}
      {newest === undefined ? null : (
        <>
          <p className="flex items-start gap-2 text-sm">
            <StatusMark status={newest.batch.status} />
            <span>
              {told(newest.batch.words)}
              {newest.batch.calibration === '' ? null : <span className="block text-muted">{told(newest.batch.calibration)}</span>}
            </span>
          </p>
          <Chart spec={historyChart(batches)} index={0} height={220} />
          {batches.some(({ batch }) => batch.columns.length > 0) ? (
            <div className="grid gap-4 rounded-md border border-line bg-raised p-3 min-[1100px]:grid-cols-[minmax(0,auto)_minmax(360px,1fr)]">
              <div className="min-w-0">
                <h3 className="mb-2 text-sm font-semibold">{words.heat}</h3>
                <HeatMap batches={batches} chosen={cell} onChoose={setChosen} />
              </div>
              {column === undefined || entry === undefined ? null : (
                <div className="min-w-0" data-testid="column-overlay">
                  <h3 className="flex items-center gap-2 text-sm font-semibold">
                    <StatusMark status={column.status} />
                    {column.name}
                    <span className="font-normal text-muted">{words.batchOf(batchName(entry.at))}</span>
                  </h3>
                  {overlay === null ? <p className="text-sm">{told(column.words)}</p> : <Chart spec={overlay} index={1} height={240} />}
                  {column.slice === '' ? null : (
                    <Button size="sm" variant="quiet" onClick={() => void openOnCanvas({ ...entry, input: entry.batch.input, column: column.name, slice: column.slice })}>
                      {words.rowsOf(column.slice)}
                    </Button>
                  )}
                </div>
              )}
            </div>
          ) : null}
          {windowCharts(entry?.batch.windows ?? [], newest.batch.statistic, newest.batch.kind === 'data-drift' ? null : newest.batch.threshold).map((spec, i) => (
            <Chart key={spec.title} spec={spec} index={2 + i} height={220} />
          ))}
        </>
      )}
    </section>
  );
}
