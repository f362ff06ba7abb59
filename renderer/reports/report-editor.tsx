import { useMemo, useRef, useState } from 'react';
import { LayoutDashboard, TriangleAlert } from 'lucide-react';
import { gridColumns, gridGap, rowHeight, type Place, type ReportDocument } from '#app/reports/document.ts';
import { drawingStyle } from '#app/reports/html/style.ts';
import { arrange, readingOrder } from '#app/reports/layout.ts';
import { Notice } from '../results/notice.tsx';
import { Button, EmptyState, Spinner, cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { AddMenu } from './add-menu.tsx';
import { BlockFrame } from './block-frame.tsx';
import { BlockInspector } from './block-inspector.tsx';
import { measureGrid } from './grid-measure.ts';
import { closeReport, loadOther, selectBlocks, useReport } from './report-store.ts';
import { ReportToolbar } from './report-toolbar.tsx';
import { useRevision } from './use-block.ts';

/** One report: its page in the middle, what the selected block is at the right. */
export function ReportEditor() {
  const report = useReport((state) => state.report);
  const error = useReport((state) => state.openError);
  if (error !== null) return <Notice diagnostic={error} action={<Button onClick={() => void closeReport()}>{texts.reports.allReports}</Button>} />;
  if (report === null) {
    return (
      <div className="flex h-full items-center justify-center">
        <Spinner label={texts.common.loading} />
      </div>
    );
  }
  return (
    <main aria-label={report.title} className="flex h-full min-h-0 flex-col bg-chrome">
      <h1 className="sr-only">{report.title}</h1>
      <ReportToolbar report={report} />
      <ConflictBar />
      <div className="flex min-h-0 flex-1">
        <Sheet report={report} />
        <BlockInspector report={report} />
      </div>
    </main>
  );
}

function ConflictBar() {
  const conflict = useReport((state) => state.conflict);
  if (!conflict) return null;
  return (
    <div role="alert" className="flex shrink-0 items-center gap-3 border-b border-line bg-warn-soft px-4 py-1.5 text-sm">
      <TriangleAlert size={15} className="text-warn-ink" aria-hidden />
      <span className="flex-1">{texts.reports.conflict}</span>
      <Button size="sm" onClick={() => void loadOther(false)}>{texts.reports.loadTheirs}</Button>
      <Button size="sm" variant="primary" onClick={() => void loadOther(true)}>{texts.reports.keepCopy}</Button>
    </div>
  );
}

/** The page itself, in its own theme. */
function Sheet({ report }: { readonly report: ReportDocument }) {
  const grid = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ readonly id: string; readonly place: Place } | null>(null);
  const revision = useRevision();
  const tone = report.theme === 'dark' ? 'dark' : 'light';
  // While something is dragged the others make room as they would.
  const places = useMemo(() => (drag === null ? null : arrange(report.blocks, { [drag.id]: drag.place })), [report.blocks, drag]);
  const styles = useMemo(() => drawingStyle(), []);
  const ordered = useMemo(() => readingOrder(report.blocks), [report.blocks]);
  return (
    <div data-theme={tone} data-tone={tone} data-testid="report-sheet" className={cx('min-w-0 flex-1 overflow-auto text-ink', report.theme === 'paper' ? 'bg-surface' : 'bg-canvas')} onPointerDown={(event) => event.target === event.currentTarget && selectBlocks([])}>
      <style>{styles}</style>
      <div className="mx-auto max-w-[1180px] px-6 pb-24 pt-8" onPointerDown={(event) => event.target === event.currentTarget && selectBlocks([])}>
        <header className="mb-6">
          <h2 className="text-[28px] leading-[34px] font-bold tracking-tight">{report.title}</h2>
          {report.description ? <p className="mt-1 max-w-[72ch] text-base text-muted">{report.description}</p> : null}
        </header>
        {report.blocks.length === 0 ? (
          <EmptyState icon={<LayoutDashboard />} title={texts.reports.emptyPage} action={<AddMenu primary />} className="min-h-80 rounded-lg border border-dashed border-line-strong">
            {texts.reports.emptyPageText}
          </EmptyState>
        ) : (
          <div ref={grid} className="relative grid" style={{ gridTemplateColumns: `repeat(${gridColumns}, minmax(0, 1fr))`, gridAutoRows: `minmax(${rowHeight}px, auto)`, gap: gridGap }} onPointerDown={(event) => event.target === event.currentTarget && selectBlocks([])}>
            {drag === null ? null : <Guides />}
            {ordered.map((block) => (
              <BlockFrame
                key={block.id}
                block={block}
                place={places?.[block.id] ?? block.place}
                pinned={report.pinned}
                revision={revision}
                tone={tone}
                measure={() => (grid.current === null ? null : measureGrid(grid.current))}
                onDrag={(place) => setDrag(place === null ? null : { id: block.id, place })}
                onChoose={() => document.querySelector<HTMLElement>('[data-testid="block-inspector"] :is(button, input, textarea)')?.focus()}
              />
            ))}
          </div>
        )}
      </div>
    </div>
  );
}

/** The columns that blocks stand on, while one is dragged. */
function Guides() {
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0 grid" style={{ gridTemplateColumns: `repeat(${gridColumns}, minmax(0, 1fr))`, gap: gridGap }}>
      {Array.from({ length: gridColumns }, (_, column) => (
        <span key={column} className="rounded-sm bg-accent-soft opacity-50" />
      ))}
    </div>
  );
}
