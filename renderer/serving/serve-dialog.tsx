import { useState } from 'react';
import { Server } from 'lucide-react';
import { serverSettingsSchema } from '#app/core/serving.ts';
import type { Diagnostic } from '#app/core/errors.ts';
import type { ModelVersion } from '#app/protocol/schema.ts';
import { Notice } from '../results/notice.tsx';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { useView } from '../state/view.ts';
import { Button, Dialog, Field, Input, Select, Switch } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { referencesOf } from './references.ts';

interface ServeDialogProps {
  readonly models: readonly ModelVersion[];
  /** Names of servers that there are. */
  readonly taken: readonly string[];
  /** What is to be served, where it is known already. */
  readonly reference?: string;
  readonly onClose: () => void;
  readonly onStarted: () => void;
}

/** Sets a server for one model up and starts it; the rest is changed while it runs. */
export function ServeDialog({ models, taken, reference, onClose, onStarted }: ServeDialogProps) {
  const names = [...new Set(models.map(({ name }) => name))];
  const [model, setModel] = useState(reference?.split('@')[0] ?? names[0] ?? '');
  const [version, setVersion] = useState(reference ?? model);
  const [name, setName] = useState(freeName(model, taken));
  const [port, setPort] = useState('0');
  const [needsToken, setNeedsToken] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Diagnostic | null>(null);
  const choose = (next: string): void => {
    setModel(next);
    setVersion(next);
    setName(freeName(next, taken));
  };
  const start = (): void => {
    setBusy(true);
    setFailure(null);
    client.serving
      .start({ settings: serverSettingsSchema.parse({ name, models: [{ name: model, reference: version }], port: Number(port), needsToken }) })
      .then(() => {
        onStarted();
        onClose();
      })
      .catch((error: unknown) => setFailure(diagnosticOf(error)))
      .finally(() => setBusy(false));
  };
  const portIsFine = /^\d+$/.test(port) && Number(port) <= 65_535;
  const nameIsFine = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name);
  const t = texts.serving.dialog;
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t.title}
      description={t.what}
      size="sm"
      footer={<Button variant="primary" busy={busy} disabled={model === '' || !portIsFine || !nameIsFine} data-testid="serve-start" onClick={start}>{t.start}</Button>}
    >
      <div className="flex flex-col gap-3">
        <Field label={t.model}>{({ id }) => <Select id={id} label={t.model} value={model} onChange={choose} items={names.map((one) => ({ value: one, label: one }))} />}</Field>
        <Field label={t.reference} hint={t.referenceHint}>
          {({ id }) => <Select id={id} label={t.reference} value={version} onChange={setVersion} items={referencesOf(model, models, version)} />}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          <Field label={t.name}>{({ id }) => <Input id={id} value={name} invalid={!nameIsFine} onChange={(event) => setName(event.target.value)} />}</Field>
          <Field label={t.port} hint={t.portHint}>{({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} value={port} inputMode="numeric" invalid={!portIsFine} onChange={(event) => setPort(event.target.value)} />}</Field>
        </div>
        <Field label={t.needsToken} inline>{({ id }) => <Switch id={id} checked={needsToken} onChange={setNeedsToken} />}</Field>
        {failure ? <Notice diagnostic={failure} /> : null}
      </div>
    </Dialog>
  );
}

function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let i = 2; taken.includes(name); i += 1) name = `${wanted}-${i}`;
  return name;
}

interface ServeButtonProps {
  /** `NAME@3`, `NAME@champion` … */
  readonly reference: string;
}

/** For a version of a model, wherever it is shown: serves it, and goes to where it is seen. */
export function ServeButton({ reference }: ServeButtonProps) {
  const [known, setKnown] = useState<{ readonly models: readonly ModelVersion[]; readonly taken: readonly string[] } | null>(null);
  const [busy, setBusy] = useState(false);
  const open = (): void => {
    setBusy(true);
    Promise.all([client.models.list(), client.serving.list()])
      .then(([models, servers]) => setKnown({ models, taken: servers.map(({ name }) => name) }))
      .catch((error: unknown) => notify(diagnosticOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Button needs="operate" icon={<Server size={14} />} busy={busy} data-testid="serve-version" onClick={open}>{texts.serving.serveThis}</Button>
      {known === null ? null : <ServeDialog {...known} reference={reference} onClose={() => setKnown(null)} onStarted={() => useView.setState({ page: 'serving' })} />}
    </>
  );
}
