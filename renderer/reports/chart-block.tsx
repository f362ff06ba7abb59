import { useMemo, useRef } from 'react';
import { chartPicture } from '#app/reports/chart/picture.ts';
import { chartSummary } from '#app/reports/chart/summary.ts';
import type { ChartLook } from '#app/reports/document.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';
import { ChartMenu } from '../results/charts/chart-menu.tsx';
import { downloadNumbers } from '../results/charts/download-chart.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { copyPng, savePng, saveSvg } from './chart-files.ts';
import { SvgView } from './svg-view.tsx';
import { useSize } from './use-size.ts';

interface ChartBlockProps {
  readonly chart: ChartSpec;
  readonly look: Partial<ChartLook>;
  /** What the person calls it; the chart's own where it has none. */
  readonly title: string | undefined;
  readonly tone: 'light' | 'dark';
  /** px; absent: as high as there is room. */
  readonly height?: number;
  readonly titled: boolean;
}

/** A chart as exported files show it. */
export function ChartBlock({ chart, look, title, tone, height, titled }: ChartBlockProps) {
  const host = useRef<HTMLDivElement>(null);
  const size = useSize(host);
  const picture = useMemo(() => (size === null ? null : chartPicture(chart, { width: size.width, height: height ?? Math.max(140, size.height), look, summary: chartSummary(chart) })), [chart, size, height, look]);
  const name = title ?? chart.title;
  const Heading = height === undefined ? 'h3' : 'h4';
  const failed = (error: unknown) => notify({ severity: 'error', message: texts.reports.chart.notSaved(error instanceof Error ? error.message : String(error)) });
  return (
    <div className="group/chart relative flex min-h-0 flex-1 flex-col">
      {titled ? <Heading className="truncate pr-8 text-sm font-semibold">{name}</Heading> : null}
      <span className="absolute -top-1 right-0 z-10 rounded-md bg-surface opacity-0 focus-within:opacity-100 group-hover/chart:opacity-100" onPointerDown={(event) => event.stopPropagation()}>
        <ChartMenu
          copyImage={() => void copyPng(chart, look, name, tone).catch(failed)}
          saveSvg={() => saveSvg(chart, look, name, tone)}
          savePng={() => void savePng(chart, look, name, tone).catch(failed)}
          saveCsv={() => downloadNumbers(chart, name)}
        />
      </span>
      <div ref={host} className="min-h-0 flex-1 overflow-hidden" style={height === undefined ? undefined : { height }}>
        {picture === null ? null : <SvgView drawing={picture} />}
      </div>
      {chart.note ? <p className="text-xs text-muted">{chart.note}</p> : null}
    </div>
  );
}
