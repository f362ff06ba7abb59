import { useState } from 'react';
import type { Role } from '#app/access/roles.ts';
import type { Diagnostic } from '#app/core/errors.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { texts } from '../text/texts.ts';
import { Button, Dialog, Field, Input } from '../ui/index.ts';
import { RoleSelect } from './role-select.tsx';

const words = texts.people;

/** A new account and the link by which its person chooses a password. */
export function InviteDialog({ onClose, onLink }: { readonly onClose: () => void; readonly onLink: (name: string, link: { readonly path: string }) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [error, setError] = useState<Diagnostic | null>(null);
  const [busy, setBusy] = useState(false);
  const invite = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      onLink(name.trim(), await client.access.people.invite({ name: name.trim(), role }));
    } catch (thrown) {
      setError(diagnosticOf(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={words.inviteTitle}
      description={words.inviteWhat}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button variant="primary" busy={busy} disabled={name.trim() === ''} data-testid="invite-go" onClick={() => void invite()}>
            {words.inviteGo}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') void invite();
        }}
      >
        <Field label={words.name} hint={words.nameHint} errors={error === null ? [] : [error]}>
          {({ id, describedBy }) => <Input id={id} aria-describedby={describedBy} autoFocus invalid={error !== null} maxLength={80} value={name} onChange={(event) => setName(event.target.value)} data-testid="invite-name" />}
        </Field>
        <Field label={words.role} hint={words.roleWhat[role]}>{({ id }) => <RoleSelect id={id} label={words.role} value={role} onChange={(next) => next !== null && setRole(next)} needed />}</Field>
      </form>
    </Dialog>
  );
}
