import { useMemo } from 'react';
import { formatDuration, formatNumber } from '#app/core/units.ts';
import type { RunSummary } from '#app/protocol/schema.ts';
import { Checkbox, cx } from '../ui/index.ts';
import { commonMetrics, splitMetric } from './compare.ts';
import { RunStatusMark } from './run-status.tsx';
import { TimeAgo } from './time-ago.tsx';
import { texts } from '../text/texts.ts';

interface RunListProps {
  readonly runs: readonly RunSummary[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (runId: string, chosen: boolean) => void;
  readonly onOpen: (runId: string) => void;
}

const head = 'border-b border-line-strong bg-chrome px-3 py-2 text-left text-xs font-semibold text-muted whitespace-nowrap sticky top-0 z-10';
const cell = 'border-b border-line px-3 py-2 align-middle';

export function RunList({ runs, chosen, onChoose, onOpen }: RunListProps) {
  const metrics = useMemo(() => commonMetrics(runs, 4), [runs]);
  return (
    <div className="min-h-0 overflow-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <th scope="col" className={cx(head, 'w-10')}>
              <span className="sr-only">{texts.runs.chooseToCompare}</span>
            </th>
            <th scope="col" className={head}>{texts.common.status}</th>
            <th scope="col" className={head}>{texts.common.pipeline}</th>
            <th scope="col" className={head}>{texts.runs.startedHead}</th>
            <th scope="col" className={cx(head, 'text-right')}>{texts.runs.tookHead}</th>
            <th scope="col" className={head}>{texts.runs.nodes}</th>
            {metrics.map((name) => (
              <th key={name} scope="col" className={cx(head, 'text-right')} title={name}>
                <MetricName name={name} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) =>
            run.damaged !== undefined ? (
              <DamagedLine key={run.runId} run={run} damage={run.damaged} columns={metrics.length} />
            ) : (
              <tr key={run.runId} data-testid={`run-row-${run.runId}`} onClick={() => onOpen(run.runId)} className={cx('hover:bg-hover', chosen.has(run.runId) && 'bg-accent-soft')}>
                <td className={cell} onClick={(event) => event.stopPropagation()}>
                  <Checkbox label={texts.runs.compareRun(run.title)} checked={chosen.has(run.runId)} onChange={(on) => onChoose(run.runId, on)} />
                </td>
                <td className={cell}>
                  <RunStatusMark status={run.status} />
                </td>
                <td className={cx(cell, 'max-w-72')}>
                  <button type="button" onClick={() => onOpen(run.runId)} className="block max-w-full truncate rounded-sm font-medium hover:underline">
                    {run.title}
                  </button>
                </td>
                <td className={cx(cell, 'text-muted')}>
                  <TimeAgo at={run.startedAt} />
                </td>
                <td className={cx(cell, 'whitespace-nowrap text-right tabular-nums')}>{run.ms === null ? '–' : formatDuration(run.ms)}</td>
                <td className={cx(cell, 'whitespace-nowrap text-muted')}>{countWords(run.nodeCounts)}</td>
                {metrics.map((name) => {
                  const value = run.metrics[name];
                  return (
                    <td key={name} className={cx(cell, 'text-right tabular-nums')}>
                      {value === undefined ? <span className="text-faint">–</span> : formatNumber(value)}
                    </td>
                  );
                })}
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

/** A run whose record cannot be read: what is wrong, where, and what to do. There is nothing behind it to open or compare. */
function DamagedLine({ run, damage, columns }: { readonly run: RunSummary; readonly damage: NonNullable<RunSummary['damaged']>; readonly columns: number }) {
  return (
    <tr data-testid={`run-row-${run.runId}`} data-damaged className="bg-bad-soft">
      <td className={cell} />
      <td className={cell}>
        <RunStatusMark status="damaged" />
      </td>
      <td className={cx(cell, 'max-w-72')}>
        <span className="block max-w-full truncate font-medium">{run.title}</span>
      </td>
      <td className={cx(cell, 'text-muted')}>{run.startedAt === 0 ? '–' : <TimeAgo at={run.startedAt} />}</td>
      <td colSpan={2 + columns} className={cx(cell, 'selectable')}>
        <p className="max-w-[90ch]">{damage.message}</p>
        {damage.remedy === undefined ? null : <p className="max-w-[90ch] text-xs text-muted">{damage.remedy}</p>}
      </td>
    </tr>
  );
}

/** `ROC and PR · rocAuc`: the metric, and which node gave it, below. */
function MetricName({ name }: { readonly name: string }) {
  const { node, metric } = splitMetric(name);
  return (
    <span className="inline-flex max-w-40 flex-col items-end">
      <span className="max-w-full truncate text-ink">{metric}</span>
      {node ? <span className="max-w-full truncate font-normal text-faint">{node}</span> : null}
    </span>
  );
}

function countWords(counts: Readonly<Record<string, number>>): string {
  const parts: string[] = [];
  const add = (status: string, word: string) => {
    const count = counts[status] ?? 0;
    if (count > 0) parts.push(`${count} ${word}`);
  };
  add('succeeded', texts.runs.counts.ran);
  add('cached', texts.runs.counts.reused);
  add('failed', texts.runs.counts.failed);
  add('cancelled', texts.runs.counts.cancelled);
  add('skipped', texts.runs.counts.skipped);
  return parts.join(', ') || '–';
}
