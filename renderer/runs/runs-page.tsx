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
import { RunDetailPage } from './run-detail.tsx';
import { RunList } from './run-list.tsx';

const listed = 200;

/** The history of runs; one opens, several compare. */
export function RunsPage() {
  const [open, setOpen] = useState<string | null>(null);
  const [comparing, setComparing] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [scope, setScope] = useState<'this' | 'all'>('this');
  const pipelineId = usePipeline((state) => state.document?.id ?? null);
  const status = useRun((state) => state.status);
  const here = scope === 'this' && pipelineId !== null;
  const runs = useQuery(`runs ${here ? pipelineId : ''}`, (signal) => client.run.list({ ...(here ? { pipelineId } : {}), limit: listed }, { signal }));
  const { reload } = runs;
  useEffect(() => {
    if (status !== 'starting') reload();
  }, [status, reload]);

  return (
    <div data-testid="runs-page" className="h-full min-h-0">
      {open !== null ? (
        <RunDetailPage runId={open} onBack={() => setOpen(null)} />
      ) : comparing ? (
        <RunComparePage runIds={[...chosen]} onBack={() => setComparing(false)} />
      ) : (
        <Page
          title="Runs"
          description="Everything that was run, and what came out."
          actions={
            <>
              <Segmented
                label="Runs of"
                value={here ? 'this' : 'all'}
                disabled={pipelineId === null}
                onChange={(value) => {
                  setScope(value === 'this' ? 'this' : 'all');
                  setChosen(new Set());
                }}
                items={[
                  { value: 'this', label: 'This pipeline' },
                  { value: 'all', label: 'All pipelines' },
                ]}
                className="!w-60"
              />
              <Button variant={chosen.size > 1 ? 'primary' : 'secondary'} icon={<GitCompareArrows size={14} />} disabled={chosen.size < 2} onClick={() => setComparing(true)}>
                {chosen.size > 1 ? `Compare ${chosen.size} runs` : 'Compare runs'}
              </Button>
            </>
          }
        >
          {runs.error ? <Notice diagnostic={runs.error} action={<Button onClick={reload}>Try again</Button>} /> : null}
          {runs.data === null && !runs.error ? <Spinner label="Loading" /> : null}
          {runs.data?.length === 0 ? (
            <EmptyState icon={<History />} title="No runs yet" action={<Button onClick={() => useView.setState({ page: 'canvas' })}>Go to the canvas</Button>}>
              Each run is kept here with its metrics and times, so that you can compare what you tried.
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
