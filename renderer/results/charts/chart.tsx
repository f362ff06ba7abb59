import { useMemo, useState } from 'react';
import { ClipboardCopy, Download, RotateCcw, Table2 } from 'lucide-react';
import type { ChartSpec } from '#app/sdk/ports.ts';
import { IconButton, Menu, useTheme } from '../../ui/index.ts';
import { StaticTable } from '../report/static-table.tsx';
import type { Cell } from '../table/cell-format.ts';
import { ChartSession } from './chart-session.ts';
import { chartSummary, chartTable, chartTsv } from './chart-text.ts';
import { downloadChart } from './download-chart.ts';
import { Drawing, quietly } from './drawing.tsx';
import { readChartTheme } from './read-theme.ts';
import { figureOf } from './traces.ts';

interface ChartProps {
  readonly spec: ChartSpec;
  readonly index: number;
  /** px of the drawing. */
  readonly height?: number;
}

/** One chart: drawn by Plotly in the design's colours, with its numbers as a table, as text and as a file. */
export function Chart({ spec, index, height = 300 }: ChartProps) {
  const theme = useTheme((state) => state.theme);
  const chartTheme = useMemo(() => readChartTheme(theme), [theme]);
  const figure = useMemo(() => figureOf(spec, chartTheme), [spec, chartTheme]);
  const summary = useMemo(() => chartSummary(spec), [spec]);
  const [asTable, setAsTable] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [session] = useState(() => new ChartSession());
  const notes = [...(spec.note ? [spec.note] : []), ...figure.notes];
  const report = (error: unknown) => setFailure(error instanceof Error ? error.message : String(error));

  return (
    <figure data-testid={`chart-${index}`} className="group m-0 flex min-w-0 flex-col rounded-md border border-line bg-surface">
      <figcaption className="flex min-h-8 items-center gap-2 pl-3 pr-1 pt-1">
        <span className="min-w-0 truncate text-sm font-semibold">{spec.title}</span>
        <span className="ml-auto flex items-center opacity-0 transition-opacity duration-100 focus-within:opacity-100 group-hover:opacity-100">
          <IconButton label="Reset zoom" size="sm" disabled={asTable} onClick={() => session.reset(quietly)}>
            <RotateCcw size={14} />
          </IconButton>
          <IconButton label={asTable ? 'Show as chart' : 'Show as table'} size="sm" pressed={asTable} onClick={() => setAsTable(!asTable)}>
            <Table2 size={14} />
          </IconButton>
          <IconButton label="Copy data" size="sm" onClick={() => void navigator.clipboard.writeText(chartTsv(spec)).catch(report)}>
            <ClipboardCopy size={14} />
          </IconButton>
          <Menu
            align="end"
            trigger={
              <button type="button" aria-label="Download chart" title="Download chart" className="inline-flex size-6 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink">
                <Download size={14} />
              </button>
            }
            items={[
              { id: 'png', label: 'PNG image', onSelect: () => void downloadChart(spec, chartTheme, 'png').catch(report) },
              { id: 'svg', label: 'SVG drawing', onSelect: () => void downloadChart(spec, chartTheme, 'svg').catch(report) },
            ]}
          />
        </span>
      </figcaption>
      {asTable ? (
        <div className="px-3 pb-3">
          <ChartNumbers spec={spec} />
        </div>
      ) : (
        <Drawing session={session} figure={figure} height={height} summary={summary} onFailure={setFailure} />
      )}
      {failure ? <p className="px-3 pb-2 text-xs text-bad-ink">The chart could not be drawn: {failure}</p> : null}
      {notes.length > 0 ? <p className="px-3 pb-2 text-xs text-muted">{notes.join(' ')}</p> : null}
    </figure>
  );
}

function ChartNumbers({ spec }: { readonly spec: ChartSpec }) {
  const { header, rows } = useMemo(() => chartTable(spec), [spec]);
  const columns = header.map((name, index) => ({ name, type: rows.every((row) => typeOf(row[index]) !== 'text') ? ('float' as const) : ('string' as const) }));
  return <StaticTable columns={columns} rows={rows} />;
}

const typeOf = (value: Cell | undefined): 'number' | 'text' => (typeof value === 'string' || typeof value === 'boolean' ? 'text' : 'number');
