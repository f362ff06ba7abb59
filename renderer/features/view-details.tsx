import { useState } from 'react';
import { Workflow } from 'lucide-react';
import { formatBytes, formatCount, formatDuration } from '#app/core/units.ts';
import type { ViewDetail, ViewSummary } from '#app/protocol/sections/features.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { Badge, Button, Spinner } from '../ui/index.ts';
import { openSource, useInPipeline as putInPipeline } from './actions.ts';
import { FeatureTable } from './feature-table.tsx';
import { FreshnessLight } from './freshness-light.tsx';
import { KeyLookup } from './key-lookup.tsx';
import { ModelUses, TestHistory, Versions } from './view-history.tsx';
import { texts } from '../text/texts.ts';

/** Everything about one view. */
export function ViewDetails({ summary }: { readonly summary: ViewSummary }) {
  const about = `${summary.name} ${summary.version} ${summary.latest?.id ?? ''} ${summary.models}`;
  const detail = useQuery(`feature view ${about}`, (signal) => client.features.show({ view: summary.name }, { signal }));
  if (detail.error) return <Notice diagnostic={detail.error} action={<Button onClick={detail.reload}>{texts.common.tryAgain}</Button>} />;
  if (detail.data === null) return <Spinner label={texts.common.loading} />;
  return <Details view={detail.data} />;
}

function Details({ view }: { readonly view: ViewDetail }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const { current, latest, freshness } = view;
  const source = current ?? latest;
  return (
    <div data-testid="feature-view-details" className="flex min-w-0 flex-col gap-4">
      <section aria-label={view.name} className="rounded-md border border-line bg-surface px-4 py-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <h2 className="text-base font-semibold">{view.name}</h2>
          <Badge>{texts.models.version} {view.version}</Badge>
          <FreshnessLight state={freshness.state} />
          <span className="flex-1" />
          {source === null ? null : (
            <Button size="sm" onClick={() => openSource(source)}>
              {texts.features.openPipeline}
            </Button>
          )}
          <Button needs="edit" size="sm" variant="primary" icon={<Workflow size={13} />} data-testid="use-features" onClick={() => putInPipeline(view, chosen)}>
            {texts.features.use(chosen.length)}
          </Button>
        </div>
        {view.description === '' ? null : <p className="selectable mt-1 text-sm text-muted">{view.description}</p>}
        <dl className="mt-3 grid grid-cols-[repeat(auto-fit,minmax(150px,1fr))] gap-x-4 gap-y-2 text-sm [&_dt]:text-xs [&_dt]:text-muted">
          <div>
            <dt>{texts.features.key}</dt>
            <dd className="selectable truncate">{view.keys.map(({ name }) => name).join(', ')}</dd>
          </div>
          <div>
            <dt>{texts.features.owner}</dt>
            <dd className="selectable truncate">{view.owner === '' ? texts.features.noOwner : view.owner}</dd>
          </div>
          <div>
            <dt>{texts.features.newest}</dt>
            <dd>{freshness.lastEvent === null ? '–' : <TimeAgo at={freshness.lastEvent} />}</dd>
          </div>
          <div>
            <dt>{texts.features.made}</dt>
            <dd>{current === null ? '–' : <TimeAgo at={current.at} />}</dd>
          </div>
        </dl>
        <p className="mt-2 flex flex-wrap gap-x-3 text-xs text-muted tabular-nums">
          {current === null ? null : (
            <>
              <span>{texts.features.rows(formatCount(current.rows), formatCount(current.entities))}</span>
              <span>{formatBytes(current.bytes)}</span>
            </>
          )}
          <span>{view.ttl === null ? texts.features.noTtl : texts.features.ttl(formatDuration(view.ttl * 1000))}</span>
          {view.delay === 0 ? null : <span>{texts.features.delay(formatDuration(view.delay * 1000))}</span>}
          <span>{view.online === null ? texts.features.offline : texts.features.online(formatCount(view.online))}</span>
        </p>
        {view.isOnlineLost ? <LostOnline view={view} /> : null}
        {latest?.status === 'held' ? (
          <div role="status" className="mt-3 rounded-md bg-bad-soft px-3 py-2 text-sm text-bad-ink">
            <p className="font-medium">{texts.features.heldWhat}</p>
            <ul className="mt-1 list-disc pl-5">
              {latest.tests.filter(({ passed }) => !passed).map(({ message }, i) => (
                <li key={i}>{message}</li>
              ))}
            </ul>
          </div>
        ) : null}
      </section>
      <FeatureTable view={view} chosen={chosen} onChoose={setChosen} />
      <KeyLookup view={view} />
      <TestHistory view={view} />
      <ModelUses view={view} />
      <Versions view={view} />
    </div>
  );
}

function LostOnline({ view }: { readonly view: ViewDetail }) {
  const [busy, setBusy] = useState(false);
  const restore = (): void => {
    setBusy(true);
    client.features
      .restoreOnline({ view: view.name })
      .then(() => notify({ severity: 'info', message: texts.features.restored(view.name) }))
      .catch((error: unknown) => notify(diagnosticOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <div role="status" data-testid="features-lost" className="mt-3 flex flex-wrap items-center gap-3 rounded-md bg-bad-soft px-3 py-2 text-sm text-bad-ink">
      <p className="min-w-0 flex-1">{texts.features.lost}</p>
      <Button needs="edit" size="sm" busy={busy} data-testid="features-restore" onClick={restore}>
        {texts.features.restore}
      </Button>
    </div>
  );
}
