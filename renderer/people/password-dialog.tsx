import { useState } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { Button, Dialog, Field, Input } from '../ui/index.ts';

const words = texts.people;

/** A new password for one's own account; the other sessions of it end. */
export function PasswordDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<Diagnostic | null>(null);
  const [busy, setBusy] = useState(false);
  const differs = again !== '' && next !== again;
  const isReady = old !== '' && next !== '' && next === again;
  const change = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await client.access.changePassword({ old, new: next });
      notify({ severity: 'info', message: words.passwordChanged });
      onClose();
    } catch (thrown) {
      setError(diagnosticOf(thrown));
      setBusy(false);
    }
  };
  const isOld = error?.code === 'password-wrong';
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={words.changePassword}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button variant="primary" type="submit" form="change-password" busy={busy} disabled={!isReady}>
            {words.changePassword}
          </Button>
        </>
      }
    >
      <form
        id="change-password"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void change();
        }}
      >
        {/* Tells a password manager whose password it is. */}
        <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
        <Field label={words.oldPassword} errors={isOld ? [error] : []}>
          {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} autoFocus type="password" autoComplete="current-password" invalid={isOld} value={old} onChange={(event) => setOld(event.target.value)} />}
        </Field>
        <Field label={words.newPassword} hint={words.passwordHint} errors={error !== null && !isOld ? [error] : []}>
          {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} type="password" autoComplete="new-password" invalid={error !== null && !isOld} value={next} onChange={(event) => setNext(event.target.value)} />}
        </Field>
        <Field label={words.repeat} errors={differs ? [{ message: words.differ }] : []}>
          {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} type="password" autoComplete="new-password" invalid={differs} value={again} onChange={(event) => setAgain(event.target.value)} />}
        </Field>
      </form>
    </Dialog>
  );
}
