import { formatCount, formatNumber } from '#app/core/units.ts';
import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { toTsv } from '../table/cell-format.ts';
import type { Cell } from '../table/cell-format.ts';

const markNames: Record<ChartSeries['mark'], string> = {
  line: 'Line chart',
  points: 'Scatter plot',
  bars: 'Bar chart',
  area: 'Area chart',
  heatmap: 'Heat map',
  reference: 'Line chart',
  band: 'Line chart',
  boxes: 'Box plot',
};

/** What a person who cannot see the chart is told: kind, axes, and each series' extent. */
export function chartSummary(spec: ChartSpec): string {
  const main = spec.series.find((series) => series.mark !== 'reference') ?? spec.series[0];
  if (main === undefined) return `${spec.title}: an empty chart.`;
  const parts = [`${markNames[main.mark]} “${spec.title}”, ${spec.x.title} against ${spec.y.title}.`];
  for (const series of spec.series.slice(0, 6)) {
    if (series.mark === 'reference') parts.push(`Reference line ${series.name}.`);
    else if (series.mark === 'heatmap') parts.push(`${formatCount(series.y.length)} rows by ${formatCount(series.x.length)} columns.`);
    else parts.push(`${series.name}: ${formatCount(series.x.length)} ${series.x.length === 1 ? 'point' : 'points'}${extent(series)}.`);
  }
  if (spec.series.length > 6) parts.push(`And ${spec.series.length - 6} more series.`);
  if (spec.note) parts.push(spec.note);
  return parts.join(' ');
}

function extent(series: ChartSeries): string {
  let low = Infinity;
  let high = -Infinity;
  for (const y of series.y) {
    if (typeof y !== 'number' || !Number.isFinite(y)) continue;
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  return low > high ? '' : `, from ${formatNumber(low)} to ${formatNumber(high)}`;
}

export interface ChartTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** The chart's numbers as one table: series, x, y (and z for heat maps). */
export function chartTable(spec: ChartSpec): ChartTable {
  const x = spec.x.title || 'x';
  const y = spec.y.title || 'y';
  const heatmap = spec.series.find((series) => series.mark === 'heatmap');
  if (heatmap) {
    const rows = heatmap.y.flatMap((yValue, row) => heatmap.x.map((xValue, column): Cell[] => [yValue, xValue, heatmap.z?.[row]?.[column] ?? null]));
    return { header: [y, x, heatmap.name || 'value'], rows };
  }
  const drawn = spec.series.filter((series) => series.mark !== 'reference');
  const withName = drawn.length > 1;
  const rows = drawn.flatMap((series) =>
    series.x.map((value, index): Cell[] => {
      const point: Cell[] = [value, series.y[index] ?? null];
      return withName ? [series.name, ...point] : point;
    }),
  );
  return { header: withName ? ['series', x, y] : [x, y], rows };
}

export function chartTsv(spec: ChartSpec): string {
  const { header, rows } = chartTable(spec);
  return toTsv(header, rows);
}

/** File name for a download: the title in plain letters. */
export function chartFileName(spec: ChartSpec, extension: string): string {
  const stem = spec.title
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
  return `${stem || 'chart'}.${extension}`;
}
