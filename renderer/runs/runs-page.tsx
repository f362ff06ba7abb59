import { useEffect, useState } from 'react';
import { GitCompareArrows, History } from 'lucide-react';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { usePipeline } from '../state/pipeline.ts';
import { useRun } from '../state/run.ts';
import { useView } from '../state/view.ts';
import { Button, EmptyState, Page, Segmented, Spinner } from '../ui/index.ts';
import { RunComparePage } from './run-compare.tsx';
import { useShownRun } from './runs-store.ts';
import { RunDetailPage } from './run-detail.tsx';
import { RunList } from './run-list.tsx';
import { texts } from '../text/texts.ts';

const listed = 200;

/** The history of runs; one opens, several compare. */
export function RunsPage() {
  const open = useShownRun((state) => state.runId);
  const setOpen = (runId: string | null) => useShownRun.setState({ runId });
  const [comparing, setComparing] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [scope, setScope] = useState<'this' | 'all'>('this');
  const pipelineId = usePipeline((state) => state.root?.id ?? null);
  const status = useRun((state) => state.status);
  const here = scope === 'this' && pipelineId !== null;
  const runs = useQuery(`runs ${here ? pipelineId : ''}`, (signal) => client.run.list({ ...(here ? { pipelineId } : {}), limit: listed }, { signal }));
  const { reload } = runs;
  useEffect(() => {
    if (status !== 'starting') reload();
  }, [status, reload]);
  // Whoever comes back to the page looks for the list.
  useEffect(() => () => useShownRun.setState({ runId: null }), []);

  return (
    <div data-testid="runs-page" className="h-full min-h-0">
      {open !== null ? (
        <RunDetailPage runId={open} onBack={() => setOpen(null)} />
      ) : comparing ? (
        <RunComparePage runIds={[...chosen]} onBack={() => setComparing(false)} />
      ) : (
        <Page
          title={texts.runs.title}
          description={texts.runs.what}
          actions={
            <>
              <Segmented
                label={texts.runs.runsOf}
                value={here ? 'this' : 'all'}
                disabled={pipelineId === null}
                onChange={(value) => {
                  setScope(value === 'this' ? 'this' : 'all');
                  setChosen(new Set());
                }}
                items={[
                  { value: 'this', label: texts.runs.thisPipeline },
                  { value: 'all', label: texts.runs.allPipelines },
                ]}
                className="!w-60"
              />
              <Button variant={chosen.size > 1 ? 'primary' : 'secondary'} icon={<GitCompareArrows size={14} />} disabled={chosen.size < 2} onClick={() => setComparing(true)}>
                {chosen.size > 1 ? texts.runs.compareCount(chosen.size) : texts.runs.compare}
              </Button>
            </>
          }
        >
          {runs.error ? <Notice diagnostic={runs.error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
          {runs.data === null && !runs.error ? <Spinner label={texts.common.loading} /> : null}
          {runs.data?.length === 0 ? (
            <EmptyState icon={<History />} title={texts.runs.none} action={<Button onClick={() => useView.setState({ page: 'canvas' })}>{texts.common.goToCanvas}</Button>}>
              {texts.runs.kept}
            </EmptyState>
          ) : null}
          {runs.data && runs.data.length > 0 ? (
            <RunList
              runs={runs.data}
              chosen={chosen}
              onOpen={setOpen}
              onChoose={(runId, on) =>
                setChosen((before) => {
                  const next = new Set(before);
                  if (on) next.add(runId);
                  else next.delete(runId);
                  return next;
                })
              }
            />
          ) : null}
        </Page>
      )}
    </div>
  );
}
