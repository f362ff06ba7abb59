import type { ChartSpec } from '#app/sdk/ports.ts';
import { chartPicture } from '#app/reports/chart/picture.ts';
import { chartSummary } from '#app/reports/chart/summary.ts';
import { svg, svgMarkup } from '#app/reports/chart/svg.ts';
import { loneDrawingStyle } from '#app/reports/html/style.ts';
import type { ChartLook } from '#app/reports/document.ts';
import { chartFileName } from '../results/charts/chart-text.ts';
import { saveUrl } from '../results/charts/download-chart.ts';

/** px of a saved chart; a PNG has twice as many. */
const [width, height, scale] = [960, 600, 2];

/** A chart as a file of its own: the drawing of the page, with its title, on a plain ground. */
export function chartFile(chart: ChartSpec, look: Partial<ChartLook>, title: string, tone: 'light' | 'dark'): string {
  const picture = chartPicture(chart, { width: width - 32, height: height - 72, look, summary: chartSummary(chart) });
  const inner = { ...picture, attributes: { ...picture.attributes, x: 16, y: 56 } };
  const whole = svg(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height },
    svg('style', {}, loneDrawingStyle(tone, look.palette ?? 'standard')),
    svg('rect', { width, height, fill: 'var(--chart-surface)' }),
    svg('text', { x: 24, y: 34, fontSize: 17, fontWeight: 600, fill: 'var(--chart-ink)' }, title),
    inner,
  );
  return svgMarkup(whole);
}

export function saveSvg(chart: ChartSpec, look: Partial<ChartLook>, title: string, tone: 'light' | 'dark'): void {
  saveBlob(new Blob([chartFile(chart, look, title, tone)], { type: 'image/svg+xml' }), chartFileName({ title }, 'svg'));
}

export async function savePng(chart: ChartSpec, look: Partial<ChartLook>, title: string, tone: 'light' | 'dark'): Promise<void> {
  saveBlob(await pngOf(chartFile(chart, look, title, tone)), chartFileName({ title }, 'png'));
}

export async function copyPng(chart: ChartSpec, look: Partial<ChartLook>, title: string, tone: 'light' | 'dark'): Promise<void> {
  // The promise goes in, so that the browser still knows that a person asked for it.
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': pngOf(chartFile(chart, look, title, tone)) })]);
}

async function pngOf(markup: string): Promise<Blob> {
  const image = new Image();
  // A data URL: the page's policy lets images come from nowhere else.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(markup)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width * scale, height * scale];
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('The picture could not be drawn.');
  return blob;
}

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  saveUrl(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
