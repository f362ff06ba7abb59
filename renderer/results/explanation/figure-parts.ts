import type { ChartSpec } from '#app/sdk/ports.ts';
import { layoutOf, escapeHtml } from '../charts/layout.ts';
import type { PlotlyLayout } from '../charts/plotly.ts';
import { seriesColour, withAlpha, type ChartTheme } from '../charts/theme.ts';
import { texts } from '../../text/texts.ts';

/** Low to high values: blue to orange as in all charts here, and never the colour of the ground in between. */
export const lowHighScale = (theme: Pick<ChartTheme, 'dark'>): [number, string][] =>
  theme.dark
    ? [[0, '#03c4ff'], [0.5, '#9d8fc9'], [1, '#ff7a3d']]
    : [[0, '#0072b2'], [0.5, '#8a6bb1'], [1, '#d55e00']];

export const lowersColour = (theme: ChartTheme): string => seriesColour(theme, 0);
export const raisesColour = (theme: ChartTheme): string => seriesColour(theme, 1);

/** A bar of colours from low to high. */
export function lowHighBar(theme: ChartTheme, title: string, ends: readonly [string, string] = [texts.charts.explain.low, texts.charts.explain.high]): Record<string, unknown> {
  return { thickness: 8, outlinewidth: 0, len: 0.95, tickvals: [0, 1], ticktext: ends.map(escapeHtml), tickfont: { size: 11, color: theme.muted }, title: { text: escapeHtml(title), side: 'right', font: { size: 11, color: theme.muted } } };
}

/** The layout of all charts, with a y axis that names places 0, 1, 2 … from below. */
export function namedLayout(theme: ChartTheme, spec: Pick<ChartSpec, 'x' | 'title'>, names: readonly string[], more: PlotlyLayout = {}): PlotlyLayout {
  const layout = layoutOf({ title: spec.title, x: spec.x, y: { title: '' }, series: [] }, theme, { drag: 'zoom' });
  const yaxis = layout['yaxis'] as Record<string, unknown>;
  return {
    ...layout,
    showlegend: false,
    yaxis: { ...yaxis, tickmode: 'array', tickvals: names.map((_name, i) => i), ticktext: names.map(escapeHtml), range: [-0.6, names.length - 0.4], showgrid: false, fixedrange: true },
    ...more,
  };
}

/** A line across at an x. */
export const upright = (x: number, theme: ChartTheme, dash: 'dot' | 'solid' = 'solid'): Record<string, unknown> => ({ type: 'line', xref: 'x', yref: 'paper', x0: x, x1: x, y0: 0, y1: 1, layer: 'below', line: { color: theme.axis, width: 1, dash } });

export const errorBars = (errors: readonly (number | null)[], theme: ChartTheme, alpha = 0.9): Record<string, unknown> => ({ type: 'data', array: errors.map((error) => error ?? 0), thickness: 1, width: 2, color: alpha >= 1 ? theme.text : theme.text.replace('rgb(', 'rgba(').replace(')', `, ${alpha})`) });

export { withAlpha };
