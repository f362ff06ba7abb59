import { useCallback, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { ChevronLeft, ChevronRight, Route } from 'lucide-react';
import { formatCount } from '#app/core/units.ts';
import type { ExplainedOutput, Explanation } from '#app/sdk/explanation.ts';
import { traceRow } from '../../state/lineage.ts';
import { IconButton, Select } from '../../ui/index.ts';
import { Chart, type ChartProps } from '../charts/chart.tsx';
import { dependenceFigure } from './dependence-figure.ts';
import { drawnBars, drawnColumns, sizesFigure, swarmFigure, waterfallFigure } from './figures.ts';
import { strongestInteraction } from './interaction.ts';
import { RowList } from './row-list.tsx';
import { dependenceSpec, sizesSpec, swarmSpec, waterfallSpec } from './specs.ts';
import { ranked } from './values.ts';
import { texts } from '../../text/texts.ts';

/** Chosen by the person, or by the view: the column that the effect hangs on most. */
type Colour = number | 'auto' | 'none';

interface ExplanationViewProps {
  readonly explanation: Explanation;
  /** Number of its first chart. */
  readonly index: number;
  /** Whose it is. */
  readonly nodeId?: string | undefined;
}

/** Why a model predicts what it does: all rows, one of them, and what one column does. A class, a row and a column can be chosen. */
export function ExplanationView({ explanation, index, nodeId }: ExplanationViewProps) {
  const { outputs, rows, first } = explanation;
  const [place, setPlace] = useState(first.output);
  const [row, setRow] = useState(first.row);
  const [sorted, setSorted] = useState<RowOrder>('table');
  const output = outputs[place] ?? outputs[0];
  const order = useMemo(() => orderOf(explanation, output, sorted), [explanation, output, sorted]);
  if (output === undefined || rows.length === 0) return null;
  const at = order.indexOf(row);
  const step = (to: number): void => {
    const next = order[to];
    if (next !== undefined) setRow(next);
  };
  return (
    <section aria-label={texts.charts.explain.why} data-testid="explanation-view" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-xs text-muted">
        {outputs.length > 1 ? (
          <Choice label={texts.common.class}>
            <Select size="sm" label={texts.common.class} value={String(place)} onChange={(value) => setPlace(Number(value))} items={outputs.map(({ name }, i) => ({ value: String(i), label: name }))} />
          </Choice>
        ) : null}
        <div className="flex items-center gap-1">
          <IconButton label={texts.charts.explain.rowBefore} size="sm" disabled={at <= 0} onClick={() => step(at - 1)}>
            <ChevronLeft size={14} />
          </IconButton>
          <span className="min-w-20 text-center tabular-nums text-ink">{texts.charts.explain.rowNumber(formatCount(rows[row] ?? 0))}</span>
          <IconButton label={texts.charts.explain.rowBehind} size="sm" disabled={at < 0 || at >= order.length - 1} onClick={() => step(at + 1)}>
            <ChevronRight size={14} />
          </IconButton>
          {nodeId === undefined ? null : (
            <IconButton label={texts.charts.explain.whereFrom} size="sm" onClick={() => traceExplained(nodeId, rows[row] ?? 0)}>
              <Route size={14} />
            </IconButton>
          )}
        </div>
        <Choice label={texts.charts.explain.rowsBy}>
          <Select size="sm" label={texts.charts.explain.order} value={sorted} onChange={(value) => setSorted(value === 'low' || value === 'high' ? value : 'table')} items={rowOrders} />
        </Choice>
        <span className="ml-auto">{shownWords(explanation)}</span>
      </div>
      <RowList explanation={explanation} output={output} order={order} chosen={row} onChoose={setRow} />
      <Views explanation={explanation} output={output} row={row} onRow={setRow} index={index} />
    </section>
  );
}

/** The table of contributions has the number of each explained row. */
const traceExplained = (nodeId: string, number: number): void => traceRow({ nodeId, port: 'table', row: 0, number, filter: `"row" = ${number}`, sort: [], cells: { row: number } });

type RowOrder = 'table' | 'high' | 'low';

const rowOrders = [
  { value: 'table', label: texts.charts.explain.byPlace },
  { value: 'high', label: texts.charts.explain.byHigh },
  { value: 'low', label: texts.charts.explain.byLow },
];

function orderOf({ rows }: Explanation, output: ExplainedOutput | undefined, sorted: RowOrder): number[] {
  const all = rows.map((_number, at) => at);
  return sorted === 'table' || output === undefined ? all : all.toSorted((a, b) => ((output.outputs[a] ?? 0) - (output.outputs[b] ?? 0)) * (sorted === 'low' ? 1 : -1));
}

interface ViewsProps extends ExplanationViewProps {
  readonly output: ExplainedOutput;
  readonly row: number;
  readonly onRow: (row: number) => void;
}

function Views({ explanation, output, row, onRow, index }: ViewsProps) {
  const { columns, rows } = explanation;
  const [chosenColumn, setColumn] = useState<number | null>(null);
  const [colour, setColour] = useState<Colour>('auto');
  const column = chosenColumn ?? ranked(output)[0] ?? 0;
  const auto = useMemo(() => strongestInteraction(explanation, output, column), [explanation, output, column]);
  const by = colour === 'auto' ? auto : colour === 'none' ? null : colour;
  const specs = useMemo(() => ({ swarm: swarmSpec(explanation, output), waterfall: waterfallSpec(explanation, output, row), dependence: dependenceSpec(explanation, output, column), sizes: sizesSpec(explanation, output) }), [explanation, output, row, column]);
  const swarm = useCallback<Draw>((theme) => swarmFigure(explanation, output, theme, row), [explanation, output, row]);
  const waterfall = useCallback<Draw>((theme) => waterfallFigure(explanation, output, theme, row), [explanation, output, row]);
  const dependence = useCallback<Draw>((theme) => dependenceFigure(explanation, output, theme, column, by, row), [explanation, output, column, by, row]);
  const sizes = useCallback<Draw>((theme) => sizesFigure(explanation, output, theme), [explanation, output]);
  const choosePoint = useCallback(
    (data: unknown) => {
      if (typeof data === 'number' && rows[data] !== undefined) onRow(data);
    },
    [rows, onRow],
  );
  const shows = { of: 'explanation' as const, output: output.name };
  const height = Math.max(Math.min(drawnColumns, columns.length) * 26, Math.min(drawnBars, columns.length) * 28) + 100;
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(min(520px,100%),1fr))] gap-4">
      <Chart index={index} spec={specs.swarm} shows={{ ...shows, figure: 'swarm' }} height={height} draw={swarm} onPoint={choosePoint} />
      <Chart index={index + 1} spec={specs.waterfall} shows={{ ...shows, figure: 'waterfall', row: rows[row] }} height={height} draw={waterfall} />
      <Chart
        index={index + 2}
        spec={specs.dependence}
        shows={{ ...shows, figure: 'dependence', column: columns[column]?.name }}
        height={340}
        draw={dependence}
        onPoint={choosePoint}
        controls={
          <>
            <Choice label={texts.common.column}>
              <Select size="sm" label={texts.common.column} value={String(column)} onChange={(value) => setColumn(Number(value))} items={ranked(output).map((j) => ({ value: String(j), label: columns[j]?.name ?? '' }))} />
            </Choice>
            <Choice label={texts.common.colour}>
              <Select
                size="sm"
                label={texts.common.colour}
                value={String(colour)}
                onChange={(value) => setColour(value === 'auto' || value === 'none' ? value : Number(value))}
                items={[
                  { value: 'auto', label: auto === null ? texts.charts.explain.autoNone : texts.charts.explain.auto(columns[auto]?.name ?? '') },
                  { value: 'none', label: texts.charts.explain.noColour },
                  ...columns.flatMap(({ name, kind }, j) => (j === column || kind === 'image' ? [] : [{ value: String(j), label: name }])),
                ]}
              />
            </Choice>
          </>
        }
      />
      <Chart index={index + 3} spec={specs.sizes} shows={{ ...shows, figure: 'sizes' }} height={372} draw={sizes} />
    </div>
  );
}

type Draw = NonNullable<ChartProps['draw']>;

function Choice({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <span className="flex items-center gap-1.5 text-xs text-muted">
      {label}
      <span className="w-40">{children}</span>
    </span>
  );
}

function shownWords({ rows, explained, all }: Explanation): string {
  if (rows.length < explained) return texts.charts.explain.drawn(formatCount(rows.length), formatCount(explained));
  return explained < all ? texts.charts.explain.ofRows(formatCount(explained), formatCount(all)) : texts.common.rowCount(formatCount(all), all === 1);
}
