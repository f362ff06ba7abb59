import { formatCount, formatNumber } from '#app/core/units.ts';
import type { AxisSpec, ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { switched, type FigureView } from './figure-view.ts';
import { hexagonTraces, paleHexagons } from './hexagons.ts';
import { escapeHtml, layoutOf } from './layout.ts';
import type { PlotlyLayout, PlotlyTrace } from './plotly.ts';
import { dashes, densityScale, divergingScale, neutralColour, seriesColour, sequentialScale, symbols, withAlpha } from './theme.ts';
import type { ChartTheme } from './theme.ts';
import { texts } from '../../text/texts.ts';

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
export function figureOf(chart: ChartSpec, theme: ChartTheme, view: FigureView = {}): Figure {
  const spec = switched(chart, view);
  const notes: string[] = [];
  const colours = colourIndices(spec.series);
  const traces = spec.series.flatMap((series, index): readonly PlotlyTrace[] => {
    const { mark } = series;
    return mark === 'hexagons' ? hexagonsOf(series, spec, theme) : [traceOf(series, { mark, colourIndex: colours[index] ?? 0 }, spec, theme, notes)];
  });
  return { traces: [...paleTraces(spec, theme, view), ...traces], layout: layoutOf(spec, theme, view), notes };
}

/** Lines and points of the whole table behind those of a part. */
function paleTraces(spec: ChartSpec, theme: ChartTheme, { background }: FigureView): PlotlyTrace[] {
  const colour = withAlpha(neutralColour(theme), 0.4);
  return (background?.series ?? []).flatMap((series): PlotlyTrace[] => {
    if (series.mark !== 'line' && series.mark !== 'points' && series.mark !== 'hexagons') return [];
    if (!spec.series.some(({ mark }) => mark === series.mark)) return [];
    if (series.mark === 'hexagons') return [paleHexagons(spec, series, withAlpha(neutralColour(theme), 0.16))];
    const { x, y } = thin(series, series.mark === 'line' ? maxLinePoints : maxPoints, []);
    const look = series.mark === 'line' ? { mode: 'lines', line: { color: colour, width: 1 } } : { mode: 'markers', marker: { color: colour, size: 4 } };
    return [{ type: 'scatter', name: '', x, y, hoverinfo: 'skip', showlegend: false, ...look }];
  });
}

/** Equal groups share a colour; series without a group have their own; references have none. */
export function colourIndices(series: readonly ChartSeries[]): number[] {
  const groups = new Map<string, number>();
  let next = 0;
  return series.map((one) => {
    if (one.mark === 'reference' || one.mark === 'heatmap' || one.mark === 'hexagons' || one.neutral === true) return -1;
    if (one.group === undefined) return next++;
    const known = groups.get(one.group);
    if (known !== undefined) return known;
    groups.set(one.group, next);
    return next++;
  });
}

interface Drawn {
  readonly mark: Exclude<ChartSeries['mark'], 'hexagons'>;
  readonly colourIndex: number;
}

function traceOf(series: ChartSeries, { mark: drawn, colourIndex }: Drawn, spec: ChartSpec, theme: ChartTheme, notes: string[]): PlotlyTrace {
  // On a map of blues a line is orange.
  const onMap = series.mark === 'line' && spec.series.some(({ mark }) => mark === 'heatmap' || mark === 'hexagons');
  const colour = series.neutral === true ? neutralColour(theme) : seriesColour(theme, Math.max(0, colourIndex) + (onMap ? 1 : 0));
  const dash = dashes[sameGroupBefore(spec.series, series) % dashes.length];
  const name = series.name;
  switch (drawn) {
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
        // Many lines in the neutral colour (single rows) lie behind the others, and on one another.
        line: { color: series.neutral === true && series.mark === 'line' ? withAlpha(colour, 0.5) : colour, width: series.neutral === true ? 1 : 2, dash, shape: 'linear' },
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
          ...(series.size === undefined ? {} : sizesOf(kept.map((index) => series.size?.[index] ?? null))),
          ...(values
            ? { color: kept.map((index) => values[index] ?? null), colorscale: scaleOf(spec, theme), ...centred(spec), showscale: true, colorbar: colourBar(theme, spec.colour?.title ?? name) }
            : { color: colour }),
        },
        hovertemplate: hover(spec, name),
      };
    }
    case 'bars': {
      const several = spec.series.filter((one) => one.mark === 'bars').length > 1;
      const overlaid = several && spec.bars === 'overlay';
      const { edges } = series;
      // Names are read more easily beside bars that lie.
      const lies = spec.y.scale === 'category' && spec.x.scale !== 'category';
      return {
        type: 'bar',
        name,
        ...(lies ? { orientation: 'h' } : {}),
        x: series.x,
        y: series.y,
        ...(edges === undefined ? {} : { width: series.x.map((_, place) => widthOf(edges[place], edges[place + 1], spec.x)), text: series.x.map((_, place) => `${edgeText(edges[place])} – ${edgeText(edges[place + 1])}`), textposition: 'none' }),
        marker: { color: withAlpha(colour, overlaid ? 0.5 : several ? 0.85 : 0.9), line: edges === undefined ? { width: 0 } : { width: overlaid ? 1 : 0.75, color: overlaid ? colour : theme.surface } },
        hovertemplate: edges === undefined ? hover(spec, name) : hover(spec, name, '%{text}'),
      };
    }
    case 'band': {
      const places = series.x.flatMap((_, place) => (typeof series.low?.[place] === 'number' && typeof series.high?.[place] === 'number' ? [place] : []));
      const back = [...places].reverse();
      return {
        type: 'scatter',
        mode: 'lines',
        name,
        x: [...places, ...back].map((place) => series.x[place] ?? null),
        y: [...places.map((place) => series.high?.[place] ?? null), ...back.map((place) => series.low?.[place] ?? null)],
        fill: 'toself',
        fillcolor: withAlpha(colour, 0.15),
        line: { width: 0, color: colour },
        hoverinfo: 'skip',
        showlegend: false,
      };
    }
    case 'boxes': {
      const places = series.x.flatMap((_, place) => (series.boxes?.[place] ? [place] : []));
      const shapes = places.flatMap((place) => series.boxes?.[place] ?? []);
      return {
        type: 'box',
        name,
        x: places.map((place) => series.x[place] ?? null),
        q1: shapes.map(({ q1 }) => q1),
        median: shapes.map(({ median }) => median),
        q3: shapes.map(({ q3 }) => q3),
        lowerfence: shapes.map(({ low }) => low),
        upperfence: shapes.map(({ high }) => high),
        mean: shapes.map(({ mean }) => mean),
        // An empty list among these would be taken for “no y at all”.
        y: shapes.map(({ outliers }) => (outliers.length === 0 ? [null] : outliers)),
        orientation: 'v',
        boxpoints: 'all',
        jitter: 0.25,
        pointpos: 0,
        boxmean: true,
        whiskerwidth: 0.4,
        line: { color: colour, width: 1.5 },
        fillcolor: withAlpha(colour, 0.28),
        marker: { color: colour, size: 3.5, opacity: 0.55 },
        hoveron: 'boxes+points',
      };
    }
    case 'heatmap': {
      const dense = series.x.length > 40 || series.y.length > 40;
      const gap = dense || (series.edges !== undefined && series.yEdges !== undefined) ? 0 : 2;
      const log = spec.colour?.log === true;
      const z = series.z ?? [];
      return {
        type: 'heatmap',
        name,
        x: series.edges ?? series.x,
        y: series.yEdges ?? series.y,
        z: log ? z.map((row) => row.map((value) => (value === null || value <= 0 ? null : Math.log10(value)))) : z,
        ...(log ? { customdata: z } : {}),
        colorscale: scaleOf(spec, theme, dense),
        ...centred(spec, 'z'),
        colorbar: { ...colourBar(theme, spec.colour?.title), ...(log ? logTicks(z) : {}) },
        showscale: series.text === undefined,
        xgap: gap,
        ygap: gap,
        hoverongaps: false,
        ...(series.text ? { text: series.text, texttemplate: '%{text}', textfont: { size: series.x.length > 8 || series.y.length > 8 ? 11 : 14 } } : {}),
        hovertemplate: `${escapeHtml(spec.y.title)}: %{y}<br>${escapeHtml(spec.x.title)}: %{x}<br>${spec.colour === undefined ? '' : `${escapeHtml(spec.colour.title)}: `}<b>${series.text ? '%{text}' : log ? '%{customdata}' : '%{z}'}</b><extra></extra>`,
      };
    }
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

