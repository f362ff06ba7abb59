import { formatCount } from '#app/core/units.ts';
import type { ChartSpec, MetricItem, ModelValue, Report, ReportBlock } from './ports.ts';

/** Rows of the coefficients table; the largest magnitudes are kept. */
const MAX_COEFFICIENTS = 200;

const metricNames: Readonly<Record<string, { title: string; format: MetricItem['format']; help?: string }>> = {
  trainingLogLoss: { title: 'Training log loss', format: 'number', help: 'How surprised the model is by the rows it learnt from; lower is better.' },
  trainingAccuracy: { title: 'Training accuracy', format: 'percent', help: 'Share of the training rows predicted right; evaluate on other rows to know what to expect.' },
  trainingRmse: { title: 'Training RMSE', format: 'number', help: 'Typical error on the rows it learnt from, in units of the target; lower is better.' },
  trainingR2: { title: 'Training R²', format: 'number', help: 'Share of the variation explained in the rows it learnt from; 1 is best.' },
  trainingLoss: { title: 'Training loss', format: 'number', help: 'What training makes small, on the rows it learnt from.' },
  heldOutRmse: { title: 'Held-out RMSE', format: 'number', help: 'Typical error on rows held out in cross-validation, by which the strength was chosen; lower is better.' },
  alpha: { title: 'Alpha chosen', format: 'number', help: 'Strength of the penalty with the least error on rows held out.' },
  l1Ratio: { title: 'L1 ratio chosen', format: 'number', help: '1 is lasso, 0 ridge.' },
  epochs: { title: 'Epochs run', format: 'count' },
  bestEpoch: { title: 'Best epoch', format: 'count', help: 'The epoch whose weights were kept.' },
  validationAccuracy: { title: 'Validation accuracy', format: 'percent', help: 'Share predicted right of the rows held back while training.' },
  validationRmse: { title: 'Validation RMSE', format: 'number', help: 'Typical error on rows held back while training, in units of the target.' },
  rounds: { title: 'Rounds kept', format: 'count', help: 'Trees for each class, up to the best round.' },
  trees: { title: 'Trees', format: 'count' },
  leaves: { title: 'Leaves in all', format: 'count' },
  words: { title: 'Words known', format: 'count' },
  deepest: { title: 'Deepest leaf', format: 'count', help: 'Most splits between the root and a leaf.' },
  outOfBagAccuracy: { title: 'Out-of-bag accuracy', format: 'percent', help: 'Share of the training rows predicted right by the trees that had not drawn the row.' },
  outOfBagAuc: { title: 'Out-of-bag ROC AUC', format: 'number', help: 'The same trees: chance that a row of a class scores above another row; 1 is best, 0.5 is chance.' },
  outOfBagR2: { title: 'Out-of-bag R²', format: 'number', help: 'Share of the variation explained by the trees that had not drawn the row; 1 is best.' },
  outOfBagRmse: { title: 'Out-of-bag RMSE', format: 'number', help: 'Typical error of the trees that had not drawn the row, in units of the target.' },
  outOfBagRows: { title: 'Rows with an out-of-bag answer', format: 'count', help: 'Others were drawn for every tree, or have no weight.' },
  crossValidatedAccuracy: { title: 'Cross-validated accuracy', format: 'percent', help: 'Share predicted right by machines that had not seen the row.' },
  supportVectors: { title: 'Support vectors', format: 'count', help: 'Rows that carry the model; they are in its file.' },
  leaveOneOutAccuracy: { title: 'Leave-one-out accuracy', format: 'percent', help: 'Share of a sample of the training rows predicted right from all others.' },
  leaveOneOutRmse: { title: 'Leave-one-out RMSE', format: 'number', help: 'Typical error on a sample of the training rows, each predicted from all others; in units of the target.' },
  inertia: { title: 'Inertia', format: 'number', help: 'Sum of squared distances of rows to their centres, in features as preprocessed.' },
  silhouette: { title: 'Silhouette', format: 'number', help: 'How much nearer rows are to their own cluster than to the next: 1 is best, 0 is no structure.' },
  anomalyThreshold: { title: 'Threshold', format: 'number', help: 'Least score of a row that was marked as an anomaly.' },
  validationLoss: { title: 'Validation loss', format: 'number', help: 'Loss on rows held back while training; lower is better.' },
};

