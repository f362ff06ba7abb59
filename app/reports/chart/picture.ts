import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import type { ChartLook } from '../document.ts';
import { kindOf, makeAxis, valuesOn, type Axis } from './axis.ts';
import { colourBar, colourScale, heatMapMarks, hexagonMarks } from './cells.ts';
import { ink, levelInk } from './colours.ts';
import { bandMark, barMarks, boxMarks, dashOf, inkOf, lineMark, pointMarks, type Drawn, type Plot } from './marks.ts';
import { px, svg, type SvgNode } from './svg.ts';

export interface PictureOptions {
  /** px */
  readonly width: number;
  readonly height: number;
  readonly look?: Partial<ChartLook>;
  /** What those who cannot see it are told. */
  readonly summary: string;
}

/** px of a letter of axis labels, on average. */
const letter = 6.2;
const longest = 22;
const cut = (text: string, most = longest): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** A chart as one drawing, in the colours of the theme and palette around it. Pure: the same chart gives the same drawing. */
export function chartPicture(given: ChartSpec, { width, height, look = {}, summary }: PictureOptions): SvgNode {
  const spec = titled(given, look);
  const drawn = colourOrder(spec.series);
  const bars = drawn.filter(({ series }) => series.mark === 'bars');
  const boxes = drawn.filter(({ series }) => series.mark === 'boxes');
  const [xValues, yValues] = [valuesOn(spec, 'x'), valuesOn(spec, 'y')];
  const stacked = spec.bars === 'stack' ? pileEnds(bars.map(({ series }) => series), spec) : [];
  const lying = bars.length > 0 && kindOf(spec.y, yValues) === 'category' && kindOf(spec.x, xValues) !== 'category';
  const cells = spec.series.some(({ mark }) => mark === 'heatmap' || mark === 'hexagons');
  const tight = spec.series.some(({ mark, edges, yEdges }) => mark === 'heatmap' || edges !== undefined || yEdges !== undefined);
  const scale = colourScale(spec);
  const legend = look.legend === 'hidden' ? [] : legendOf(drawn, spec, cells);
  const legendLines = wrap(legend, width - 24);
  const top = 8 + (legendLines.length === 0 ? 0 : 4 + legendLines.length * 18);
  const withBar = scale !== null && spec.series.every(({ mark, text }) => mark !== 'heatmap' || text === undefined);
  const right = withBar ? 78 : 16;
  const upright = { from: height - 46, to: top };
  // The room that names and numbers take at the left is known once they are.
  const yFirst = makeAxis(spec.y, [...yValues, ...(lying ? [] : stacked)], { ...upright, ticks: height / 46, zero: bars.length > 0 && !lying, tight: tight && !bars.length });
  const left = Math.min(width * 0.42, 30 + Math.max(...yFirst.ticks.map(({ label }) => cut(label).length), 1) * letter);
  const x = makeAxis(spec.x, [...xValues, ...(lying ? stacked : [])], { from: left, to: width - right, ticks: (width - left - right) / (kindOf(spec.x, xValues) === 'category' ? 14 : 78), zero: lying, tight: tight && !lying }, []);
  const tilted = x.kind === 'category' && x.ticks.some(({ label }) => cut(label).length * letter > (x.step || 40) * Math.max(1, Math.ceil(x.categories.length / Math.max(1, x.ticks.length))) - 4);
  const below = tilted ? Math.min(height * 0.4, 30 + Math.max(...x.ticks.map(({ label }) => cut(label).length), 1) * letter * 0.72) : 46;
  const ground = height - below;
  const yTicks = (ground - top) / (kindOf(spec.y, yValues) === 'category' ? 15 : 46);
  const y = makeAxis(spec.y, [...yValues, ...(lying ? [] : stacked)], { from: ground, to: top, ticks: yTicks, zero: bars.length > 0 && !lying, tight: tight && !bars.length, reversed: cells });
  const plot: Plot = { spec, x, y, left, top, width: width - left - right, height: ground - top, dashed: look.palette === 'greys' };
  const upGrid = !cells && !lying;
  const acrossGrid = !cells && (lying || (bars.length === 0 && boxes.length === 0));
  return svg(
    'svg',
    { viewBox: `0 0 ${px(width)} ${px(height)}`, width: px(width), height: px(height), role: 'img', 'aria-label': summary, className: 'chart', 'data-palette': look.palette ?? 'standard' },
    ...(upGrid ? y.ticks.map(({ at }) => svg('path', { d: `M${px(left)} ${px(at)}H${px(width - right)}`, stroke: ink.grid, strokeWidth: 1 })) : []),
    ...(acrossGrid ? x.ticks.map(({ at }) => svg('path', { d: `M${px(at)} ${px(top)}V${px(ground)}`, stroke: ink.grid, strokeWidth: 1 })) : []),
    svg('g', {}, ...marksOf(plot, drawn, { bars, boxes, lying, scale })),
    svg('path', { d: `M${px(left)} ${px(top)}V${px(ground)}H${px(width - right)}`, stroke: ink.axis, strokeWidth: 1, fill: 'none' }),
    ...yLabels(y, left),
    ...xLabels(x, ground, tilted),
    svg('text', { x: px(left + plot.width / 2), y: px(height - 8), fontSize: 12, textAnchor: 'middle', fill: ink.muted }, cut(spec.x.title, Math.max(12, Math.floor(plot.width / 6.4)))),
    svg('text', { x: 13, y: px(top + plot.height / 2), fontSize: 12, textAnchor: 'middle', fill: ink.muted, transform: `rotate(-90 13 ${px(top + plot.height / 2)})` }, cut(spec.y.title, Math.max(12, Math.floor(plot.height / 6.4)))),
    ...legendLines.flatMap((line, row) => line.map((entry) => legendEntry(entry, 12, 14 + row * 18))),
    withBar && scale !== null ? colourBar(scale, cut(spec.colour?.title ?? '', Math.max(10, Math.floor(plot.height / 6.4))), { x: width - right + 14, y: top, height: plot.height }) : null,
  );
}

