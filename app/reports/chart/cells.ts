import { formatCount, formatNumber } from '#app/core/units.ts';
import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { timeOf, type Axis } from './axis.ts';
import { ink, levelInk, levelOf, levels, levelText, type ScaleName } from './colours.ts';
import { tip, type Plot } from './marks.ts';
import { px, svg, type SvgNode } from './svg.ts';

/** How numbers become colours: the part of the scale, and what stands beside it. */
export interface ColourScale {
  readonly name: ScaleName;
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
  level(value: number | null | undefined): number | null;
}

/** Of values by colour: heat maps, hexagons, points. Null where a chart has none. */
export function colourScale(spec: ChartSpec): ColourScale | null {
  const values = spec.series.flatMap((series) => (series.mark === 'heatmap' ? (series.z ?? []).flat() : (series.z?.[0] ?? []))).filter((value): value is number => value !== null && Number.isFinite(value));
  if (!spec.series.some(({ z }) => z !== undefined)) return null;
  const log = spec.colour?.log === true;
  const heights = values.flatMap((value) => (log ? (value > 0 ? [Math.log10(value)] : []) : [value]));
  let from = heights.reduce((least, value) => Math.min(least, value), Infinity);
  let to = heights.reduce((most, value) => Math.max(most, value), -Infinity);
  if (!(from <= to)) [from, to] = [0, 1];
  const centre = spec.colour?.centre;
  if (centre !== undefined) {
    const reach = Math.max(centre - from, to - centre) || 1;
    [from, to] = [centre - reach, centre + reach];
  }
  const dense = spec.series.some(({ mark, x, y }) => mark === 'hexagons' || (mark === 'heatmap' && (x.length > 40 || y.length > 40)));
  return {
    name: centre !== undefined ? 'diverging' : dense ? 'density' : 'sequential',
    from,
    to,
    log,
    level: (value) => {
      if (value === null || value === undefined || !Number.isFinite(value) || (log && value <= 0)) return null;
      const height = log ? Math.log10(value) : value;
      return levelOf(to > from ? (height - from) / (to - from) : 1);
    },
  };
}

/** More cells than these are one path a colour. */
const mostPointed = 2500;

export function heatMapMarks(plot: Plot, series: ChartSeries, scale: ColourScale): SvgNode[] {
  const across = stretches(plot.x, series.x, series.edges);
  const up = stretches(plot.y, series.y, series.yEdges);
  const binned = series.edges !== undefined && series.yEdges !== undefined;
  const many = series.x.length * series.y.length > mostPointed;
  const gap = many || binned || series.x.length > 40 || series.y.length > 40 ? 0 : 1;
  const paths = new Map<number, string>();
  const nodes: SvgNode[] = [];
  series.y.forEach((yValue, row) =>
    series.x.forEach((xValue, column) => {
      const value = series.z?.[row]?.[column] ?? null;
      const level = scale.level(value);
      const [x, y] = [across[column], up[row]];
      if (level === null || value === null || x === undefined || y === undefined) return;
      const box = { x: x.from + gap, y: y.from + gap, width: Math.max(0.5, x.to - x.from - 2 * gap), height: Math.max(0.5, y.to - y.from - 2 * gap) };
      if (many) {
        // A hair more closes the seams between neighbours.
        paths.set(level, `${paths.get(level) ?? ''}M${px(box.x)} ${px(box.y)}h${px(box.width + 0.3)}v${px(box.height + 0.3)}h${px(-box.width - 0.3)}Z`);
        return;
      }
      const written = series.text?.[row]?.[column];
      nodes.push(
        svg(
          'rect',
          { x: px(box.x), y: px(box.y), width: px(box.width), height: px(box.height), fill: levelInk(scale.name, level), className: 'point' },
          tip(`${plot.spec.y.title}: ${plot.y.text(yValue)}`, `${plot.spec.x.title}: ${plot.x.text(xValue)}`, `${plot.spec.colour?.title ?? series.name}: ${written ?? formatNumber(value)}`),
        ),
      );
      const size = series.x.length > 8 || series.y.length > 8 ? 11 : 14;
      if (written !== undefined && written.length * size * 0.58 < box.width && size < box.height) {
        nodes.push(svg('text', { x: px(box.x + box.width / 2), y: px(box.y + box.height / 2), fontSize: size, textAnchor: 'middle', dominantBaseline: 'central', fill: levelText(scale.name, level), pointerEvents: 'none' }, written));
      }
    }),
  );
  return [...[...paths].map(([level, d]) => svg('path', { d, fill: levelInk(scale.name, level) })), ...nodes];
}

