import { stableHash } from '#app/core/hash.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { RunDetail } from '#app/protocol/schema.ts';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { openPipeline, presentDocument, usePipeline } from '../state/pipeline.ts';
import { revealFlat } from '../state/level.ts';
import { useView } from '../state/view.ts';
import { backToNow, lookAtRun } from './history-store.ts';

/** What decides the results of a pipeline: not where its nodes lie, nor how they are called. */
export function isSamePipeline(a: PipelineDocument, b: PipelineDocument): boolean {
  const decisive = ({ nodes, edges }: PipelineDocument) => stableHash([nodes.map(({ title: _title, comment: _comment, limits: _limits, ...rest }) => rest), edges]);
  return decisive(a) === decisive(b);
}

/** Whether what the canvas shows now is what the run gave: it is the last one, and nothing has changed since. */
async function isPresent(run: RunDetail, nodeId: string | null): Promise<boolean> {
  const present = presentDocument();
  if (present === null || !isSamePipeline(present, run.document)) return false;
  const [last] = await client.run.list({ pipelineId: run.pipelineId, limit: 1 });
  if (last?.runId !== run.runId) return false;
  const { freshness } = await client.pipeline.configure({ document: present });
  return (nodeId === null ? run.nodes.map((node) => node.nodeId) : [nodeId]).every((id) => freshness[id]?.state === 'fresh');
}

/**
 * Opens the canvas as a run left it, and says so there: of an earlier run, and of the last one where something has changed since, the
 * pipeline and its results are those of then. @param nodeId as the engine names it; null: no node is selected.
 * @returns the node as it is called at the level that is shown; null where the pipeline is not in the project.
 */
export async function openAtRun({ runId, pipelineId, pipelinePath, nodeId }: { readonly runId: string | null; readonly pipelineId: string | null; readonly pipelinePath: string | null; readonly nodeId: string | null }): Promise<string | null> {
  try {
    const run = runId === null ? null : await client.run.get({ runId }).catch(() => null);
    const id = run?.pipelineId ?? pipelineId;
    backToNow();
    if (id === null ? usePipeline.getState().path !== pipelinePath : usePipeline.getState().root?.id !== id) {
      const path = pipelinePath ?? run?.pipelinePath ?? (id === null ? undefined : (await client.run.list({ pipelineId: id, limit: 1 }))[0]?.pipelinePath) ?? null;
      if (path === null) return null;
      await openPipeline(path);
      // Selections of the pipeline that was open before go when it has left the page.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }
    useView.setState({ page: 'canvas' });
    if (run !== null && usePipeline.getState().root?.id === run.pipelineId && !(await isPresent(run, nodeId))) await lookAtRun(run);
    return nodeId === null ? '' : revealFlat(nodeId);
  } catch (error) {
    if (!isGivenUp(error)) notify(diagnosticOf(error));
    return null;
  }
}
