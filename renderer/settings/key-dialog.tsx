import { useState } from 'react';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { Button, Dialog, Field, Input } from '../ui/index.ts';
import { RecoveryKey } from './recovery-key.tsx';

/** Another passphrase, or another recovery key; either asks for the present passphrase. */
export function KeyDialog({ what, onClose }: { readonly what: 'change' | 'recovery'; readonly onClose: () => void }) {
  const words = texts.settings.encryption;
  const [present, setPresent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [recoveryKey, setRecoveryKey] = useState<string | null>(null);
  const [problem, setProblem] = useState<{ readonly message: string; readonly remedy?: string | undefined } | null>(null);
  const isChange = what === 'change';
  const save = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      if (isChange) {
        await client.encryption.changePassphrase({ passphrase: present, next });
        notify({ severity: 'info', message: words.changed });
        onClose();
      } else setRecoveryKey((await client.encryption.newRecoveryKey({ passphrase: present })).recoveryKey);
    } catch (error) {
      setProblem(diagnosticOf(error));
    }
    setBusy(false);
  };
  const ready = present !== '' && (!isChange || (next !== '' && next === again));
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      size={recoveryKey === null ? 'sm' : 'md'}
      title={isChange ? words.changeTitle : words.renewTitle}
      description={isChange ? words.passphraseHow : words.renewWhat}
      footer={
        recoveryKey === null ? (
          <>
            <Button onClick={onClose}>{texts.common.cancel}</Button>
            <Button variant="primary" busy={busy} disabled={!ready} onClick={() => void save()}>
              {isChange ? words.change : words.renew}
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={onClose}>
            {words.written}
          </Button>
        )
      }
    >
      {recoveryKey === null ? (
        <div className="flex flex-col gap-3">
          <Field label={words.present} errors={problem === null ? [] : [problem]}>
            {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} type="password" value={present} onChange={(event) => setPresent(event.target.value)} />}
          </Field>
          {isChange ? (
            <>
              <Field label={words.newPassphrase} hint={words.atLeast(10)}>
                {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} type="password" value={next} onChange={(event) => setNext(event.target.value)} />}
              </Field>
              <Field label={words.again} errors={again !== '' && again !== next ? [{ message: words.differs, severity: 'warning' }] : []}>
                {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} type="password" value={again} onChange={(event) => setAgain(event.target.value)} />}
              </Field>
            </>
          ) : null}
        </div>
      ) : (
        <RecoveryKey value={recoveryKey} />
      )}
    </Dialog>
  );
}
