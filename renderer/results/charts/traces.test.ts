import { describe, expect, it } from 'vitest';
import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { chartCsv, chartFileName, chartSummary, chartTable, chartTsv } from './chart-text.ts';
import { canLog } from './figure-view.ts';
import { escapeHtml } from './layout.ts';
import { colourIndices, figureOf, maxPoints } from './traces.ts';
import type { ChartTheme } from './theme.ts';

const theme: ChartTheme = {
  dark: false,
  text: 'rgb(0, 0, 0)',
  muted: 'rgb(90, 90, 90)',
  grid: 'rgb(230, 230, 230)',
  axis: 'rgb(180, 180, 180)',
  surface: 'rgb(255, 255, 255)',
  raised: 'rgb(255, 255, 255)',
  accent: 'rgb(0, 90, 200)',
  font: 'Inter',
};

const chart = (series: ChartSeries[], rest: Partial<ChartSpec> = {}): ChartSpec => ({
  title: 'ROC curve',
  x: { title: 'False positive rate', range: [0, 1] },
  y: { title: 'True positive rate', range: [0, 1] },
  series,
  ...rest,
});

const roc: ChartSeries = { name: 'Model', mark: 'line', x: [0, 0.2, 1], y: [0, 0.8, 1] };
const chance: ChartSeries = { name: 'Chance', mark: 'reference', x: [0, 1], y: [0, 1] };

describe('figure', () => {
  it('draws lines and dashed references, with fixed ranges', () => {
    const { traces, layout } = figureOf(chart([roc, chance]), theme);
    expect(traces[0]).toMatchObject({ type: 'scatter', mode: 'lines', x: [0, 0.2, 1], name: 'Model' });
    expect(traces[1]).toMatchObject({ mode: 'lines', line: { dash: 'dash', color: theme.muted }, hoverinfo: 'skip' });
    expect(layout).toMatchObject({ xaxis: { range: [0, 1] }, showlegend: true });
  });

  it('shows a line of one point as a point', () => {
    expect(figureOf(chart([{ ...roc, x: [0], y: [1] }]), theme).traces[0]).toMatchObject({ mode: 'markers' });
  });

  it('puts the first class of a matrix on top and its counts in the cells', () => {
    const matrix: ChartSeries = { name: 'Rows', mark: 'heatmap', x: ['no', 'yes'], y: ['no', 'yes'], z: [[5, 1], [2, 7]], text: [['5', '1'], ['2', '7']] };
    const { traces, layout } = figureOf(chart([matrix], { x: { title: 'Predicted', scale: 'category' }, y: { title: 'Actual', scale: 'category' } }), theme);
    expect(traces[0]).toMatchObject({ type: 'heatmap', texttemplate: '%{text}', showscale: false });
    expect(layout).toMatchObject({ yaxis: { autorange: 'reversed', type: 'category' }, showlegend: false });
  });

  it('gives log ranges in decades', () => {
    expect(figureOf(chart([roc], { y: { title: 'Loss', scale: 'log', range: [0.01, 100] } }), theme).layout).toMatchObject({ yaxis: { type: 'log', range: [-2, 2] } });
  });

  it('overlays histograms but groups bars of categories', () => {
    const bars = (x: (string | number)[]): ChartSeries => ({ name: String(x[0]), mark: 'bars', x, y: [1, 2] });
    expect(figureOf(chart([bars([1, 2]), bars([1, 2])]), theme).layout).toMatchObject({ barmode: 'overlay' });
    expect(figureOf(chart([bars(['a', 'b']), bars(['a', 'b'])]), theme).layout).toMatchObject({ barmode: 'group' });
  });

  it('thins many points evenly, keeps both ends, and says so', () => {
    const x = Array.from({ length: 50_000 }, (_, index) => index);
    const { traces, notes } = figureOf(chart([{ name: 'Cloud', mark: 'points', x, y: x }]), theme);
    const drawn = traces[0]?.x as number[];
    expect(drawn).toHaveLength(maxPoints);
    expect([drawn[0], drawn.at(-1)]).toEqual([0, 49_999]);
    expect(new Set(drawn).size).toBe(maxPoints);
    expect(notes[0]).toContain('of 50000 points');
  });

  it('lays bars down where the names are along y', () => {
    const bars: ChartSeries = { name: 'importance', mark: 'bars', x: [0.5, 0.2], y: ['a', 'b'] };
    expect(figureOf({ ...chart([bars]), y: { title: '', scale: 'category' } }, theme).traces[0]).toMatchObject({ type: 'bar', orientation: 'h', x: [0.5, 0.2], y: ['a', 'b'] });
    expect(figureOf(chart([{ ...bars, x: ['a', 'b'], y: [0.5, 0.2] }]), theme).traces[0]).not.toHaveProperty('orientation');
  });

  it('gives one group one colour and tells its series apart by dash', () => {
    const grouped: ChartSeries[] = [
      { ...roc, name: 'a train', group: 'a' },
      { ...roc, name: 'a test', group: 'a' },
      { ...roc, name: 'b train', group: 'b' },
      chance,
    ];
    expect(colourIndices(grouped)).toEqual([0, 0, 1, -1]);
    const lines = figureOf(chart(grouped), theme).traces.map((trace) => trace.line as { color: string; dash: string });
    expect(lines[0]?.color).toBe(lines[1]?.color);
    expect(lines[0]?.dash).not.toBe(lines[1]?.dash);
    expect(lines[2]?.color).not.toBe(lines[0]?.color);
  });

  it('keeps names from data as text', () => {
    expect(escapeHtml('<b>%{x}</b> & co')).toBe('&lt;b&gt;%\u200b{x}&lt;/b&gt; &amp; co');
  });
});

