import { useState } from 'react';
import { Download, ScrollText, ShieldCheck, Signature } from 'lucide-react';
import type { z } from 'zod';
import type { auditRecordSchema } from '#app/protocol/sections/trace.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { saveBlob } from '../reports/chart-files.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { locale } from '../text/locale.ts';
import { Button, EmptyState, Input, Menu, Select, Spinner, cx } from '../ui/index.ts';
import { AuditState } from './audit-state.tsx';
import { traceFrom } from './trace-store.ts';

type Row = z.infer<typeof auditRecordSchema>;

const pageRows = 100;
/** Time of a day's first moment, where the person is; undefined for an empty field. */
const dayStart = (day: string, plus = 0): number | undefined => {
  if (day === '') return undefined;
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + plus);
  return date.getTime();
};

/** Who did what, when, with what; and whether the log is whole. */
export function AuditTab() {
  const [actor, setActor] = useState('');
  const [action, setAction] = useState('');
  const [about, setAbout] = useState('');
  const [since, setSince] = useState('');
  const [until, setUntil] = useState('');
  const [count, setCount] = useState(pageRows);
  const filter = {
    ...(actor === '' ? {} : { actor }),
    ...(action === '' ? {} : { action }),
    ...(about === '' ? {} : { about }),
    ...(dayStart(since) === undefined ? {} : { since: dayStart(since) }),
    ...(dayStart(until, 1) === undefined ? {} : { until: dayStart(until, 1) }),
  };
  const names = useQuery('audit names', (signal) => client.trace.audit.names(undefined, { signal }));
  const rows = useQuery(`audit ${JSON.stringify(filter)} ${count}`, (signal) => client.trace.audit.list({ ...filter, limit: Math.min(500, count) }, { signal }));
  const save = async (format: 'jsonl' | 'csv') => {
    try {
      const { content, name } = await client.trace.audit.export({ ...filter, format });
      saveBlob(content, name);
    } catch (error) {
      notify(diagnosticOf(error));
    }
  };
  const any = { value: '*', label: texts.trace.audit.anyone };
  return (
    <div data-testid="audit" className="flex h-full min-h-0 flex-col gap-3 overflow-auto p-4">
      <AuditState icons={{ verify: <ShieldCheck size={14} />, sign: <Signature size={14} /> }} />
      <div className="flex flex-wrap items-end gap-2">
        <Labelled label={texts.trace.audit.who}>
          <Select label={texts.trace.audit.who} value={actor === '' ? '*' : actor} onChange={(value) => setActor(value === '*' ? '' : value)} items={[any, ...(names.data?.actors ?? []).map((value) => ({ value, label: value }))]} className="w-44" />
        </Labelled>
        <Labelled label={texts.trace.audit.what}>
          <Select label={texts.trace.audit.what} value={action === '' ? '*' : action} onChange={(value) => setAction(value === '*' ? '' : value)} items={[{ value: '*', label: texts.trace.audit.anything }, ...actionsOf(names.data?.actions ?? [])]} className="w-44" />
        </Labelled>
        <Labelled label={texts.trace.audit.thing}>
          <Input aria-label={texts.trace.audit.thing} value={about} placeholder={texts.trace.audit.example} onChange={(event) => setAbout(event.target.value)} className="w-44" />
        </Labelled>
        <Labelled label={texts.trace.audit.since}>
          <Input type="date" aria-label={texts.trace.audit.since} value={since} onChange={(event) => setSince(event.target.value)} className="w-36" />
        </Labelled>
        <Labelled label={texts.trace.audit.until}>
          <Input type="date" aria-label={texts.trace.audit.until} value={until} onChange={(event) => setUntil(event.target.value)} className="w-36" />
        </Labelled>
        <span className="flex-1" />
        <Menu
          align="end"
          trigger={
            <Button needs="operate" icon={<Download size={14} />} data-testid="audit-export">
              {texts.trace.audit.export}
            </Button>
          }
          items={[
            { id: 'jsonl', needs: 'operate', label: texts.trace.audit.jsonl, onSelect: () => void save('jsonl') },
            { id: 'csv', needs: 'operate', label: texts.trace.audit.csv, onSelect: () => void save('csv') },
          ]}
        />
      </div>
      {rows.error ? <Notice diagnostic={rows.error} action={<Button onClick={rows.reload}>{texts.common.tryAgain}</Button>} /> : null}
      {rows.data === null && !rows.error ? <Spinner label={texts.common.loading} /> : null}
      {rows.data?.length === 0 ? (
        <EmptyState icon={<ScrollText />} title={texts.trace.audit.none}>
          {texts.trace.audit.kept}
        </EmptyState>
      ) : null}
      {rows.data && rows.data.length > 0 ? <AuditTable rows={rows.data} /> : null}
      {rows.data?.length === count && count < 500 ? (
        <Button className="self-center" onClick={() => setCount((now) => Math.min(500, now + 200))}>
          {texts.trace.audit.older}
        </Button>
      ) : null}
    </div>
  );
}

