import { useState, type FormEvent } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import { formatDuration, formatNumber } from '#app/core/units.ts';
import type { FoundFeatures, ViewDetail } from '#app/protocol/sections/features.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { Button, Input } from '../ui/index.ts';
import { heading } from './feature-table.tsx';
import { texts } from '../text/texts.ts';

/** The features of one key, now or as they were known at a time. */
export function KeyLookup({ view }: { readonly view: ViewDetail }) {
  const some = useQuery(view.current === null ? null : `feature keys ${view.current.id}`, (signal) => client.features.someKeys({ view: view.name, limit: 6 }, { signal }));
  const [key, setKey] = useState<Readonly<Record<string, string>>>({});
  const [at, setAt] = useState('');
  const [answer, setAnswer] = useState<{ readonly found: FoundFeatures | null; readonly error: Diagnostic | null; readonly at: string } | null>(null);
  const [busy, setBusy] = useState(false);
  if (view.current === null) return null;
  const find = (asked: Readonly<Record<string, string>>): void => {
    setBusy(true);
    client.features
      .get({ view: view.name, version: null, key: Object.fromEntries(view.keys.map(({ name }) => [name, asked[name] ?? ''])), at: at.trim() === '' ? null : at.trim() })
      .then((found) => setAnswer({ found, error: null, at }))
      .catch((error: unknown) => setAnswer({ found: null, error: diagnosticOf(error), at }))
      .finally(() => setBusy(false));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    find(key);
  };
  return (
    <section aria-label={texts.features.lookup} className="rounded-md border border-line bg-surface">
      <h3 className={heading}>{texts.features.lookup}</h3>
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3 px-4 py-3">
        {view.keys.map(({ name }) => (
          <label key={name} className="flex w-40 flex-col gap-1 text-xs text-muted">
            {name}
            <Input data-testid={`lookup-${name}`} value={key[name] ?? ''} onChange={(event) => setKey({ ...key, [name]: event.target.value })} />
          </label>
        ))}
        <label className="flex w-48 flex-col gap-1 text-xs text-muted">
          {texts.features.at}
          <Input data-testid="lookup-at" value={at} placeholder={texts.features.now} onChange={(event) => setAt(event.target.value)} />
        </label>
        <Button type="submit" data-testid="lookup-find" busy={busy}>
          {texts.features.find}
        </Button>
        {(some.data ?? []).length === 0 ? null : (
          <span className="flex flex-wrap items-center gap-1 text-xs text-muted">
            {texts.features.some}
            {some.data?.map((one) => {
              const words = view.keys.map(({ name }) => String(one[name] ?? '')).join(', ');
              return (
                <Button
                  key={words}
                  size="sm"
                  onClick={() => {
                    const next = Object.fromEntries(view.keys.map(({ name }) => [name, String(one[name] ?? '')]));
                    setKey(next);
                    find(next);
                  }}
                >
                  {words}
                </Button>
              );
            })}
          </span>
        )}
      </form>
      <div aria-live="polite" className="px-4 pb-3 empty:hidden">
        {answer === null ? <p className="text-xs text-muted">{texts.features.lookupWhat}</p> : answer.error !== null ? <Notice diagnostic={answer.error} /> : answer.found === null ? null : <Found view={view} found={answer.found} at={answer.at} />}
      </div>
    </section>
  );
}

function Found({ view, found, at }: { readonly view: ViewDetail; readonly found: FoundFeatures; readonly at: string }) {
  if (!found.isFound) return <p className="text-sm">{at.trim() === '' ? texts.features.notFound : texts.features.notFoundAt}</p>;
  const shown = (value: FoundFeatures['values'][string] | undefined) => (value === null || value === undefined ? <span className="text-faint">{texts.features.missing}</span> : typeof value === 'number' ? formatNumber(value) : String(value));
  return (
    <div data-testid="lookup-found" className="flex flex-col gap-2">
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(140px,1fr))] gap-x-4 gap-y-2 text-sm">
        {view.features.map(({ name }) => (
          <div key={name}>
            <dt className="truncate text-xs text-muted">{name}</dt>
            <dd className="selectable truncate tabular-nums">{shown(found.values[name])}</dd>
          </div>
        ))}
      </dl>
      <p className="text-xs text-muted">
        {found.event === null ? null : texts.features.eventAt(new Date(found.event).toISOString().slice(0, 16).replace('T', ' '), formatDuration(found.ageMs ?? 0))}
        {found.isExpired ? <span className="block text-warn-ink">{texts.features.expired}</span> : null}
      </p>
    </div>
  );
}
