import { formatCount, formatNumber } from '#app/core/units.ts';
import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import type { Axis } from './axis.ts';
import { ink, seriesInk } from './colours.ts';
import { px, svg, type SvgNode } from './svg.ts';

/** What marks are drawn on. */
export interface Plot {
  readonly spec: ChartSpec;
  readonly x: Axis;
  readonly y: Axis;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Whether series are told apart by dashes as well. */
  readonly dashed: boolean;
}

export interface Drawn {
  readonly series: ChartSeries;
  /** Index of its colour; −1: none of the palette. */
  readonly colour: number;
}

export const inkOf = ({ series, colour }: Drawn): string => (series.neutral === true || colour < 0 ? ink.neutral : seriesInk(colour));

/** What is read when a mark is pointed at. */
export const tip = (...lines: readonly string[]): SvgNode => svg('title', {}, lines.filter((line) => line !== '').join('\n'));

const named = (plot: Plot, series: ChartSeries): string => (plot.spec.series.length > 1 ? series.name : '');

/** More points than these are drawn as one path a series: nothing can be pointed at, and the file stays small. */
const mostPointed = 600;
const dashes = ['', '6 4', '2 3', '8 3 2 3', '12 4'];
export const dashOf = (index: number): string | undefined => dashes[index % dashes.length] || undefined;

export function lineMark(plot: Plot, drawn: Drawn, dash: number): SvgNode[] {
  const { series } = drawn;
  const colour = inkOf(drawn);
  const places = series.x.map((value, index) => [plot.x.place(value), plot.y.place(series.y[index]), index] as const);
  let path = '';
  let pen = false;
  const seen: (readonly [number, number, number])[] = [];
  for (const [x, y, index] of places) {
    if (x === null || y === null) {
      pen = false;
      continue;
    }
    path += `${pen ? 'L' : 'M'}${px(x)} ${px(y)}`;
    pen = true;
    seen.push([x, y, index]);
  }
  const [first] = seen;
  if (first === undefined) return [];
  const nodes: SvgNode[] = [];
  if (series.mark === 'area') {
    const ground = plot.y.place(0) ?? plot.top + plot.height;
    const last = seen.at(-1) ?? first;
    nodes.push(svg('path', { d: `${seen.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('')}L${px(last[0])} ${px(ground)}L${px(first[0])} ${px(ground)}Z`, fill: colour, fillOpacity: 0.16 }));
  }
  if (series.mark === 'reference') return [svg('path', { d: path, fill: 'none', stroke: ink.muted, strokeWidth: 1.25, strokeDasharray: '5 4' }, tip(series.name))];
  if (seen.length > 1) nodes.push(svg('path', { d: path, fill: 'none', stroke: colour, strokeWidth: series.neutral === true ? 1 : 2, strokeOpacity: series.neutral === true ? 0.5 : undefined, strokeLinejoin: 'round', strokeDasharray: dashOf(dash) }));
  if (seen.length === 1) nodes.push(svg('circle', { cx: px(first[0]), cy: px(first[1]), r: 3, fill: colour }));
  // Points nobody sees carry what is read there.
  if (seen.length <= 150 && series.neutral !== true) for (const [x, y, index] of seen) nodes.push(svg('circle', { cx: px(x), cy: px(y), r: 6, fill: colour, fillOpacity: 0, className: 'point' }, pointTip(plot, series, index)));
  return nodes;
}

function pointTip(plot: Plot, series: ChartSeries, index: number): SvgNode {
  const value = series.z?.[0]?.[index];
  return tip(named(plot, series), `${plot.spec.x.title}: ${plot.x.text(series.x[index])}`, `${plot.spec.y.title}: ${plot.y.text(series.y[index])}`, typeof value === 'number' ? `${plot.spec.colour?.title ?? 'value'}: ${formatNumber(value)}` : '');
}