function hexagonsOf(series: ChartSeries, spec: ChartSpec, theme: ChartTheme): PlotlyTrace[] {
  const log = spec.colour?.log === true;
  return hexagonTraces(spec, series, { scale: scaleOf(spec, theme, true), colourBar: { ...colourBar(theme, spec.colour?.title), ...(log ? logTicks(series.z ?? []) : {}) }, log });
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
  notes.push(texts.charts.thinned(series.name, most, count));
  return { x: kept.map((index) => series.x[index] ?? null), y: kept.map((index) => series.y[index] ?? null), kept };
}

function hover(spec: ChartSpec, name: string, given?: string): string {
  const valueFormat = (axis: AxisSpec) => (axis.percent === true ? ':.1%' : axis.scale === 'category' || axis.scale === 'time' ? '' : ':,.6~g');
  const x = given ?? `%{x${valueFormat(spec.x)}}`;
  const y = `%{y${valueFormat(spec.y)}}`;
  return `${escapeHtml(spec.x.title)}: ${x}<br>${escapeHtml(spec.y.title)}: <b>${y}</b><extra>${spec.series.length > 1 ? escapeHtml(name) : ''}</extra>`;
}

const edgeText = (edge: number | string | undefined): string => (typeof edge === 'number' ? formatNumber(edge) : (edge ?? ''));