function stretches(axis: Axis, values: readonly (number | string | null)[], edges: readonly (number | string)[] | undefined): { from: number; to: number }[] {
  if (edges !== undefined) {
    return values.map((_, index) => {
      const [a, b] = [axis.place(edges[index]) ?? 0, axis.place(edges[index + 1]) ?? 0];
      return { from: Math.min(a, b), to: Math.max(a, b) };
    });
  }
  const places = values.map((value) => axis.place(value) ?? 0);
  const half = axis.kind === 'category' ? axis.step / 2 : Math.abs((places[1] ?? 20) - (places[0] ?? 0)) / 2;
  return places.map((at) => ({ from: at - half, to: at + half }));
}

const corners = [[-1, -0.5], [-1, 0.5], [0, 1], [1, 0.5], [1, -0.5], [0, -1]] as const;

export function hexagonMarks(plot: Plot, series: ChartSeries, scale: ColourScale): SvgNode[] {
  const values = series.z?.[0] ?? [];
  const [half, high] = [(series.hexagon?.width ?? 0) / 2, (series.hexagon?.height ?? 0) / 2];
  const shifted = (axis: Axis, value: number | string | null | undefined, by: number): number | null => {
    if (axis.kind === 'time') return axis.place(timeOf(value) + by);
    return axis.kind === 'log' ? axis.place(Number(value) * 10 ** by) : axis.place(Number(value) + by);
  };
  const outline = (index: number): string => {
    const points = corners.map(([dx, dy]) => `${px(shifted(plot.x, series.x[index], dx * half) ?? 0)} ${px(shifted(plot.y, series.y[index], dy * high) ?? 0)}`);
    return `M${points.join('L')}Z`;
  };
  if (values.length > 900) {
    const paths = new Map<number, string>();
    values.forEach((value, index) => {
      const level = scale.level(value);
      if (level !== null) paths.set(level, (paths.get(level) ?? '') + outline(index));
    });
    return [...paths].map(([level, d]) => svg('path', { d, fill: levelInk(scale.name, level), stroke: levelInk(scale.name, level), strokeWidth: 0.6 }));
  }
  return values.flatMap((value, index) => {
    const level = scale.level(value);
    if (level === null || value === null) return [];
    const rows = series.rows?.[index];
    return [svg('path', { d: outline(index), fill: levelInk(scale.name, level), className: 'point' }, tip(`about ${plot.x.text(series.x[index])}, ${plot.y.text(series.y[index])}`, `${plot.spec.colour?.title ?? series.name}: ${formatNumber(value)}`, rows === undefined ? '' : `${formatCount(rows)} rows`))];
  });
}

/** The bar of colours at the right of a drawing, 62 px wide with its numbers. */
export function colourBar(scale: ColourScale, title: string, at: { readonly x: number; readonly y: number; readonly height: number }): SvgNode {
  const step = at.height / levels;
  const bar = Array.from({ length: levels }, (_, level) => svg('rect', { x: at.x, y: px(at.y + at.height - (level + 1) * step), width: 10, height: px(step + 0.4), fill: levelInk(scale.name, level) }));
  const marks = scale.log
    ? Array.from({ length: Math.floor(scale.to) - Math.ceil(scale.from) + 1 }, (_, index) => Math.ceil(scale.from) + index).map((power) => [power, formatNumber(10 ** power)] as const)
    : [0, 0.25, 0.5, 0.75, 1].map((share) => [scale.from + share * (scale.to - scale.from), formatNumber(scale.from + share * (scale.to - scale.from))] as const);
  const labels = marks.map(([value, label]) => {
    const share = scale.to > scale.from ? (value - scale.from) / (scale.to - scale.from) : 1;
    return svg('text', { x: at.x + 14, y: px(at.y + at.height * (1 - share)), fontSize: 11, dominantBaseline: 'central', fill: ink.muted }, label);
  });
  const middle = at.y + at.height / 2;
  return svg('g', {}, ...bar, ...labels, svg('text', { x: at.x + 56, y: px(middle), fontSize: 11, textAnchor: 'middle', fill: ink.muted, transform: `rotate(90 ${at.x + 56} ${px(middle)})` }, title));
}
