import { create } from 'zustand';
import type { ReportDocument } from '#app/reports/document.ts';
import { ReportHistory, type EarlierReportSteps } from '#app/reports/report-history.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { useView } from '../state/view.ts';
import { addBlocks, flushReport, openReport, placedBlocks, useReport, type NewBlock } from './report-store.ts';

/** A view that is to be put on a report, until one is chosen. */
export const useAdding = create<{ readonly blocks: readonly NewBlock[]; /** What they are, for the person. */ readonly what: string }>(() => ({ blocks: [], what: '' }));

/** Asks which report a view is to be put on. */
export const askToAdd = (blocks: readonly NewBlock[], what: string): void => useAdding.setState({ blocks, what });

export const stopAdding = (): void => useAdding.setState({ blocks: [], what: '' });

/** Puts the view on a report; null: on a new one. The person may go there by the notice. */
export async function addToReport(blocks: readonly NewBlock[], chosen: { readonly path: string; readonly title: string } | null, newTitle: string): Promise<void> {
  stopAdding();
  try {
    await flushReport();
    const path = chosen?.path ?? (await client.reports.create({ title: newTitle })).path;
    if (useReport.getState().path === path) addBlocks(blocks);
    else {
      const { report, version, ...earlier } = await client.reports.open({ path });
      const history = new ReportHistory(report as ReportDocument, earlier as EarlierReportSteps);
      history.apply({ type: 'add', blocks: placedBlocks(history.report.blocks, blocks) });
      const edit = history.unsaved();
      if (edit !== null) await client.reports.save({ path, report: history.report, after: [version], ...edit, entries: [...edit.entries] });
    }
    notify({ severity: 'info', message: texts.reports.added(chosen?.title ?? newTitle), action: { label: texts.reports.goThere, run: () => showReport(path) } });
  } catch (error) {
    notify(diagnosticOf(error));
  }
}

export function showReport(path: string): void {
  useView.setState({ page: 'reports' });
  if (useReport.getState().path !== path) void openReport(path);
}
