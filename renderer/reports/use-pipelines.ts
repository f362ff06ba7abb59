import type { ReportPipeline } from '#app/protocol/sections/reports.ts';
import { client } from '../rpc/client.ts';
import { useQuery, type Query } from '../results/use-query.ts';
import { useRun } from '../state/run.ts';

/** Pipelines of the project with what their ports offer. */
export function usePipelines(): Query<readonly ReportPipeline[]> {
  const run = useRun((state) => `${state.runId ?? ''} ${state.status ?? ''}`);
  return useQuery(`report pipelines ${run}`, (signal) => client.reports.pipelines(undefined, { signal }));
}
