import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { CircleHelp, Link2Off, Play, TriangleAlert } from 'lucide-react';
import { formatCount } from '#app/core/units.ts';
import { metricChange } from '#app/reports/text/change.ts';
import type { Block } from '#app/reports/document.ts';
import type { Content, Origin, Resolved } from '#app/reports/resolved.ts';
import type { ValueBlock } from '#app/reports/value-blocks.ts';
import { formatMetric, metricTitle } from '#app/reports/text/metric-text.ts';
import { InlineMarkdown, Markdown } from '../results/report/markdown.tsx';
import { MetricGrid } from '../results/report/metric-grid.tsx';
import { StaticTable } from '../results/report/static-table.tsx';
import { Badge, Button, Spinner, Tooltip } from '../ui/index.ts';
import { locale } from '../text/locale.ts';
import { texts } from '../text/texts.ts';
import { TraceButton } from '../trace/trace-button.tsx';
import { ChartBlock } from './chart-block.tsx';
import { SvgView } from './svg-view.tsx';
import { runTo } from './run-to.ts';

interface BlockContentProps {
  readonly block: Block;
  readonly resolved: Resolved | null;
  readonly tone: 'light' | 'dark';
  /** Puts the inspector where another source is chosen. */
  readonly onChoose: () => void;
}

const headings = { 1: 'text-[24px] leading-[30px] font-semibold tracking-tight', 2: 'text-xl font-semibold', 3: 'text-lg font-semibold' } as const;

/** Blocks that are as high as what is in them; others fill their place, and scroll in it. */
const grows: ReadonlySet<Block['type']> = new Set(['text', 'metric']);

/** What a block shows: its content, or why there is none and what to do. */
export function BlockContent({ block, resolved, tone, onChoose }: BlockContentProps) {
  switch (block.type) {
    case 'heading': {
      const Level = (['h2', 'h3', 'h4'] as const)[block.level - 1] ?? 'h4';
      return <Level className={headings[block.level]}>{block.text || <span className="text-faint">{texts.reports.emptyHeading}</span>}</Level>;
    }
    case 'divider':
      return <hr className="my-auto border-line-strong" />;
    case 'image':
      return block.data === '' ? <Absent>{texts.reports.noImage}</Absent> : <img src={block.data} alt={block.alt} className="min-h-0 max-w-full flex-1 object-contain" draggable={false} />;
    default:
      if (resolved === null) {
        return (
          <div className="flex flex-1 items-center justify-center">
            <Spinner label={texts.common.loading} />
          </div>
        );
      }
      return <Found block={block} resolved={resolved} tone={tone} onChoose={onChoose} />;
  }
}

function Found({ block, resolved, tone, onChoose }: BlockContentProps & { readonly resolved: Resolved }) {
  switch (resolved.state) {
    case 'missing': {
      const { run } = resolved;
      return (
        <Absent
          icon={<CircleHelp size={20} />}
          action={
            run === null ? null : (
              <Button needs="run" variant="primary" size="sm" icon={<Play size={13} />} onClick={() => void runTo(run.path, run.node)}>
                {texts.app.run.toHere}
              </Button>
            )
          }
        >
          {resolved.message}
        </Absent>
      );
    }
    case 'gone':
      return (
        <Absent icon={<Link2Off size={20} />} action={<Button size="sm" onClick={onChoose}>{texts.reports.chooseOther}</Button>}>
          {resolved.message}
        </Absent>
      );
    case 'failed':
      return (
        <Absent icon={<TriangleAlert size={20} />}>
          {resolved.problem.message} {resolved.problem.remedy}
        </Absent>
      );
    case 'ready':
      return grows.has(block.type) ? (
        <Ready block={block} content={resolved.content} origin={resolved.origin} tone={tone} />
      ) : (
        <div className="relative min-h-0 flex-1">
          <div className="absolute inset-0 flex flex-col">
            <Ready block={block} content={resolved.content} origin={resolved.origin} tone={tone} />
          </div>
        </div>
      );
  }
}

