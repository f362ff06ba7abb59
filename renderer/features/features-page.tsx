import { useEffect, useState } from 'react';
import { Layers } from 'lucide-react';
import { formatCount, formatDuration } from '#app/core/units.ts';
import type { ViewSummary } from '#app/protocol/sections/features.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { useRun } from '../state/run.ts';
import { begin } from '../templates/templates-store.ts';
import { Badge, Button, cx, EmptyState, Page, Spinner } from '../ui/index.ts';
import { defineView } from './actions.ts';
import { FreshnessLight } from './freshness-light.tsx';
import { ViewDetails } from './view-details.tsx';
import { texts } from '../text/texts.ts';

/** The feature store: its views, and of the chosen one everything there is to know. */
export function FeaturesPage() {
  const views = useQuery('features', (signal) => client.features.list(undefined, { signal }));
  const status = useRun((state) => state.status);
  const { reload } = views;
  useEffect(() => {
    if (status !== 'starting') reload();
  }, [status, reload]);
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = views.data?.find(({ name }) => name === chosen) ?? views.data?.[0];
  return (
    <div data-testid="features-page" className="h-full min-h-0">
      <Page title={texts.features.title} description={texts.features.what}>
        {views.error ? <Notice diagnostic={views.error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
        {views.data === null && !views.error ? <Spinner label={texts.common.loading} /> : null}
        {views.data?.length === 0 ? (
          <EmptyState
            icon={<Layers />}
            title={texts.features.none}
            action={
              <>
                <Button needs="edit" variant="primary" data-testid="define-view" onClick={defineView}>
                  {texts.features.define}
                </Button>
                <Button needs="edit" data-testid="features-template" onClick={() => void begin({ template: 'feature-store' })}>
                  {texts.features.template}
                </Button>
              </>
            }
          >
            {texts.features.how}
          </EmptyState>
        ) : null}
        {shown === undefined || views.data === null ? null : (
          <div className="grid min-h-0 grid-cols-[280px_minmax(0,1fr)] items-start gap-4 max-[900px]:grid-cols-1">
            <ul aria-label={texts.features.views} className="flex flex-col gap-2">
              {views.data.map((view) => (
                <li key={view.name}>
                  <ViewCard view={view} isChosen={view.name === shown.name} onChoose={() => setChosen(view.name)} />
                </li>
              ))}
            </ul>
            <ViewDetails key={shown.name} summary={shown} />
          </div>
        )}
      </Page>
    </div>
  );
}

function ViewCard({ view, isChosen, onChoose }: { readonly view: ViewSummary; readonly isChosen: boolean; readonly onChoose: () => void }) {
  return (
    <button
      type="button"
      data-testid={`feature-view-${view.name}`}
      aria-pressed={isChosen}
      onClick={onChoose}
      className={cx('flex w-full flex-col gap-1 rounded-md border px-3 py-2.5 text-left', isChosen ? 'border-accent bg-accent-soft' : 'border-line bg-surface hover:bg-hover')}
    >
      <span className="flex w-full items-center gap-2">
        <span className="min-w-0 flex-1 truncate text-sm font-semibold">{view.name}</span>
        <FreshnessLight state={view.freshness.state} />
      </span>
      <span className="truncate text-xs text-muted">
        {texts.features.key} {view.keys.map(({ name }) => name).join(', ')} · {view.owner === '' ? texts.features.noOwner : view.owner}
      </span>
      <span className="flex w-full flex-wrap items-center gap-x-2 text-xs text-muted tabular-nums">
        {view.current === null ? null : <span>{texts.features.rows(formatCount(view.current.rows), formatCount(view.current.entities))}</span>}
        <span>{view.ttl === null ? texts.features.noTtl : texts.features.ttl(formatDuration(view.ttl * 1000))}</span>
        {view.latest?.status === 'held' ? <Badge tone="bad">{texts.features.held}</Badge> : null}
      </span>
    </button>
  );
}