/** Width of a bar in what Plotly counts along the axis: numbers, decades, milliseconds. */
function widthOf(low: number | string | undefined, high: number | string | undefined, axis: AxisSpec): number {
  if (typeof low === 'number' && typeof high === 'number') return axis.scale === 'log' ? Math.log10(high / low) : high - low;
  const at = (edge: number | string | undefined): number => Date.parse(`${String(edge).replace(' ', 'T')}${String(edge).length > 10 ? 'Z' : ''}`);
  return at(high) - at(low);
}

/** Areas by value; the largest is 26 px across. */
function sizesOf(values: readonly (number | null)[]): Record<string, unknown> {
  const largest = values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
  return { size: values.map((value) => Math.abs(value ?? 0)), sizemode: 'area', sizeref: (2 * Math.max(largest, 1e-300)) / 26 ** 2, sizemin: 2 };
}

function scaleOf(spec: ChartSpec, theme: ChartTheme, dense = false): [number, string][] {
  if (spec.colour?.centre !== undefined) return divergingScale(theme);
  return dense ? densityScale(theme) : sequentialScale(theme);
}

const centred = (spec: ChartSpec, letter: 'c' | 'z' = 'c'): Record<string, number> => (spec.colour?.centre === undefined ? {} : { [`${letter}mid`]: spec.colour.centre });

/** 1, 10, 100 … along a bar of colours that goes by powers of ten. */
function logTicks(z: readonly (readonly (number | null)[])[]): Record<string, unknown> {
  const most = z.flat().reduce<number>((high, value) => Math.max(high, value ?? 0), 1);
  const ticks = Array.from({ length: Math.floor(Math.log10(most)) + 1 }, (_, power) => power);
  return { tickvals: ticks, ticktext: ticks.map((power) => formatCount(10 ** power)) };
}

function colourBar(theme: ChartTheme, title?: string): Record<string, unknown> {
  return { thickness: 10, outlinewidth: 0, tickfont: { size: 11, color: theme.muted }, len: 0.9, ...(title === undefined ? {} : { title: { text: escapeHtml(title), side: 'right', font: { size: 11, color: theme.muted } } }) };
}
