import { formatNumber } from '#app/core/units.ts';
import type { ChartQueryOf } from '#app/sdk/charts.ts';
import type { Column } from '#app/relation/types.ts';
import type { ChartSeries } from '#app/sdk/ports.ts';
import type { Axis } from './axis.ts';
import { neutral } from './histogram.ts';
import { isTime, type ChartSource } from './source.ts';
import { isoText } from './time-bins.ts';

const day = 86_400_000;
/** Points of a line: it is bent where an axis is switched between linear and logarithmic. */
const points = 49;

/** What a trend is fitted on: numbers, their logarithms on a logarithmic axis, days on a time axis. */
export const trendPosition = (sql: string, column: Column, log: boolean): string => (isTime(column.type) ? `epoch_ms((${sql})::timestamp)::double / ${day}` : log ? `log10((${sql})::double)` : `(${sql})::double`);

/**
 * Least-squares lines over all rows, one in all or one for each colour; none where x or y does not vary.
 * @param from SQL of a table with the columns x, y (as `trendPosition` has them) and g (place of the colour, or 0).
 */
export async function trendSeries(source: ChartSource, from: string, x: Column, y: Column, query: ChartQueryOf<'scatter'>, colours: Axis | null): Promise<ChartSeries[]> {
  if (query.trend === 'none') return [];
  const grouped = query.trend === 'groups' && colours !== null;
  // Each variance once: the three regr_ functions compute nine of them between them.
  const moments = `select ${grouped ? 'g' : '0'} as g, covar_pop(y, x) as xy, var_pop(x) as xx, var_pop(y) as yy, avg(x) as mx, avg(y) as my, min(x) as low, max(x) as high from ${from} where x is not null and y is not null group by 1`;
  const rows = await source.query(`select g, xy / xx, my - xy / xx * mx, case when yy = 0 then 1 else xy * xy / (xx * yy) end, low, high from (${moments}) where xx > 0 order by 1`);
  return rows.flatMap(([g, slope, intercept, r2, low, high]): ChartSeries[] => {
    if (typeof slope !== 'number' || typeof intercept !== 'number' || typeof r2 !== 'number' || typeof low !== 'number' || typeof high !== 'number' || !Number.isFinite(slope) || !(high > low)) return [];
    const category = grouped ? colours.categories?.[Number(g)] : undefined;
    const at = Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
    const fit = `R² = ${r2.toFixed(3)}`;
    return [
      {
        name: category === undefined ? `Trend ${formula(slope, intercept, query, x)}, ${fit}` : `${category.label}, trend, ${fit}`,
        mark: 'line',
        x: at.map((value) => (isTime(x.type) ? isoText(Math.round(value * day), false) : query.xLog ? 10 ** value : value)),
        y: at.map((value) => unscaled(intercept + slope * value, y, query.yLog)),
        ...(category === undefined ? { group: 'trend' } : { group: category.label, ...neutral(category) }),
      },
    ];
  });
}

const unscaled = (value: number, column: Column, log: boolean): number | string => (isTime(column.type) ? isoText(Math.round(value * day), false) : log ? 10 ** value : value);

function formula(slope: number, intercept: number, query: ChartQueryOf<'scatter'>, x: Column): string {
  const left = query.yLog ? 'log y' : 'y';
  const right = query.xLog ? 'log x' : isTime(x.type) ? 'days' : 'x';
  return isTime(x.type) ? `${left}: ${formatNumber(slope)} a day` : `${left} = ${formatNumber(slope)} ${right} ${intercept < 0 ? '−' : '+'} ${formatNumber(Math.abs(intercept))}`;
}