/** Actions, and before each group its first word, which stands for all of it. */
function actionsOf(actions: readonly string[]): { value: string; label: string }[] {
  const groups = new Set(actions.map((action) => action.split('.')[0] ?? action));
  return [...groups].flatMap((group) => {
    const own = actions.filter((action) => action === group || action.startsWith(`${group}.`));
    return own.length === 1 && own[0] !== undefined ? [{ value: own[0], label: own[0] }] : [{ value: group, label: texts.trace.audit.allOf(group) }, ...own.map((value) => ({ value, label: value }))];
  });
}

function Labelled({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden className="text-xs text-muted">
        {label}
      </span>
      {children}
    </div>
  );
}

const head = 'sticky top-0 border-b border-line-strong bg-chrome px-3 py-2 text-left text-xs font-semibold text-muted whitespace-nowrap';
const cell = 'border-b border-line px-3 py-1.5 align-top';
/** Subjects that the graph knows. */
const traceable = /^(model:.+@\d+|run:.+|server:.+)$/;

function AuditTable({ rows }: { readonly rows: readonly Row[] }) {
  const { audit } = texts.trace;
  return (
    <div className="overflow-auto rounded-md border border-line bg-surface" role="region" aria-label={audit.log} tabIndex={0}>
      <table className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <th scope="col" className={cx(head, 'text-right')}>{audit.row}</th>
            <th scope="col" className={head}>{audit.when}</th>
            <th scope="col" className={head}>{audit.who}</th>
            <th scope="col" className={head}>{audit.what}</th>
            <th scope="col" className={head}>{audit.thing}</th>
            <th scope="col" className={cx(head, 'w-[36%]')}>{audit.details}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.seq} data-testid="audit-row">
              <td className={cx(cell, 'text-right tabular-nums text-muted')} title={row.hash}>{row.seq}</td>
              <td className={cx(cell, 'whitespace-nowrap tabular-nums')}>{new Date(row.at).toLocaleString(locale, { dateStyle: 'short', timeStyle: 'medium' })}</td>
              <td className={cx(cell, 'whitespace-nowrap')}>{row.actor}</td>
              <td className={cx(cell, 'whitespace-nowrap font-mono text-xs leading-5')}>{row.action}</td>
              <td className={cx(cell, 'break-all font-mono text-xs leading-5')}>
                {traceable.test(row.subject) ? (
                  <button type="button" className="text-left text-accent-ink underline decoration-line-strong underline-offset-2 hover:decoration-current" onClick={() => traceFrom(row.subject)}>
                    {row.subject}
                  </button>
                ) : (
                  row.subject
                )}
              </td>
              <td className={cx(cell, 'selectable text-muted')}>
                <Details details={row.details} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Details({ details }: { readonly details: Row['details'] }) {
  const entries = Object.entries(details).filter(([, value]) => value !== null && value !== '');
  return (
    <span className="flex flex-wrap gap-x-3 gap-y-0.5">
      {entries.map(([name, value]) => (
        <span key={name} className="min-w-0 break-all">
          <span className="text-faint">{name}</span> {typeof value === 'string' ? (/^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 12)}…` : value) : JSON.stringify(value)}
        </span>
      ))}
    </span>
  );
}
