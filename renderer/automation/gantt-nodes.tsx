import { formatDuration } from '#app/core/units.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { RunStatusMark } from '../runs/run-status.tsx';
import { texts } from '../text/texts.ts';
import { Button, cx, Spinner } from '../ui/index.ts';
import { fillOf } from './firing-state.tsx';

/** The nodes of a run on its own time: when each began, how long it took. */
export function GanttNodes({ runId, onOpenRun }: { readonly runId: string; readonly onOpenRun: (runId: string) => void }) {
  const run = useQuery(`gantt-run ${runId}`, (signal) => client.run.get({ runId }, { signal }));
  if (run.error) return <Notice diagnostic={run.error} />;
  if (run.data === null) return <div className="p-3"><Spinner label={texts.common.loading} /></div>;
  const { nodes, title } = run.data;
  const ends = nodes.map(({ startedMs = 0, ms }) => startedMs + (ms ?? 0));
  const whole = Math.max(1, run.data.ms ?? 0, ...ends);
  return (
    <div role="group" aria-label={texts.automation.gantt.nodesOf(title)} className="border-t border-line bg-sunken py-1.5">
      <ul>
        {nodes.map((node) => {
          const ran = node.status !== 'cached' && node.status !== 'skipped' && node.startedMs !== undefined;
          const left = ((node.startedMs ?? 0) / whole) * 100;
          return (
            <li key={node.nodeId} className="flex h-6 items-center">
              <span className="w-48 shrink-0 truncate px-3 text-sm" title={node.title}>{node.title}</span>
              <span className="relative h-full min-w-0 flex-1">
                {ran ? <span className={cx('absolute top-1.5 h-3 rounded-sm border', fillOf(node.status === 'failed' ? 'failed' : node.status === 'running' ? 'running' : node.status === 'cancelled' ? 'cancelled' : 'succeeded'))} style={{ left: `${left}%`, width: `max(3px, ${((node.ms ?? 0) / whole) * 100}%)` }} /> : null}
              </span>
              <span className="w-20 shrink-0 px-2 text-right tabular-nums text-muted">{ran && node.ms !== null ? formatDuration(node.ms) : ''}</span>
              <span className="w-36 shrink-0 truncate" title={node.reason}>
                <RunStatusMark status={node.status} />
              </span>
            </li>
          );
        })}
      </ul>
      <div className="px-3 pt-1">
        <Button size="sm" onClick={() => onOpenRun(runId)}>{texts.automation.openRun}</Button>
      </div>
    </div>
  );
}
