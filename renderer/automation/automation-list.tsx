import { useState } from 'react';
import { Ellipsis, Pencil, Play, Trash2, TriangleAlert } from 'lucide-react';
import type { ListedAutomation } from '#app/protocol/sections/automation.ts';
import { ConfirmDialog } from '../asking/confirm-dialog.tsx';
import { client, diagnosticOf } from '../rpc/client.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { notify } from '../state/notices.ts';
import { usePipeline } from '../state/pipeline.ts';
import { cx, IconButton, Menu, Switch } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { FiringStateMark } from './firing-state.tsx';
import { moment, triggerWords } from './words.ts';

const head = 'border-b border-line-strong bg-chrome px-3 py-2 text-left text-xs font-semibold text-muted whitespace-nowrap';
const cell = 'border-b border-line px-3 py-2 align-middle';

/** One line each: its switch, when it is next, how it went. */
export function AutomationList({ automations, onEdit, onOpenRun, onChanged }: { readonly automations: readonly ListedAutomation[]; readonly onEdit: (one: ListedAutomation) => void; readonly onOpenRun: (runId: string) => void; readonly onChanged: () => void }) {
  const words = texts.automation;
  const readOnly = usePipeline((state) => state.readOnly);
  const [doomed, setDoomed] = useState<ListedAutomation | null>(null);
  const act = async (work: () => Promise<unknown>, done?: string): Promise<void> => {
    try {
      await work();
      if (done !== undefined) notify({ severity: 'info', message: done });
    } catch (error) {
      notify(diagnosticOf(error));
    }
    onChanged();
  };
  return (
    <div className="overflow-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <th scope="col" className={cx(head, 'w-12')}>{words.heads.on}</th>
            <th scope="col" className={head}>{words.heads.name}</th>
            <th scope="col" className={head}>{words.heads.pipeline}</th>
            <th scope="col" className={head}>{words.next}</th>
            <th scope="col" className={head}>{words.last}</th>
            <th scope="col" className={cx(head, 'w-24')}>
              <span className="sr-only">{words.heads.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {automations.map((one) => (
            <tr key={one.id} data-testid={`automation-row-${one.id}`} className="hover:bg-hover">
              <td className={cell}>
                <Switch needs="operate" label={words.on(one.spec.name)} checked={one.enabled} disabled={readOnly} onChange={(enabled) => void act(() => client.automation.setEnabled({ id: one.id, enabled }))} />
              </td>
              <td className={cx(cell, 'max-w-80')}>
                <button type="button" onClick={() => onEdit(one)} className="block max-w-full truncate rounded-sm font-medium hover:underline">
                  {one.spec.name}
                </button>
                <span className="block truncate text-xs text-muted" title={one.spec.trigger.kind === 'cron' ? `${one.spec.trigger.cron} · ${one.spec.trigger.timezone}` : undefined}>
                  {triggerWords(one.spec.trigger)}
                </span>
                {one.problem === null ? null : (
                  <span className="flex items-center gap-1 text-xs text-bad-ink">
                    <TriangleAlert size={12} aria-hidden />
                    {one.problem}
                  </span>
                )}
              </td>
              <td className={cx(cell, 'max-w-60 text-muted')}>
                {one.pipelineTitle === null ? (
                  <span className="flex items-center gap-1 text-bad-ink" title={one.spec.pipeline}>
                    <TriangleAlert size={13} aria-hidden />
                    {words.gone}
                  </span>
                ) : (
                  <span className="block truncate" title={one.spec.pipeline}>{one.pipelineTitle}</span>
                )}
              </td>
              <td className={cx(cell, 'whitespace-nowrap tabular-nums', one.nextAt === null && 'text-faint')}>
                {!one.enabled ? words.off : one.nextAt === null ? words.nextNone : <NextTime one={one} at={one.nextAt} />}
              </td>
              <td className={cell}>
                <LastFiring one={one} onOpenRun={onOpenRun} />
              </td>
              <td className={cell}>
                <div className="flex justify-end gap-1">
                  <IconButton needs="operate" label={words.runNowOf(one.spec.name)} disabled={readOnly} onClick={() => void act(() => client.automation.fire({ id: one.id }), words.fired(one.spec.name))}>
                    <Play size={14} />
                  </IconButton>
                  <Menu
                    align="end"
                    trigger={
                      <IconButton label={words.more(one.spec.name)}>
                        <Ellipsis size={15} />
                      </IconButton>
                    }
                    items={[
                      { id: 'edit', label: words.edit, icon: <Pencil />, onSelect: () => onEdit(one) },
                      { kind: 'separator', id: 'line' },
                      { id: 'remove', needs: 'operate', label: words.remove, icon: <Trash2 />, danger: true, disabled: readOnly, onSelect: () => setDoomed(one) },
                    ]}
                  />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {doomed === null ? null : (
        <ConfirmDialog
          title={words.removeAsk(doomed.spec.name)}
          what={words.removeWhat}
          go={words.remove}
          onClose={() => setDoomed(null)}
          onGo={() => act(() => client.automation.remove({ id: doomed.id }), words.removed(doomed.spec.name))}
        />
      )}
    </div>
  );
}

function NextTime({ one, at }: { readonly one: ListedAutomation; readonly at: number }) {
  const { trigger } = one.spec;
  return (
    <time dateTime={new Date(at).toISOString()} title={trigger.kind === 'cron' ? `${moment(at, trigger.timezone)} · ${trigger.timezone}` : undefined}>
      {moment(at)}
    </time>
  );
}

function LastFiring({ one, onOpenRun }: { readonly one: ListedAutomation; readonly onOpenRun: (runId: string) => void }) {
  const { last } = one;
  if (last === null) return <span className="text-faint">{texts.automation.never}</span>;
  const runId = last.attempts.at(-1)?.runId ?? null;
  return (
    <span className="flex items-center gap-2" title={last.reason === '' ? undefined : last.reason}>
      {runId === null ? (
        <FiringStateMark state={last.state} />
      ) : (
        <button type="button" onClick={() => onOpenRun(runId)} className="rounded-sm hover:underline">
          <FiringStateMark state={last.state} />
        </button>
      )}
      <span className="text-xs text-muted">
        <TimeAgo at={last.endedAt ?? last.firedAt ?? last.dueAt} />
      </span>
    </span>
  );
}
