import type { AxisSpec, ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import type { PlotlyLayout, PlotlyTrace } from './plotly.ts';
import { dashes, seriesColour, sequentialScale, symbols, withAlpha } from './theme.ts';
import type { ChartTheme } from './theme.ts';

/** SVG stays fluent to about here; more points are thinned evenly, and the chart says so. */
export const maxPoints = 6000;
const maxLinePoints = 4000;

export interface Figure {
  readonly traces: readonly PlotlyTrace[];
  readonly layout: PlotlyLayout;
  /** What the drawing leaves out, in words. */
  readonly notes: readonly string[];
}

/** A chart in data terms → Plotly's traces and layout in the theme's colours. Pure. */
export function figureOf(spec: ChartSpec, theme: ChartTheme): Figure {
  const notes: string[] = [];
  const colours = colourIndices(spec.series);
  const traces = spec.series.map((series, index) => traceOf(series, colours[index] ?? 0, spec, theme, notes));
  return { traces, layout: layoutOf(spec, theme), notes };
}

/** Equal groups share a colour; series without a group have their own; references have none. */
export function colourIndices(series: readonly ChartSeries[]): number[] {
  const groups = new Map<string, number>();
  let next = 0;
  return series.map((one) => {
    if (one.mark === 'reference' || one.mark === 'heatmap') return -1;
    if (one.group === undefined) return next++;
    const known = groups.get(one.group);
    if (known !== undefined) return known;
    groups.set(one.group, next);
    return next++;
  });
}

function traceOf(series: ChartSeries, colourIndex: number, spec: ChartSpec, theme: ChartTheme, notes: string[]): PlotlyTrace {
  const colour = seriesColour(theme, Math.max(0, colourIndex));
  const dash = dashes[sameGroupBefore(spec.series, series) % dashes.length];
  const name = series.name;
  switch (series.mark) {
    case 'line':
    case 'area': {
      const { x, y } = thin(series, maxLinePoints, notes);
      return {
        type: 'scatter',
        mode: x.length < 2 ? 'markers' : 'lines',
        name,
        x,
        y,
        connectgaps: false,
        line: { color: colour, width: 2, dash, shape: 'linear' },
        marker: { color: colour, size: 6 },
        ...(series.mark === 'area' ? { fill: 'tozeroy', fillcolor: withAlpha(colour, 0.18) } : {}),
        hovertemplate: hover(spec, name),
      };
    }
    case 'points': {
      const { x, y, kept } = thin(series, maxPoints, notes);
      const values = series.z?.[0];
      const size = x.length > 2000 ? 3.5 : x.length > 300 ? 5 : 7;
      return {
        type: 'scatter',
        mode: 'markers',
        name,
        x,
        y,
        marker: {
          size,
          symbol: symbols[Math.max(0, colourIndex) % symbols.length],
          opacity: x.length > 2000 ? 0.45 : x.length > 300 ? 0.6 : 0.85,
          line: { width: 0 },
          ...(values
            ? { color: kept.map((index) => values[index] ?? null), colorscale: sequentialScale(theme), showscale: true, colorbar: colourBar(theme) }
            : { color: colour }),
        },
        hovertemplate: hover(spec, name),
      };
    }
    case 'bars':
      return {
        type: 'bar',
        name,
        x: series.x,
        y: series.y,
        marker: { color: withAlpha(colour, spec.series.filter((one) => one.mark === 'bars').length > 1 ? 0.75 : 0.9), line: { width: 0 } },
        hovertemplate: hover(spec, name),
      };
    case 'heatmap':
      return {
        type: 'heatmap',
        name,
        x: series.x,
        y: series.y,
        z: series.z ?? [],
        colorscale: sequentialScale(theme),
        colorbar: colourBar(theme),
        showscale: series.text === undefined,
        xgap: 2,
        ygap: 2,
        hoverongaps: false,
        ...(series.text ? { text: series.text, texttemplate: '%{text}', textfont: { size: 14 } } : {}),
        hovertemplate: `${escapeHtml(spec.y.title)}: %{y}<br>${escapeHtml(spec.x.title)}: %{x}<br><b>${series.text ? '%{text}' : '%{z}'}</b><extra></extra>`,
      };
    case 'reference':
      return {
        type: 'scatter',
        mode: 'lines',
        name,
        x: series.x,
        y: series.y,
        line: { color: theme.muted, width: 1.25, dash: 'dash' },
        hoverinfo: 'skip',
      };
  }
}

/** Series of one group differ by dash. */
function sameGroupBefore(all: readonly ChartSeries[], series: ChartSeries): number {
  if (series.group === undefined) return 0;
  return all.slice(0, all.indexOf(series)).filter((one) => one.group === series.group && one.mark === series.mark).length;
}

function thin(series: ChartSeries, most: number, notes: string[]): { x: ChartSeries['x']; y: ChartSeries['y']; kept: number[] } {
  const count = Math.min(series.x.length, series.y.length);
  if (count <= most) return { x: series.x, y: series.y, kept: Array.from({ length: count }, (_, index) => index) };
  const step = (count - 1) / (most - 1);
  const kept = Array.from({ length: most }, (_, index) => Math.round(index * step));
  notes.push(`“${series.name}” shows ${most} of ${count} points, evenly thinned.`);
  return { x: kept.map((index) => series.x[index] ?? null), y: kept.map((index) => series.y[index] ?? null), kept };
}

function hover(spec: ChartSpec, name: string): string {
  const valueFormat = (axis: AxisSpec) => (axis.scale === 'category' || axis.scale === 'time' ? '' : ':.4~g');
  const x = `%{x${valueFormat(spec.x)}}`;
  const y = `%{y${valueFormat(spec.y)}}`;
  return `${escapeHtml(spec.x.title)}: ${x}<br>${escapeHtml(spec.y.title)}: <b>${y}</b><extra>${spec.series.length > 1 ? escapeHtml(name) : ''}</extra>`;
}

/** Plotly reads a small HTML in texts; names from data must stay names. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('%{', '%\u200b{');
}

function layoutOf(spec: ChartSpec, theme: ChartTheme): PlotlyLayout {
  const drawn = spec.series.filter((series) => series.mark !== 'heatmap');
  const heatmap = spec.series.some((series) => series.mark === 'heatmap');
  const bars = spec.series.filter((series) => series.mark === 'bars');
  const numericBars = bars.some((series) => series.x.some((x) => typeof x === 'number'));
  return {
    paper_bgcolor: 'rgba(0, 0, 0, 0)',
    plot_bgcolor: 'rgba(0, 0, 0, 0)',
    font: { family: theme.font, size: 12, color: theme.text },
    margin: { l: 12, r: 16, t: 8, b: 12, pad: 0 },
    autosize: true,
    separators: '.\u202f',
    showlegend: drawn.length > 1,
    legend: { orientation: 'h', x: 0, y: 1.02, xanchor: 'left', yanchor: 'bottom', font: { size: 12, color: theme.text }, bgcolor: 'rgba(0, 0, 0, 0)' },
    hoverlabel: { bgcolor: theme.raised, bordercolor: theme.axis, font: { family: theme.font, size: 12, color: theme.text }, align: 'left' },
    hovermode: 'closest',
    dragmode: 'zoom',
    barmode: bars.length > 1 && numericBars ? 'overlay' : 'group',
    bargap: numericBars ? 0.04 : 0.25,
    xaxis: { ...axisOf(spec.x, theme, { grid: !heatmap && bars.length === 0, reversed: false, largest: largestOf(spec, 'x') }), ...(fewWholeSteps(spec) ? { dtick: 1 } : {}) },
    yaxis: axisOf(spec.y, theme, { grid: !heatmap, reversed: heatmap && spec.y.scale === 'category', largest: largestOf(spec, 'y') }),
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
    tickfont: { size: 11, color: theme.muted },
    // Counts in millions read as 6M; small numbers keep powers of ten, as “μ” would read as a unit.
    exponentformat: options.largest >= 1e5 ? 'SI' : 'power',
    minexponent: 5,
    separatethousands: true,
    ...(range ? { range } : options.reversed ? { autorange: 'reversed' } : {}),
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

function colourBar(theme: ChartTheme): Record<string, unknown> {
  return { thickness: 10, outlinewidth: 0, tickfont: { size: 11, color: theme.muted }, len: 0.9 };
}
