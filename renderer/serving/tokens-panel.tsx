import { useState } from 'react';
import { Copy, KeyRound } from 'lucide-react';
import type { TokenScope } from '#app/core/serving.ts';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { notify } from '../state/notices.ts';
import { Badge, Button, Checkbox, Dialog, Field, Input, Select } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

const dayMs = 86_400_000;

/** Tokens of the project: who made them for what, until when; a new one is shown once. */
export function TokensPanel() {
  const tokens = useQuery('tokens', (signal) => client.serving.tokens(undefined, { signal }));
  const [making, setMaking] = useState(false);
  const { reload } = tokens;
  const t = texts.serving.tokens;
  const revoke = (id: string): void => void client.serving.revokeToken({ id }).then(reload, (error: unknown) => notify(diagnosticOf(error)));
  const now = Date.now();
  return (
    <section aria-label={t.title} className="rounded-md border border-line bg-surface">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-3">
        <h2 className="text-base font-semibold">{t.title}</h2>
        <p className="min-w-0 flex-1 text-sm text-muted">{t.what}</p>
        <Button needs="operate" size="sm" icon={<KeyRound size={13} />} onClick={() => setMaking(true)}>{t.make}</Button>
      </header>
      {tokens.data?.length === 0 ? <p className="px-4 py-3 text-sm text-muted">{t.none}</p> : null}
      <ul>
        {tokens.data?.map((token) => {
          const isOver = token.revokedAt !== null || (token.expiresAt !== null && token.expiresAt <= now);
          return (
            <li key={token.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-sm last:border-b-0">
              <span className="font-medium">{token.name}</span>
              {token.scopes.map((scope) => <Badge key={scope}>{t[scope]}</Badge>)}
              <span className="min-w-0 flex-1 text-xs text-muted">
                {t.made} <TimeAgo at={token.createdAt} /> · {t.expires} {token.expiresAt === null ? t.never : t.on(new Date(token.expiresAt).toLocaleDateString())}
              </span>
              {token.revokedAt !== null ? <Badge tone="bad">{t.revoked}</Badge> : isOver ? <Badge tone="warn">{t.expired}</Badge> : <Button needs="operate" size="sm" variant="danger" onClick={() => revoke(token.id)}>{t.revoke}</Button>}
            </li>
          );
        })}
      </ul>
      {making ? <MakeToken onClose={() => setMaking(false)} onMade={reload} /> : null}
    </section>
  );
}

function MakeToken({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: () => void }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly TokenScope[]>(['predict']);
  const [days, setDays] = useState('90');
  const [made, setMade] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const t = texts.serving.tokens;
  const make = (): void => {
    setBusy(true);
    client.serving
      .createToken({ name, scopes: [...scopes], expiresAt: days === '0' ? null : Date.now() + Number(days) * dayMs })
      .then(({ token }) => {
        setMade(token);
        onMade();
      })
      .catch((error: unknown) => notify(diagnosticOf(error)))
      .finally(() => setBusy(false));
  };
  const copy = (): void => void navigator.clipboard.writeText(made ?? '').then(() => notify({ severity: 'info', message: t.copied }));
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t.make}
      size="sm"
      footer={made === null ? <Button variant="primary" busy={busy} disabled={name.trim() === '' || scopes.length === 0} onClick={make}>{t.make}</Button> : <Button variant="primary" icon={<Copy size={14} />} onClick={copy}>{t.copy}</Button>}
    >
      {made === null ? (
        <div className="flex flex-col gap-3">
          <Field label={t.name}>{({ id }) => <Input id={id} value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />}</Field>
          {(['predict', 'metrics'] as const).map((scope) => (
            <Field key={scope} label={t[scope]} inline>
              {({ id }) => <Checkbox id={id} checked={scopes.includes(scope)} onChange={(checked) => setScopes(checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))} />}
            </Field>
          ))}
          <Field label={t.expires}>{({ id }) => <Select id={id} label={t.expires} value={days} onChange={setDays} items={[...[7, 30, 90, 365].map((count) => ({ value: String(count), label: t.inDays(count) })), { value: '0', label: t.never }]} />}</Field>
        </div>
      ) : (
        <div className="flex flex-col gap-2">
          <p className="text-sm">{t.once}</p>
          <code className="selectable break-all rounded-md bg-sunken p-2 text-xs" data-testid="token">{made}</code>
        </div>
      )}
    </Dialog>
  );
}
