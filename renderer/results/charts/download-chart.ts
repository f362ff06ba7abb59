import type { ChartSpec } from '#app/sdk/ports.ts';
import { chartCsv, chartFileName } from './chart-text.ts';
import type { FigureView } from './figure-view.ts';
import { loadPlotly } from './plotly.ts';
import { escapeHtml } from './layout.ts';
import { figureOf, type Figure } from './traces.ts';
import type { ChartTheme } from './theme.ts';

/** Saves the chart as it is seen, with its title and what its note says, on a plain ground, at a size that suits a document. */
export async function downloadChart(spec: ChartSpec, theme: ChartTheme, format: 'png' | 'svg', view: FigureView = {}, draw: ((theme: ChartTheme, view: FigureView) => Figure) | undefined = undefined): Promise<void> {
  const plotly = await loadPlotly();
  const { traces, layout } = draw === undefined ? figureOf(spec, theme, { ...view, mark: null }) : draw(theme, view);
  const note = linesOf(spec.note ?? '');
  const url = await plotly.toImage(
    {
      data: traces,
      layout: {
        ...layout,
        paper_bgcolor: theme.surface,
        plot_bgcolor: theme.surface,
        margin: { l: 24, r: 24, t: 72 + 14 * note.length, b: 24 },
        title: {
          text: [escapeHtml(spec.title), ...note.map((line) => `<span style="font-size:11px">${escapeHtml(line)}</span>`)].join('<br>'),
          font: { size: 16, color: theme.text },
          x: 0.02,
          xanchor: 'left',
          y: 0.97,
          yanchor: 'top',
        },
      },
    },
    { format, width: 960, height: 600, ...(format === 'png' ? { scale: 2 } : {}) },
  );
  save(url, chartFileName(spec, format));
}

/** A note in lines that fit the picture's width. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 150) lines[lines.length - 1] = `${last} ${word}`;
    else if (word !== '') lines.push(word);
  }
  return lines;
}

/** Saves the chart's numbers. */
export function downloadNumbers(spec: ChartSpec): void {
  // With the mark that makes spreadsheets read it as UTF-8.
  const url = URL.createObjectURL(new Blob(['\ufeff', chartCsv(spec)], { type: 'text/csv;charset=utf-8' }));
  save(url, chartFileName(spec, 'csv'));
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function save(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
