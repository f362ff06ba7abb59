import { useRef, useState } from 'react';
import { client, diagnosticOf } from '../rpc/client.ts';
import { flushAll } from '../state/flush.ts';
import { loadAnew } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { Button, Dialog, Field, Input, Progress } from '../ui/index.ts';
import { RecoveryKey } from './recovery-key.tsx';

const shortest = 10;

/** Encrypts or decrypts the project: passphrase, progress with a way out, and the recovery key at the end. */
export function ConvertDialog({ to, onClose }: { readonly to: 'encrypted' | 'plain'; readonly onClose: () => void }) {
  const words = texts.settings.encryption;
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [progress, setProgress] = useState<number | null | 'idle'>('idle');
  const [recoveryKey, setRecoveryKey] = useState<string | null>(null);
  const [problem, setProblem] = useState<{ readonly message: string; readonly remedy?: string | undefined } | null>(null);
  const cancel = useRef<AbortController | null>(null);
  const isNew = to === 'encrypted';
  const ready = isNew ? [...passphrase].length >= shortest && passphrase === again : passphrase !== '';
  const start = async (): Promise<void> => {
    setProblem(null);
    setProgress(null);
    cancel.current = new AbortController();
    try {
      await flushAll();
      for await (const event of await client.encryption.convert({ to, passphrase }, { signal: cancel.current.signal })) {
        if (event.type === 'progress') setProgress(event.of === 0 ? null : event.done / event.of);
        else if (event.recoveryKey !== null) setRecoveryKey(event.recoveryKey);
        else loadAnew();
      }
    } catch (error) {
      if (cancel.current.signal.aborted) loadAnew();
      setProblem(diagnosticOf(error));
      setProgress('idle');
    }
  };
  if (recoveryKey !== null) {
    return (
      <Dialog open onOpenChange={() => undefined} title={words.done} footer={<Button variant="primary" onClick={loadAnew}>{words.written}</Button>}>
        <RecoveryKey value={recoveryKey} />
      </Dialog>
    );
  }
  const running = progress !== 'idle';
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open && !running) onClose();
      }}
      size="sm"
      title={isNew ? words.encrypt : words.decrypt}
      description={isNew ? words.encryptWhat : words.decryptWhat}
      footer={
        <>
          <Button onClick={() => (running ? cancel.current?.abort() : onClose())}>{texts.common.cancel}</Button>
          <Button variant="primary" busy={running} disabled={!ready} onClick={() => void start()}>
            {isNew ? words.encrypt : words.decrypt}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label={isNew ? words.newPassphrase : texts.lock.passphrase} hint={isNew ? words.atLeast(shortest) : ''} errors={problem === null ? [] : [problem]}>
          {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} type="password" value={passphrase} disabled={running} onChange={(event) => setPassphrase(event.target.value)} />}
        </Field>
        {isNew ? (
          <Field label={words.again} errors={again !== '' && again !== passphrase ? [{ message: words.differs, severity: 'warning' }] : []}>
            {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} type="password" value={again} disabled={running} onChange={(event) => setAgain(event.target.value)} />}
          </Field>
        ) : null}
        {running ? <Progress value={progress} label={isNew ? words.encrypting : words.decrypting} /> : null}
        {running ? <p role="status" className="text-xs text-muted">{words.leaving}</p> : null}
      </div>
    </Dialog>
  );
}
