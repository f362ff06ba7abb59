import type { ReportDocument } from '#app/reports/document.ts';
import { assertSendable, reportHtml } from '#app/reports/html/page.ts';
import { metricTitle } from '../results/report/metric-text.ts';
import { client } from '../rpc/client.ts';
import { language } from '../text/language.ts';
import { locale } from '../text/locale.ts';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';

const moment = (at: number): string => new Date(at).toLocaleString(locale, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });

/** The report as one file in the page's language, and what the file does not have. @throws PenstockError `report-too-large`. */
export async function exportHtml(report: ReportDocument): Promise<{ readonly html: string; readonly notes: readonly string[] }> {
  const { blocks: resolved, notes: english } = await client.reports.exported({ report });
  const blocks = report.blocks.flatMap((block, place) => {
    const one = resolved[place];
    return one === undefined ? [] : [{ block, resolved: one }];
  });
  const notes = english.map(told);
  const words = { ...texts.reports.exported, language, metricTitle, charts: { marks: texts.charts.marks, summary: texts.charts.summary }, change: texts.reports.change };
  const html = reportHtml(report, blocks, { madeAt: moment(Date.now()), moment, notes, words });
  assertSendable(html);
  return { html, notes };
}
