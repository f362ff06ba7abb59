import type { ChartSeries, MetricItem, Report, ReportBlock } from '#app/sdk/ports.ts';
import type { CurvePoint } from '../metrics/ranking.ts';

export interface ClassCurves {
  readonly cls: string;
  readonly positives: number;
  readonly rows: number;
  readonly rocAuc: number;
  readonly averagePrecision: number;
  readonly roc: readonly CurvePoint[];
  readonly pr: readonly CurvePoint[];
}

export interface RankingFindings {
  readonly target: string;
  readonly curves: readonly ClassCurves[];
  /** Means over the classes where there are several, else of the positive class. */
  readonly rocAuc: number;
  readonly averagePrecision: number;
  readonly logLoss: number;
  readonly brier: number;
  readonly rows: number;
  /** Classes without a curve because the table has no or only such rows. */
  readonly undrawn: readonly string[];
  /** Classes drawn at most. */
  readonly drawn: number;
}

export function rankingReport(findings: RankingFindings): Report {
  const { target, curves, undrawn, drawn } = findings;
  const several = curves.length > 1;
  const shown = curves.slice(0, drawn);
  const blocks: ReportBlock[] = [{ type: 'metrics', metrics: items(findings, several) }];
  if (undrawn.length > 0) {
    blocks.push({ type: 'text', markdown: `No curve for ${undrawn.map((cls) => `“${cls}”`).join(', ')}: the table has no such row, or no other.` });
  }
  if (shown.length < curves.length) blocks.push({ type: 'text', markdown: `The curves of the ${shown.length} most frequent of ${curves.length} classes are drawn; the table has all.` });
  blocks.push({
    type: 'chart',
    chart: {
      title: 'ROC curve',
      x: { title: 'false positive rate', range: [0, 1] },
      y: { title: 'true positive rate', range: [0, 1] },
      series: [...shown.map((curve) => series(curve, curve.roc, `AUC ${curve.rocAuc.toFixed(3)}`)), { name: 'chance', mark: 'reference', x: [0, 1], y: [0, 1] }],
      note: 'Up and left is better. Each curve has at most 500 points.',
    },
  });
  const single = shown.length === 1 ? shown[0] : undefined;
  const base: ChartSeries[] = single === undefined ? [] : [{ name: 'chance', mark: 'reference', x: [0, 1], y: [single.positives / single.rows, single.positives / single.rows] }];
  blocks.push({
    type: 'chart',
    chart: {
      title: 'Precision-recall curve',
      x: { title: 'recall', range: [0, 1] },
      y: { title: 'precision', range: [0, 1] },
      series: [...shown.map((curve) => series(curve, curve.pr, `AP ${curve.averagePrecision.toFixed(3)}`)), ...base],
      note: 'Up and right is better. Each curve has at most 500 points.',
    },
  });
  if (several) {
    blocks.push({
      type: 'table',
      title: 'Each class against the rest',
      columns: [
        { name: 'class', type: 'string' },
        { name: 'rows', type: 'integer' },
        { name: 'ROC AUC', type: 'float' },
        { name: 'average precision', type: 'float' },
      ],
      rows: curves.map((curve) => [curve.cls, curve.positives, curve.rocAuc, curve.averagePrecision]),
    });
  } else if (single !== undefined) {
    blocks.push(thresholdTable(single));
  }
  return { title: `ROC and precision-recall of ${target}`, blocks };
}

function series(curve: ClassCurves, points: readonly CurvePoint[], score: string): ChartSeries {
  return { name: `${curve.cls} (${score})`, mark: 'line', x: points.map((point) => point.x), y: points.map((point) => point.y), group: curve.cls };
}

function items({ rocAuc, averagePrecision, logLoss, brier, rows }: RankingFindings, several: boolean): MetricItem[] {
  const mean = several ? 'mean over the classes, each against the rest; ' : '';
  const all: MetricItem[] = [
    { name: several ? 'ROC AUC (macro)' : 'ROC AUC', value: rocAuc, format: 'number', help: `Chance that a positive row scores above a negative one; ${mean}1 is best, 0.5 is chance.` },
    { name: several ? 'Average precision (macro)' : 'Average precision', value: averagePrecision, format: 'number', help: `Area under the precision-recall curve; ${mean}1 is best, chance is the share of positive rows.` },
    { name: 'Log loss', value: logLoss, format: 'number', help: 'How surprised the model is by the true classes; lower is better.' },
    { name: 'Brier score', value: brier, format: 'number', help: 'Mean squared distance of the probabilities from what happened; lower is better.' },
    { name: 'Rows', value: rows, format: 'count' },
  ];
  return all.filter((item) => Number.isFinite(item.value));
}

/** What a few thresholds would give; the curve's own points, evenly chosen. */
function thresholdTable(curve: ClassCurves): ReportBlock {
  const wanted = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
  const at = (points: readonly CurvePoint[], threshold: number): CurvePoint | undefined => points.findLast((point) => point.threshold >= threshold);
  return {
    type: 'table',
    title: `Calling a row “${curve.cls}” from a probability of`,
    columns: [
      { name: 'threshold', type: 'float' },
      { name: 'precision', type: 'float' },
      { name: 'recall', type: 'float' },
      { name: 'false positive rate', type: 'float' },
    ],
    rows: wanted.map((threshold) => {
      const pr = at(curve.pr, threshold);
      return [threshold, pr?.y ?? null, pr?.x ?? null, at(curve.roc, threshold)?.x ?? null];
    }),
  };
}