/** When the result was made and why it is out of date, at the block's corner. */
export function OriginMark({ resolved }: { readonly resolved: Resolved | null }) {
  if (resolved?.state !== 'ready' || resolved.origin === null) return null;
  const { stale, at, pinned } = resolved.origin;
  const when = at === null ? '' : new Date(at).toLocaleString(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  if (stale !== null) {
    return (
      <Tooltip text={<InlineMarkdown text={stale} />} side="top">
        <span tabIndex={0} data-testid="block-stale" className="rounded-sm">
          <Badge tone="warn">
            <TriangleAlert size={12} aria-hidden /> {texts.reports.staleSince(when)}
          </Badge>
        </span>
      </Tooltip>
    );
  }
  return pinned ? <Badge>{texts.reports.asOf(when)}</Badge> : null;
}

function Ready({ block, content, origin, tone }: { readonly block: Block; readonly content: Content; readonly origin: Origin | null; readonly tone: 'light' | 'dark' }) {
  switch (content.type) {
    case 'none':
      return null;
    case 'text':
      return content.markdown.trim() === '' ? <p className="text-sm text-faint">{texts.reports.emptyText}</p> : <Markdown text={content.markdown} className="max-w-[76ch] text-base" />;
    case 'chart':
      return <ChartBlock chart={content.chart} look={block.type === 'chart' ? block.look : {}} title={block.title} tone={tone} titled={block.title === undefined} />;
    case 'table':
      return (
        <div className="flex min-h-0 flex-1 flex-col">
          <StaticTable columns={content.columns} rows={content.rows} fills />
          {content.total > content.rows.length ? <p className="pt-1 text-xs text-muted">{texts.reports.firstRows(formatCount(content.rows.length), formatCount(content.total))}</p> : null}
        </div>
      );
    case 'metric':
      return (
        <div className="flex flex-1 flex-col justify-center">
          {block.title ? null : <div className="truncate text-sm text-muted">{metricTitle(content.metric.name)}</div>}
          <div className="selectable text-[32px] leading-[38px] font-semibold tracking-tight tabular-nums">
            {formatMetric(content.metric)}
            {origin?.runId == null ? null : <TraceButton of={`metric:${origin.runId}/${origin.nodeId}/${content.metric.name}`} name={metricTitle(content.metric.name)} className="ml-1 align-middle" />}
          </div>
          {content.previous === null ? null : <div className="text-xs text-muted">{texts.reports.change(metricChange(content.metric, content.previous))}</div>}
        </div>
      );
    case 'picture':
      return <SvgView drawing={content.picture} className="flex min-h-0 flex-1 items-center justify-center overflow-hidden [&>svg]:max-h-full [&>svg]:max-w-full [&>svg]:h-full [&>svg]:w-full" />;
    case 'value':
      return (
        <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto">
          {block.title === undefined ? <h3 className="text-base font-semibold">{content.title}</h3> : null}
          {groups(content.blocks).map((group, index) => (
            <Fragment key={index}>
              {Array.isArray(group) ? (
                <div className="grid grid-cols-[repeat(auto-fit,minmax(min(380px,100%),1fr))] gap-4">
                  {group.map((one, place) => (
                    <ChartBlock key={place} chart={one.chart} look={{}} title={undefined} tone={tone} titled height={300} />
                  ))}
                </div>
              ) : (
                part(group)
              )}
            </Fragment>
          ))}
        </div>
      );
  }
}

type ChartPart = Extract<ValueBlock, { type: 'chart' }>;

/** Charts that follow each other stand beside each other. */
function groups(blocks: readonly ValueBlock[]): (ChartPart[] | Exclude<ValueBlock, ChartPart>)[] {
  const all: (ChartPart[] | Exclude<ValueBlock, ChartPart>)[] = [];
  for (const block of blocks) {
    const last = all.at(-1);
    if (block.type !== 'chart') all.push(block);
    else if (Array.isArray(last)) last.push(block);
    else all.push([block]);
  }
  return all;
}

function part(block: Exclude<ValueBlock, ChartPart>): ReactNode {
  switch (block.type) {
    case 'text':
      return <Markdown text={block.markdown} />;
    case 'metrics':
      return <MetricGrid title={block.title} metrics={block.metrics} />;
    case 'table':
      return <StaticTable title={block.title} columns={block.columns} rows={block.rows} />;
  }
}

function Absent({ icon, action, children }: { readonly icon?: ReactNode; readonly action?: ReactNode; readonly children: ReactNode }) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-2 rounded-md border border-dashed border-line-strong p-3 text-center">
      {icon ? <span className="text-faint">{icon}</span> : null}
      <p className="max-w-[52ch] text-sm text-muted">{children}</p>
      {action}
    </div>
  );
}
