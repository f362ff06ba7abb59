import { useEffect, useState } from 'react';
import { Copy, ExternalLink, Play, RotateCcw, Square, Trash2 } from 'lucide-react';
import type { ModelVersion } from '#app/protocol/schema.ts';
import { formatBytes } from '#app/core/units.ts';
import type { ServerSettings } from '#app/core/serving.ts';
import { ConfirmDialog } from '../asking/confirm-dialog.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { notify } from '../state/notices.ts';
import { Badge, Button, FieldMessage, IconButton, cx, type Tone } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { LogSettings } from './log-settings.tsx';
import { ModelTraffic } from './model-traffic.tsx';

/** Between two looks at how servers do, in ms. */
export const lookEvery = 2000;

export interface ServerInfo {
  readonly name: string;
  readonly settings: ServerSettings | null;
  readonly state: 'running' | 'starting' | 'stopped' | 'failed';
  readonly url: string | null;
  readonly startedAt: number | null;
  readonly startedBy: 'app' | 'cli' | null;
  readonly problem: string | null;
}

interface ServerPanelProps {
  readonly server: ServerInfo;
  readonly models: readonly ModelVersion[];
  readonly onChanged: () => void;
}

const tones: Record<ServerInfo['state'], Tone> = { running: 'good', starting: 'accent', stopped: 'neutral', failed: 'bad' };

/** One server: its state and address, what it serves, what it writes down, and what went wrong. */
export function ServerPanel({ server, models, onChanged }: ServerPanelProps) {
  const { name, state, url } = server;
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<'stop' | 'remove' | null>(null);
  const running = state === 'running';
  const status = useQuery(running ? `status ${name} ${url ?? ''}` : null, (signal) => client.serving.status({ name }, { signal }));
  const { reload } = status;
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(reload, lookEvery);
    return () => clearInterval(timer);
  }, [running, reload]);
  const doing = (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    return work()
      .then(() => undefined)
      .catch((error: unknown) => notify(diagnosticOf(error)))
      .finally(() => {
        setBusy(false);
        onChanged();
      });
  };
  const act = (work: () => Promise<unknown>): void => void doing(work);
  // The next change begins from what was said last, also while the list is still the one before.
  const [said, setSaid] = useState<ServerSettings | null>(null);
  const written = JSON.stringify(server.settings);
  useEffect(() => setSaid(null), [written]);
  const settings = said ?? server.settings;
  const change = (next: ServerSettings): void => {
    setSaid(next);
    act(() => client.serving.change({ settings: next }).catch((error: unknown) => {
      setSaid(null);
      throw error;
    }));
  };
  const copy = (): void => void navigator.clipboard.writeText(url ?? '').then(() => notify({ severity: 'info', message: texts.serving.addressCopied }));
  return (
    <section data-testid={`server-${name}`} aria-label={name} className="rounded-md border border-line bg-surface">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-3">
        <h2 className="text-base font-semibold">{name}</h2>
        <Badge tone={tones[state]}>{texts.serving.state[state]}</Badge>
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 text-xs text-muted">
          {url ? <span className="selectable font-mono">{url}</span> : null}
          {server.startedAt === null ? null : <TimeAgo at={server.startedAt} />}
          {server.startedBy === 'cli' ? <span>{texts.serving.byCli}</span> : null}
          {status.data ? <span>{texts.serving.memory} {formatBytes(status.data.memoryBytes)}</span> : null}
        </div>
        <div className="flex items-center gap-1.5">
          {url ? <IconButton label={texts.serving.copyAddress} onClick={copy}><Copy size={15} /></IconButton> : null}
          {url ? (
            <a href={`${url}/docs`} target="_blank" rel="noreferrer" aria-label={texts.serving.openDocs} title={texts.serving.openDocs} className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink">
              <ExternalLink size={15} />
            </a>
          ) : null}
          {running ? (
            <>
              {server.startedBy === 'app' ? <Button needs="operate" size="sm" icon={<RotateCcw size={13} />} busy={busy} onClick={() => act(() => client.serving.restart({ name }))}>{texts.serving.restart}</Button> : null}
              <Button needs="operate" size="sm" variant="danger" icon={<Square size={13} />} busy={busy} onClick={() => setAsked('stop')}>{texts.serving.stop}</Button>
            </>
          ) : (
            <>
              <Button needs="operate" size="sm" icon={<Play size={13} />} busy={busy || state === 'starting'} disabled={server.settings === null} onClick={() => act(() => client.serving.startAgain({ name }))}>{texts.serving.start}</Button>
              <IconButton needs="operate" label={texts.serving.remove} disabled={busy} onClick={() => setAsked('remove')}><Trash2 size={15} /></IconButton>
            </>
          )}
        </div>
      </header>
      {asked === null ? null : (
        <ConfirmDialog
          title={asked === 'stop' ? texts.serving.stopAsk(name) : texts.serving.removeAsk(name)}
          what={asked === 'stop' ? texts.serving.stopWhat : texts.serving.removeWhat}
          go={texts.serving[asked]}
          onClose={() => setAsked(null)}
          onGo={() => doing(() => client.serving[asked]({ name }))}
        />
      )}
      {server.problem ? <div className="px-4 py-2"><FieldMessage message={server.problem} /></div> : null}
      {status.error ? <div className="px-4 py-2"><FieldMessage message={status.error.message} remedy={status.error.remedy} /></div> : null}
      {status.data?.models.map((model) => (
        <ModelTraffic key={model.name} server={name} url={url ?? ''} needsToken={status.data?.needsToken === true} model={model} settings={settings} models={models} onChange={change} />
      ))}
      {status.data && settings ? (
        <div className="grid grid-cols-1 gap-x-6 gap-y-4 px-4 py-3 min-[900px]:grid-cols-2">
          <LogSettings settings={settings} inputs={[...new Set(status.data.models.flatMap(({ versions }) => versions.flatMap(({ inputs }) => inputs.map((input) => input.name))))]} onChange={change} />
          <div>
            <h3 className="mb-1.5 text-sm font-semibold">{texts.serving.problems}</h3>
            {status.data.problems.length === 0 ? <p className="text-sm text-muted">{texts.serving.noProblems}</p> : null}
            <ul tabIndex={status.data.problems.length > 4 ? 0 : undefined} aria-label={texts.serving.problems} className="flex max-h-40 flex-col gap-1 overflow-auto">
              {status.data.problems.map((problem, i) => (
                <li key={`${problem.at} ${i}`} className="selectable flex gap-2 text-xs">
                  <span className={cx('w-8 shrink-0 tabular-nums', problem.status >= 500 || problem.status === 0 ? 'text-bad-ink' : 'text-warn-ink')}>{problem.status === 0 ? '–' : problem.status}</span>
                  <span className="min-w-0 flex-1">{problem.message}</span>
                  <span className="shrink-0 text-faint"><TimeAgo at={problem.at} /></span>
                </li>
              ))}
            </ul>
          </div>
        </div>
      ) : null}
    </section>
  );
}
