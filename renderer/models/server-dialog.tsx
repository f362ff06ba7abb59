import { useEffect, useState } from 'react';
import { CircleCheck } from 'lucide-react';
import type { Diagnostic } from '#app/core/errors.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { Button, Dialog, Field, Input } from '../ui/index.ts';
import { useWork } from './use-work.ts';
import { texts } from '../text/texts.ts';

/** Address, user and secret of the project's MLflow server. */
export function ServerDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return open ? <Server onClose={onClose} /> : null;
}

function Server({ onClose }: { readonly onClose: () => void }) {
  const words = texts.registry.mlflowDialog;
  const kept = useQuery('mlflow server', (signal) => client.registry.mlflow.server(undefined, { signal }));
  const [draft, setDraft] = useState({ url: '', user: '', experiment: 'Penstock' });
  const [secret, setSecret] = useState('');
  const [version, setVersion] = useState<string | null>(null);
  const [failure, setFailure] = useState<Diagnostic | null>(null);
  const work = useWork();
  useEffect(() => {
    if (kept.data?.server) setDraft(kept.data.server);
  }, [kept.data]);
  const set = (change: Partial<typeof draft>) => {
    setDraft((before) => ({ ...before, ...change }));
    setVersion(null);
  };
  const save = () =>
    work.run(async (signal) => {
      setFailure(null);
      setVersion(null);
      try {
        await client.registry.mlflow.setServer({ server: draft, password: secret === '' ? null : secret }, { signal });
        setSecret('');
        kept.reload();
        setVersion((await client.registry.mlflow.test(undefined, { signal })).version);
      } catch (error) {
        if (!signal.aborted) setFailure(diagnosticOf(error));
      }
    });
  const variable = kept.data?.variable ?? '';
  const secretHint = kept.data?.secret === 'environment' ? words.secretVariable(variable) : kept.data?.secret === 'file' ? words.secretStored : words.secretNone(variable);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.serverTitle}
      description={words.serverWhat}
      footer={
        <>
          <Button onClick={onClose}>{texts.common.close}</Button>
          <Button needs="admin" variant="primary" busy={work.busy} disabled={draft.url.trim() === '' || draft.experiment.trim() === ''} data-testid="server-go" onClick={() => void save()}>
            {words.test}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field label={words.url}>{({ id }) => <Input id={id} mono autoFocus value={draft.url} placeholder={words.urlExample} onChange={(event) => set({ url: event.target.value })} />}</Field>
        <div className="grid grid-cols-2 gap-3">
          <Field label={words.user} hint={words.userHint}>{({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} value={draft.user} onChange={(event) => set({ user: event.target.value })} />}</Field>
          <Field label={words.secret} hint={secretHint}>{({ id, describedBy }) => <Input id={id} type="password" aria-describedby={describedBy} value={secret} onChange={(event) => setSecret(event.target.value)} />}</Field>
        </div>
        <Field label={words.experiment}>{({ id }) => <Input id={id} value={draft.experiment} onChange={(event) => set({ experiment: event.target.value })} />}</Field>
        {failure ? <Notice diagnostic={failure} /> : null}
        {version === null ? null : (
          <p role="status" className="flex items-center gap-2 text-sm text-good-ink">
            <CircleCheck size={15} aria-hidden /> {words.works(version)}
          </p>
        )}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
