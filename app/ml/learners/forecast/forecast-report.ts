import { formatCount } from '#app/core/units.ts';
import type { ChartSpec, MetricItem, Report, ReportBlock } from '#app/sdk/ports.ts';
import { type ForecastResult, methodTitles, type MethodScore, type SeriesForecast } from './forecast-types.ts';

/** Series that get a chart of their own. */
const charted = 4;
/** Better or worse by less than this says nothing. */
const clear = 0.02;

const digits = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '–');
const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Whether the method was worth it, in a sentence. */
export function verdict({ method, scores }: Pick<ForecastResult, 'method' | 'scores'>): string {
  const of = (name: MethodScore['method']): MethodScore | undefined => scores.find((score) => score.method === name);
  const [chosen, naive] = [of(method), of('seasonal-naive')];
  if (chosen === undefined || naive === undefined) return '';
  const others = scores.filter((score) => score.method !== 'seasonal-naive');
  if (method === 'seasonal-naive') {
    if (others.length === 0) return 'This is the seasonal naive forecast: every value as it was one season before. Other methods have to beat it.';
    return `**Nothing beat seasonal naive.** Repeating the last season had a mean error of ${digits(naive.meanError)}; ${others.map((score) => `${methodTitles[score.method].toLowerCase()} had ${digits(score.meanError)}`).join(', ')}. A more complicated method is not worth its while here.`;
  }
  const title = methodTitles[method];
  if (chosen.ratio > 1 + clear) return `**Seasonal naive wins.** ${title} was off by ${digits(chosen.meanError)} on average in the backtest, repeating the last season only by ${digits(naive.meanError)}. Use seasonal naive, or find out what the history does not say.`;
  if (chosen.ratio > 1 - clear) return `**No better than seasonal naive.** ${title} was off by ${digits(chosen.meanError)} on average in the backtest, repeating the last season by ${digits(naive.meanError)}.`;
  return `${title} was off by ${digits(chosen.meanError)} on average in the backtest, ${percent(1 - chosen.ratio)} less than repeating the last season (${digits(naive.meanError)}).`;
}

export interface ReportContext {
  readonly time: string;
  readonly value: string;
  readonly level: number;
  readonly isTime: boolean;
  /** The method was chosen by the backtest. */
  readonly chosen: boolean;
}

function chartOf({ name, times, values, low, high, past }: SeriesForecast, { time, value, level, isTime }: ReportContext): ChartSpec {
  const x = (list: readonly string[]): (number | string)[] => (isTime ? [...list] : list.map(Number));
  return {
    title: name === '' ? `${value}: history and forecast` : `${value} of ${name}`,
    x: { title: time, ...(isTime ? { scale: 'time' } : {}) },
    y: { title: value },
    series: [
      { name: value, mark: 'line', x: x(past.times), y: past.values },
      { name: `${percent(level)} interval`, mark: 'band', x: x(times), y: values, low, high, group: 'forecast' },
      { name: 'forecast', mark: 'line', x: x(times), y: values, group: 'forecast' },
    ],
  };
}

/** The page of a forecast: what it is worth, charts with intervals, errors by method and by step. */
export function forecastReport(result: ForecastResult, context: ReportContext): Report {
  const { method, season, step, forecasts, scores, coverage, notes } = result;
  const chosen = scores.find((score) => score.method === method);
  const metrics: MetricItem[] = [
    { name: 'Series', value: forecasts.length, format: 'count' },
    { name: 'Season', value: season, format: 'count', help: `Steps of ${step}; 1 is none.` },
    { name: 'Mean error', value: chosen?.meanError ?? Number.NaN, format: 'number', help: 'Mean absolute error in the backtest, in units of the value; lower is better.' },
    { name: 'Against seasonal naive', value: chosen?.ratio ?? Number.NaN, format: 'number', help: 'Mean error over that of repeating the last season; below 1 is better than that.' },
    ...(coverage === null ? [] : [{ name: 'Held by intervals', value: coverage, format: 'percent' as const, help: `Share of the later backtest within intervals made of the earlier; ${percent(context.level)} were promised.` }]),
  ];
  const remarks = [...notes, ...(context.chosen ? ['The method was chosen by this backtest, so its error is a little optimistic.'] : []), ...(forecasts.length > charted ? [`Charts show the first ${charted} of ${formatCount(forecasts.length)} series; all are in the table.`] : [])];
  const blocks: ReportBlock[] = [
    { type: 'text', markdown: verdict(result) },
    { type: 'metrics', metrics },
    ...forecasts.slice(0, charted).map((series): ReportBlock => ({ type: 'chart', chart: chartOf(series, context) })),
    {
      type: 'chart',
      chart: {
        title: 'Mean error by steps ahead',
        x: { title: `steps of ${step}` },
        y: { title: 'mean absolute error' },
        series: scores.map((score) => ({ name: methodTitles[score.method], mark: 'line', x: score.bySteps.map((_, i) => i + 1), y: score.bySteps.map((value) => (Number.isFinite(value) ? value : null)) })),
      },
    },
    {
      type: 'table',
      title: 'Backtest',
      columns: [
        { name: 'method', type: 'string' },
        { name: 'mean error', type: 'float' },
        { name: 'root mean squared error', type: 'float' },
        { name: 'against seasonal naive', type: 'float' },
      ],
      rows: scores.map((score) => [methodTitles[score.method], score.meanError, score.rootError, Number.isFinite(score.ratio) ? score.ratio : null]),
    },
    ...(remarks.length === 0 ? [] : [{ type: 'text', markdown: remarks.map((note) => `- ${note}`).join('\n') } as const]),
  ];
  return { title: `${methodTitles[method]}: forecast of ${context.value}`, blocks };
}
