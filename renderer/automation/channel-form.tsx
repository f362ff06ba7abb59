import { useState } from 'react';
import { channelSchema, type Channel } from '#app/core/notifications.ts';
import type { Diagnostic } from '#app/core/errors.ts';
import type { ListedChannel } from '#app/protocol/sections/automation.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { desktop } from '../rpc/desktop.ts';
import { texts } from '../text/texts.ts';
import { Button, Dialog, Field, FieldMessage, Input, Segmented, Select } from '../ui/index.ts';
import { Choice, NumberField } from './automation-form.tsx';
import { Text } from './trigger-fields.tsx';

const kinds = ['webhook', 'email', 'desktop'] as const;

function empty(kind: Channel['kind'], name: string): Channel {
  if (kind === 'webhook') return { kind, name, url: '', signed: false, allowLinkLocal: false, alarms: true };
  if (kind === 'email') return { kind, name, host: '', port: 587, security: 'starttls', user: '', from: '', to: [], alarms: true };
  return { kind, name, alarms: true };
}

/** Makes or changes a channel; its secret goes outside the project and never comes back. */
export function ChannelForm({ listed, onClose }: { readonly listed: ListedChannel | null; readonly onClose: () => void }) {
  const words = texts.automation.channels;
  const [channel, setChannel] = useState<Channel>(() => listed?.channel ?? empty('webhook', 'team'));
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<Diagnostic | null>(null);
  const [busy, setBusy] = useState(false);
  const valid = channelSchema.safeParse(channel).success;
  const save = async (): Promise<void> => {
    setBusy(true);
    // A browser asks its user once, and only after a click.
    if (channel.kind === 'desktop' && desktop() === null && typeof Notification !== 'undefined' && Notification.permission === 'default') await Notification.requestPermission();
    try {
      await client.automation.saveChannel({ channel, secret: secret === '' ? null : secret, ...(listed === null ? {} : { previous: listed.channel.name }) });
      onClose();
    } catch (error) {
      setProblem(diagnosticOf(error));
      setBusy(false);
    }
  };
  const variable = listed?.variable ?? `PENSTOCK_SECRET_NOTIFY_${channel.name.toUpperCase().replaceAll('-', '_')}`;
  const secretField = (label: string) => (
    <Field label={label} hint={listed?.secret === 'file' ? words.secretKept : words.secretHint(variable)}>
      {({ id, describedBy }) => <Input id={id} type="password" autoComplete="new-password" aria-describedby={describedBy} value={secret} onChange={(event) => setSecret(event.target.value)} />}
    </Field>
  );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={listed === null ? words.newTitle : words.editTitle}
      footer={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button variant="primary" busy={busy} disabled={!valid} onClick={() => void save()} data-testid="save-channel">
            {texts.automation.form.save}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {problem === null ? null : <FieldMessage message={problem.message} remedy={problem.remedy} />}
        <Segmented label={words.kind} value={channel.kind} onChange={(kind) => setChannel(empty(kinds.find((one) => one === kind) ?? 'webhook', channel.name))} items={kinds.map((value) => ({ value, label: words.kinds[value] }))} />
        <Text label={words.name} hint={words.nameHint} value={channel.name} onChange={(name) => setChannel({ ...channel, name })} />
        {channel.kind === 'webhook' ? (
          <>
            <Text label={words.url} mono value={channel.url} onChange={(url) => setChannel({ ...channel, url })} />
            <Choice label={words.signed} checked={channel.signed} onChange={(signed) => setChannel({ ...channel, signed })} />
            {channel.signed ? secretField(words.secret) : null}
            <div>
              <Choice label={words.allowLinkLocal} checked={channel.allowLinkLocal} onChange={(allowLinkLocal) => setChannel({ ...channel, allowLinkLocal })} />
              <p className="mt-1 text-xs text-faint">{words.allowLinkLocalHint}</p>
            </div>
          </>
        ) : null}
        {channel.kind === 'email' ? (
          <>
            <div className="grid grid-cols-3 gap-3">
              <Text label={words.host} value={channel.host} onChange={(host) => setChannel({ ...channel, host })} />
              <NumberField label={words.port} value={channel.port} most={65_535} onChange={(port) => setChannel({ ...channel, port })} />
              <Field label={words.security}>
                {({ id }) => <Select id={id} label={words.security} value={channel.security} onChange={(security) => setChannel({ ...channel, security: security === 'tls' || security === 'none' ? security : 'starttls' })} items={(['starttls', 'tls', 'none'] as const).map((value) => ({ value, label: words.securities[value] }))} />}
              </Field>
            </div>
            <Text label={words.user} value={channel.user} onChange={(user) => setChannel({ ...channel, user })} />
            {channel.user === '' ? null : secretField(words.password)}
            <Text label={words.from} value={channel.from} onChange={(from) => setChannel({ ...channel, from })} />
            <Text label={words.to} hint={words.toHint} value={channel.to.join(', ')} onChange={(to) => setChannel({ ...channel, to: to.split(',').map((one) => one.trim()).filter((one, index, all) => one !== '' || index === all.length - 1) })} />
          </>
        ) : null}
        {channel.kind === 'desktop' ? <p className="text-sm text-muted">{words.desktopText}</p> : null}
        <Choice label={words.alarms} checked={channel.alarms} onChange={(alarms) => setChannel({ ...channel, alarms })} />
      </div>
    </Dialog>
  );
}
