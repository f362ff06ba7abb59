import { useState, type FormEvent } from 'react';
import { LockKeyhole } from 'lucide-react';
import { ConnectionBanner } from '../app/connection-banner.tsx';
import { client, diagnosticOf } from '../rpc/client.ts';
import { loadAnew } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { Button, Field, Input, Switch } from '../ui/index.ts';
import { useLock } from './lock-store.ts';

/** All there is of an encrypted project until its key is known. */
export function UnlockPage() {
  const name = useLock((store) => store.name);
  const [by, setBy] = useState<'passphrase' | 'recovery'>('passphrase');
  const [secret, setSecret] = useState('');
  const canRemember = useLock((store) => store.canRemember);
  const trouble = useLock((store) => store.trouble);
  const [remember, setRemember] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ readonly message: string; readonly remedy?: string | undefined } | null>(null);
  const { lock } = texts;
  const unlock = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (secret === '') return;
    setBusy(true);
    setProblem(null);
    try {
      await client.encryption.unlock(by === 'passphrase' ? { passphrase: secret, remember } : { recoveryKey: secret, remember });
      loadAnew();
    } catch (error) {
      setProblem(diagnosticOf(error));
      setBusy(false);
    }
  };
  return (
    <div className="flex h-full flex-col">
      <ConnectionBanner />
      <main data-testid="unlock-page" className="flex min-h-0 flex-1 items-center justify-center overflow-auto bg-canvas p-6">
        <form onSubmit={(event) => void unlock(event)} className="flex w-[380px] max-w-full flex-col gap-4 rounded-lg border border-line bg-surface p-6">
          <div className="flex items-start gap-3">
            <span className="inline-flex size-9 shrink-0 items-center justify-center rounded-md bg-accent-soft text-accent-ink">
              <LockKeyhole size={18} aria-hidden />
            </span>
            <div className="min-w-0">
              <h1 className="truncate text-lg font-semibold">{name === '' ? lock.title : name}</h1>
              <p className="text-sm text-muted">{lock.what}</p>
            </div>
          </div>
          <Field key={by} label={by === 'passphrase' ? lock.passphrase : lock.recoveryKey} hint={by === 'passphrase' ? '' : lock.recoveryHow} errors={problem === null ? [] : [problem]}>
            {({ id, describedBy }) => (
              // The one thing to do here.
              // eslint-disable-next-line jsx-a11y/no-autofocus
              <Input id={id} aria-describedby={describedBy} autoFocus type={by === 'passphrase' ? 'password' : 'text'} mono={by === 'recovery'} invalid={problem !== null} value={secret} onChange={(event) => setSecret(event.target.value)} className="!h-8" />
            )}
          </Field>
          {canRemember ? (
            <div className="flex items-center justify-between gap-2">
              <span className="text-sm">{lock.remember}</span>
              <Switch label={lock.remember} checked={remember} onChange={setRemember} />
            </div>
          ) : null}
          {trouble === null ? null : <p className="text-xs text-muted" data-testid="keychain-trouble">{lock.keychain[trouble]}</p>}
          <div className="flex items-center justify-between gap-2">
            <button
              type="button"
              className="rounded text-sm text-accent-ink underline-offset-2 hover:underline"
              onClick={() => {
                setBy(by === 'passphrase' ? 'recovery' : 'passphrase');
                setSecret('');
                setProblem(null);
              }}
            >
              {by === 'passphrase' ? lock.useRecovery : lock.usePassphrase}
            </button>
            <Button variant="primary" type="submit" busy={busy} disabled={secret === ''}>
              {lock.open}
            </Button>
          </div>
        </form>
      </main>
    </div>
  );
}