function titled(spec: ChartSpec, { xTitle, yTitle }: Partial<ChartLook>): ChartSpec {
  return { ...spec, x: xTitle === undefined || xTitle === '' ? spec.x : { ...spec.x, title: xTitle }, y: yTitle === undefined || yTitle === '' ? spec.y : { ...spec.y, title: yTitle } };
}

interface Parts {
  readonly bars: readonly Drawn[];
  readonly boxes: readonly Drawn[];
  readonly lying: boolean;
  readonly scale: ReturnType<typeof colourScale>;
}

function marksOf(plot: Plot, drawn: readonly Drawn[], { bars, boxes, lying, scale }: Parts): SvgNode[] {
  const dashes = new Map<string, number>();
  const cells = drawn.some(({ series }) => series.mark === 'heatmap' || series.mark === 'hexagons');
  return [
    ...barMarks(plot, bars, lying),
    ...boxMarks(plot, boxes),
    ...drawn.flatMap((one): SvgNode[] => {
      const { series } = one;
      switch (series.mark) {
        case 'heatmap':
          return scale === null ? [] : heatMapMarks(plot, series, scale);
        case 'hexagons':
          return scale === null ? [] : hexagonMarks(plot, series, scale);
        case 'band':
          return bandMark(plot, one);
        case 'points': {
          const values = series.z?.[0];
          const colourOf = values === undefined || scale === null ? null : (index: number) => {
            const level = scale.level(values[index]);
            return level === null ? ink.neutral : levelInk(scale.name, level);
          };
          return pointMarks(plot, one, colourOf);
        }
        case 'line':
        case 'area':
        case 'reference': {
          const group = series.group ?? '';
          const before = dashes.get(group) ?? 0;
          if (series.group !== undefined) dashes.set(group, before + 1);
          // On a map of blues a line is orange.
          return lineMark(plot, cells ? { ...one, colour: one.colour + 1 } : one, plot.dashed ? Math.max(0, one.colour) : series.group === undefined ? 0 : before);
        }
        default:
          return [];
      }
    }),
  ];
}

