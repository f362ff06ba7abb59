import { useState, type ReactNode } from 'react';
import { ShieldAlert, ShieldCheck, ShieldX } from 'lucide-react';
import type { Diagnostic } from '#app/core/errors.ts';
import type { PackFacts } from '#app/protocol/sections/packs.ts';
import { Notice } from '../results/notice.tsx';
import { client, diagnosticOf } from '../rpc/client.ts';
import { texts } from '../text/texts.ts';
import { Button, Checkbox, Dialog } from '../ui/index.ts';
import { grouped } from './packs-section.tsx';

export interface InspectedPack {
  readonly content: Blob;
  readonly facts: PackFacts;
  readonly key: 'trusted' | 'unknown' | 'revoked';
}

const signs = { trusted: <ShieldCheck size={16} className="text-good" />, unknown: <ShieldAlert size={16} className="text-warn" />, revoked: <ShieldX size={16} className="text-bad" /> } as const;

/** Who a pack is from, what it brings and may do; installs it once the person says so. Closes with its title, or null. */
export function InstallPackDialog({ pack, onClose }: { readonly pack: InspectedPack; readonly onClose: (installed: string | null) => void }) {
  const { content, facts, key } = pack;
  const [compared, setCompared] = useState(false);
  const [downgrade, setDowngrade] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Diagnostic | null>(null);
  const words = texts.packs.dialog;
  const install = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await client.packs.install({ content, trust: key === 'trusted' ? null : facts.fingerprint, downgrade });
      onClose(facts.title);
    } catch (error) {
      setProblem(diagnosticOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose(null))}
      title={words.title(facts.title)}
      description={facts.summary}
      footer={
        <>
          <Button onClick={() => onClose(null)}>{words.cancel}</Button>
          <Button variant="primary" busy={busy} disabled={key === 'revoked' || (key === 'unknown' && !compared) || (problem?.code === 'pack-downgrade' && !downgrade)} onClick={() => void install()}>
            {words.install}
          </Button>
        </>
      }
    >
      <div className="space-y-4 text-sm">
        <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-2">
          <Fact title={words.version}>{`${facts.name} ${facts.version}`}</Fact>
          <Fact title={words.publisher}>{facts.publisher}</Fact>
          <Fact title={words.licence}>{facts.licence}</Fact>
          <Fact title={words.fingerprint}>
            <span className="selectable font-mono text-xs">{grouped(facts.fingerprint)}</span>
          </Fact>
          <Fact title={words.sha256}>
            <span className="selectable font-mono text-xs break-all">{facts.sha256}</span>
          </Fact>
          <Fact title={words.nodes}>
            <ul className="space-y-1">
              {facts.nodes.map(({ type, title, summary }) => (
                <li key={type}>
                  <span className="font-medium">{title}</span> <span className="text-muted">{summary}</span>
                </li>
              ))}
            </ul>
          </Fact>
          <Fact title={words.may}>{words.mayWhat}</Fact>
        </dl>
        <p className="flex items-start gap-2 rounded-md border border-line bg-sunken px-3 py-2">
          <span className="mt-0.5 shrink-0">{signs[key]}</span>
          <span>{words[key]}</span>
        </p>
        {key === 'unknown' ? (
          <label className="flex items-start gap-2">
            <Checkbox label={words.compared} checked={compared} onChange={setCompared} />
            <span aria-hidden>{words.compared}</span>
          </label>
        ) : null}
        {problem === null ? null : <Notice diagnostic={problem} />}
        {problem?.code === 'pack-downgrade' ? (
          <label className="flex items-start gap-2">
            <Checkbox label={words.downgrade} checked={downgrade} onChange={setDowngrade} />
            <span aria-hidden>{words.downgrade}</span>
          </label>
        ) : null}
      </div>
    </Dialog>
  );
}

function Fact({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{title}</dt>
      <dd>{children}</dd>
    </>
  );
}
