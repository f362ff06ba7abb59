import { useState } from 'react';
import { KeyRound } from 'lucide-react';
import { apiScopes, permissionsOf, type ApiScope, type Role } from '#app/access/roles.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { notify } from '../state/notices.ts';
import { locale } from '../text/locale.ts';
import { texts } from '../text/texts.ts';
import { Badge, Button, Checkbox, Dialog, Field, Input, Select } from '../ui/index.ts';
import { OnceDialog } from './once-dialog.tsx';

const words = texts.people.tokens;
const dayMs = 86_400_000;
/** Whether a role does all that a scope allows. */
const covers = (role: Role, scope: ApiScope): boolean => permissionsOf(role).has(scope);

/** Tokens for one's own programs; a new one is shown once. */
export function ApiTokens({ role }: { readonly role: Role }) {
  const tokens = useQuery('api-tokens', (signal) => client.access.tokens.list(undefined, { signal }));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const { reload } = tokens;
  const revoke = (id: string): void =>
    void client.access.tokens
      .revoke({ id })
      .then(() => notify({ severity: 'info', message: words.revoked }))
      .catch((error: unknown) => notify(diagnosticOf(error)))
      .finally(reload);
  const now = Date.now();
  return (
    <section aria-label={words.title} className="rounded-md border border-line bg-surface">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-3">
        <div className="min-w-0 flex-1">
          <h2 className="text-base font-semibold">{words.title}</h2>
          <p className="text-sm text-muted">{words.what}</p>
        </div>
        <Button needs="self" icon={<KeyRound size={14} />} data-testid="make-token" onClick={() => setMaking(true)}>
          {words.make}
        </Button>
      </header>
      {tokens.error ? <Notice diagnostic={tokens.error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
      {tokens.data?.length === 0 ? <p className="px-4 py-3 text-sm text-muted">{words.none}</p> : null}
      <ul>
        {tokens.data?.map((token) => (
          <li key={token.id} data-testid="api-token" className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-sm last:border-b-0">
            <span className="font-medium">{token.name}</span>
            {token.scopes.map((scope) => (
              <Badge key={scope}>{words.scopeNames[scope]}</Badge>
            ))}
            <span className="min-w-0 flex-1 text-xs text-muted">
              {token.expiresAt <= now ? <Badge tone="warn">{words.expired}</Badge> : words.on(new Date(token.expiresAt).toLocaleDateString(locale))} · {token.lastUsed === null ? words.unused : <TimeAgo at={token.lastUsed} />}
            </span>
            <Button size="sm" variant="danger" aria-label={words.revokeOf(token.name)} onClick={() => revoke(token.id)}>
              {words.revoke}
            </Button>
          </li>
        ))}
      </ul>
      {making ? (
        <MakeToken
          role={role}
          onClose={() => setMaking(false)}
          onMade={(token) => {
            setMaking(false);
            setMade(token);
            reload();
          }}
        />
      ) : null}
      {made === null ? null : <OnceDialog title={words.title} once={words.once} secret={made} copy={words.copy} copied={words.copied} hint={words.howTo} testId="api-token-secret" onClose={() => setMade(null)} />}
    </section>
  );
}

function MakeToken({ role, onClose, onMade }: { readonly role: Role; readonly onClose: () => void; readonly onMade: (token: string) => void }) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly ApiScope[]>(['read']);
  const [days, setDays] = useState('90');
  const [busy, setBusy] = useState(false);
  const make = (): void => {
    setBusy(true);
    client.access.tokens
      .make({ name: name.trim(), scopes: [...chosen], expiresAt: Date.now() + Number(days) * dayMs })
      .then(({ secret }) => onMade(secret))
      .catch((error: unknown) => {
        notify(diagnosticOf(error));
        setBusy(false);
      });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={words.make}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button variant="primary" busy={busy} disabled={name.trim() === '' || chosen.length === 0} data-testid="make-token-go" onClick={make}>
            {words.make}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label={words.name}>{({ id }) => <Input id={id} autoFocus value={name} maxLength={80} data-testid="token-name" onChange={(event) => setName(event.target.value)} />}</Field>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-xs font-medium text-muted">{words.scopes}</legend>
          {apiScopes.map((scope) => {
            const beyond = !covers(role, scope);
            return (
              <Field key={scope} label={words.scopeNames[scope]} inline {...(beyond ? { hint: words.beyond } : {})}>
                {({ id }) => <Checkbox id={id} disabled={beyond} checked={chosen.includes(scope)} onChange={(on) => setChosen(on ? [...chosen, scope] : chosen.filter((one) => one !== scope))} />}
              </Field>
            );
          })}
        </fieldset>
        <Field label={words.expires}>{({ id }) => <Select id={id} label={words.expires} value={days} onChange={setDays} items={[7, 30, 90, 365].map((count) => ({ value: String(count), label: words.inDays(count) }))} />}</Field>
      </div>
    </Dialog>
  );
}
