import { useState } from 'react';
import { Download, FileCode2, Printer } from 'lucide-react';
import type { ReportDocument } from '#app/reports/document.ts';
import { diagnosticOf } from '../rpc/client.ts';
import { desktop } from '../rpc/desktop.ts';
import { chartFileName } from '../results/charts/chart-text.ts';
import { notify } from '../state/notices.ts';
import { Button, Menu } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { saveBlob } from './chart-files.ts';
import { exportHtml } from './export-html.ts';
import { printHtml } from './print.ts';

/** One HTML file, or a PDF: the desktop writes it, a browser has its print dialog for that. */
export function ExportMenu({ report }: { readonly report: ReportDocument }) {
  const [busy, setBusy] = useState(false);
  const withHtml = async (work: (html: string) => Promise<void> | void, kind: ReportDocument['kind']) => {
    setBusy(true);
    try {
      const { html, notes } = await exportHtml({ ...report, kind });
      await work(html);
      const [note] = notes;
      if (note !== undefined) notify({ severity: 'info', message: note });
    } catch (error) {
      notify(diagnosticOf(error));
    } finally {
      setBusy(false);
    }
  };
  const toPdf = desktop()?.savePdf;
  return (
    <Menu
      align="end"
      trigger={
        <Button variant="primary" busy={busy} icon={<Download size={14} />} data-testid="export-report">
          {texts.reports.exportIt}
        </Button>
      }
      items={[
        { id: 'html', label: texts.reports.exportHtml, icon: <FileCode2 />, onSelect: () => void withHtml((html) => saveBlob(new Blob([html], { type: 'text/html;charset=utf-8' }), chartFileName({ title: report.title }, 'html')), report.kind) },
        // Paper has no buttons.
        toPdf === undefined
          ? { id: 'print', label: texts.reports.print, icon: <Printer />, onSelect: () => void withHtml(printHtml, 'document') }
          : { id: 'pdf', label: texts.reports.exportPdf, icon: <Printer />, onSelect: () => void withHtml(async (html) => void (await toPdf(html, chartFileName({ title: report.title }, 'pdf')).catch(pdfFailed)), 'document') },
      ]}
    />
  );
}

function pdfFailed(error: unknown): void {
  notify({ severity: 'error', message: texts.reports.pdfFailed(error instanceof Error ? error.message.replace(/^Error invoking remote method '[^']*': (Error: )?/, '') : String(error)) });
}
