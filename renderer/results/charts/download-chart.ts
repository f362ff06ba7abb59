import type { ChartSpec } from '#app/sdk/ports.ts';
import { chartCsv, chartFileName } from './chart-text.ts';
import type { FigureView } from './figure-view.ts';
import { loadPlotly } from './plotly.ts';
import { escapeHtml } from './layout.ts';
import { figureOf, type Figure } from './traces.ts';
import type { ChartTheme } from './theme.ts';

/** Saves the chart as it is seen, with its title and what its note says, on a plain ground, at a size that suits a document. */
export async function downloadChart(spec: ChartSpec, theme: ChartTheme, format: 'png' | 'svg', view: FigureView = {}, draw: Draw | undefined = undefined): Promise<void> {
  saveUrl(await imageOf(spec, theme, format, view, draw), chartFileName(spec, format));
}

/** The same picture for the clipboard. The promise goes in, so that the browser still knows that a person asked for it. */
export async function copyChart(spec: ChartSpec, theme: ChartTheme, view: FigureView = {}, draw: Draw | undefined = undefined): Promise<void> {
  const picture = imageOf(spec, theme, 'png', view, draw).then((url) => new Blob([Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (letter) => letter.charCodeAt(0))], { type: 'image/png' }));
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
}

type Draw = (theme: ChartTheme, view: FigureView) => Figure;

/** As a data URL; PNG at twice the size. */
async function imageOf(spec: ChartSpec, theme: ChartTheme, format: 'png' | 'svg', view: FigureView, draw: Draw | undefined): Promise<string> {
  const plotly = await loadPlotly();
  const { traces, layout } = draw === undefined ? figureOf(spec, theme, { ...view, mark: null }) : draw(theme, view);
  const note = linesOf(spec.note ?? '');
  return plotly.toImage(
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
export function downloadNumbers(spec: ChartSpec, name = spec.title): void {
  // With the mark that makes spreadsheets read it as UTF-8.
  const url = URL.createObjectURL(new Blob(['\ufeff', chartCsv(spec)], { type: 'text/csv;charset=utf-8' }));
  saveUrl(url, chartFileName({ title: name }, 'csv'));
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Hands a file to the person, as the system does downloads. */
export function saveUrl(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
