import { useState } from 'react';
import { formatCount } from '#app/core/units.ts';
import type { Alarm } from '#app/protocol/sections/monitoring.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { notify } from '../state/notices.ts';
import { Badge, Button, Popover, TextArea } from '../ui/index.ts';
import { told } from '../text/told.ts';
import { texts } from '../text/texts.ts';
import { openOnCanvas } from './open-on-canvas.ts';
import { StatusMark } from './status-mark.tsx';

const words = texts.monitors;

/** Alarms, the open ones first; each opens the canvas at its node, column and rows. */
export function AlarmList({ alarms, onChanged }: { readonly alarms: readonly Alarm[]; readonly onChanged: () => void }) {
  return (
    <ul className="overflow-hidden rounded-md border border-line" data-testid="alarms">
      {alarms.map((alarm) => (
        <AlarmRow key={alarm.id} alarm={alarm} onChanged={onChanged} />
      ))}
    </ul>
  );
}

function AlarmRow({ alarm, onChanged }: { readonly alarm: Alarm; readonly onChanged: () => void }) {
  const title = told(alarm.title);
  const change = (work: Promise<unknown>): void => void work.then(onChanged, (error: unknown) => notify(diagnosticOf(error)));
  return (
    <li data-testid="alarm" className="flex flex-wrap items-start gap-x-3 gap-y-2 border-b border-line bg-raised px-3 py-2 last:border-b-0">
      <StatusMark status={alarm.state === 'cleared' ? 'ok' : alarm.severity} size={18} />
      <div className="min-w-64 flex-1">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <strong className="font-semibold">{title}</strong>
          <Badge tone={alarm.state === 'cleared' ? 'neutral' : alarm.severity === 'critical' ? 'bad' : 'warn'}>{words.severity[alarm.severity]}</Badge>
          {alarm.state === 'open' ? null : <Badge>{words.state[alarm.state]}</Badge>}
          {alarm.column === null ? null : <Badge>{words.column(alarm.column)}</Badge>}
        </div>
        <p className="text-sm">{told(alarm.message)}</p>
        <p className="text-xs text-muted">
          {alarm.pipelineTitle === '' ? alarm.monitor : alarm.pipelineTitle} · <TimeAgo at={alarm.lastAt} />
          {alarm.times > 1 ? ` · ${words.times(formatCount(alarm.times))}` : ''}
          {alarm.acknowledgedBy === null ? '' : ` · ${words.seenBy(alarm.acknowledgedBy.replace(/^user:/, ''), alarm.note)}`}
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-1">
        {alarm.pipelineId === '' ? null : (
          <Button size="sm" data-testid="alarm-open" aria-label={words.openAlarm(title)} onClick={() => void openOnCanvas(alarm)}>
            {words.open}
          </Button>
        )}
        {alarm.state === 'open' ? <Acknowledge onKeep={(note) => change(client.monitoring.acknowledge({ id: alarm.id, note }))} /> : null}
        {alarm.state === 'cleared' ? null : (
          <Button needs="operate" size="sm" variant="quiet" data-testid="alarm-clear" onClick={() => change(client.monitoring.clear({ id: alarm.id }))}>
            {words.clear}
          </Button>
        )}
      </div>
    </li>
  );
}

function Acknowledge({ onKeep }: { readonly onKeep: (note: string) => void }) {
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState('');
  return (
    <Popover
      label={words.acknowledge}
      open={open}
      onOpenChange={setOpen}
      align="end"
      className="w-72 p-3"
      trigger={
        <Button size="sm" variant="quiet" data-testid="alarm-acknowledge">
          {words.acknowledge}
        </Button>
      }
    >
      <form
        className="flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          setOpen(false);
          onKeep(note.trim());
        }}
      >
        <label className="flex flex-col gap-1 text-sm">
          {words.note}
          <TextArea value={note} rows={3} maxLength={2000} onChange={(event) => setNote(event.target.value)} />
        </label>
        <Button needs="operate" type="submit" size="sm" variant="primary" data-testid="alarm-keep">
          {words.keepNote}
        </Button>
      </form>
    </Popover>
  );
}
