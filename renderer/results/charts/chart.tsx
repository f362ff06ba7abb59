import { useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { BoxSelect, ClipboardCopy, Move, RotateCcw, Table2, ZoomIn } from 'lucide-react';
import type { ChartView } from '#app/reports/document.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';
import type { SliceMark } from '../../state/slices.ts';
import { askToAdd } from '../../reports/adding.ts';
import { IconButton, Spinner, cx, useTheme } from '../../ui/index.ts';
import { StaticTable } from '../report/static-table.tsx';
import type { Cell } from '../table/cell-format.ts';
import { brushOf, canBrush, clickOf, type Brushed } from './brush.ts';
import { ChartSession } from './chart-session.ts';
import { chartSummary, chartTable, chartTsv } from './chart-text.ts';
import { ChartMenu } from './chart-menu.tsx';
import { copyChart, downloadChart, downloadNumbers } from './download-chart.ts';
import { Drawing, quietly } from './drawing.tsx';
import { canLog, type FigureView } from './figure-view.ts';
import { readChartTheme } from './read-theme.ts';
import { useReportSource } from './report-source.ts';
import { figureOf, type Figure } from './traces.ts';
import type { ChartTheme } from './theme.ts';
import { texts } from '../../text/texts.ts';

export interface ChartProps {
  readonly spec: ChartSpec;
  readonly index: number;
  /** px of the drawing. */
  readonly height?: number;
  /** Selections in the chart mean something. */
  readonly brush?: BrushProps | undefined;
  /** Draws it where `spec` says less than the picture does: then `spec` is its numbers, and what is read out. */
  readonly draw?: ((theme: ChartTheme, view: FigureView) => Figure) | undefined;
  /** A point was clicked: its `customdata`. */
  readonly onPoint?: ((data: unknown) => void) | undefined;
  /** Choices that belong to the chart, under its title. */
  readonly controls?: ReactNode;
  /** What a report would show to show this chart; absent: it cannot. */
  readonly shows?: ChartView | undefined;
}

export interface BrushProps {
  /** The chart of the whole table, drawn pale behind that of a part. */
  readonly background: ChartSpec | null;
  readonly mark: SliceMark | null;
  /** A newer picture is being computed. */
  readonly loading: boolean;
  /** What went wrong with it, in words. */
  readonly problem: string | null;
  readonly onBrush: (brushed: Brushed | null) => void;
}

type Tool = 'select' | 'zoom' | 'pan';

/** One chart: drawn by Plotly in the design's colours, with its numbers as a table, as text and as a file. */
export function Chart({ spec, index, height = 300, brush, draw, onPoint, controls, shows }: ChartProps) {
  const theme = useTheme((state) => state.theme);
  const source = useReportSource();
  const chartTheme = useMemo(() => readChartTheme(theme), [theme]);
  const brushable = brush !== undefined && canBrush(spec);
  const [chosen, setTool] = useState<Tool | null>(null);
  const tool = chosen ?? (brushable ? 'select' : 'zoom');
  const [logs, setLogs] = useState<{ readonly x?: boolean; readonly y?: boolean }>({});
  const background = brush?.background ?? null;
  const mark = brush?.mark ?? null;
  const view = useMemo<FigureView>(() => ({ logX: logs.x, logY: logs.y, background, mark, drag: tool }), [logs, background, mark, tool]);
  const figure = useMemo(() => (draw === undefined ? figureOf(spec, chartTheme, view) : draw(chartTheme, view)), [draw, spec, chartTheme, view]);
  const summary = useMemo(() => chartSummary(spec), [spec]);
  const [asTable, setAsTable] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [session] = useState(() => new ChartSession());
  const notes = [...(spec.note ? [spec.note] : []), ...figure.notes];
  const report = (error: unknown) => setFailure(error instanceof Error ? error.message : String(error));

  const onBrush = brush?.onBrush;
  useEffect(() => {
    session.events =
      onBrush === undefined || !brushable
        ? null
        : {
            onSelected: (selected) => {
              const brushed = brushOf(spec, selected);
              onBrush(brushed);
              // Plotly's outline is taken off even where nothing else changes.
              session.redraw(quietly);
            },
            onClicked: (at, adding) => {
              if (!spec.series.some((series) => series.mark === 'bars' || series.mark === 'heatmap')) return;
              const brushed = clickOf(spec, at, mark, adding);
              const again = !adding && mark !== null && JSON.stringify(brushed?.mark) === JSON.stringify(mark);
              onBrush(again ? null : brushed);
            },
            onCleared: () => onBrush(null),
          };
    session.onPoint = onPoint ?? null;
  }, [session, spec, mark, onBrush, brushable, onPoint]);

  return (
    <figure data-testid={`chart-${index}`} className="group relative m-0 flex min-w-0 flex-col rounded-md border border-line bg-surface">
      <figcaption className="flex min-h-8 items-center gap-2 px-3 pt-1">
        <span className="min-w-0 truncate text-sm font-semibold" title={spec.title}>
          {spec.title}
        </span>
        {brush?.loading ? <Spinner size={13} label={texts.charts.tools.drawing} /> : null}
        <span className="absolute right-1 top-1 z-10 flex items-center rounded-md bg-surface opacity-0 transition-opacity duration-100 focus-within:opacity-100 group-hover:opacity-100">
          {(['x', 'y'] as const).map((name) =>
            draw === undefined && canLog(spec, name) ? (
              <LogButton key={name} axis={name} pressed={logs[name] ?? spec[name].scale === 'log'} disabled={asTable} onToggle={(on) => setLogs({ ...logs, [name]: on })} />
            ) : null,
          )}
          {brushable ? <ToolButton tool="select" label={texts.charts.tools.select} now={tool} disabled={asTable} onTool={setTool} icon={<BoxSelect size={14} />} /> : null}
          <ToolButton tool="zoom" label={texts.charts.tools.zoom} now={tool} disabled={asTable} onTool={setTool} icon={<ZoomIn size={14} />} />
          <ToolButton tool="pan" label={texts.charts.tools.pan} now={tool} disabled={asTable} onTool={setTool} icon={<Move size={14} />} />
          <IconButton label={texts.charts.tools.reset} size="sm" disabled={asTable} onClick={() => session.reset(quietly)}>
            <RotateCcw size={14} />
          </IconButton>
          <IconButton label={asTable ? texts.charts.tools.asChart : texts.common.showTable} size="sm" pressed={asTable} onClick={() => setAsTable(!asTable)}>
            <Table2 size={14} />
          </IconButton>
          <IconButton label={texts.charts.tools.copy} size="sm" onClick={() => void navigator.clipboard.writeText(chartTsv(spec)).catch(report)}>
            <ClipboardCopy size={14} />
          </IconButton>
          <ChartMenu
            copyImage={() => void copyChart(spec, chartTheme, view, draw).catch(report)}
            saveSvg={() => void downloadChart(spec, chartTheme, 'svg', view, draw).catch(report)}
            savePng={() => void downloadChart(spec, chartTheme, 'png', view, draw).catch(report)}
            saveCsv={() => downloadNumbers(spec)}
            addToReport={source === null || shows === undefined ? undefined : () => askToAdd([{ type: 'chart', source, view: shows, look: { palette: 'standard', legend: 'auto' } }], spec.title)}
          />
        </span>
      </figcaption>
      {controls === undefined ? null : <div className="flex flex-wrap gap-x-4 gap-y-1 px-3 pb-1">{controls}</div>}
      {asTable ? (
        <div className="px-3 pb-3">
          <ChartNumbers spec={spec} />
        </div>
      ) : (
        <Drawing session={session} figure={figure} height={height} summary={summary} onFailure={setFailure} />
      )}
      {failure ? <p className="px-3 pb-2 text-xs text-bad-ink">{texts.charts.failed(failure)}</p> : null}
      {brush?.problem ? <p className="px-3 pb-2 text-xs text-bad-ink">{brush.problem}</p> : null}
      {notes.length > 0 ? <p className="px-3 pb-2 text-xs text-muted">{notes.join(' ')}</p> : null}
    </figure>
  );
}

interface ToolButtonProps {
  readonly tool: Tool;
  readonly label: string;
  readonly now: Tool;
  readonly disabled: boolean;
  readonly icon: ReactNode;
  readonly onTool: (tool: Tool) => void;
}

function ToolButton({ tool, label, now, disabled, icon, onTool }: ToolButtonProps) {
  return (
    <IconButton label={label} size="sm" pressed={now === tool} disabled={disabled} onClick={() => onTool(tool)}>
      {icon}
    </IconButton>
  );
}

function LogButton({ axis, pressed, disabled, onToggle }: { readonly axis: 'x' | 'y'; readonly pressed: boolean; readonly disabled: boolean; readonly onToggle: (on: boolean) => void }) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      disabled={disabled}
      title={texts.charts.tools.log(axis)}
      onClick={() => onToggle(!pressed)}
      className={cx('h-6 rounded-md px-1.5 text-xs hover:bg-hover', pressed ? 'bg-active text-ink' : 'text-muted')}
    >
      log {axis}
    </button>
  );
}

function ChartNumbers({ spec }: { readonly spec: ChartSpec }) {
  const { header, rows } = useMemo(() => chartTable(spec), [spec]);
  const columns = header.map((name, index) => ({ name, type: rows.every((row) => typeOf(row[index]) !== 'text') ? ('float' as const) : ('string' as const) }));
  return <StaticTable columns={columns} rows={rows} />;
}

const typeOf = (value: Cell | undefined): 'number' | 'text' => (typeof value === 'string' || typeof value === 'boolean' ? 'text' : 'number');
