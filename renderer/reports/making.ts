import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { flushEdits, usePipeline } from '../state/pipeline.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { openReport } from './report-store.ts';

export async function createReport(): Promise<void> {
  try {
    const { path } = await client.reports.create({ title: texts.reports.untitled });
    useView.setState({ page: 'reports' });
    await openReport(path);
  } catch (error) {
    notify(diagnosticOf(error));
  }
}

/** A report of a pipeline's last run, made by itself, opened for editing. */
export async function reportOfRun(pipeline: string | null = usePipeline.getState().path): Promise<void> {
  if (pipeline === null) return;
  try {
    await flushEdits();
    const { path } = await client.reports.fromRun({ path: pipeline });
    useView.setState({ page: 'reports' });
    await openReport(path);
  } catch (error) {
    notify(diagnosticOf(error));
  }
}
