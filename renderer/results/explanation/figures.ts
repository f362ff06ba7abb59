import { formatNumber } from '#app/core/units.ts';
import type { ExplainedOutput, Explanation } from '#app/sdk/explanation.ts';
import { escapeHtml } from '../charts/layout.ts';
import { neutralColour, withAlpha, type ChartTheme } from '../charts/theme.ts';
import type { Figure } from '../charts/traces.ts';
import { errorBars, lowHighBar, lowHighScale, lowersColour, namedLayout, raisesColour, upright } from './figure-parts.ts';
import { outputText, ranked, scaleTitle, sharesOf, valueText } from './values.ts';
import { texts } from '../../text/texts.ts';

/** Columns in the bars and the swarm, bars of the waterfall, and points of the swarm. */
export const drawnColumns = 15;
export const drawnBars = 10;
const mostPoints = 6000;

/** Mean sizes, with their standard errors. */
export function sizesFigure(explanation: Explanation, output: ExplainedOutput, theme: ChartTheme): Figure {
  const drawn = ranked(output).slice(0, drawnColumns).toReversed();
  const names = drawn.map((j) => explanation.columns[j]?.name ?? '');
  const errors = output.sizeErrors === null ? null : drawn.map((j) => output.sizeErrors?.[j] ?? null);
  const sizes = drawn.map((j) => output.sizes[j] ?? 0);
  return {
    traces: [
      {
        type: 'bar',
        orientation: 'h',
        x: sizes,
        y: names.map((_name, i) => i),
        marker: { color: withAlpha(lowersColour(theme), 0.9) },
        text: sizes.map((size) => formatNumber(size)),
        textposition: errors === null ? 'outside' : 'none',
        cliponaxis: false,
        textfont: { size: 11, color: theme.muted },
        ...(errors === null ? {} : { error_x: errorBars(errors, theme) }),
        hovertemplate: names.map((name, i) => `${escapeHtml(name)}: <b>${formatNumber(sizes[i] ?? 0)}</b>${errors === null ? '' : ` ± ${formatNumber(errors[i] ?? 0)}`}<extra></extra>`),
      },
    ],
    layout: namedLayout(theme, { title: '', x: { title: texts.charts.explain.meanSizeOf(scaleTitle(explanation, output)) } }, names, { bargap: 0.3 }),
    notes: [],
  };
}

/** Every row as a point in each column's line, coloured by the column's value. A point's row is in `customdata`. */
export function swarmFigure(explanation: Explanation, output: ExplainedOutput, theme: ChartTheme, chosen: number): Figure {
  const drawn = ranked(output).slice(0, drawnColumns).toReversed();
  const names = drawn.map((j) => explanation.columns[j]?.name ?? '');
  const step = Math.max(1, Math.ceil((explanation.rows.length * drawn.length) / mostPoints));
  const rows = explanation.rows.flatMap((_number, row) => (row % step === 0 ? [row] : []));
  const [coloured, plain] = [points(), points()];
  drawn.forEach((j, place) => {
    const column = explanation.columns[j];
    const values = output.values[j];
    if (column === undefined || values === undefined) return;
    const shares = sharesOf(column);
    const offsets = swarmOffsets(rows.map((row) => values[row] ?? 0));
    rows.forEach((row, i) => {
      const into = shares[row] === null ? plain : coloured;
      into.x.push(values[row] ?? 0);
      into.y.push(place + (offsets[i] ?? 0));
      into.rows.push(row);
      into.colour.push(shares[row] ?? 0);
      into.text.push(pointText(explanation, output, j, row));
    });
  });
  const marker = { size: 5, opacity: 0.8, line: { width: 0 } };
  const all = { type: 'scatter', mode: 'markers', hovertemplate: '%{text}<extra></extra>' };
  const own = drawn.map((j) => output.values[j]?.[chosen] ?? 0);
  return {
    traces: [
      ...(plain.x.length === 0 ? [] : [{ ...all, name: texts.charts.explain.namesAndMissing, x: plain.x, y: plain.y, text: plain.text, customdata: plain.rows, marker: { ...marker, color: neutralColour(theme) } }]),
      ...(coloured.x.length === 0 ? [] : [{ ...all, name: texts.charts.explain.values, x: coloured.x, y: coloured.y, text: coloured.text, customdata: coloured.rows, marker: { ...marker, color: coloured.colour, cmin: 0, cmax: 1, colorscale: lowHighScale(theme), showscale: true, colorbar: lowHighBar(theme, texts.charts.explain.valueOfColumn) } }]),
      {
        ...all,
        name: texts.charts.explain.chosenRow,
        x: own,
        y: own.map((_value, place) => place),
        text: drawn.map((j) => pointText(explanation, output, j, chosen)),
        customdata: own.map(() => chosen),
        marker: { size: 10, symbol: 'circle-open', color: theme.text, line: { width: 2 } },
        ...(output.errors === null ? {} : { error_x: errorBars(drawn.map((j) => output.errors?.[j]?.[chosen] ?? null), theme) }),
      },
    ],
    layout: namedLayout(theme, { title: '', x: { title: scaleTitle(explanation, output) } }, names, { shapes: [upright(0, theme)] }),
    notes: step > 1 ? [texts.charts.explain.everyRow(step)] : [],
  };
}

