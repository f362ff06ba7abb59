import { formatCount, formatNumber } from '#app/core/units.ts';
import type { MetricItem, Report, ReportBlock } from '#app/sdk/ports.ts';
import type { Residuals } from './residuals.ts';

export function residualReport(target: string, { metrics, leftOut, bins, points, every }: Residuals): Report {
  const items: MetricItem[] = [
    { name: 'R²', value: metrics.r2, format: 'number', help: 'Share of the variation of the truth that the predictions explain; 1 is best, 0 is no better than the mean.' },
    { name: 'RMSE', value: metrics.rmse, format: 'number', help: `Typical error in units of ${target}, large errors counting more; lower is better.` },
    { name: 'MAE', value: metrics.mae, format: 'number', help: `Mean error without its sign, in units of ${target}; lower is better.` },
    { name: 'MAPE', value: metrics.mape, format: 'percent', help: 'Mean error as a share of the true value; lower is better.' },
    { name: 'Bias', value: metrics.bias, format: 'number', help: 'Mean of prediction − truth: above 0, predictions are too high on average.' },
    { name: 'Rows', value: metrics.rows, format: 'count' },
  ];
  const blocks: ReportBlock[] = [{ type: 'metrics', metrics: items.filter((item) => Number.isFinite(item.value)) }];
  const remarks = [
    ...(leftOut > 0 ? [`${leftOut === 1 ? 'One row has' : `${formatCount(leftOut)} rows have`} no true value or no prediction and ${leftOut === 1 ? 'is' : 'are'} left out.`] : []),
    ...(metrics.zeroRows > 0 ? [`MAPE leaves out ${metrics.zeroRows === 1 ? 'one row' : `${formatCount(metrics.zeroRows)} rows`} whose true value is 0.`] : []),
    ...(Number.isFinite(metrics.r2) ? [] : ['R² is not defined, because the true values do not vary.']),
  ];
  if (remarks.length > 0) blocks.push({ type: 'text', markdown: remarks.map((remark) => `- ${remark}`).join('\n') });
  const note = every === 1 ? undefined : `One row in ${formatCount(every)} is drawn (${formatCount(points.length)} of ${formatCount(metrics.rows)}), evenly through the table.`;
  const truth = points.map((point) => point.actual);
  const predictions = points.map((point) => point.predicted);
  const ends = range([...truth, ...predictions]);
  blocks.push(
    {
      type: 'chart',
      chart: {
        title: 'Predicted against actual',
        x: { title: `actual ${target}` },
        y: { title: `predicted ${target}` },
        series: [
          { name: 'rows', mark: 'points', x: truth, y: predictions },
          { name: 'perfect', mark: 'reference', x: ends, y: ends },
        ],
        ...(note === undefined ? {} : { note }),
      },
    },
    {
      type: 'chart',
      chart: {
        title: 'Residuals',
        x: { title: 'actual − predicted', ...(bins.length > 1 ? {} : { scale: 'category' as const }) },
        y: { title: 'rows' },
        series: [{ name: 'rows', mark: 'bars', x: bins.map((bin) => (bins.length > 1 ? (bin.from + bin.to) / 2 : formatNumber(bin.from))), y: bins.map((bin) => bin.rows) }],
        note: 'Every row is counted. A good model’s residuals gather around 0 without a tail.',
      },
    },
    {
      type: 'chart',
      chart: {
        title: 'Residuals against predictions',
        x: { title: `predicted ${target}` },
        y: { title: 'actual − predicted' },
        series: [
          { name: 'rows', mark: 'points', x: predictions, y: points.map((point) => point.residual) },
          { name: 'no error', mark: 'reference', x: range(predictions), y: [0, 0] },
        ],
        note: `A pattern here is something the model has not learnt.${note === undefined ? '' : ` ${note}`}`,
      },
    },
  );
  return { title: `Regression diagnostics of ${target}`, blocks };
}

/** Smallest and largest; a loop, because spreading many arguments overflows the stack. */
function range(values: readonly number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
