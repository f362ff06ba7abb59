import { useState } from 'react';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { Button, Dialog, Field, Input, Select, Spinner } from '../ui/index.ts';
import { openModel, registryChanged } from './models-store.ts';
import { TransferState, useTransfer } from './transfer.tsx';
import { versionShort } from './metric-words.ts';
import { texts } from '../text/texts.ts';

interface PullDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** To enter a server first. */
  readonly onServer: () => void;
}

/** A registered ONNX model of the project's MLflow server into the project. */
export function PullDialog({ open, onClose, onServer }: PullDialogProps) {
  return open ? <Pull onClose={onClose} onServer={onServer} /> : null;
}

function Pull({ onClose, onServer }: Omit<PullDialogProps, 'open'>) {
  const words = texts.registry.mlflowDialog;
  const server = useQuery('mlflow server', (signal) => client.registry.mlflow.server(undefined, { signal }));
  const hasServer = server.data !== null && server.data.server !== null;
  const models = useQuery(hasServer ? 'mlflow models' : null, (signal) => client.registry.mlflow.models(undefined, { signal }));
  const [model, setModel] = useState('');
  const [reference, setReference] = useState('');
  const [as, setAs] = useState('');
  const transfer = useTransfer();
  const known = models.data?.find((one) => one.name === model);
  const pull = () =>
    transfer.start(
      (signal) => client.registry.mlflow.pull({ model, reference: reference.trim(), as: as.trim() || null }, { signal }),
      (done) => {
        notify({ severity: 'info', message: words.pulled(done.name, done.version) });
        registryChanged();
        openModel(done.name, done.version);
        onClose();
      },
    );
  const close = () => {
    transfer.stop();
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={words.pullTitle}
      description={words.pullWhat}
      footer={
        <>
          <Button onClick={() => (transfer.busy ? transfer.stop() : close())}>{texts.common.cancel}</Button>
          <Button needs="operate" variant="primary" busy={transfer.busy} disabled={model === ''} data-testid="pull-go" onClick={() => void pull()}>
            {words.pull}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {server.data !== null ? (
          <p className="flex items-center justify-between gap-3 text-sm">
            <span className={hasServer ? 'selectable min-w-0 truncate font-mono text-xs text-muted' : 'text-warn-ink'}>{server.data.server?.url ?? words.noServer}</span>
            <Button size="sm" onClick={onServer}>{hasServer ? texts.registry.serverSettings : words.setServer}</Button>
          </p>
        ) : null}
        {models.error ? <Notice diagnostic={models.error} /> : null}
        {models.loading && models.data === null ? <Spinner label={texts.common.loading} /> : null}
        {models.data?.length === 0 ? <p className="text-sm text-muted">{words.noModels}</p> : null}
        {models.data !== null && models.data.length > 0 ? (
          <>
            <Field label={words.model}>{({ id }) => <Select id={id} label={words.model} value={model || null} onChange={setModel} items={models.data?.map((one) => ({ value: one.name, label: one.name })) ?? []} />}</Field>
            <Field label={words.version} hint={known === undefined || known.versions.length === 0 ? words.versionHint : `${words.versionHint} ${known.versions.map(({ version, aliases }) => [versionShort(version), ...aliases.map((one) => `@${one}`)].join(' ')).join(', ')}`}>
              {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} value={reference} onChange={(event) => setReference(event.target.value)} />}
            </Field>
            <Field label={words.pullAs} hint={texts.registry.importDialog.nameHint}>{({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} value={as} placeholder={model} onChange={(event) => setAs(event.target.value)} />}</Field>
          </>
        ) : null}
        <TransferState step={transfer.step} failure={transfer.failure} />
      </div>
    </Dialog>
  );
}