interface Points {
  readonly x: number[];
  readonly y: number[];
  readonly rows: number[];
  readonly colour: number[];
  readonly text: string[];
}
const points = (): Points => ({ x: [], y: [], rows: [], colour: [], text: [] });

function pointText({ columns, rows }: Explanation, { values, errors }: ExplainedOutput, j: number, row: number): string {
  const column = columns[j];
  const error = errors?.[j]?.[row];
  return `${texts.charts.explain.point(rows[row] ?? '')}: ${escapeHtml(column?.name ?? '')} = ${escapeHtml(column === undefined ? '' : valueText(column, column.values[row]))}<br><b>${signed(values[j]?.[row] ?? 0)}</b>${error === null || error === undefined ? '' : ` ± ${formatNumber(error)}`}`;
}

export const signed = (value: number): string => (value > 0 ? `+${formatNumber(value)}` : formatNumber(value));

/** How far points that would lie on one another move up and down, within ±0.4: by turns, in as many layers as the densest place needs. */
export function swarmOffsets(values: readonly number[]): number[] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const span = values.reduce((a, b) => Math.max(a, b), -Infinity) - low;
  const layers = new Map<number, number>();
  const layer = values.map((value) => {
    const bin = span > 0 ? Math.round((100 * (value - low)) / span) : 0;
    const count = layers.get(bin) ?? 0;
    layers.set(bin, count + 1);
    return Math.ceil(count / 2) * (count % 2 === 0 ? 1 : -1);
  });
  const most = layer.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return layer.map((one) => (one * 0.4) / Math.max(most, 6));
}

/** Bars of a waterfall, the largest first: columns with their values, and the rest in one. */
export interface WaterfallBar {
  readonly label: string;
  readonly value: number;
  readonly error: number | null;
}

export function waterfallBars(explanation: Explanation, output: ExplainedOutput, row: number): WaterfallBar[] {
  const order = output.values.map((_values, j) => j).toSorted((a, b) => Math.abs(output.values[b]?.[row] ?? 0) - Math.abs(output.values[a]?.[row] ?? 0));
  const others = output.others?.[row] ?? null;
  const shown = order.length <= drawnBars && others === null ? order : order.slice(0, drawnBars - 1);
  const rest = order.slice(shown.length);
  const bars = shown.map((j): WaterfallBar => {
    const column = explanation.columns[j];
    return { label: column === undefined ? '' : `${column.name} = ${valueText(column, column.values[row], 'short')}`, value: output.values[j]?.[row] ?? 0, error: output.errors?.[j]?.[row] ?? null };
  });
  if (rest.length === 0 && others === null) return bars;
  const errors = rest.map((j) => output.errors?.[j]?.[row] ?? 0);
  return [...bars, { label: others === null ? texts.charts.explain.moreColumns(rest.length) : texts.charts.explain.allOthers, value: rest.reduce((sum, j) => sum + (output.values[j]?.[row] ?? 0), others ?? 0), error: output.errors === null ? null : Math.hypot(...errors) }];
}

