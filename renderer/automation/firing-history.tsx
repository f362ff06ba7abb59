import { useEffect, useState } from 'react';
import { History } from 'lucide-react';
import { formatCount, formatDuration } from '#app/core/units.ts';
import type { ListedAutomation } from '#app/protocol/sections/automation.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { cx, EmptyState, Select, Spinner } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';
import { FiringStateMark } from './firing-state.tsx';
import { moment } from './words.ts';

const head = 'border-b border-line-strong bg-chrome px-3 py-2 text-left text-xs font-semibold text-muted whitespace-nowrap';
const cell = 'border-b border-line px-3 py-2 align-top';
const all = '*';

/** What fired and what was left out, each with its reason. */
export function FiringHistory({ automations, turn, onOpenRun }: { readonly automations: readonly ListedAutomation[]; readonly turn: number; readonly onOpenRun: (runId: string) => void }) {
  const words = texts.automation;
  const [only, setOnly] = useState(all);
  const firings = useQuery(`firings ${only}`, (signal) => client.automation.firings({ ...(only === all ? {} : { automationId: only }), limit: 300 }, { signal }));
  const { reload } = firings;
  useEffect(() => {
    if (turn > 0) reload();
  }, [turn, reload]);
  const names = new Map(automations.map(({ id, spec }) => [id, spec.name]));
  if (firings.error) return <Notice diagnostic={firings.error} />;
  if (firings.data === null) return <Spinner label={texts.common.loading} />;
  return (
    <div className="flex flex-col gap-3">
      <Select label={words.history.filter} value={only} onChange={setOnly} className="!w-64" items={[{ value: all, label: words.history.all }, ...automations.map(({ id, spec }) => ({ value: id, label: spec.name }))]} />
      {firings.data.length === 0 ? (
        <EmptyState icon={<History />} title={words.history.none}>{words.history.noneText}</EmptyState>
      ) : (
        <div className="overflow-auto rounded-md border border-line bg-surface">
          <table className="w-full border-separate border-spacing-0 text-sm">
            <thead>
              <tr>
                <th scope="col" className={head}>{words.history.when}</th>
                <th scope="col" className={head}>{words.history.what}</th>
                <th scope="col" className={head}>{words.history.how}</th>
                <th scope="col" className={cx(head, 'text-right')}>{words.history.took}</th>
                <th scope="col" className={head}>{words.history.why}</th>
              </tr>
            </thead>
            <tbody>
              {firings.data.map((firing) => {
                const runId = firing.attempts.at(-1)?.runId ?? null;
                return (
                  <tr key={firing.id} className="hover:bg-hover">
                    <td className={cx(cell, 'whitespace-nowrap tabular-nums text-muted')}>{moment(firing.dueAt)}</td>
                    <td className={cx(cell, 'max-w-56 truncate font-medium')}>{names.get(firing.automationId) ?? firing.automationId}</td>
                    <td className={cell}>
                      {runId === null ? (
                        <FiringStateMark state={firing.state} />
                      ) : (
                        <button type="button" title={words.openRun} onClick={() => onOpenRun(runId)} className="rounded-sm hover:underline">
                          <FiringStateMark state={firing.state} />
                        </button>
                      )}
                    </td>
                    <td className={cx(cell, 'whitespace-nowrap text-right tabular-nums')}>{firing.firedAt === null || firing.endedAt === null || firing.attempts.length === 0 ? '–' : formatDuration(firing.endedAt - firing.firedAt)}</td>
                    <td className={cx(cell, 'selectable text-muted')}>
                      {firing.missed > 1 ? <span className="mr-1.5 font-medium text-ink">{words.times(formatCount(firing.missed))}</span> : null}
                      {firing.attempts.length > 1 ? <span className="mr-1.5 font-medium text-ink">{words.attempts(firing.attempts.length)}</span> : null}
                      {told(firing.reason)}
                      {typeof firing.given['file'] === 'string' ? <span className="ml-1.5 font-mono text-xs">{firing.given['file']}</span> : null}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