/** Points in the colours of their series, or one by one in that of a value. */
export function pointMarks(plot: Plot, drawn: Drawn, colourOf: ((index: number) => string) | null): SvgNode[] {
  const { series } = drawn;
  const places = series.x.flatMap((value, index) => {
    const [x, y] = [plot.x.place(value), plot.y.place(series.y[index])];
    return x === null || y === null ? [] : [{ x, y, index }];
  });
  const radius = places.length > 2000 ? 1.8 : places.length > 300 ? 2.5 : 3.5;
  const opacity = places.length > 2000 ? 0.45 : places.length > 300 ? 0.6 : 0.85;
  if (places.length > mostPointed) {
    const paths = new Map<string, string>();
    for (const { x, y, index } of places) {
      const colour = colourOf?.(index) ?? inkOf(drawn);
      paths.set(colour, `${paths.get(colour) ?? ''}M${px(x)} ${px(y)}h0`);
    }
    return [...paths].map(([colour, d]) => svg('path', { d, stroke: colour, strokeWidth: 2 * radius, strokeLinecap: 'round', strokeOpacity: opacity, fill: 'none' }));
  }
  const largest = (series.size ?? []).reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
  return places.map(({ x, y, index }) => {
    const size = series.size === undefined || largest === 0 ? radius : Math.max(1.5, 13 * Math.sqrt(Math.abs(series.size[index] ?? 0) / largest));
    return svg('path', { d: symbol(drawn.colour, x, y, size), fill: colourOf?.(index) ?? inkOf(drawn), fillOpacity: opacity, className: 'point' }, pointTip(plot, series, index));
  });
}

/** Series differ by shape, too. */
function symbol(index: number, x: number, y: number, r: number): string {
  switch (Math.max(0, index) % 4) {
    case 1:
      return `M${px(x - r * 0.9)} ${px(y - r * 0.9)}h${px(r * 1.8)}v${px(r * 1.8)}h${px(-r * 1.8)}Z`;
    case 2:
      return `M${px(x)} ${px(y - r * 1.25)}l${px(r * 1.25)} ${px(r * 1.25)}l${px(-r * 1.25)} ${px(r * 1.25)}l${px(-r * 1.25)} ${px(-r * 1.25)}Z`;
    case 3:
      return `M${px(x)} ${px(y - r * 1.2)}l${px(r * 1.15)} ${px(r * 2)}h${px(-r * 2.3)}Z`;
    default:
      return `M${px(x - r)} ${px(y)}a${px(r)} ${px(r)} 0 1 0 ${px(2 * r)} 0a${px(r)} ${px(r)} 0 1 0 ${px(-2 * r)} 0Z`;
  }
}

/** Bars of every series of a chart: upright, or lying where the names are beside them. */
export function barMarks(plot: Plot, bars: readonly Drawn[], lying: boolean): SvgNode[] {
  const [along, across] = lying ? [plot.y, plot.x] : [plot.x, plot.y];
  const several = bars.length > 1;
  const numeric = bars.some(({ series }) => series.edges !== undefined || (along.kind !== 'category' && series.x.length > 0));
  const mode = plot.spec.bars ?? (several && numeric ? 'overlay' : 'group');
  const ground = across.place(0) ?? (lying ? plot.left : plot.top + plot.height);
  const stacked = new Map<string, { up: number; down: number }>();
  const gap = nearest(bars.flatMap(({ series }) => (lying ? series.y : series.x)).map((value) => along.place(value)));
  return bars.flatMap((drawn, place) => {
    const { series } = drawn;
    const [names, heights] = lying ? [series.y, series.x] : [series.x, series.y];
    return names.flatMap((name, index) => {
      const height = heights[index];
      if (typeof height !== 'number' || !Number.isFinite(height)) return [];
      const room = extentOf(along, series, index, name, gap);
      if (room === null) return [];
      const share = mode === 'group' && several ? (room.to - room.from) / bars.length : room.to - room.from;
      const from = mode === 'group' && several ? room.from + share * place : room.from;
      const pile = stacked.get(String(name)) ?? { up: 0, down: 0 };
      const base = mode === 'stack' ? (height >= 0 ? pile.up : pile.down) : 0;
      if (mode === 'stack') stacked.set(String(name), height >= 0 ? { ...pile, up: base + height } : { ...pile, down: base + height });
      const [start, end] = [mode === 'stack' ? (across.place(base) ?? ground) : ground, across.place(base + height) ?? ground];
      const [low, high] = [Math.min(start, end), Math.max(start, end)];
      const [thick, long] = [Math.max(0.5, share - (series.edges === undefined ? 1 : 0.75)), Math.max(0, high - low)];
      const overlaid = several && mode === 'overlay';
      const at = series.edges === undefined ? along.text(name) : `${along.text(series.edges[index])} – ${along.text(series.edges[index + 1])}`;
      return [
        svg(
          'rect',
          { ...(lying ? { x: px(low), y: px(from), width: px(long), height: px(thick) } : { x: px(from), y: px(low), width: px(thick), height: px(long) }), fill: inkOf(drawn), fillOpacity: overlaid ? 0.5 : 0.9, ...(overlaid ? { stroke: inkOf(drawn), strokeWidth: 1 } : {}), className: 'point' },
          tip(named(plot, series), `${lying ? plot.spec.y.title : plot.spec.x.title}: ${at}`, `${lying ? plot.spec.x.title : plot.spec.y.title}: ${across.text(height)}`),
        ),
      ];
    });
  });
}

