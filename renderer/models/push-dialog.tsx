import { useState } from 'react';
import type { VersionSummary } from '#app/protocol/sections/registry.ts';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { Button, Dialog, Field, Input } from '../ui/index.ts';
import { registryChanged } from './models-store.ts';
import { ServerDialog } from './server-dialog.tsx';
import { TransferState, useTransfer } from './transfer.tsx';
import { texts } from '../text/texts.ts';

/** A version to the project's MLflow server. */
export function PushDialog({ version, onClose }: { readonly version: VersionSummary; readonly onClose: () => void }) {
  const words = texts.registry.mlflowDialog;
  const server = useQuery('mlflow server', (signal) => client.registry.mlflow.server(undefined, { signal }));
  const [as, setAs] = useState(version.name);
  const [alias, setAlias] = useState('');
  const [onServer, setOnServer] = useState(false);
  const transfer = useTransfer();
  const push = () =>
    transfer.start(
      (signal) => client.registry.mlflow.push({ name: version.name, version: version.version, as: as.trim(), alias: alias.trim() || null }, { signal }),
      (done) => {
        notify({ severity: 'info', message: words.pushed(done.name, done.version), action: { label: words.onServer, run: () => void window.open(done.url, '_blank', 'noopener') } });
        registryChanged();
        onClose();
      },
    );
  const close = () => {
    transfer.stop();
    onClose();
  };
  if (onServer) return <ServerDialog open onClose={() => { setOnServer(false); server.reload(); }} />;
  const isMissing = server.data !== null && server.data.server === null;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={words.pushTitle(version.name, version.version)}
      description={words.pushWhat}
      footer={
        <>
          <Button onClick={() => (transfer.busy ? transfer.stop() : close())}>{texts.common.cancel}</Button>
          <Button needs="operate" variant="primary" busy={transfer.busy} disabled={server.data?.server == null || as.trim() === ''} data-testid="push-go" onClick={() => void push()}>
            {words.push}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="flex items-center justify-between gap-3 text-sm">
          <span className={isMissing ? 'text-warn-ink' : 'selectable min-w-0 truncate font-mono text-xs text-muted'}>{isMissing ? words.noServer : (server.data?.server?.url ?? '')}</span>
          <Button size="sm" onClick={() => setOnServer(true)}>{isMissing ? words.setServer : texts.registry.serverSettings}</Button>
        </p>
        <Field label={words.as}>{({ id }) => <Input id={id} value={as} onChange={(event) => setAs(event.target.value)} />}</Field>
        <Field label={words.alias} hint={words.aliasHint}>{({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} value={alias} placeholder={version.aliases[0] ?? texts.registry.aliasDialog.example} onChange={(event) => setAlias(event.target.value)} />}</Field>
        <TransferState step={transfer.step} failure={transfer.failure} />
      </div>
    </Dialog>
  );
}
