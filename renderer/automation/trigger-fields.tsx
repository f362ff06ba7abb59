import type { Trigger } from '#app/core/automation.ts';
import type { ReportPipeline } from '#app/protocol/sections/reports.ts';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { texts } from '../text/texts.ts';
import { Field, FieldMessage, Input, Select } from '../ui/index.ts';
import { Choice, NumberField } from './automation-form.tsx';
import { cronWords, moment } from './words.ts';

interface Props<T extends Trigger = Trigger> {
  readonly trigger: T;
  readonly onChange: (trigger: Trigger) => void;
}

/** What each kind of trigger wants to know. */
export function TriggerFields({ trigger, pipelines, own, onChange }: Props & { readonly pipelines: readonly ReportPipeline[]; readonly own: string }) {
  const words = texts.automation.form;
  switch (trigger.kind) {
    case 'cron':
      return <CronFields trigger={trigger} onChange={onChange} />;
    case 'file':
      return (
        <div className="grid grid-cols-2 gap-4 max-[700px]:grid-cols-1">
          <Text label={words.glob} hint={words.globHint} mono value={trigger.glob} onChange={(glob) => onChange({ ...trigger, glob })} />
          <NumberField label={words.settle} unit={words.seconds} value={trigger.settleSeconds} most={3600} onChange={(settleSeconds) => onChange({ ...trigger, settleSeconds })} />
          <Choice label={words.existing} checked={trigger.existing} onChange={(existing) => onChange({ ...trigger, existing })} />
        </div>
      );
    case 'run':
      return (
        <div className="grid grid-cols-2 gap-4 max-[700px]:grid-cols-1">
          <Field label={words.upstream}>
            {({ id }) => <Select id={id} label={words.upstream} placeholder={words.choosePipeline} value={trigger.pipeline === '' ? null : trigger.pipeline} onChange={(pipeline) => onChange({ ...trigger, pipeline })} items={pipelines.filter(({ path }) => path !== own).map(({ path, title }) => ({ value: path, label: title }))} />}
          </Field>
          <Field label={words.ended}>
            {({ id }) => <Select id={id} label={words.ended} value={trigger.status} onChange={(status) => onChange({ ...trigger, status: status === 'failed' || status === 'any' ? status : 'succeeded' })} items={(['succeeded', 'failed', 'any'] as const).map((value) => ({ value, label: words.endings[value] }))} />}
          </Field>
        </div>
      );
    case 'alarm':
      return (
        <div className="grid grid-cols-2 gap-4 max-[700px]:grid-cols-1">
          <Text label={words.monitor} hint={words.monitorHint} value={trigger.monitor} onChange={(monitor) => onChange({ ...trigger, monitor })} />
          <Field label={words.severity}>
            {({ id }) => <Select id={id} label={words.severity} value={trigger.severity} onChange={(severity) => onChange({ ...trigger, severity: severity === 'critical' ? severity : 'any' })} items={(['any', 'critical'] as const).map((value) => ({ value, label: words.severities[value] }))} />}
          </Field>
        </div>
      );
    case 'model':
      return <ModelFields trigger={trigger} onChange={onChange} />;
    case 'webhook':
      return (
        <div className="flex flex-col gap-3">
          <p className="text-sm text-muted">{words.webhookNote}</p>
          <Text label={words.secret} hint={words.secretHint} value={trigger.secret} onChange={(secret) => onChange({ ...trigger, secret })} />
        </div>
      );
  }
}

const presets = { hourly: '0 * * * *', daily: '0 6 * * *', weekdays: '0 6 * * 1-5', weekly: '0 6 * * 1', monthly: '0 6 1 * *' } as const;
const presetNames = Object.keys(presets) as (keyof typeof presets)[];

