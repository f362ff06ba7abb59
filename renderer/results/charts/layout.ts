import { decimalMark } from '#app/core/units.ts';
import type { AxisSpec, ChartSpec } from '#app/sdk/ports.ts';
import type { FigureView } from './figure-view.ts';
import { backgroundShapes, markShapes } from './shapes.ts';
import type { PlotlyLayout } from './plotly.ts';
import type { ChartTheme } from './theme.ts';

/** Longer labels of categories are cut on the axis; the whole text shows on hover. */
const labelLength = 22;

export function layoutOf(spec: ChartSpec, theme: ChartTheme, view: FigureView = {}): PlotlyLayout {
  const hexagons = spec.series.some((series) => series.mark === 'hexagons');
  const drawn = spec.series.filter((series) => series.mark !== 'heatmap' && series.mark !== 'hexagons' && series.mark !== 'band');
  const heatmap = spec.series.some((series) => series.mark === 'heatmap');
  const bars = spec.series.filter((series) => series.mark === 'bars');
  const numericBars = bars.some((series) => series.edges !== undefined || series.x.some((x) => typeof x === 'number'));
  const boxes = spec.series.some((series) => series.mark === 'boxes');
  const mode = spec.bars ?? (bars.length > 1 && numericBars ? 'overlay' : 'group');
  const background = backgroundShapes(spec, theme, view);
  return {
    paper_bgcolor: 'rgba(0, 0, 0, 0)',
    plot_bgcolor: 'rgba(0, 0, 0, 0)',
    font: { family: theme.font, size: 12, color: theme.text },
    margin: { l: 12, r: 16, t: 8, b: 12, pad: 0 },
    autosize: true,
    separators: `${decimalMark('.')}\u202f`,
    showlegend: drawn.length > (heatmap || hexagons ? 0 : 1),
    legend: { orientation: 'h', x: 0, y: 1.02, xanchor: 'left', yanchor: 'bottom', font: { size: 12, color: theme.text }, bgcolor: 'rgba(0, 0, 0, 0)', ...(spec.series.some(({ size }) => size !== undefined) ? { itemsizing: 'constant' } : {}) },
    hoverlabel: { bgcolor: theme.raised, bordercolor: theme.axis, font: { family: theme.font, size: 12, color: theme.text }, align: 'left', namelength: 40 },
    hovermode: 'closest',
    dragmode: view.drag ?? 'zoom',
    // A selection along an axis of bars is a range of that axis; elsewhere it is a rectangle.
    selectdirection: bars.length > 0 ? 'h' : boxes && spec.x.column === undefined ? 'v' : 'any',
    newselection: { line: { color: theme.accent, width: 1, dash: 'solid' } },
    barmode: mode === 'stack' ? 'stack' : mode,
    ...(boxes ? { boxmode: spec.series.length > 1 ? 'group' : 'overlay', boxgap: 0.35 } : {}),
    bargap: numericBars ? 0.04 : 0.25,
    shapes: [...background.shapes, ...markShapes(spec, theme, view)],
    xaxis: { ...axisOf(spec.x, theme, { grid: !heatmap && bars.length === 0 && !boxes, reversed: false, largest: largestOf(spec, 'x') }), ...(fewWholeSteps(spec) ? { dtick: 1 } : {}), ...labelsOf(spec, 'x') },
    yaxis: {
      ...axisOf(spec.y, theme, { grid: !heatmap, reversed: heatmap && spec.y.scale === 'category', largest: largestOf(spec, 'y') }),
      ...labelsOf(spec, 'y'),
      ...(background.high === null || spec.y.range !== undefined || spec.y.scale === 'log' ? {} : { range: [0, background.high * 1.05] }),
    },
    modebar: { orientation: 'h' },
  };
}

function axisOf(axis: AxisSpec, theme: ChartTheme, options: { grid: boolean; reversed: boolean; largest: number }): Record<string, unknown> {
  const type = { linear: 'linear', log: 'log', category: 'category', time: 'date' }[axis.scale ?? 'linear'];
  // Plotly takes a log axis' range in decades.
  const range = axis.range && axis.scale === 'log' ? axis.range.map((end) => Math.log10(end)) : axis.range;
  return {
    title: { text: escapeHtml(axis.title), font: { size: 12, color: theme.muted }, standoff: 8 },
    ...(axis.scale === undefined ? {} : { type }),
    automargin: true,
    showgrid: options.grid,
    gridcolor: theme.grid,
    gridwidth: 1,
    zeroline: false,
    showline: true,
    linecolor: theme.axis,
    ticks: '',
    ticklabelstandoff: 4,
    autotickangles: [0, 30, 90],
    tickfont: { size: 11, color: theme.muted },
    ...(axis.percent === true ? { tickformat: '.0%' } : {}),
    // Counts in millions read as 6M; small numbers keep powers of ten, as “μ” would read as a unit.
    exponentformat: options.largest >= 1e5 ? 'SI' : 'power',
    minexponent: 5,
    separatethousands: true,
    ...(range ? { range } : options.reversed ? { autorange: 'reversed' } : {}),
  };
}

/** Categories in their order, whatever is drawn first; labels that are too long end in “…”. */
function labelsOf(spec: ChartSpec, name: 'x' | 'y'): Record<string, unknown> {
  const axis = spec[name];
  if (axis.scale !== 'category') return {};
  const [first] = spec.series;
  const labels = axis.categories?.map(({ label }) => label) ?? (first?.[name] ?? []).map(String);
  const long = labels.some((label) => label.length > labelLength) && labels.length <= 60;
  return {
    ...(axis.categories === undefined ? {} : { categoryorder: 'array', categoryarray: labels }),
    ...(long ? { tickmode: 'array', tickvals: labels, ticktext: labels.map((label) => escapeHtml(label.length > labelLength ? `${label.slice(0, labelLength - 1)}…` : label)) } : {}),
  };
}

function largestOf(spec: ChartSpec, axis: 'x' | 'y'): number {
  let largest = 0;
  for (const series of spec.series) for (const value of series[axis]) if (typeof value === 'number' && Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** A short axis of whole numbers (epochs, counts) must not be labelled 1.5. */
function fewWholeSteps(spec: ChartSpec): boolean {
  if (spec.x.scale !== undefined && spec.x.scale !== 'linear') return false;
  const values = spec.series.flatMap((series) => series.x);
  if (values.length === 0 || !values.every((value) => typeof value === 'number' && Number.isInteger(value))) return false;
  const numbers = values as number[];
  const span = numbers.reduce((high, value) => Math.max(high, value), -Infinity) - numbers.reduce((low, value) => Math.min(low, value), Infinity);
  return span >= 1 && span <= 10 && spec.x.range === undefined;
}

/** Plotly reads a small HTML in texts; names from data must stay names. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('%{', '%\u200b{');
}
