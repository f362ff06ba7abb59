import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import type { FigureView } from './figure-view.ts';
import { colourIndices } from './traces.ts';
import { neutralColour, seriesColour, withAlpha, type ChartTheme } from './theme.ts';

type Shape = Readonly<Record<string, unknown>>;

/** The whole table's bars, pale behind those of a part; they are shapes, as bars would stand beside or on the others. */
export function backgroundShapes(spec: ChartSpec, theme: ChartTheme, { background }: FigureView): { readonly shapes: readonly Shape[]; readonly high: number | null } {
  const bars = background?.series.filter((series) => series.mark === 'bars') ?? [];
  if (bars.length === 0 || spec.y.scale === 'log') return { shapes: [], high: null };
  const stacked = background?.bars === 'stack';
  if (stacked && spec.y.percent === true) return { shapes: [], high: null };
  const shown: readonly ChartSeries[] = stacked ? [totalOf(bars)] : bars;
  const indices = colourIndices(bars);
  const side = background?.bars === 'group' ? shown.length : 1;
  const shapes: Shape[] = [];
  let high = 0;
  shown.forEach((series, index) => {
    const colour = shown.length === 1 || series.neutral === true ? neutralColour(theme) : seriesColour(theme, Math.max(0, indices[index] ?? 0));
    series.x.forEach((_, place) => {
      const height = series.y[place];
      if (typeof height !== 'number' || height === 0) return;
      high = Math.max(high, height);
      const width = 0.75 / side;
      const left = -0.375 + (side > 1 ? index * width : 0);
      const ends = series.edges === undefined ? [place + left, place + left + (side > 1 ? width : 0.75)] : [series.edges[place], series.edges[place + 1]];
      shapes.push({ type: 'rect', layer: 'below', xref: 'x', yref: 'y', x0: ends[0], x1: ends[1], y0: 0, y1: height, line: { width: 0 }, fillcolor: withAlpha(colour, shown.length > 1 ? 0.16 : 0.26) });
    });
  });
  return { shapes, high: high === 0 ? null : high };
}

function totalOf(bars: readonly ChartSeries[]): ChartSeries {
  const [first] = bars;
  const x = first?.x ?? [];
  return { ...(first ?? { name: '', mark: 'bars', y: [] }), x, y: x.map((_, place) => bars.reduce((sum, one) => sum + Number(one.y[place] ?? 0), 0)) };
}

/** The selection made in this chart. */
export function markShapes(spec: ChartSpec, theme: ChartTheme, { mark }: FigureView): readonly Shape[] {
  if (!mark) return [];
  const style = { type: 'rect', layer: 'above', line: { color: theme.accent, width: 1.25 }, fillcolor: theme.accent.replace('rgb(', 'rgba(').replace(')', ', 0.08)') };
  const sides = (range: readonly [number | string, number | string] | undefined, labels: readonly string[] | undefined, name: 'x' | 'y'): { ends: readonly [number | string, number | string]; ref: string }[] => {
    if (labels !== undefined) {
      const all = spec[name].categories?.map(({ label }) => label) ?? [];
      return runs(labels.map((label) => all.indexOf(label)).filter((place) => place >= 0)).map(([from, to]) => ({ ends: [from - 0.5, to + 0.5], ref: name }));
    }
    return range === undefined ? [{ ends: [0, 1], ref: 'paper' }] : [{ ends: range, ref: name }];
  };
  return sides(mark.x, mark.xLabels, 'x').flatMap((x) =>
    sides(mark.y, mark.yLabels, 'y').map((y) => ({ ...style, xref: x.ref, yref: y.ref, x0: x.ends[0], x1: x.ends[1], y0: y.ends[0], y1: y.ends[1] })),
  );
}

/** Places that follow one another become one stretch. */
export function runs(places: readonly number[]): [number, number][] {
  const stretches: [number, number][] = [];
  for (const place of [...places].sort((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last !== undefined && place <= last[1] + 1) last[1] = place;
    else stretches.push([place, place]);
  }
  return stretches;
}
