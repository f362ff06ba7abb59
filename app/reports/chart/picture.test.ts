import { describe, expect, it } from 'vitest';
import type { ChartSpec } from '#app/sdk/ports.ts';
import { makeAxis } from './axis.ts';
import { chartVariables, levels } from './colours.ts';
import { likeWhole } from './like-whole.ts';
import { chartPicture } from './picture.ts';
import { svgMarkup, type SvgNode } from './svg.ts';

const size = { width: 600, height: 320, summary: 'A chart' };
const numbers = { title: 'x' };
const charts: Readonly<Record<string, ChartSpec>> = {
  lines: { title: 'Lines', x: numbers, y: { title: 'y' }, series: [{ name: 'a', mark: 'line', group: 'g', x: [1, 2, 3], y: [1, null, 3] }, { name: 'b', mark: 'line', group: 'g', x: [1, 2, 3], y: [3, 2, 1] }, { name: 'even', mark: 'reference', x: [1, 3], y: [2, 2] }, { name: 'range', mark: 'band', x: [1, 2], y: [], low: [0, 1], high: [2, 3] }] },
  bars: { title: 'Bars', x: { title: 'kind', scale: 'category' }, y: { title: 'Rows' }, bars: 'stack', series: [{ name: 'p', mark: 'bars', x: ['a', 'b'], y: [3, 4] }, { name: 'q', mark: 'bars', x: ['a', 'b'], y: [1, 2] }] },
  lying: { title: 'Lying', x: { title: 'share' }, y: { title: '', scale: 'category' }, series: [{ name: 's', mark: 'bars', x: [0.5, -0.2], y: ['one', 'two'] }] },
  histogram: { title: 'Histogram', x: numbers, y: { title: 'Rows' }, series: [{ name: 'n', mark: 'bars', x: [0.5, 1.5], y: [3, 5], edges: [0, 1, 2] }] },
  times: { title: 'Times', x: { title: 'day', scale: 'time' }, y: { title: 'y', scale: 'log' }, series: [{ name: 't', mark: 'area', x: ['2026-01-01', '2026-02-01 12:00:00', '2026-03-01'], y: [1, 10, 1000] }] },
  heat: { title: 'Heat', x: { title: 'p', scale: 'category' }, y: { title: 't', scale: 'category' }, series: [{ name: 'rows', mark: 'heatmap', x: ['a', 'b'], y: ['a', 'b'], z: [[1, 0], [null, 4]], text: [['1', '0'], ['', '4']] }] },
  hexagons: { title: 'Hexagons', x: numbers, y: { title: 'y' }, colour: { title: 'Rows', log: true }, series: [{ name: 'rows', mark: 'hexagons', x: [1, 2], y: [1, 2], z: [[1, 100]], hexagon: { width: 1, height: 1 } }] },
  boxes: { title: 'Boxes', x: { title: '', scale: 'category' }, y: { title: 'y' }, series: [{ name: 'v', mark: 'boxes', x: ['a', 'b'], y: [2, null], boxes: [{ low: 0, q1: 1, median: 2, q3: 3, high: 4, mean: 2, rows: 10, outside: 1, outliers: [9] }, null] }] },
  points: { title: 'Points', x: numbers, y: { title: 'y' }, colour: { title: 'z', centre: 0 }, series: [{ name: 'p', mark: 'points', x: [1, 2, 3], y: [1, 2, null], z: [[-1, 1, 0]], size: [1, 4, 9] }] },
  nothing: { title: 'Nothing', x: numbers, y: { title: 'y' }, series: [] },
  gaps: { title: 'Gaps', x: numbers, y: { title: 'y' }, series: [{ name: 'n', mark: 'line', x: [null, Number.NaN], y: [1, 2] }] },
};

const coordinates = /^(d|x|y|cx|cy|width|height|r|transform|points)$/;
function* nodesOf(node: SvgNode): Generator<SvgNode> {
  yield node;
  for (const child of node.children) if (typeof child !== 'string') yield* nodesOf(child);
}