/** Equal groups share a colour; references, cells and “Other” have none. */
function colourOrder(series: readonly ChartSeries[]): Drawn[] {
  const groups = new Map<string, number>();
  let next = 0;
  return series.map((one) => {
    if (one.mark === 'reference' || one.mark === 'heatmap' || one.mark === 'hexagons' || one.neutral === true) return { series: one, colour: -1 };
    const known = one.group === undefined ? undefined : groups.get(one.group);
    if (known !== undefined) return { series: one, colour: known };
    const colour = next++;
    if (one.group !== undefined) groups.set(one.group, colour);
    return { series: one, colour };
  });
}

/** Where piles of bars end. */
function pileEnds(bars: readonly ChartSeries[], spec: ChartSpec): number[] {
  const lying = kindOf(spec.y, bars.flatMap(({ y }) => y)) === 'category';
  const piles = new Map<string, [number, number]>();
  for (const series of bars) {
    const [names, heights] = lying ? [series.y, series.x] : [series.x, series.y];
    names.forEach((name, index) => {
      const [up, down] = piles.get(String(name)) ?? [0, 0];
      const height = Number(heights[index] ?? 0);
      piles.set(String(name), height >= 0 ? [up + height, down] : [up, down + height]);
    });
  }
  return [...piles.values()].flat();
}

function yLabels(axis: Axis, left: number): SvgNode[] {
  return axis.ticks.map(({ at, label }) => svg('text', { x: px(left - 6), y: px(at), fontSize: 11, textAnchor: 'end', dominantBaseline: 'central', fill: ink.muted }, cut(label), ...(label.length > longest ? [svg('title', {}, label)] : [])));
}

function xLabels(axis: Axis, ground: number, tilted: boolean): SvgNode[] {
  return axis.ticks.map(({ at, label }) =>
    svg('text', { x: px(at), y: px(ground + 16), fontSize: 11, textAnchor: tilted ? 'end' : 'middle', fill: ink.muted, ...(tilted ? { transform: `rotate(-40 ${px(at)} ${px(ground + 12)})` } : {}) }, cut(label), ...(label.length > longest ? [svg('title', {}, label)] : [])),
  );
}

interface LegendEntry {
  readonly label: string;
  readonly drawn: Drawn;
  readonly dash: number;
  /** px from the left, set when lines are broken. */
  readonly x: number;
}

function legendOf(drawn: readonly Drawn[], spec: ChartSpec, cells: boolean): LegendEntry[] {
  const named = drawn.filter(({ series }) => series.mark !== 'heatmap' && series.mark !== 'hexagons' && series.mark !== 'band' && series.name !== '');
  // Many lines in the neutral colour (single rows) are one thing.
  const shown = named.filter(({ series }, index) => series.neutral !== true || named.findIndex((other) => other.series.name === series.name) === index);
  if (shown.length <= (cells ? 0 : 1) || spec.series.length > 40) return [];
  const dashes = new Map<string, number>();
  return shown.map((one) => {
    const { group } = one.series;
    const dash = group === undefined ? 0 : (dashes.get(group) ?? 0);
    if (group !== undefined) dashes.set(group, dash + 1);
    return { label: cut(one.series.name, 28), drawn: one, dash, x: 0 };
  });
}

function wrap(entries: readonly LegendEntry[], width: number): LegendEntry[][] {
  const lines: LegendEntry[][] = [];
  let x = Infinity;
  for (const entry of entries) {
    const room = 30 + entry.label.length * 6.5;
    if (x + room > width) {
      if (lines.length === 3) break;
      lines.push([]);
      x = 0;
    }
    lines.at(-1)?.push({ ...entry, x });
    x += room;
  }
  return lines;
}

function legendEntry({ label, drawn, dash, x }: LegendEntry, left: number, y: number): SvgNode {
  const { mark } = drawn.series;
  const at = left + x;
  const swatch =
    mark === 'line' || mark === 'area' || mark === 'reference'
      ? svg('path', { d: `M${px(at)} ${y}h16`, stroke: mark === 'reference' ? ink.muted : inkOf(drawn), strokeWidth: 2, strokeDasharray: mark === 'reference' ? '5 4' : dashOf(dash) })
      : svg('rect', { x: px(at + 3), y: y - 5, width: 10, height: 10, rx: mark === 'points' ? 5 : 2, fill: inkOf(drawn) });
  return svg('g', {}, swatch, svg('text', { x: px(at + 21), y, fontSize: 12, dominantBaseline: 'central', fill: ink.text }, label));
}
