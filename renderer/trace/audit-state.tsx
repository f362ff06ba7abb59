import { useState, type ReactNode } from 'react';
import { CircleCheck, CircleX } from 'lucide-react';
import { formatCount } from '#app/core/units.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { locale } from '../text/locale.ts';
import { Button, Spinner } from '../ui/index.ts';

/** Whether the log is whole, how far it is signed, and by which key. */
export function AuditState({ icons }: { readonly icons: { readonly verify: ReactNode; readonly sign: ReactNode } }) {
  const verdict = useQuery('audit verdict', (signal) => client.trace.audit.verify(undefined, { signal }));
  const [signing, setSigning] = useState(false);
  const sign = async () => {
    setSigning(true);
    try {
      await client.trace.audit.sign();
      verdict.reload();
    } catch (error) {
      notify(diagnosticOf(error));
    } finally {
      setSigning(false);
    }
  };
  const found = verdict.data;
  if (verdict.error) return <Notice diagnostic={verdict.error} action={<Button onClick={verdict.reload}>{texts.common.tryAgain}</Button>} />;
  if (found === null) return <Spinner label={texts.trace.audit.verifying} />;
  const { audit } = texts.trace;
  return (
    <section aria-label={audit.state} data-testid="audit-state" className="flex flex-wrap items-start gap-x-4 gap-y-2 rounded-md border border-line bg-surface px-3 py-2.5">
      <div className="flex min-w-0 flex-1 basis-80 items-start gap-2.5" role="status">
        {found.ok ? <CircleCheck size={18} className="mt-0.5 shrink-0 text-good-ink" aria-hidden /> : <CircleX size={18} className="mt-0.5 shrink-0 text-bad-ink" aria-hidden />}
        <div className="min-w-0 text-sm">
          <p className="font-medium">{found.ok ? audit.whole(formatCount(found.rows), found.rows === 1) : audit.firstBad(String(found.firstBad?.seq ?? 0))}</p>
          {found.firstBad ? <p className="text-bad-ink">{found.firstBad.message}</p> : null}
          {found.signed ? (
            <p className="break-all text-muted">
              {audit.signed(String(found.signed.seq), new Date(found.signed.at).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' }))} <span className="font-mono text-xs">{found.signed.key}</span>
            </p>
          ) : null}
          {found.notes.map((note) => (
            <p key={note} className="text-muted">
              {note}
            </p>
          ))}
        </div>
      </div>
      <div className="flex gap-2">
        <Button icon={icons.verify} busy={verdict.loading} onClick={verdict.reload} data-testid="audit-verify">
          {audit.verify}
        </Button>
        <Button needs="operate" icon={icons.sign} busy={signing} disabled={!found.ok || found.unsigned === 0} onClick={() => void sign()}>
          {audit.sign}
        </Button>
      </div>
    </section>
  );
}
