import type { AxisSpec, ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { escapeHtml } from './layout.ts';
import type { PlotlyTrace } from './plotly.ts';
import { colourAt } from './theme.ts';
import { texts } from '../../text/texts.ts';

/** Colours told apart in a picture of hexagons: each is one filled trace, which Plotly draws as one path. */
const levels = 28;
/** Corners from the lower left one on, as parts of half the width and of half the height. */
const corners = [[-1, -0.5], [-1, 0.5], [0, 1], [1, 0.5], [1, -0.5], [0, -1], [-1, -0.5]] as const;

type Place = number | string | null;

/** Centre of a hexagon in what hexagons are equally wide in: numbers, decades, ms since 1970 UTC. */
function positionOf(axis: AxisSpec, value: Place | undefined): number {
  if (axis.scale === 'time') return Date.parse(`${String(value).replace(' ', 'T')}${String(value).length > 10 ? 'Z' : ''}`);
  return axis.scale === 'log' ? Math.log10(Number(value)) : Number(value);
}

function placeOf(axis: AxisSpec, position: number): number | string {
  if (axis.scale === 'time') return new Date(position).toISOString().slice(0, 23).replace('T', ' ');
  return axis.scale === 'log' ? 10 ** position : position;
}

/** Outlines of the hexagons at these places, with a gap behind each. */
function outlines(spec: ChartSpec, series: ChartSeries, places: readonly number[]): { x: Place[]; y: Place[] } {
  const [half, high] = [(series.hexagon?.width ?? 0) / 2, (series.hexagon?.height ?? 0) / 2];
  const [x, y]: [Place[], Place[]] = [[], []];
  for (const place of places) {
    const [cx, cy] = [positionOf(spec.x, series.x[place]), positionOf(spec.y, series.y[place])];
    if (x.length > 0) {
      x.push(null);
      y.push(null);
    }
    for (const [dx, dy] of corners) {
      x.push(placeOf(spec.x, cx + dx * half));
      y.push(placeOf(spec.y, cy + dy * high));
    }
  }
  return { x, y };
}

function filled(spec: ChartSpec, series: ChartSeries, places: readonly number[], colour: string): PlotlyTrace {
  // A hair of the same colour closes the seams that anti-aliasing leaves between neighbours.
  return { type: 'scatter', mode: 'lines', name: '', ...outlines(spec, series, places), fill: 'toself', fillcolor: colour, line: { color: colour, width: 0.6, simplify: false }, hoverinfo: 'skip', showlegend: false };
}

/** The whole table's hexagons in one pale colour, behind those of a part. */
export const paleHexagons = (spec: ChartSpec, series: ChartSeries, colour: string): PlotlyTrace => filled(spec, series, series.x.map((_, place) => place), colour);

interface Look {
  readonly scale: [number, string][];
  readonly colourBar: Record<string, unknown>;
  /** Colours go by powers of ten. */
  readonly log: boolean;
}

/** Filled hexagons by colour, and over them points nobody sees, which carry the hover and the bar of colours. */
export function hexagonTraces(spec: ChartSpec, series: ChartSeries, { scale, colourBar, log }: Look): PlotlyTrace[] {
  const values = series.z?.[0] ?? [];
  const heights = values.map((value) => (value === null || (log && value <= 0) ? null : log ? Math.log10(value) : value));
  const present = heights.filter((height): height is number => height !== null);
  const [low, high] = [present.reduce((least, one) => Math.min(least, one), Infinity), present.reduce((most, one) => Math.max(most, one), -Infinity)];
  const [from, to] = spec.colour?.centre === undefined ? [low, high] : around(spec.colour.centre, low, high);
  const byLevel = Array.from({ length: levels }, (): number[] => []);
  heights.forEach((height, place) => {
    if (height === null) return;
    const share = to > from ? (height - from) / (to - from) : 1;
    byLevel[Math.min(levels - 1, Math.floor(share * levels))]?.push(place);
  });
  const fills = byLevel.flatMap((places, level) => (places.length === 0 ? [] : [filled(spec, series, places, colourAt(scale, (level + 0.5) / levels))]));
  const title = escapeHtml(spec.colour?.title ?? series.name);
  const rows = series.rows === undefined ? '' : `<br>${texts.charts.rowsHover}: %{customdata[1]:,}`;
  return [
    ...fills,
    {
      type: 'scatter',
      mode: 'markers',
      name: series.name,
      x: series.x,
      y: series.y,
      customdata: values.map((value, place) => [value, series.rows?.[place] ?? value]),
      marker: { size: 9, opacity: 0, color: heights, colorscale: scale, ...(present.length === 0 ? {} : { cmin: from, cmax: to }), showscale: true, colorbar: colourBar },
      showlegend: false,
      hovertemplate: `${escapeHtml(spec.y.title)}: ${texts.charts.about} %{y${hoverFormat(spec.y)}}<br>${escapeHtml(spec.x.title)}: ${texts.charts.about} %{x${hoverFormat(spec.x)}}<br>${title}: <b>%{customdata[0]:,.6~g}</b>${rows}<extra></extra>`,
    },
  ];
}

const hoverFormat = (axis: AxisSpec): string => (axis.scale === 'time' ? '' : ':,.4~g');

function around(centre: number, low: number, high: number): [number, number] {
  const reach = Math.max(centre - low, high - centre);
  return [centre - reach, centre + reach];
}
