import { ClipboardCopy, FileImage, FileSpreadsheet, ImageDown, LayoutDashboard, MoreVertical } from 'lucide-react';
import { texts } from '../../text/texts.ts';
import { Menu } from '../../ui/index.ts';

export interface ChartActions {
  readonly copyImage: () => void;
  readonly saveSvg: () => void;
  readonly savePng: () => void;
  readonly saveCsv: () => void;
  /** Absent where the chart is of nothing that a report could show. */
  readonly addToReport?: (() => void) | undefined;
}

/** The one menu on every chart: what can be taken out of it. */
export function ChartMenu({ copyImage, saveSvg, savePng, saveCsv, addToReport }: ChartActions) {
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" data-testid="chart-menu" aria-label={texts.reports.chart.menu} title={texts.reports.chart.menu} className="inline-flex size-6 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink">
          <MoreVertical size={14} />
        </button>
      }
      items={[
        { id: 'copy', label: texts.reports.chart.copyImage, icon: <ClipboardCopy />, onSelect: copyImage },
        { id: 'svg', label: texts.reports.chart.saveSvg, icon: <FileImage />, onSelect: saveSvg },
        { id: 'png', label: texts.reports.chart.savePng, icon: <ImageDown />, onSelect: savePng },
        { id: 'csv', label: texts.reports.chart.saveCsv, icon: <FileSpreadsheet />, onSelect: saveCsv },
        ...(addToReport === undefined ? [] : [{ kind: 'separator' as const, id: 'line' }, { id: 'report', label: texts.reports.addTo, icon: <LayoutDashboard />, onSelect: addToReport }]),
      ]}
    />
  );
}
