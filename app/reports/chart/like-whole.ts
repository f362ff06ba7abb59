import type { AxisSpec, ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { kindOf, valuesOn } from './axis.ts';

/**
 * A chart of some rows on the axes and in the colours of the chart of all of them, so that the two can be compared. The heights of bars keep
 * their own scale: few rows must be seen, too.
 */
export function likeWhole(part: ChartSpec, whole: ChartSpec): ChartSpec {
  const bars = whole.series.some(({ mark }) => mark === 'bars');
  const lying = bars && kindOf(whole.y, valuesOn(whole, 'y')) === 'category';
  return {
    ...part,
    x: lying ? part.x : axisOf(part, whole, 'x'),
    y: bars && !lying ? part.y : axisOf(part, whole, 'y'),
    series: whole.series.length > 1 ? inOrder(part.series, whole.series) : part.series.length === 1 ? part.series : inOrder(part.series, whole.series),
  };
}

function axisOf(part: ChartSpec, whole: ChartSpec, name: 'x' | 'y'): AxisSpec {
  const axis = part[name];
  const values = valuesOn(whole, name);
  if (axis.range !== undefined || kindOf(whole[name], values) !== 'linear') return axis.categories === undefined && whole[name].categories !== undefined ? { ...axis, categories: whole[name].categories } : axis;
  const numbers = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  const [low, high] = [numbers.reduce((least, value) => Math.min(least, value), Infinity), numbers.reduce((most, value) => Math.max(most, value), -Infinity)];
  if (!(low < high)) return axis;
  // Bins end where the axis ends; points have some room around them.
  const margin = whole.series.some(({ edges, mark }) => edges !== undefined || mark === 'heatmap') ? 0 : (high - low) * 0.04;
  return { ...axis, range: [low - margin, high + margin] };
}

/** Series keep their places, which their colours go by; those without rows are there, and empty. */
function inOrder(part: readonly ChartSeries[], whole: readonly ChartSeries[]): ChartSeries[] {
  const same = (a: ChartSeries, b: ChartSeries): boolean => a.mark === b.mark && a.name === b.name;
  const kept = whole.map((series): ChartSeries => part.find((one) => same(one, series)) ?? { name: series.name, mark: series.mark, x: [], y: [], ...(series.group === undefined ? {} : { group: series.group }), ...(series.neutral === undefined ? {} : { neutral: series.neutral }) });
  return [...kept, ...part.filter((one) => !whole.some((series) => same(one, series)))];
}