function CronFields({ trigger, onChange }: Props<Extract<Trigger, { kind: 'cron' }>>) {
  const words = texts.automation.form;
  const next = useQuery(`cron ${trigger.cron} ${trigger.timezone}`, (signal) => client.automation.next({ cron: trigger.cron, timezone: trigger.timezone, count: 5 }, { signal }));
  const preset = presetNames.find((one) => presets[one] === trigger.cron) ?? 'custom';
  const error = next.error;
  return (
    <div className="grid grid-cols-2 gap-4 max-[700px]:grid-cols-1">
      <div className="flex flex-col gap-3">
        <Field label={words.how}>
          {({ id }) => (
            <Select
              id={id}
              label={words.how}
              value={preset}
              onChange={(name) => {
                const chosen = presetNames.find((one) => one === name);
                if (chosen !== undefined) onChange({ ...trigger, cron: presets[chosen] });
              }}
              items={[...presetNames, 'custom' as const].map((value) => ({ value, label: words.presets[value] }))}
            />
          )}
        </Field>
        <Field label={words.cron} hint={words.cronHint} errors={error?.code === 'cron-invalid' ? [error] : []}>
          {({ id, describedBy }) => <Input id={id} mono aria-describedby={describedBy} invalid={error?.code === 'cron-invalid'} data-testid="automation-cron" value={trigger.cron} onChange={(event) => onChange({ ...trigger, cron: event.target.value })} />}
        </Field>
        <Field label={words.timezone} hint={words.timezoneHint} errors={error?.code === 'timezone-unknown' ? [error] : []}>
          {({ id, describedBy }) => (
            <>
              <Input id={id} list={`${id}-zones`} aria-describedby={describedBy} invalid={error?.code === 'timezone-unknown'} value={trigger.timezone} onChange={(event) => onChange({ ...trigger, timezone: event.target.value })} />
              <datalist id={`${id}-zones`}>
                {zones.map((zone) => (
                  <option key={zone} value={zone} />
                ))}
              </datalist>
            </>
          )}
        </Field>
      </div>
      <section aria-label={words.nextTimes} aria-live="polite" className="rounded-md bg-sunken p-3">
        <p className="mb-2 text-sm font-medium">{cronWords(trigger.cron) ?? ''}</p>
        <h3 className="mb-1 text-xs font-semibold text-muted">{words.nextTimes}</h3>
        {error !== null && error.code !== 'cron-invalid' && error.code !== 'timezone-unknown' ? <FieldMessage message={error.message} /> : null}
        {next.data?.times.length === 0 ? <p className="text-sm text-warn-ink">{words.noTimes}</p> : null}
        <ol data-testid="next-times" className="text-sm tabular-nums">
          {(next.data?.times ?? []).map((at) => (
            <li key={at}>{moment(at, trigger.timezone)}</li>
          ))}
        </ol>
      </section>
    </div>
  );
}

/** Chrome knows them since 99; the list only helps typing. */
const zones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')];

function ModelFields({ trigger, onChange }: Props<Extract<Trigger, { kind: 'model' }>>) {
  const words = texts.automation.form;
  const models = useQuery('automation-models', (signal) => client.models.list(undefined, { signal }));
  const names = [...new Set([...(models.data ?? []).map(({ name }) => name), ...(trigger.model === '' ? [] : [trigger.model])])];
  return (
    <div className="grid grid-cols-2 gap-4 max-[700px]:grid-cols-1">
      <Field label={words.model}>
        {({ id }) =>
          names.length === 0 ? (
            <Input id={id} value={trigger.model} onChange={(event) => onChange({ ...trigger, model: event.target.value })} />
          ) : (
            <Select id={id} label={words.model} value={trigger.model === '' ? null : trigger.model} onChange={(model) => onChange({ ...trigger, model })} items={names.map((value) => ({ value, label: value }))} />
          )
        }
      </Field>
      <Field label={words.change}>
        {({ id }) => <Select id={id} label={words.change} value={trigger.change} onChange={(change) => onChange({ ...trigger, change: change === 'stage' || change === 'alias' ? change : 'registered' })} items={(['registered', 'stage', 'alias'] as const).map((value) => ({ value, label: words.changes[value] }))} />}
      </Field>
      {trigger.change === 'registered' ? null : <Text label={words.is} hint={words.isHint} value={trigger.is} onChange={(is) => onChange({ ...trigger, is })} />}
    </div>
  );
}

export function Text({ label, hint, value, onChange, mono = false }: { readonly label: string; readonly hint?: string; readonly value: string; readonly onChange: (value: string) => void; readonly mono?: boolean }) {
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      {({ id, describedBy }) => <Input id={id} mono={mono} aria-describedby={describedBy} value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}
