import { useState } from 'react';
import { automationSpecSchema, notifyEvents, type AutomationSpec, type Trigger } from '#app/core/automation.ts';
import type { Diagnostic } from '#app/core/errors.ts';
import type { ListedAutomation } from '#app/protocol/sections/automation.ts';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { Button, Checkbox, Dialog, Field, FieldMessage, Input, Select } from '../ui/index.ts';
import { OverrideFields } from './override-fields.tsx';
import { TriggerFields } from './trigger-fields.tsx';
import { ownTimezone } from './words.ts';

export type FormTarget = { readonly id: null; readonly pipeline: string | null } | { readonly id: string; readonly automation: ListedAutomation };

const kinds = ['cron', 'file', 'run', 'alarm', 'model', 'webhook'] as const;

function emptyTrigger(kind: Trigger['kind']): Trigger {
  switch (kind) {
    case 'cron':
      return { kind, cron: '0 6 * * *', timezone: ownTimezone };
    case 'file':
      return { kind, glob: 'inbox/*.csv', settleSeconds: 5, existing: false };
    case 'run':
      return { kind, pipeline: '', status: 'succeeded' };
    case 'alarm':
      return { kind, monitor: '', severity: 'any' };
    case 'model':
      return { kind, model: '', change: 'registered', is: '' };
    case 'webhook':
      return { kind, tokenHash: '', secret: '' };
  }
}

