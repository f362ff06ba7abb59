import { useRef, useState } from 'react';
import { PackagePlus } from 'lucide-react';
import type { Diagnostic } from '#app/core/errors.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { language } from '../text/language.ts';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';
import { Badge, Button } from '../ui/index.ts';
import { Group, Row } from './group.tsx';
import { InstallPackDialog, type InspectedPack } from './install-pack-dialog.tsx';

/** Sixteen groups of four, as people compare them. */
export const grouped = (fingerprint: string): string => (fingerprint.match(/.{1,4}/g) ?? []).join(' ');

/** Nodes from others: what the project names, what is installed, whom the user trusts. */
export function PacksSection() {
  const list = useQuery('packs', (signal) => client.packs.list(undefined, { signal }));
  const input = useRef<HTMLInputElement>(null);
  const [inspected, setInspected] = useState<InspectedPack | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Diagnostic | null>(null);
  const words = texts.packs;
  if (list.error) return <Notice diagnostic={list.error} />;
  if (list.data === null) return null;
  const { project, installed, keys } = list.data;
  const others = installed.filter((one) => project.every(({ name }) => name !== one.name));

  const doing = async (work: () => Promise<string | null>): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const message = await work();
      if (message !== null) notify({ severity: 'info', message });
      list.reload();
    } catch (error) {
      setProblem(diagnosticOf(error));
    } finally {
      setBusy(false);
    }
  };
  const inspect = (content: File): Promise<void> =>
    doing(async () => {
      setInspected({ content, ...(await client.packs.inspect({ content })) });
      return null;
    });
  const remove = (name: string): Promise<void> => doing(() => client.packs.remove({ name }).then(() => words.removed(name)));
  const button = (name: string) => (
    <Button needs="admin" size="sm" disabled={busy} aria-label={words.removeNamed(name)} onClick={() => void remove(name)}>
      {words.remove}
    </Button>
  );

  return (
    <Group
      title={words.title}
      action={
        <Button needs="admin" size="sm" icon={<PackagePlus size={14} />} busy={busy} onClick={() => input.current?.click()}>
          {words.install}
        </Button>
      }
    >
      <input
        ref={input}
        type="file"
        accept=".pack,.zip"
        className="hidden"
        aria-label={words.install}
        data-testid="pack-file"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file !== undefined) void inspect(file);
        }}
      />
      <p className="border-b border-line px-4 py-2 text-sm text-muted">{words.what}</p>
      {problem === null ? null : (
        <div className="border-b border-line px-4 py-2">
          <Notice diagnostic={problem} />
        </div>
      )}
      {project.length + others.length === 0 ? <p className="px-4 py-3 text-sm text-muted">{words.none}</p> : null}
      {project.map(({ name, version, publisher, nodes, problem: fault }) => (
        <Row key={name} title={`${name} ${version}`} detail={fault === null ? words.nodes(nodes.map(({ node }) => (language === 'de' ? node.german?.title : undefined) ?? node.title).join(', ')) : told(fault.message)}>
          {fault === null ? <span className="truncate text-sm text-muted">{words.from(publisher)}</span> : <Badge tone="bad">{fault.code}</Badge>}
          {button(name)}
        </Row>
      ))}
      {others.map(({ name, version, publisher, named }) => (
        <Row key={`${name} ${version}`} title={`${name} ${version}`} detail={named ? words.afterOpening : words.notHere}>
          <span className="truncate text-sm text-muted">{words.from(publisher)}</span>
          {button(name)}
        </Row>
      ))}
      {keys.length === 0 ? null : <h3 className="border-y border-line bg-sunken px-4 py-1.5 text-xs font-semibold text-muted">{words.keys}</h3>}
      {keys.map(({ publisher, fingerprint, revoked }) => (
        <Row key={fingerprint} title={publisher} detail={revoked ? words.revoked : grouped(fingerprint)}>
          {revoked ? null : <Revoke publisher={publisher} busy={busy} onRevoke={() => doing(() => client.packs.revokeKey({ fingerprint }).then(() => null))} />}
        </Row>
      ))}
      {inspected === null ? null : (
        <InstallPackDialog
          pack={inspected}
          onClose={(title) => {
            setInspected(null);
            if (title !== null) void doing(() => Promise.resolve(words.installed(title)));
          }}
        />
      )}
    </Group>
  );
}

/** Asked twice: it cannot be taken back by a second click. */
function Revoke({ publisher, busy, onRevoke }: { readonly publisher: string; readonly busy: boolean; readonly onRevoke: () => Promise<void> }) {
  const [asked, setAsked] = useState(false);
  const words = texts.packs;
  if (!asked) {
    return (
      <Button size="sm" disabled={busy} aria-label={words.revokeNamed(publisher)} onClick={() => setAsked(true)}>
        {words.revoke}
      </Button>
    );
  }
  return (
    <div className="flex items-center gap-2" role="group" aria-label={words.revokeNamed(publisher)}>
      <span className="max-w-80 text-xs text-muted">{words.confirmRevoke(publisher)}</span>
      <Button size="sm" variant="danger" busy={busy} onClick={() => void onRevoke()}>
        {words.revoke}
      </Button>
      <Button size="sm" variant="quiet" onClick={() => setAsked(false)}>
        {words.dialog.cancel}
      </Button>
    </div>
  );
}