function extentOf(along: Axis, series: ChartSeries, index: number, name: number | string | null, gap: number): { from: number; to: number } | null {
  if (series.edges !== undefined) {
    const [a, b] = [along.place(series.edges[index]), along.place(series.edges[index + 1])];
    return a === null || b === null ? null : { from: Math.min(a, b), to: Math.max(a, b) };
  }
  const at = along.place(name);
  if (at === null) return null;
  const half = along.kind === 'category' ? along.step * 0.38 : Math.max(1, gap * 0.46);
  return { from: at - half, to: at + half };
}

/** Least distance between two neighbours. */
function nearest(places: readonly (number | null)[]): number {
  const sorted = [...new Set(places.filter((place): place is number => place !== null))].toSorted((a, b) => a - b);
  let least = Infinity;
  for (let index = 1; index < sorted.length; index += 1) least = Math.min(least, (sorted[index] ?? 0) - (sorted[index - 1] ?? 0));
  return Number.isFinite(least) ? least : 24;
}

export function bandMark(plot: Plot, drawn: Drawn): SvgNode[] {
  const { series } = drawn;
  const ends = series.x.flatMap((value, index) => {
    const [x, low, high] = [plot.x.place(value), plot.y.place(series.low?.[index]), plot.y.place(series.high?.[index])];
    return x === null || low === null || high === null ? [] : [{ x, low, high }];
  });
  if (ends.length === 0) return [];
  const d = `${ends.map(({ x, high }, index) => `${index === 0 ? 'M' : 'L'}${px(x)} ${px(high)}`).join('')}${ends.toReversed().map(({ x, low }) => `L${px(x)} ${px(low)}`).join('')}Z`;
  return [svg('path', { d, fill: inkOf(drawn), fillOpacity: 0.15 })];
}

export function boxMarks(plot: Plot, boxes: readonly Drawn[]): SvgNode[] {
  const share = (plot.x.step * 0.72) / Math.max(1, boxes.length);
  return boxes.flatMap((drawn, place) => {
    const { series } = drawn;
    return (series.boxes ?? []).flatMap((box, index) => {
      const middle = plot.x.place(series.x[index]);
      if (box === null || middle === null) return [];
      const centre = middle + (place - (boxes.length - 1) / 2) * share;
      const half = Math.min(32, share * 0.4);
      const at = (value: number): number => px(plot.y.place(value) ?? 0);
      const colour = inkOf(drawn);
      const [q1, q3] = [at(box.q1), at(box.q3)];
      return [
        svg('path', { d: `M${px(centre)} ${at(box.low)}V${q1}M${px(centre)} ${q3}V${at(box.high)}M${px(centre - half / 2)} ${at(box.low)}h${px(half)}M${px(centre - half / 2)} ${at(box.high)}h${px(half)}`, stroke: colour, strokeWidth: 1.5, fill: 'none' }),
        svg(
          'rect',
          { x: px(centre - half), y: Math.min(q1, q3), width: px(2 * half), height: Math.max(0.5, Math.abs(q1 - q3)), fill: colour, fillOpacity: 0.26, stroke: colour, strokeWidth: 1.5, className: 'point' },
          tip(named(plot, series), plot.x.text(series.x[index]), `median ${formatNumber(box.median)}, mean ${formatNumber(box.mean)}`, `half of the values from ${formatNumber(box.q1)} to ${formatNumber(box.q3)}`, `${formatCount(box.rows)} values, ${formatCount(box.outside)} beyond the whiskers`),
        ),
        svg('path', { d: `M${px(centre - half)} ${at(box.median)}h${px(2 * half)}`, stroke: colour, strokeWidth: 2.5, fill: 'none' }),
        svg('path', { d: `M${px(centre - half)} ${at(box.mean)}h${px(2 * half)}`, stroke: colour, strokeWidth: 1, strokeDasharray: '3 3', fill: 'none' }),
        ...(box.outliers.length === 0 ? [] : [svg('path', { d: box.outliers.map((value) => `M${px(centre)} ${at(value)}h0`).join(''), stroke: colour, strokeOpacity: 0.55, strokeWidth: 3.5, strokeLinecap: 'round', fill: 'none' })]),
      ];
    });
  });
}