/** Makes or changes one; a new webhook's address is shown once before the form closes. */
export function AutomationForm({ target, onClose }: { readonly target: FormTarget; readonly onClose: () => void }) {
  const words = texts.automation.form;
  const pipelines = useQuery('automation-pipelines', (signal) => client.reports.pipelines(undefined, { signal }));
  const channels = useQuery('automation-channels', (signal) => client.automation.channels(undefined, { signal }));
  const [spec, setSpec] = useState<AutomationSpec>(() => (target.id === null ? automationSpecSchema.parse({ name: ' new', pipeline: target.pipeline ?? ' ', trigger: emptyTrigger('cron') }) : target.automation.spec));
  const [named, setNamed] = useState(target.id !== null);
  const [problem, setProblem] = useState<Diagnostic | null>(null);
  const [busy, setBusy] = useState(false);
  const [address, setAddress] = useState<string | null>(null);
  const change = (next: Partial<AutomationSpec>): void => setSpec((before) => ({ ...before, ...next }));
  const chosen = pipelines.data?.find(({ path }) => path === spec.pipeline) ?? null;
  const name = named ? spec.name : (chosen?.title ?? '');

  const save = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const { id, token } = await client.automation.save({ ...(target.id === null ? {} : { id: target.id }), spec: { ...spec, name } });
      if (token === null) onClose();
      else setAddress(`/hooks/${id}/${token}`);
    } catch (error) {
      setProblem(diagnosticOf(error));
    }
    setBusy(false);
  };

  if (address !== null) {
    return (
      <Dialog
        open
        onOpenChange={onClose}
        title={words.tokenTitle}
        description={words.tokenText}
        footer={
          <Button variant="primary" onClick={onClose}>
            {words.done}
          </Button>
        }
      >
        <div className="flex items-center gap-2">
          <code className="selectable min-w-0 flex-1 break-all rounded-md bg-sunken px-2 py-1.5 font-mono text-xs">{address}</code>
          <Button
            onClick={() => {
              void navigator.clipboard.writeText(address).then(() => notify({ severity: 'info', message: words.copied }));
            }}
          >
            {words.copy}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onOpenChange={onClose}
      size="lg"
      title={target.id === null ? words.newTitle : words.editTitle}
      footer={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button needs="operate" variant="primary" busy={busy} disabled={name.trim() === '' || spec.pipeline.trim() === ''} onClick={() => void save()} data-testid="save-automation">
            {target.id === null ? words.create : words.save}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {problem === null ? null : <FieldMessage message={problem.message} remedy={problem.remedy} />}
        <div className="grid grid-cols-2 gap-4 max-[700px]:grid-cols-1">
          <Field label={words.pipeline}>
            {({ id }) => <Select id={id} label={words.pipeline} placeholder={words.choosePipeline} value={chosen === null ? null : spec.pipeline} onChange={(pipeline) => change({ pipeline, to: [], overrides: [] })} items={(pipelines.data ?? []).map(({ path, title }) => ({ value: path, label: title }))} />}
          </Field>
          <Field label={words.name}>
            {({ id }) => (
              <Input
                id={id}
                value={name}
                data-testid="automation-name"
                onChange={(event) => {
                  setNamed(true);
                  change({ name: event.target.value });
                }}
              />
            )}
          </Field>
        </div>
        <div className="flex flex-col gap-4">
          <Field label={words.when}>
            {({ id }) => <Select id={id} label={words.when} value={spec.trigger.kind} onChange={(kind) => change({ trigger: emptyTrigger(kinds.find((one) => one === kind) ?? 'cron') })} items={kinds.map((value) => ({ value, label: texts.automation.triggers[value] }))} />}
          </Field>
          <TriggerFields trigger={spec.trigger} pipelines={pipelines.data ?? []} own={spec.pipeline} onChange={(trigger) => change({ trigger })} />
        </div>
        <OverrideFields pipeline={chosen} kind={spec.trigger.kind} overrides={spec.overrides} onChange={(overrides) => change({ overrides })} />
        <fieldset>
          <legend className="mb-2 text-sm font-semibold">{words.ifWrong}</legend>
          <div className="grid grid-cols-2 gap-4 max-[700px]:grid-cols-1">
            {spec.trigger.kind === 'cron' ? (
              <Field label={words.misfire} hint={words.misfireHint}>
                {({ id }) => <Select id={id} label={words.misfire} value={spec.misfire.policy} onChange={(policy) => change({ misfire: { ...spec.misfire, policy: policy === 'skip' || policy === 'all' ? policy : 'once' } })} items={(['once', 'skip', 'all'] as const).map((value) => ({ value, label: words.misfires[value] }))} />}
              </Field>
            ) : null}
            <Field label={words.overlap}>
              {({ id }) => <Select id={id} label={words.overlap} value={spec.overlap} onChange={(overlap) => change({ overlap: overlap === 'skip' || overlap === 'replace' ? overlap : 'queue' })} items={(['queue', 'skip', 'replace'] as const).map((value) => ({ value, label: words.overlaps[value] }))} />}
            </Field>
            <NumberField label={words.retries} value={spec.retry.times} most={20} onChange={(times) => change({ retry: { ...spec.retry, times } })} />
            <NumberField label={words.retrySeconds} unit={words.seconds} value={spec.retry.seconds} most={86_400} onChange={(seconds) => change({ retry: { ...spec.retry, seconds } })} />
            <NumberField label={words.timeout} hint={words.timeoutHint} unit={words.minutes} value={spec.timeout / 60} most={43_200} onChange={(minutes) => change({ timeout: minutes * 60 })} />
          </div>
        </fieldset>
        <fieldset>
          <legend className="mb-2 text-sm font-semibold">{words.tell}</legend>
          {channels.data?.length === 0 ? <p className="text-sm text-muted">{words.noChannels}</p> : null}
          <div className="flex flex-wrap gap-x-6 gap-y-2">
            {(channels.data ?? []).map(({ channel }) => (
              <Choice key={channel.name} label={channel.name} checked={spec.notify.channels.includes(channel.name)} onChange={(on) => change({ notify: { ...spec.notify, channels: toggled(spec.notify.channels, channel.name, on) } })} />
            ))}
          </div>
          {spec.notify.channels.length > 0 ? (
            <div className="mt-3 flex flex-wrap items-center gap-x-6 gap-y-2">
              <span className="text-xs font-medium text-muted">{words.tellOn}</span>
              {notifyEvents.map((event) => (
                <Choice key={event} label={words.events[event]} checked={spec.notify.on.includes(event)} onChange={(on) => change({ notify: { ...spec.notify, on: toggled(spec.notify.on, event, on) } })} />
              ))}
            </div>
          ) : null}
        </fieldset>
        <button type="submit" hidden tabIndex={-1} aria-hidden />
      </form>
    </Dialog>
  );
}

const toggled = <T,>(list: readonly T[], one: T, on: boolean): T[] => (on ? [...list.filter((other) => other !== one), one] : list.filter((other) => other !== one));

export function Choice({ label, checked, onChange }: { readonly label: string; readonly checked: boolean; readonly onChange: (on: boolean) => void }) {
  return (
    <label className="flex items-center gap-2 text-sm">
      <Checkbox label={label} checked={checked} onChange={onChange} />
      {label}
    </label>
  );
}

export function NumberField({ label, hint, unit, value, most, onChange }: { readonly label: string; readonly hint?: string; readonly unit?: string; readonly value: number; readonly most: number; readonly onChange: (value: number) => void }) {
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      {({ id, describedBy }) => (
        <Input
          id={id}
          type="number"
          min={0}
          max={most}
          unit={unit}
          aria-describedby={describedBy}
          value={String(value)}
          onChange={(event) => {
            const next = Number(event.target.value);
            if (Number.isFinite(next)) onChange(Math.max(0, Math.min(most, next)));
          }}
        />
      )}
    </Field>
  );
}
