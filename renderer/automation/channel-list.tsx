import { useEffect, useState } from 'react';
import { BellRing, Mail, Monitor, Pencil, Plus, Send, Trash2, Webhook } from 'lucide-react';
import type { Channel } from '#app/core/notifications.ts';
import type { ListedChannel } from '#app/protocol/sections/automation.ts';
import { ConfirmDialog } from '../asking/confirm-dialog.tsx';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { usePipeline } from '../state/pipeline.ts';
import { texts } from '../text/texts.ts';
import { Badge, Button, EmptyState, IconButton, Spinner, WhyLocked, useMay } from '../ui/index.ts';
import { NumberField } from './automation-form.tsx';
import { ChannelForm } from './channel-form.tsx';

const icons = { webhook: Webhook, email: Mail, desktop: Monitor } as const;

/** Where messages go, each with a test; and how many scheduled runs there may be at once. */
export function ChannelList({ parallel, turn, onChanged }: { readonly parallel: number; readonly turn: number; readonly onChanged: () => void }) {
  const words = texts.automation.channels;
  const readOnly = usePipeline((state) => state.readOnly);
  const why = useMay('operate');
  const channels = useQuery(why === null ? 'channels' : null, (signal) => client.automation.channels(undefined, { signal }));
  const { reload } = channels;
  const [form, setForm] = useState<{ readonly channel: ListedChannel | null } | null>(null);
  const [doomed, setDoomed] = useState<string | null>(null);
  const [testing, setTesting] = useState<string | null>(null);
  useEffect(() => {
    if (turn > 0) reload();
  }, [turn, reload]);
  const test = async (name: string): Promise<void> => {
    setTesting(name);
    try {
      await client.automation.testChannel({ name });
      notify({ severity: 'info', message: words.sent(name) });
    } catch (error) {
      notify(diagnosticOf(error));
    }
    setTesting(null);
    reload();
  };
  if (why !== null) return <WhyLocked why={why} />;
  if (channels.error) return <Notice diagnostic={channels.error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} />;
  if (channels.data === null) return <Spinner label={texts.common.loading} />;
  const add = (
    <Button needs="admin" variant={channels.data.length === 0 ? 'primary' : 'secondary'} icon={<Plus size={14} />} disabled={readOnly} onClick={() => setForm({ channel: null })} data-testid="add-channel">
      {words.add}
    </Button>
  );
  return (
    <div className="flex flex-col gap-4">
      {channels.data.length === 0 ? (
        <EmptyState icon={<BellRing />} title={words.none} action={add}>{words.noneText}</EmptyState>
      ) : (
        <>
          <ul className="overflow-hidden rounded-md border border-line bg-surface">
            {channels.data.map((one) => {
              const { channel, problem } = one;
              const Icon = icons[channel.kind];
              return (
                <li key={channel.name} data-testid={`channel-${channel.name}`} className="flex items-center gap-3 border-b border-line px-3 py-2.5 last:border-b-0">
                  <Icon size={16} aria-hidden className="shrink-0 text-muted" />
                  <div className="min-w-0 flex-1">
                    <p className="flex items-center gap-2 text-sm font-medium">
                      {channel.name}
                      {one.secret === 'none' ? <Badge tone="warn">{words.noSecret}</Badge> : null}
                    </p>
                    <p className="truncate text-xs text-muted">{goesTo(channel)}</p>
                    {problem === null ? null : <p className="selectable text-xs text-bad-ink">{words.failedLast}: {problem.message}</p>}
                  </div>
                  <Button needs="admin" size="sm" icon={<Send size={12} />} busy={testing === channel.name} aria-label={words.testOf(channel.name)} onClick={() => void test(channel.name)}>
                    {words.test}
                  </Button>
                  <IconButton needs="admin" label={words.editTitle} disabled={readOnly} onClick={() => setForm({ channel: one })}>
                    <Pencil size={14} />
                  </IconButton>
                  <IconButton needs="admin" label={words.removeOf(channel.name)} disabled={readOnly} onClick={() => setDoomed(channel.name)}>
                    <Trash2 size={14} />
                  </IconButton>
                </li>
              );
            })}
          </ul>
          <div>{add}</div>
        </>
      )}
      <div className="max-w-64">
        <NumberField
          label={words.parallel}
          hint={words.parallelHint}
          value={parallel}
          most={20}
          onChange={(value) => {
            if (value < 1 || !Number.isInteger(value)) return;
            client.automation.setParallel({ parallel: value }).catch((error: unknown) => notify(diagnosticOf(error))).finally(onChanged);
          }}
        />
      </div>
      {doomed === null ? null : (
        <ConfirmDialog
          title={words.removeAsk(doomed)}
          what={words.removeWhat}
          go={texts.automation.remove}
          onClose={() => setDoomed(null)}
          onGo={async () => {
            await client.automation.removeChannel({ name: doomed }).finally(reload);
            notify({ severity: 'info', message: words.removed(doomed) });
          }}
        />
      )}
      {form === null ? null : (
        <ChannelForm
          listed={form.channel}
          onClose={() => {
            setForm(null);
            reload();
          }}
        />
      )}
    </div>
  );
}

function goesTo(channel: Channel): string {
  if (channel.kind === 'webhook') return channel.url;
  if (channel.kind === 'email') return `${channel.to.join(', ')} · ${channel.host}:${channel.port}`;
  return texts.automation.channels.desktopText;
}