/** A fitted model as a page: what it predicts, numbers, coefficients, curves. */
export function modelReport(model: ModelValue): Report {
  const { signature, summary } = model;
  const facts: MetricItem[] = [
    { name: 'Rows trained on', value: model.rows, format: 'count' },
    { name: 'Input columns', value: signature.inputs.length, format: 'count' },
    { name: 'Features', value: signature.features.length, format: 'count', help: 'Numbers the model sees after preprocessing.' },
    ...(signature.classes === undefined ? [] : [{ name: 'Classes', value: signature.classes.length, format: 'count' } as const]),
    ...Object.entries(model.metrics).map(([name, value]): MetricItem => {
      const known = metricNames[name];
      return { name: known?.title ?? words(name), value, format: known?.format ?? 'number', ...(known?.help === undefined ? {} : { help: known.help }) };
    }),
  ];
  const blocks: ReportBlock[] = [{ type: 'metrics', metrics: facts }];
  const notes = [...(summary?.notes ?? [])];
  if (summary?.converged === false) notes.push(`Training stopped after ${formatCount(summary.iterations ?? 0)} iterations before it had converged.`);
  if (notes.length > 0) blocks.push({ type: 'text', markdown: notes.map((note) => `- ${note}`).join('\n') });
  const curve = curveChart(summary?.curves ?? []);
  if (curve !== null) blocks.push({ type: 'chart', chart: curve });
  blocks.push(...importanceBlocks(model), ...coefficientBlocks(model));
  blocks.push({
    type: 'table',
    title: 'Input columns',
    columns: [
      { name: 'column', type: 'string' },
      { name: 'type', type: 'string' },
    ],
    rows: signature.inputs.map((column) => [column.name, column.type]),
  });
  return { title: `${words(model.algorithm)} for ${signature.target.name}`, blocks };
}

function words(name: string): string {
  const text = name.replace(/[-_]/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function curveChart(curves: NonNullable<NonNullable<ModelValue['summary']>['curves']>): ChartSpec | null {
  const losses = curves.filter((curve) => /loss/i.test(curve.name) && curve.steps.length > 1);
  if (losses.length === 0) return null;
  return {
    title: 'Loss while training',
    x: { title: 'step' },
    y: { title: 'loss' },
    series: losses.map((curve) => ({ name: words(curve.name), mark: 'line', x: curve.steps, y: curve.values })),
  };
}

/** Bars of the chart of importances. */
const MAX_BARS = 20;

function importanceBlocks(model: ModelValue): ReportBlock[] {
  const all = model.summary?.importance ?? [];
  if (all.length === 0) return [];
  const top = all.slice(0, MAX_BARS);
  return [
    {
      type: 'chart',
      chart: {
        title: all.length > top.length ? `What the splits use: the ${MAX_BARS} most important features of ${formatCount(all.length)}` : 'What the splits use',
        x: { title: 'share of the fall of the loss', percent: true },
        y: { title: 'feature', scale: 'category' },
        series: [{ name: 'importance', mark: 'bars', x: top.map(({ share }) => share), y: top.map(({ feature }) => feature) }],
        note: 'Measured on the rows learnt from; features with many values look more important than they are. Permutation Importance measures on other rows.',
      },
    },
  ];
}

function coefficientBlocks(model: ModelValue): ReportBlock[] {
  const all = model.summary?.coefficients ?? [];
  if (all.length === 0) return [];
  const sorted = all.toSorted((a, b) => Math.abs(b.coefficient) - Math.abs(a.coefficient));
  const kept = sorted.slice(0, MAX_COEFFICIENTS);
  const byClass = all.some((entry) => entry.cls !== undefined);
  const blocks: ReportBlock[] = [
    {
      type: 'table',
      title: kept.length < all.length ? `Coefficients (the ${MAX_COEFFICIENTS} largest of ${formatCount(all.length)})` : 'Coefficients',
      columns: [
        ...(byClass ? [{ name: 'class', type: 'string' } as const] : []),
        { name: 'feature', type: 'string' },
        { name: 'coefficient', type: 'float' },
      ],
      rows: kept.map((entry) => [...(byClass ? [entry.cls ?? ''] : []), entry.feature, entry.coefficient]),
    },
  ];
  if (!byClass) {
    const top = sorted.filter((entry) => entry.feature !== '(intercept)').slice(0, 20);
    blocks.unshift({
      type: 'chart',
      chart: {
        title: 'Largest coefficients',
        x: { title: 'coefficient, per unit of the preprocessed feature' },
        y: { title: 'feature', scale: 'category' },
        series: [{ name: 'coefficient', mark: 'bars', x: top.map((entry) => entry.coefficient), y: top.map((entry) => entry.feature) }],
      },
    });
  }
  return blocks;
}
