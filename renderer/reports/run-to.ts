import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { startRun } from '../state/run.ts';

/** Runs what a block needs; its pipeline is opened for that where another one is. */
export async function runTo(path: string, node: string): Promise<void> {
  if (usePipeline.getState().path !== path) await openPipeline(path);
  await startRun({ to: [node] });
}
