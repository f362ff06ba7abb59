import { useState } from 'react';
import { Copy, Square } from 'lucide-react';
import type { ServerSettings } from '#app/core/serving.ts';
import type { ModelVersion } from '#app/protocol/schema.ts';
import { curl, exampleRecord } from '../results/model/snippets.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { Button } from '../ui/index.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { texts } from '../text/texts.ts';

interface ServerCardProps {
  readonly server: { readonly nodeId: string; readonly name: string; readonly url: string; readonly startedAt: number };
  /** The registered version whose node it is, for an example request. */
  readonly model: ModelVersion | null;
  readonly onStopped: () => void;
}

/** A model server on this machine. */
export function ServerCard({ server, model, onStopped }: ServerCardProps) {
  const [busy, setBusy] = useState(false);
  const stop = () => {
    setBusy(true);
    client.models
      .stopServer({ nodeId: server.nodeId })
      .then(onStopped)
      .catch((error: unknown) => notify(diagnosticOf(error)))
      .finally(() => setBusy(false));
  };
  const copy = () =>
    void navigator.clipboard
      .writeText(curl(exampleRecord(model?.inputs ?? []), server.url))
      .then(() => notify({ severity: 'info', message: texts.models.copied }));
  return (
    <li data-testid={`server-${server.nodeId}`} className="flex items-center gap-4 border-b border-line bg-surface px-4 py-3 last:border-b-0">
      <span aria-hidden className="size-2 shrink-0 rounded-full bg-good" />
      <div className="min-w-0 flex-1">
        <div className="truncate text-sm font-medium">{server.name}</div>
        <div className="flex flex-wrap gap-x-3 text-xs text-muted">
          <span className="selectable font-mono">{server.url}</span>
          <span>
            {texts.models.runningSince} <TimeAgo at={server.startedAt} />
          </span>
        </div>
      </div>
      <Button size="sm" icon={<Copy size={14} />} onClick={copy}>
        {texts.models.copyCurl}
      </Button>
      <Button needs="operate" size="sm" variant="danger" icon={<Square size={13} />} busy={busy} onClick={stop}>
        {texts.models.stop}
      </Button>
    </li>
  );
}

interface ServingRowProps {
  readonly server: { readonly name: string; readonly url: string | null; readonly startedAt: number | null; readonly settings: ServerSettings | null };
}

/** A running server of the Serving page, where it is steered. */
export function ServingRow({ server: { name, url, startedAt, settings } }: ServingRowProps) {
  return (
    <li data-testid={`serving-${name}`} className="flex items-center gap-4 border-b border-line bg-surface px-4 py-3 last:border-b-0">
      <span aria-hidden className="size-2 shrink-0 rounded-full bg-good" />
      <div className="min-w-0 flex-1">
        <div className="truncate text-sm font-medium">{name}</div>
        <div className="flex flex-wrap gap-x-3 text-xs text-muted">
          <span className="selectable font-mono">{url}</span>
          <span className="selectable">{settings?.models.map(({ reference }) => reference).join(', ')}</span>
          {startedAt === null ? null : (
            <span>
              {texts.models.runningSince} <TimeAgo at={startedAt} />
            </span>
          )}
        </div>
      </div>
    </li>
  );
}
