import { formatCount, formatNumber } from '#app/core/units.ts';
import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';

/** The words of a summary; a front end that speaks another language gives its own. */
export interface ChartWords {
  readonly marks: Readonly<Record<ChartSeries['mark'], string>>;
  readonly summary: {
    readonly empty: (title: string) => string;
    readonly main: (mark: string, title: string, x: string, y: string) => string;
    readonly box: (name: string, median: string, q1: string, q3: string) => string;
    readonly reference: (name: string) => string;
    readonly grid: (rows: string, columns: string) => string;
    readonly hexagons: (count: string, title: string, extent: string) => string;
    readonly series: (name: string, count: string, isOne: boolean, extent: string) => string;
    readonly more: (count: number) => string;
    readonly extent: (low: string, high: string) => string;
  };
}

export const chartWords: ChartWords = {
  marks: {
    line: 'Line chart',
    points: 'Scatter plot',
    bars: 'Bar chart',
    area: 'Area chart',
    heatmap: 'Heat map',
    hexagons: 'Density plot',
    reference: 'Line chart',
    band: 'Line chart',
    boxes: 'Box plot',
  },
  summary: {
    empty: (title) => `${title}: an empty chart.`,
    main: (mark, title, x, y) => `${mark} “${title}”, ${x} against ${y}.`,
    box: (name, median, q1, q3) => `${name}: median ${median}, half of the values from ${q1} to ${q3}.`,
    reference: (name) => `Reference line ${name}.`,
    grid: (rows, columns) => `${rows} rows by ${columns} columns.`,
    hexagons: (count, title, extent) => `${count} hexagons with ${title}${extent}.`,
    series: (name, count, isOne, extent) => `${name}: ${count} ${isOne ? 'point' : 'points'}${extent}.`,
    more: (count) => `And ${count} more series.`,
    extent: (low, high) => `, from ${low} to ${high}`,
  },
};

/** What a person who cannot see the chart is told: kind, axes, and each series' extent. */
export function chartSummary(spec: ChartSpec, { marks, summary }: ChartWords = chartWords): string {
  const main = spec.series.find((series) => series.mark !== 'reference') ?? spec.series[0];
  if (main === undefined) return summary.empty(spec.title);
  const parts = [summary.main(marks[main.mark], spec.title, spec.x.title, spec.y.title)];
  const extent = (values: readonly unknown[]): string => {
    const ends = extentOf(values);
    return ends === null ? '' : summary.extent(formatNumber(ends[0]), formatNumber(ends[1]));
  };
  for (const series of spec.series.slice(0, 6)) {
    if (series.mark === 'band') continue;
    if (series.mark === 'boxes') for (const [place, box] of (series.boxes ?? []).entries()) parts.push(box === null ? '' : summary.box(String(series.x[place]), formatNumber(box.median), formatNumber(box.q1), formatNumber(box.q3)));
    else if (series.mark === 'reference') parts.push(summary.reference(series.name));
    else if (series.mark === 'heatmap') parts.push(summary.grid(formatCount(series.y.length), formatCount(series.x.length)));
    else if (series.mark === 'hexagons') parts.push(summary.hexagons(formatCount(series.x.length), spec.colour?.title ?? series.name, extent(series.z?.[0] ?? [])));
    else parts.push(summary.series(series.name, formatCount(series.x.length), series.x.length === 1, extent(series.y)));
  }
  if (spec.series.length > 6) parts.push(summary.more(spec.series.length - 6));
  if (spec.note) parts.push(spec.note);
  return parts.filter((part) => part !== '').join(' ');
}

function extentOf(values: readonly unknown[]): readonly [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const y of values) {
    if (typeof y !== 'number' || !Number.isFinite(y)) continue;
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  return low > high ? null : [low, high];
}
