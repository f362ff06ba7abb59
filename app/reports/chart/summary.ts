import { formatCount, formatNumber } from '#app/core/units.ts';
import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';

const markNames: Record<ChartSeries['mark'], string> = {
  line: 'Line chart',
  points: 'Scatter plot',
  bars: 'Bar chart',
  area: 'Area chart',
  heatmap: 'Heat map',
  hexagons: 'Density plot',
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
    if (series.mark === 'band') continue;
    if (series.mark === 'boxes') for (const [place, box] of (series.boxes ?? []).entries()) parts.push(box === null ? '' : `${String(series.x[place])}: median ${formatNumber(box.median)}, half of the values from ${formatNumber(box.q1)} to ${formatNumber(box.q3)}.`);
    else if (series.mark === 'reference') parts.push(`Reference line ${series.name}.`);
    else if (series.mark === 'heatmap') parts.push(`${formatCount(series.y.length)} rows by ${formatCount(series.x.length)} columns.`);
    else if (series.mark === 'hexagons') parts.push(`${formatCount(series.x.length)} hexagons with ${spec.colour?.title ?? series.name}${extent(series.z?.[0] ?? [])}.`);
    else parts.push(`${series.name}: ${formatCount(series.x.length)} ${series.x.length === 1 ? 'point' : 'points'}${extent(series.y)}.`);
  }
  if (spec.series.length > 6) parts.push(`And ${spec.series.length - 6} more series.`);
  if (spec.note) parts.push(spec.note);
  return parts.filter((part) => part !== '').join(' ');
}

function extent(values: readonly unknown[]): string {
  let low = Infinity;
  let high = -Infinity;
  for (const y of values) {
    if (typeof y !== 'number' || !Number.isFinite(y)) continue;
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  return low > high ? '' : `, from ${formatNumber(low)} to ${formatNumber(high)}`;
}
