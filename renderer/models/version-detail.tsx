import { useEffect, useState, type ReactNode } from 'react';
import { MoreHorizontal, Rocket, Waypoints } from 'lucide-react';
import type { VersionDetail, VersionSummary } from '#app/protocol/sections/registry.ts';
import { Notice } from '../results/notice.tsx';
import { MetricGrid, metricItems } from '../results/report/metric-grid.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { titleIn } from '../state/catalogue.ts';
import { Button, IconButton, Menu, Spinner, TypeBadge, type MenuItem } from '../ui/index.ts';
import { Approvals, VersionHistory } from './approvals.tsx';
import { GoldenRows } from './golden-rows.tsx';
import { metricsByPlace, versionTitle } from './metric-words.ts';
import { useModels } from './models-store.ts';
import { NoteEditor } from './note-editor.tsx';
import { Origin } from './origin.tsx';
import { AliasChip, StageChip } from './stage-chip.tsx';
import { texts } from '../text/texts.ts';
import { ServeButton } from '../serving/serve-dialog.tsx';
import { CardMenu } from '../trace/card-menu.tsx';
import { showTrace } from '../trace/trace-store.ts';

interface VersionDetailProps {
  readonly summary: VersionSummary;
  readonly items: readonly MenuItem[];
  readonly onPromote: () => void;
  readonly onVerdict: (verdict: 'approved' | 'rejected') => void;
}

/** All that is known of one version. */
export function VersionDetailView({ summary, items, onPromote, onVerdict }: VersionDetailProps) {
  const { name, version } = summary;
  const changes = useModels((state) => state.changes);
  const query = useQuery(`version ${changes} ${name} ${version}`, (signal) => client.registry.version({ name, version }, { signal }));
  const [kept, setKept] = useState<VersionDetail | null>(null);
  useEffect(() => {
    if (query.data !== null) setKept(query.data);
  }, [query.data]);
  const detail = kept?.name === name && kept.version === version ? kept : null;
  return (
    <section aria-label={versionTitle(version)} data-testid="version-detail" className="flex flex-col gap-4">
      <header className="flex flex-wrap items-center gap-2 border-t border-line pt-4">
        <h2 className="text-lg font-semibold">{versionTitle(version)}</h2>
        <StageChip stage={summary.stage} />
        {summary.aliases.map((alias) => (
          <AliasChip key={alias} alias={alias} />
        ))}
        <span className="text-sm text-muted">{texts.registry.source[summary.source]}</span>
        <span className="ml-auto flex items-center gap-2">
          {summary.stage === 'production' ? null : (
            <Button needs="operate" variant="primary" icon={<Rocket size={14} />} data-testid="promote" onClick={onPromote}>
              {texts.registry.promote}
            </Button>
          )}
          <ServeButton key={`${name}@${version}`} reference={`${name}@${version}`} />
          <Button icon={<Waypoints size={14} />} data-testid="trace-model" onClick={() => showTrace(`model:${name}@${version}`)}>
            {texts.trace.title}
          </Button>
          <CardMenu name={name} version={version} size="md" />
          <Menu
            align="end"
            trigger={
              <IconButton label={texts.registry.actionsOf(version)} className="border border-line-strong">
                <MoreHorizontal size={15} />
              </IconButton>
            }
            items={items}
          />
        </span>
      </header>
      {query.error ? <Notice diagnostic={query.error} /> : null}
      {detail === null ? (
        query.error ? null : <Spinner label={texts.common.loading} />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)_320px] items-start gap-6 max-[980px]:grid-cols-1">
          <div className="flex min-w-0 flex-col gap-5">
            <NoteEditor key={detail.note} name={name} version={version} note={detail.note} />
            <Metrics detail={detail} />
            <GoldenRows name={name} version={version} />
          </div>
          <div className="flex min-w-0 flex-col gap-5">
            <Origin detail={detail} />
            <Signature detail={detail} />
            <Approvals detail={detail} onVerdict={onVerdict} />
            <VersionHistory detail={detail} />
          </div>
        </div>
      )}
    </section>
  );
}

/** A titled part of the detail. */
export function Part({ title, actions, children }: { readonly title: string; readonly actions?: ReactNode; readonly children: ReactNode }) {
  return (
    <section aria-label={title}>
      <div className="mb-2 flex min-h-6 items-center justify-between gap-2">
        <h3 className="text-sm font-semibold">{title}</h3>
        {actions}
      </div>
      {children}
    </section>
  );
}

function Metrics({ detail }: { readonly detail: VersionDetail }) {
  const groups = metricsByPlace(detail.metrics);
  if (groups.length === 0) return <p className="rounded-md border border-dashed border-line-strong px-3 py-2 text-sm text-muted">{texts.registry.metrics.none}</p>;
  return groups.map(([node, metrics]) => <MetricGrid key={node} title={node === '' ? texts.registry.metrics.fitting : titleIn(node)} metrics={metricItems(metrics)} judged={node !== ''} />);
}

function Signature({ detail }: { readonly detail: VersionDetail }) {
  return (
    <Part title={texts.registry.signature}>
      <div className="rounded-md border border-line bg-surface text-sm">
        <div className="flex items-center justify-between gap-3 border-b border-line px-3 py-1.5">
          <span className="selectable min-w-0 truncate font-medium">{texts.registry.predicts(detail.target.name)}</span>
          <TypeBadge type={detail.target.type} />
        </div>
        {detail.classes === null ? null : (
          <p className="selectable border-b border-line px-3 py-1.5 text-xs text-muted">
            {texts.registry.classes}: {detail.classes.join(', ')}
          </p>
        )}
        <p className="px-3 pt-1.5 text-xs text-muted">{texts.registry.inputs(detail.inputs.length)}</p>
        <ul tabIndex={0} aria-label={texts.registry.inputs(detail.inputs.length)} className="max-h-52 overflow-auto px-3 pb-1.5 -outline-offset-2">
          {detail.inputs.map((column) => (
            <li key={column.name} className="flex h-6 items-center justify-between gap-3">
              <span className="selectable min-w-0 truncate">{column.name}</span>
              <TypeBadge type={column.type} />
            </li>
          ))}
        </ul>
      </div>
    </Part>
  );
}
