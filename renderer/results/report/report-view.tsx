import { Fragment, useLayoutEffect, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import type { ChartSpec, Report, ReportBlock } from '#app/sdk/ports.ts';
import { Chart } from '../charts/chart.tsx';
import { SlicedChart } from '../charts/sliced-chart.tsx';
import type { ChartTable } from '../charts/sliced-chart.tsx';
import { cx } from '../../ui/index.ts';
import { ExplanationView } from '../explanation/explanation-view.tsx';
import { Markdown } from './markdown.tsx';
import { MetricGrid } from './metric-grid.tsx';
import { PipelineBlock } from './pipeline-block.tsx';
import { StaticTable } from './static-table.tsx';

/** The table at an input of the node whose report it is: charts of it can be brushed. */
export type TableAt = (input: string) => ChartTable | null;

/** A page of results: text, figures, charts and small tables, in order; charts that follow one another share rows. */
export function ReportView({ report, before, tableAt, nodeId }: { readonly report: Report; readonly before?: ReactNode; readonly tableAt?: TableAt; /** Whose report it is. */ readonly nodeId?: string }) {
  const groups = groupBlocks(report.blocks);
  // A chart that is the whole page has its own title, and all the height there is.
  const alone = report.blocks.length === 1 && report.blocks[0]?.type === 'chart' && before === undefined;
  const page = useRef<HTMLElement>(null);
  const room = useRoom(page, alone, alone && report.blocks[0]?.type === 'chart' ? leastHeight(report.blocks[0].chart) : 0);
  return (
    <article ref={page} data-testid="report-view" aria-label={report.title} className={cx('mx-auto flex max-w-[1440px] flex-col gap-4', alone ? 'p-2' : 'p-4')}>
      <h3 className={alone ? 'sr-only' : 'text-base font-semibold'}>{report.title}</h3>
      {before}
      {groups.map((group, index) => (
        <Fragment key={index}>{drawGroup(group, tableAt, room, nodeId)}</Fragment>
      ))}
    </article>
  );
}

/** Title line, note and paddings around a chart that is alone, in px. */
const around = 96;
const lowest = 240;
/** Of a named row of a heat map, with its number. */
const rowHeight = 17;
const highest = 720;

/** Height in px below which a chart cannot be read, however low the dock. */
function leastHeight(chart: ChartSpec): number {
  const rows = Math.max(0, ...chart.series.map((series) => (series.mark === 'heatmap' && series.yEdges === undefined ? series.y.length : 0)));
  return Math.max(lowest, Math.min(highest, rows * rowHeight + around));
}

/** Height in px for a chart that is alone on its page; undefined where it is not, or nothing is measured. */
function useRoom(page: RefObject<HTMLElement | null>, alone: boolean, least: number): number | undefined {
  const [height, setHeight] = useState<number>();
  useLayoutEffect(() => {
    const frame = page.current?.parentElement;
    if (!alone || !frame) return;
    const measure = () => setHeight(frame.clientHeight === 0 ? undefined : Math.max(least, Math.min(highest, frame.clientHeight - around)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(frame);
    return () => observer.disconnect();
  }, [page, alone, least]);
  return alone ? height : undefined;
}

export type BlockGroup =
  | { readonly type: 'charts'; readonly charts: readonly { readonly index: number; readonly block: Extract<ReportBlock, { type: 'chart' }> }[] }
  | { readonly type: 'one'; readonly block: Exclude<ReportBlock, { type: 'chart' }> };

/** Consecutive charts together; each chart keeps its number in the report. */
export function groupBlocks(blocks: readonly ReportBlock[]): BlockGroup[] {
  const groups: BlockGroup[] = [];
  let count = 0;
  for (const block of blocks) {
    if (block.type !== 'chart') {
      groups.push({ type: 'one', block });
      continue;
    }
    const entry = { index: count++, block };
    const last = groups.at(-1);
    if (last?.type === 'charts') groups[groups.length - 1] = { type: 'charts', charts: [...last.charts, entry] };
    else groups.push({ type: 'charts', charts: [entry] });
  }
  return groups;
}

function drawGroup(group: BlockGroup, tableAt: TableAt | undefined, room: number | undefined, nodeId: string | undefined): ReactNode {
  if (group.type === 'charts') {
    return (
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(380px,100%),1fr))] gap-4">
        {group.charts.map(({ index, block }) => {
          const table = block.query === undefined ? null : (tableAt?.(block.input ?? 'table') ?? null);
          return block.query === undefined || table === null ? (
            <Chart key={index} spec={block.chart} index={index} shows={{ of: 'value', chart: block.chart.title, index }} {...(room === undefined ? {} : { height: room })} />
          ) : (
            <SlicedChart key={index} spec={block.chart} query={block.query} table={table} index={index} shows={{ of: 'value', chart: block.chart.title, index }} height={group.charts.length === 1 ? (room ?? 380) : 300} />
          );
        })}
      </div>
    );
  }
  const { block } = group;
  switch (block.type) {
    case 'text':
      return <Markdown text={block.markdown} />;
    case 'metrics':
      return <MetricGrid title={block.title} metrics={block.metrics} />;
    case 'table':
      return <StaticTable title={block.title} columns={block.columns} rows={block.rows} />;
    case 'explanation':
      return <ExplanationView explanation={block.explanation} index={0} nodeId={nodeId} />;
    case 'pipeline':
      return <PipelineBlock block={block} nodeId={nodeId} />;
  }
}
