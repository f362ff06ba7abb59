import { useMemo } from 'react';
import { ArrowLeft } from 'lucide-react';
import { decimalMark, formatDuration, formatNumber } from '#app/core/units.ts';
import { RunDifferenceView } from '../history/run-difference.tsx';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { titleOf } from '../state/catalogue.ts';
import { Button, Page, Spinner, cx } from '../ui/index.ts';
import { metricRows, metricTitleOf, paramDifferences } from './compare.ts';
import { RunStatusMark } from './run-status.tsx';
import { TimeAgo } from './time-ago.tsx';
import { texts } from '../text/texts.ts';

const head = 'border-b border-line-strong bg-chrome px-3 py-2 text-left text-xs font-semibold whitespace-nowrap align-bottom';
const cell = 'border-b border-line px-3 py-1.5';
const band = 'border-b border-line bg-sunken px-3 py-1 text-left text-xs font-semibold text-muted';

/** Runs side by side: their metrics, and the params that differ. The first is what the others are measured against. */
export function RunComparePage({ runIds, onBack }: { readonly runIds: readonly string[]; readonly onBack: () => void }) {
  const query = useQuery(`compare ${runIds.join()}`, (signal) => Promise.all(runIds.map((runId) => client.run.get({ runId }, { signal }))));
  const back = (
    <Button icon={<ArrowLeft size={14} />} onClick={onBack}>
      {texts.runs.allRuns}
    </Button>
  );
  const runs = query.data;
  const [newer, older] = runs?.length === 2 ? runs.toSorted((a, b) => b.startedAt - a.startedAt) : [];
  const pair = older && newer ? { before: older.runId, after: newer.runId } : null;
  const difference = useQuery(pair === null ? null : `difference ${pair.before} ${pair.after}`, (signal) => client.history.compareRuns(pair ?? { before: '', after: '' }, { signal }));
  const differences = useMemo(() => (runs === null ? [] : paramDifferences(runs.map((run) => run.document), titleOf)), [runs]);
  return (
    <Page title={texts.runs.compareCount(runIds.length)} description={texts.runs.againstFirst} actions={back}>
      {query.error ? <Notice diagnostic={query.error} /> : null}
      {runs === null && !query.error ? <Spinner label={texts.common.loading} /> : null}
      {pair !== null && difference.data ? (
        <div className="rounded-md border border-line bg-surface px-3 py-2">
          <RunDifferenceView difference={difference.data} metrics={false} />
        </div>
      ) : null}
      {runs ? (
        <div data-testid="run-compare" className="overflow-auto rounded-md border border-line bg-surface">
          <table className="w-full border-separate border-spacing-0 text-sm">
            <thead>
              <tr>
                <th scope="col" className={head} />
                {runs.map((run) => (
                  <th key={run.runId} scope="col" className={head}>
                    <span className="flex flex-col gap-0.5">
                      <span className="text-sm">{run.title}</span>
                      <span className="font-normal text-muted">
                        <TimeAgo at={run.startedAt} />
                        {run.ms === null ? '' : ` · ${formatDuration(run.ms)}`}
                      </span>
                      <span className="font-normal">
                        <RunStatusMark status={run.status} />
                      </span>
                    </span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              <Band title={texts.runs.metrics} columns={runs.length + 1} />
              {metricRows(runs).map((row) => (
                <tr key={row.name}>
                  <th scope="row" className={cx(cell, 'text-left font-normal text-muted')}>
                    {metricTitleOf(row.name)}
                  </th>
                  {row.values.map((value, index) => (
                    <td key={runs[index]?.runId} className={cx(cell, 'tabular-nums')}>
                      {value === null ? <span className="text-faint">–</span> : formatNumber(value)}
                      {index > 0 ? <Change value={value} first={row.values[0] ?? null} /> : null}
                    </td>
                  ))}
                </tr>
              ))}
              <Band title={texts.runs.paramsDiffer} columns={runs.length + 1} />
              {differences.length === 0 ? (
                <tr>
                  <td colSpan={runs.length + 1} className={cx(cell, 'text-muted')}>
                    {texts.runs.paramsSame}
                  </td>
                </tr>
              ) : null}
              {differences.map((difference) => (
                <tr key={`${difference.nodeId} ${difference.param}`}>
                  <th scope="row" className={cx(cell, 'text-left font-normal text-muted')}>
                    {difference.title}
                    {difference.param ? <span className="font-mono text-xs"> · {difference.param}</span> : null}
                  </th>
                  {difference.values.map((value, index) => (
                    <td key={runs[index]?.runId} className={cx(cell, 'selectable font-mono text-xs', index > 0 && value !== difference.values[0] && 'bg-warn-soft')}>
                      {value ?? <span className="text-faint">–</span>}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Page>
  );
}

function Band({ title, columns }: { readonly title: string; readonly columns: number }) {
  return (
    <tr>
      <th scope="colgroup" colSpan={columns} className={band}>
        {title}
      </th>
    </tr>
  );
}

const formatChange = (change: number): string => (change >= 1e-4 && change < 1e6 ? decimalMark(String(Number(change.toPrecision(2)))) : formatNumber(change));

/** Neutral on purpose: whether more is better depends on the metric. */
function Change({ value, first }: { readonly value: number | null; readonly first: number | null }) {
  if (value === null || first === null || value === first) return null;
  const change = value - first;
  return (
    <span className="ml-2 text-xs text-muted">
      {change > 0 ? '▲' : '▼'} {formatChange(Math.abs(change))}
    </span>
  );
}
