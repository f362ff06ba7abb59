import type { ChartSpec } from '#app/sdk/ports.ts';
import { chartFileName } from './chart-text.ts';
import { loadPlotly } from './plotly.ts';
import { escapeHtml } from './layout.ts';
import { figureOf } from './traces.ts';
import type { ChartTheme } from './theme.ts';

/** Saves the chart with its title on a plain ground, at a size that suits a document. */
export async function downloadChart(spec: ChartSpec, theme: ChartTheme, format: 'png' | 'svg'): Promise<void> {
  const plotly = await loadPlotly();
  const { traces, layout } = figureOf(spec, theme);
  const url = await plotly.toImage(
    {
      data: traces,
      layout: {
        ...layout,
        paper_bgcolor: theme.surface,
        plot_bgcolor: theme.surface,
        margin: { l: 24, r: 24, t: 72, b: 24 },
        title: { text: escapeHtml(spec.title), font: { size: 16, color: theme.text }, x: 0.02, xanchor: 'left', y: 0.97, yanchor: 'top' },
      },
    },
    { format, width: 960, height: 600, ...(format === 'png' ? { scale: 2 } : {}) },
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = chartFileName(spec, format);
  link.click();
}
