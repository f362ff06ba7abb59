import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { rememberProject } from '../dock/memory.ts';
import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { notify } from '../state/notices.ts';
import { loadPackTypes } from '../state/packs.ts';
import { newPipeline } from './actions.ts';
import { texts } from '../text/texts.ts';

/** At start: the pipeline that was open last, else the newest of the project, else a fresh one. */
export async function openFirstPipeline(): Promise<void> {
  try {
    const [info, pipelines] = await Promise.all([client.project.info(), client.project.pipelines(), loadPackTypes()]);
    rememberProject(info.path);
    const last = localStorage.getItem('penstock.pipeline');
    const newest = [...pipelines].sort((a, b) => b.modifiedAt - a.modifiedAt)[0];
    const path = pipelines.find((pipeline) => pipeline.path === last)?.path ?? newest?.path;
    if (path !== undefined) await openPipeline(path);
    else await newPipeline();
    if (info.interruptedRuns.length > 0) {
      notify({ severity: 'warning', message: texts.app.interrupted, remedy: texts.app.runAgain });
    }
  } catch (error) {
    if (isGivenUp(error)) {
      void openFirstPipeline();
      return;
    }
    usePipeline.setState({ openError: diagnosticOf(error) });
  }
}
