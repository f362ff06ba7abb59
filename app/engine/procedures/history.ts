import type { Engine } from '../engine.ts';
import { commitFile, fileAtCommit, fileHistory } from '../history/git.ts';
import { compareRuns } from '../history/compare-runs.ts';
import type { Implementer } from './implementer.ts';

/** Runs beside a timeline; older ones are on the page of runs. */
const mostRuns = 500;

/** Earlier versions of a pipeline, and what differs between runs. */
export function historyProcedures(os: Implementer, engine: Engine) {
  return {
    timeline: os.history.timeline.handler(async ({ input }) => ({
      moments: (await engine.pipelines.moments(input.path)).map((moment) => ({ ...moment, words: [...moment.words] })),
      runs: engine.store.records
        .list({ pipelineId: input.pipelineId, limit: mostRuns })
        .map(({ runId, startedAt, status, ms, nodeCounts }) => ({ runId, at: startedAt, status, ms, nodes: Object.values(nodeCounts).reduce((sum, count) => sum + count, 0) }))
        .toReversed(),
    })),
    version: os.history.version.handler(async ({ input }) => ({ document: await engine.pipelines.version(input.path, input.id) })),
    name: os.history.name.handler(async ({ input }) => {
      engine.assertWritable();
      await engine.pipelines.nameVersion(input.path, input.id, input.name);
      return {};
    }),
    commits: os.history.commits.handler(async ({ input }) => {
      // Whether the file differs from the last commit is asked of the file.
      await engine.pipelines.flush();
      return structuredClone(await fileHistory(engine.pipelines.fileOf(input.path))) as never;
    }),
    atCommit: os.history.atCommit.handler(async ({ input }) => ({ document: await fileAtCommit(engine.pipelines.fileOf(input.path), input.oid) })),
    commit: os.history.commit.handler(async ({ input }) => {
      engine.assertWritable();
      await engine.pipelines.flush();
      return commitFile(engine.pipelines.fileOf(input.path), input.message);
    }),
    compareRuns: os.history.compareRuns.handler(async ({ input, signal }) => structuredClone(await compareRuns(engine, input.before, input.after, signal)) as never),
  };
}