describe('charts of a table', () => {
  const bars = (y: number[]): ChartSpec => chart([{ name: 'v', mark: 'bars', x: [2.5, 7.5], y, edges: [0, 5, 10] }], { x: { title: 'v', column: { name: 'v', type: 'float' } }, y: { title: 'Rows' } });

  it('draws bars as wide as their bins, with the whole table pale behind a part', () => {
    const { traces, layout } = figureOf(bars([1, 2]), theme, { background: bars([10, 4]), mark: { x: [0, 5] } });
    expect(traces[0]).toMatchObject({ type: 'bar', width: [5, 5], text: ['0 – 5', '5 – 10'] });
    expect(layout).toMatchObject({ yaxis: { range: [0, 10.5] } });
    const shapes = layout.shapes as readonly Record<string, unknown>[];
    expect(shapes.map(({ layer, x0, x1, y1 }) => [layer, x0, x1, y1])).toEqual([['below', 0, 5, 10], ['below', 5, 10, 4], ['above', 0, 5, 1]]);
  });

  it('gives bins on a time axis their width in milliseconds', () => {
    const dated = chart([{ name: 'd', mark: 'bars', x: ['2024-01-16 12:00:00'], y: [1], edges: ['2024-01-01', '2024-02-01'] }], { x: { title: 'd', scale: 'time' } });
    expect(figureOf(dated, theme).traces[0]).toMatchObject({ width: [31 * 86_400_000] });
  });

  it('draws boxes from their numbers, also those without outliers', () => {
    const shape = { low: 1, q1: 2, median: 3, q3: 4, high: 5, mean: 3.5, rows: 9, outside: 0, outliers: [] };
    const boxes = chart([{ name: 'v', mark: 'boxes', x: ['a', 'b', 'c'], y: [3, null, 3], boxes: [shape, null, { ...shape, outside: 1, outliers: [30] }] }]);
    expect(figureOf(boxes, theme).traces[0]).toMatchObject({ type: 'box', x: ['a', 'c'], q1: [2, 2], lowerfence: [1, 1], y: [[null], [30]], orientation: 'v' });
    expect(chartTable(boxes).rows).toEqual([['a', 9, 1, 2, 3, 4, 5, 3.5, 0], ['c', 9, 1, 2, 3, 4, 5, 3.5, 1]]);
  });

  it('colours a density by powers of ten, and keeps its counts for the hover', () => {
    const map = chart([{ name: 'Rows', mark: 'heatmap', x: [0.5, 1.5], y: [1], z: [[100, null]], edges: [0, 1, 2], yEdges: [0, 2] }], { colour: { title: 'Rows', log: true } });
    expect(figureOf(map, theme).traces[0]).toMatchObject({ x: [0, 1, 2], y: [0, 2], z: [[2, null]], customdata: [[100, null]] });
  });

  it('fills hexagons by the level of their colour, with their numbers over them, on every kind of axis', () => {
    const cells: ChartSeries = { name: 'Rows', mark: 'hexagons', x: [10, 100, 1000], y: ['2024-01-01 00:00:00', '2024-01-01 00:00:03', '2024-01-01 00:00:06'], z: [[1, 1, 1000]], hexagon: { width: 2, height: 4000 } };
    const spec = chart([cells], { x: { title: 'x', scale: 'log' }, y: { title: 'y', scale: 'time' }, colour: { title: 'Rows', log: true } });
    const { traces, layout } = figureOf(spec, theme);
    // Two levels of colour, and the points that carry the hover and the bar.
    expect(traces).toHaveLength(3);
    const [low] = traces;
    expect(low).toMatchObject({ fill: 'toself', hoverinfo: 'skip', showlegend: false });
    const [x, y] = [low?.x as (number | null)[], low?.y as (string | null)[]];
    expect(x.slice(0, 8).map((one) => (one === null ? null : Math.round(Math.log10(one))))).toEqual([0, 0, 1, 2, 2, 1, 0, null]);
    expect(y.slice(0, 3)).toEqual(['2023-12-31 23:59:59.000', '2024-01-01 00:00:01.000', '2024-01-01 00:00:02.000']);
    expect(x.filter((one) => one === null)).toHaveLength(1);
    expect(traces[2]).toMatchObject({ x: cells.x, marker: { opacity: 0, color: [0, 0, 3], cmin: 0, cmax: 3, colorbar: { title: { text: 'Rows' }, ticktext: ['1', '10', '100', '1\u202f000'] } } });
    expect(layout).toMatchObject({ showlegend: false });
    expect(canLog(spec, 'x')).toBe(false);
    expect(chartTable(spec)).toEqual({ header: ['x about', 'y about', 'Rows'], rows: [[10, '2024-01-01 00:00:00', 1], [100, '2024-01-01 00:00:03', 1], [1000, '2024-01-01 00:00:06', 1000]] });
    expect(chartSummary(spec)).toContain('3 hexagons with Rows, from 1 to 1');
  });

  it('draws the whole cloud pale behind a part of it', () => {
    const cells: ChartSeries = { name: 'Rows', mark: 'hexagons', x: [1, 2], y: [1, 2], z: [[5, 9]], hexagon: { width: 1, height: 1 } };
    const { traces } = figureOf(chart([{ ...cells, x: [1], y: [1], z: [[2]] }]), theme, { background: chart([cells]) });
    expect(traces).toHaveLength(3);
    expect(traces[0]?.fillcolor).not.toBe(traces[1]?.fillcolor);
    expect(traces[0]?.x).toHaveLength(15);
  });

  it('gives Other no colour of the palette', () => {
    expect(colourIndices([{ ...roc, name: 'a', group: 'a' }, { ...roc, name: 'Other', group: 'Other', neutral: true }, { ...roc, name: 'b', group: 'b' }])).toEqual([0, -1, 1]);
  });

  it('offers logarithms only where they can be drawn', () => {
    expect(canLog(bars([1, 2]), 'y')).toBe(true);
    expect(canLog(bars([1, 2]), 'x')).toBe(false);
    const points = (x: number[]): ChartSpec => chart([{ name: 'p', mark: 'points', x, y: [1, 2] }], { x: { title: 'x' }, y: { title: 'y' } });
    expect(canLog(points([0, 1]), 'x')).toBe(false);
    expect(canLog(points([0.1, 1]), 'x')).toBe(true);
  });

  it('writes CSV that spreadsheets read', () => {
    expect(chartCsv(chart([{ name: 'r', mark: 'bars', x: ['a, "b"', 'c'], y: [1, null] }], { x: { title: 'g' }, y: { title: 'Rows' } }))).toBe('g,Rows\r\n"a, ""b""",1\r\nc,\r\n');
  });
});

describe('chart as text', () => {
  it('sums up for those who cannot see it', () => {
    expect(chartSummary(chart([roc, chance]))).toBe(
      'Line chart “ROC curve”, False positive rate against True positive rate. Model: 3 points, from 0 to 1. Reference line Chance.',
    );
  });

  it('copies its numbers', () => {
    expect(chartTsv(chart([roc, chance]))).toBe('False positive rate\tTrue positive rate\n0\t0\n0.2\t0.8\n1\t1');
    expect(chartTable(chart([roc, { ...roc, name: 'Other' }])).header).toEqual(['series', 'False positive rate', 'True positive rate']);
  });

  it('names files plainly', () => {
    expect(chartFileName(chart([roc]), 'png')).toBe('roc-curve.png');
    expect(chartFileName(chart([roc], { title: '★' }), 'svg')).toBe('chart.svg');
  });
});