describe('drawings of charts', () => {
  it.each(Object.entries(charts))('%s: every mark has a place, and the numbers are in reach', (_name, spec) => {
    const picture = chartPicture(spec, size);
    for (const { attributes } of nodesOf(picture)) for (const [name, value] of Object.entries(attributes)) if (coordinates.test(name)) expect(String(value), name).not.toMatch(/NaN|undefined|Infinity/);
    expect(svgMarkup(picture)).toBe(svgMarkup(chartPicture(structuredClone(spec), size)));
    expect(picture.attributes['aria-label']).toBe('A chart');
  });

  it('stacks bars, and lays them where names are beside them', () => {
    const heights = (spec: ChartSpec, of: string): number[] => [...nodesOf(chartPicture(spec, size))].filter(({ tag, attributes }) => tag === 'rect' && attributes['className'] === 'point').map(({ attributes }) => Number(attributes[of]));
    const [a, b, c, d] = heights(charts['bars'] as ChartSpec, 'height');
    expect((b ?? 0) / (a ?? 1)).toBeCloseTo(4 / 3, 1);
    const tops = heights(charts['bars'] as ChartSpec, 'y');
    // The second series stands on the first.
    expect((tops[2] ?? 0) + (c ?? 0)).toBeCloseTo(tops[0] ?? 0, 1);
    expect((tops[3] ?? 0) + (d ?? 0)).toBeCloseTo(tops[1] ?? 0, 1);
    const widths = heights(charts['lying'] as ChartSpec, 'width');
    expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(2.5, 1);
  });

  it('tells the marks of a confusion matrix', () => {
    const titles = [...nodesOf(chartPicture(charts['heat'] as ChartSpec, size))].filter(({ tag }) => tag === 'title').map(({ children }) => children[0]);
    expect(titles).toContain('t: a\np: a\nrows: 1');
    expect(titles).toHaveLength(3);
  });

  it('leaves a legend out, and gives axes other titles, as asked', () => {
    const text = (look: object): string => svgMarkup(chartPicture(charts['lines'] as ChartSpec, { ...size, look }));
    expect(text({})).toContain('>even</text>');
    expect(text({ legend: 'hidden' })).not.toContain('>even</text>');
    expect(text({ xTitle: 'Epochs' })).toContain('>Epochs</text>');
  });
});

it('a chart of some rows keeps the axes and the colours of that of all', () => {
  const points = (name: string, x: number[], y: number[]): ChartSpec['series'][number] => ({ name, mark: 'points', x, y });
  const whole: ChartSpec = { title: 'W', x: numbers, y: { title: 'y' }, series: [points('a', [0, 100], [0, 10]), points('b', [50], [5])] };
  const part = likeWhole({ ...whole, series: [points('b', [50], [5])] }, whole);
  expect(part.series.map(({ name, x }) => [name, x.length])).toEqual([['a', 0], ['b', 1]]);
  expect([part.x.range, part.y.range]).toEqual([[-4, 104], [-0.4, 10.4]]);
  const histogram = charts['histogram'] as ChartSpec;
  const few = likeWhole({ ...histogram, series: [{ name: 'n', mark: 'bars', x: [1.5], y: [1], edges: [1, 2] }] }, histogram);
  expect([few.x.range, few.y.range]).toEqual([[0, 2], undefined]);
});

describe('axes', () => {
  const labels = (low: number, high: number, scale?: 'log' | 'time'): string[] => makeAxis({ title: '', ...(scale === undefined ? {} : { scale }) }, [low, high], { from: 0, to: 500, ticks: 5, zero: false, tight: true }).ticks.map(({ label }) => label);
  it('have round numbers', () => {
    expect(labels(0, 1)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(labels(-3, 3)).toEqual(['−2', '0', '2']);
    expect(labels(0, 5_000_000)).toEqual(['0', '1M', '2M', '3M', '4M', '5M']);
    expect(labels(1, 10_000, 'log')).toEqual(['1', '10', '100', '1\u202f000', '10\u202f000']);
    expect(labels(Date.UTC(2024, 0, 1), Date.UTC(2026, 0, 1), 'time')).toEqual(['2024', 'Jul 2024', '2025', 'Jul 2025', '2026']);
  });
  it('survive one value, and none', () => {
    expect(labels(7, 7).length).toBeGreaterThan(1);
    expect(makeAxis({ title: '' }, [], { from: 0, to: 100, ticks: 4, zero: false }).ticks.length).toBeGreaterThan(1);
  });
});

it('every colour of a scale has a readable text colour', () => {
  const luminance = (colour: string): number => {
    const parts = colour.startsWith('#') ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) : [...colour.matchAll(/\d+/g)].map(Number);
    const [r = 0, g = 0, b = 0] = parts.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const dark of [false, true]) {
    const variables = chartVariables(dark, 'standard');
    for (const letter of ['s', 'v', 'd']) {
      for (let level = 0; level < levels; level += 1) {
        const [ground, ink] = [luminance(variables[`--chart-${letter}${level}`] ?? ''), luminance(variables[`--chart-${letter}${level}t`] ?? '')];
        expect((Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05)).toBeGreaterThan(4.5);
      }
    }
  }
});
