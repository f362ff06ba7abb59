import { formatCount } from '#app/core/units.ts';
import type { ChartSpec, MetricItem, Report, ReportBlock } from '#app/sdk/ports.ts';
import type { ConfusionMatrix, ConfusionMetrics } from '../metrics/confusion.ts';

/** More classes than this are summed up as tables only: cells would be too small to read. */
const MAX_DRAWN = 60;

export type ConfusionShares = 'counts' | 'rows' | 'columns';

export interface ConfusionFindings {
  readonly target: string;
  readonly matrix: ConfusionMatrix;
  readonly metrics: ConfusionMetrics;
  /** NaN where the table has no probabilities. */
  readonly logLoss: number;
  readonly leftOut: number;
  readonly shares: ConfusionShares;
}

export function confusionReport(findings: ConfusionFindings): Report {
  const { matrix, metrics, leftOut, target } = findings;
  const blocks: ReportBlock[] = [{ type: 'metrics', metrics: items(findings) }];
  if (leftOut > 0) {
    blocks.push({ type: 'text', markdown: `${leftOut === 1 ? 'One row has' : `${formatCount(leftOut)} rows have`} no true value or no prediction and ${leftOut === 1 ? 'is' : 'are'} left out.` });
  }
  if (matrix.labels.length <= MAX_DRAWN) blocks.push({ type: 'chart', chart: heatmap(findings) });
  else blocks.push({ type: 'text', markdown: `There are ${matrix.labels.length} classes, too many to draw; the table below lists them.` });
  blocks.push({
    type: 'table',
    title: 'By class',
    columns: [
      { name: 'class', type: 'string' },
      { name: 'rows', type: 'integer' },
      { name: 'precision', type: 'float' },
      { name: 'recall', type: 'float' },
      { name: 'F1', type: 'float' },
    ],
    rows: metrics.classes.map((entry) => [entry.label, entry.support, entry.precision, Number.isNaN(entry.recall) ? null : entry.recall, entry.f1]),
  });
  const mistakes = largestMistakes(matrix);
  if (mistakes.length > 0) {
    blocks.push({
      type: 'table',
      title: 'Most frequent mistakes',
      columns: [
        { name: 'true class', type: 'string' },
        { name: 'taken for', type: 'string' },
        { name: 'rows', type: 'integer' },
      ],
      rows: mistakes,
    });
  }
  return { title: `Confusion matrix of ${target}`, blocks };
}

function items({ metrics, logLoss }: ConfusionFindings): MetricItem[] {
  return [
    { name: 'Accuracy', value: metrics.accuracy, format: 'percent', help: 'Share of rows predicted right; higher is better.' },
    { name: 'Balanced accuracy', value: metrics.balancedAccuracy, format: 'percent', help: 'Mean share predicted right over the classes, so that rare classes count as much; higher is better.' },
    { name: 'Macro F1', value: metrics.macroF1, format: 'number', help: 'Mean over the classes of the harmonic mean of precision and recall; 1 is best.' },
    { name: 'Macro precision', value: metrics.macroPrecision, format: 'percent', help: 'Of the rows predicted as a class, the share that is of it; mean over the classes.' },
    { name: 'Macro recall', value: metrics.macroRecall, format: 'percent', help: 'Of the rows of a class, the share predicted as it; mean over the classes.' },
    ...(Number.isNaN(logLoss) ? [] : [{ name: 'Log loss', value: logLoss, format: 'number', help: 'How surprised the model is by the true classes; lower is better, 0 is best.' } as const]),
    { name: 'Rows', value: metrics.rows, format: 'count' },
  ];
}

function heatmap({ matrix, shares, target }: ConfusionFindings): ChartSpec {
  const { labels, counts } = matrix;
  const columnTotals = labels.map((_label, index) => counts.reduce((total, row) => total + (row[index] ?? 0), 0));
  const z = counts.map((row) => {
    const rowTotal = row.reduce((total, count) => total + count, 0);
    return row.map((count, index) => {
      if (shares === 'counts') return count;
      const total = shares === 'rows' ? rowTotal : (columnTotals[index] ?? 0);
      return total === 0 ? null : count / total;
    });
  });
  return {
    title: 'True against predicted class',
    x: { title: `predicted ${target}`, scale: 'category' },
    y: { title: `true ${target}`, scale: 'category' },
    series: [{ name: shares === 'counts' ? 'rows' : 'share', mark: 'heatmap', x: labels, y: labels, z, text: counts.map((row) => row.map(formatCount)) }],
    note: shares === 'counts' ? 'Cells show rows; the diagonal is right.' : `Cells show rows; colour is the share of the ${shares === 'rows' ? 'true' : 'predicted'} class.`,
  };
}

function largestMistakes({ labels, counts }: ConfusionMatrix): [string, string, number][] {
  const mistakes = counts.flatMap((row, truth) =>
    row.flatMap((rows, predicted): [string, string, number][] => (truth === predicted || rows === 0 ? [] : [[labels[truth] ?? '', labels[predicted] ?? '', rows]])),
  );
  return mistakes.sort((a, b) => b[2] - a[2]).slice(0, 10);
}