/** One row, from the base below to its output above. */
export function waterfallFigure(explanation: Explanation, output: ExplainedOutput, theme: ChartTheme, row: number): Figure {
  const bars = waterfallBars(explanation, output, row).toReversed();
  let at = output.base;
  const placed = bars.map((bar) => {
    const from = at;
    at += bar.value;
    return { ...bar, from, to: at };
  });
  const end = output.outputs[row] ?? at;
  const spread = placed.flatMap(({ from, to }) => [from, to]);
  const [low, high] = [Math.min(output.base, ...spread), Math.max(output.base, ...spread)];
  const margin = Math.max(high - low, 1e-9) * 0.16;
  const labelled = (x: number, more: Record<string, unknown>) => ({ x, xref: 'x', showarrow: false, font: { size: 11, color: theme.muted }, ...more });
  const layout = namedLayout(theme, { title: '', x: { title: axisTitle(explanation, output), range: [low - 0.4 * margin, high + 1.6 * margin] } }, placed.map(({ label }) => label));
  return {
    traces: [
      {
        type: 'bar',
        orientation: 'h',
        base: placed.map(({ from }) => from),
        x: placed.map(({ value }) => value),
        y: placed.map((_bar, i) => i),
        marker: { color: placed.map(({ value }) => (value >= 0 ? raisesColour(theme) : lowersColour(theme))) },
        ...(output.errors === null ? {} : { error_x: errorBars(placed.map(({ error }) => error), theme) }),
        hovertemplate: placed.map(({ label, value, error }) => `${escapeHtml(label)}<br><b>${signed(value)}</b>${error === null ? '' : ` ± ${formatNumber(error)}`}<extra></extra>`),
      },
      // Behind the bars and their errors, where neither they nor the names are in the way.
      { type: 'scatter', mode: 'text', x: placed.map(({ from, to, error }) => Math.max(from, to, to + (error ?? 0)) + margin * 0.08), y: placed.map((_bar, i) => i), text: placed.map(({ value }) => signed(value)), textposition: 'middle right', textfont: { size: 11, color: theme.text }, cliponaxis: false, hoverinfo: 'skip' },
    ],
    layout: {
      ...layout,
      bargap: 0.35,
      margin: { l: 12, r: 16, t: 24, b: 12, pad: 0 },
      // A line below the bars says where they begin.
      yaxis: { ...(layout['yaxis'] as object), range: [-1.3, placed.length - 0.4] },
      shapes: [
        upright(output.base, theme, 'dot'),
        upright(end, theme, 'dot'),
        ...placed.slice(0, -1).map(({ to }, i) => ({ type: 'line', xref: 'x', yref: 'y', x0: to, x1: to, y0: i, y1: i + 1, layer: 'below', line: { color: theme.axis, width: 1 } })),
      ],
      annotations: [
        labelled(output.base, { y: -0.9, yref: 'y', text: texts.charts.explain.base(outputText(explanation, output.base)), xanchor: output.base - low < (high - low) / 2 ? 'left' : 'right', xshift: output.base - low < (high - low) / 2 ? 4 : -4 }),
        labelled(end, { y: 1, yref: 'paper', yanchor: 'bottom', text: `<b>${outputText(explanation, end)}</b>` }),
      ],
    },
    notes: [],
  };
}

function axisTitle({ scale, target }: Explanation, { name }: ExplainedOutput): string {
  return { prediction: texts.charts.explain.predicted(target), probability: texts.charts.explain.probabilityOf(name), 'log-odds': texts.charts.explain.logOddsOf(name) }[scale];
}
