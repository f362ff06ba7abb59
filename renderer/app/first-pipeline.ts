import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { notify } from '../state/notices.ts';
import { newPipeline } from './actions.ts';

/** At start: the pipeline that was open last, else the newest of the project, else a fresh one. */
export async function openFirstPipeline(): Promise<void> {
  try {
    const [info, pipelines] = await Promise.all([client.project.info(), client.project.pipelines()]);
    const last = localStorage.getItem('penstock.pipeline');
    const newest = [...pipelines].sort((a, b) => b.modifiedAt - a.modifiedAt)[0];
    const path = pipelines.find((pipeline) => pipeline.path === last)?.path ?? newest?.path;
    if (path !== undefined) await openPipeline(path);
    else await newPipeline();
    if (info.interruptedRuns.length > 0) {
      notify({ severity: 'warning', message: 'The last run was interrupted.', remedy: 'Run again: what had finished is reused.' });
    }
  } catch (error) {
    if (isGivenUp(error)) {
      void openFirstPipeline();
      return;
    }
    usePipeline.setState({ openError: diagnosticOf(error) });
  }
}
