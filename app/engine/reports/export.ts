import { formatCount } from '#app/core/units.ts';
import type { ReportDocument } from '#app/reports/document.ts';
import { assertSendable, reportHtml } from '#app/reports/html/page.ts';
import type { ResolvedBlock } from '#app/reports/resolved.ts';
import type { Engine } from '../engine.ts';
import { ReportResolver } from './resolve.ts';
import { momentText } from './sources.ts';
import { mostFilterValues } from './tables.ts';

export interface ExportedReport {
  readonly html: string;
  /** What the file does not have, a sentence each. */
  readonly notes: readonly string[];
}

/** What an exported page shows: every block as it is now, also its parts by the value of a filter. Nothing is run. */
export async function exportedBlocks(engine: Engine, report: ReportDocument, signal: AbortSignal): Promise<{ readonly blocks: readonly ResolvedBlock[]; readonly notes: readonly string[] }> {
  const resolver = new ReportResolver(engine, report, signal, { parts: true });
  const blocks: ResolvedBlock[] = [];
  for (const block of report.blocks) blocks.push({ block, resolved: await resolver.resolve(block) });
  return { blocks, notes: [...limitNotes(report, blocks)] };
}

/** A report as one self-contained HTML file, in English. Nothing is run. @throws PenstockError `report-too-large`. */
export async function exportReport(engine: Engine, report: ReportDocument, signal: AbortSignal, now = Date.now()): Promise<ExportedReport> {
  const { blocks, notes } = await exportedBlocks(engine, report, signal);
  const html = reportHtml(report, blocks, { madeAt: momentText(now), moment: momentText, notes });
  assertSendable(html);
  return { html, notes };
}

function* limitNotes(report: ReportDocument, blocks: readonly ResolvedBlock[]): Generator<string> {
  const absent = blocks.filter(({ resolved }) => resolved.state !== 'ready').length;
  if (absent > 0) yield `${formatCount(absent)} of ${formatCount(blocks.length)} blocks had no result when this was made.`;
  if (report.kind !== 'dashboard') return;
  const cut = blocks.some(({ resolved }) => resolved.state === 'ready' && resolved.content.type === 'table' && resolved.content.total > resolved.content.rows.length);
  if (cut) yield 'Tables carry their first rows only: searching, sorting and filtering go over those.';
  if (report.filter === undefined) return;
  const still = blocks.filter(({ block, resolved }) => {
    if (resolved.state !== 'ready' || (block.type !== 'chart' && block.type !== 'table')) return false;
    const { content } = resolved;
    return content.type === 'chart' ? (content.parts ?? []).length === 0 : content.type === 'table' && content.filterValues === undefined;
  }).length;
  if (still > 0) yield `The filter “${report.filter.column}” narrows tables, and charts of tables, that have this column with at most ${mostFilterValues} values; ${formatCount(still)} of this page ${still === 1 ? 'stays as it is' : 'stay as they are'}.`;
}
