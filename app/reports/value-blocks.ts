import { formatCount } from '#app/core/units.ts';
import type { ChartSpec, MetricItem, ModelValue, PortValue, ReportBlock } from '#app/sdk/ports.ts';
import { explainedChart } from './explained.ts';
import { metricTitle } from './text/metric-text.ts';
import { escapeMarkdown } from './references.ts';

/** What a port's value has to show, other than rows: the same list whether all of it is shown or one thing of it is chosen. */
export type ValueBlock = Extract<ReportBlock, { type: 'text' | 'metrics' | 'chart' | 'table' }>;

export function valueBlocks(value: PortValue): ValueBlock[] {
  switch (value.kind) {
    case 'report':
      return value.report.blocks.flatMap(plain);
    case 'evaluation': {
      const { report, metrics } = value.evaluation;
      const blocks = report.blocks.flatMap(plain);
      const listed = blocks.some(({ type }) => type === 'metrics') || Object.keys(metrics).length === 0;
      return listed ? blocks : [{ type: 'metrics', metrics: numbers(metrics) }, ...blocks];
    }
    case 'model':
      return modelBlocks(value);
    case 'recipe':
      return [{ type: 'text', markdown: value.recipe.steps.length === 0 ? 'No steps: columns go to the learner as they are.' : value.recipe.steps.map(({ step }, index) => `${index + 1}. ${metricTitle(step)}`).join('\n') }];
    case 'learner': {
      const { algorithm, target, features, params } = value.learner;
      return [
        { type: 'text', markdown: `**${escapeMarkdown(metricTitle(algorithm))}** predicts **${escapeMarkdown(target === '' ? 'a target that is not chosen yet' : target)}** from ${features === null ? 'every other usable column' : `${features.length} columns`}.` },
        paramsTable(params),
      ];
    }
    case 'table':
      return [];
  }
}

const numbers = (metrics: Readonly<Record<string, number>>): MetricItem[] => Object.entries(metrics).map(([name, value]) => ({ name, value, format: 'number' }));

function plain(block: ReportBlock): ValueBlock[] {
  switch (block.type) {
    case 'explanation':
      return (['sizes', 'swarm'] as const).flatMap((figure): ValueBlock[] => {
        const chart = explainedChart(block.explanation, { of: 'explanation', figure });
        return chart === null ? [] : [{ type: 'chart', chart }];
      });
    case 'pipeline':
      return [{ type: 'text', markdown: `**${escapeMarkdown(block.title)}** ${escapeMarkdown(block.summary)}` }];
    default:
      return [block];
  }
}

function modelBlocks({ algorithm, signature, rows, metrics, params, summary }: ModelValue): ValueBlock[] {
  const classes = signature.classes === undefined ? '' : ` into ${signature.classes.length} classes (${signature.classes.slice(0, 6).map(escapeMarkdown).join(', ')}${signature.classes.length > 6 ? ' …' : ''})`;
  return [
    {
      type: 'text',
      markdown: [
        `**${escapeMarkdown(metricTitle(algorithm))}** predicts **${escapeMarkdown(signature.target.name)}**${classes} from ${signature.inputs.length} ${signature.inputs.length === 1 ? 'column' : 'columns'}, fitted on ${formatCount(rows)} rows.`,
        ...(summary?.converged === false ? ['It did not converge.'] : []),
        ...(summary?.notes ?? []).map(escapeMarkdown),
      ].join('\n\n'),
    },
    ...(Object.keys(metrics).length === 0 ? [] : [{ type: 'metrics' as const, metrics: numbers(metrics) }]),
    ...curves(summary),
    ...importance(summary),
    { type: 'table', title: 'Signature', columns: [{ name: 'column', type: 'string' }, { name: 'type', type: 'string' }, { name: 'role', type: 'string' }], rows: [...signature.inputs.map(({ name, type }) => [name, type, 'input']), [signature.target.name, signature.target.type, 'target']] },
    paramsTable(params),
  ];
}

const paramsTable = (params: Readonly<Record<string, unknown>>): ValueBlock => ({
  type: 'table',
  title: 'Parameters',
  columns: [{ name: 'parameter', type: 'string' }, { name: 'value', type: 'string' }],
  rows: Object.entries(params).map(([name, value]) => [metricTitle(name), value === null || value === undefined ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value)]),
});

const mostBars = 20;

function importance(summary: ModelValue['summary']): ValueBlock[] {
  const bars = (title: string, axis: string, all: readonly { readonly name: string; readonly value: number }[]): ValueBlock => {
    const shown = all.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, mostBars).toReversed();
    const chart: ChartSpec = {
      title,
      x: { title: axis },
      y: { title: '', scale: 'category' },
      series: [{ name: axis, mark: 'bars', x: shown.map(({ value }) => value), y: shown.map(({ name }) => name) }],
      ...(all.length > shown.length ? { note: `The ${shown.length} largest of ${all.length}.` } : {}),
    };
    return { type: 'chart', chart };
  };
  const shares = summary?.importance ?? [];
  const coefficients = summary?.coefficients ?? [];
  return [
    ...(shares.length === 0 ? [] : [bars('What the splits use', 'share of the fall of the loss', shares.map(({ feature, share }) => ({ name: feature, value: share })))]),
    ...(coefficients.length === 0 ? [] : [bars('Coefficients', 'coefficient', coefficients.map(({ feature, coefficient, cls }) => ({ name: cls === undefined ? feature : `${cls} · ${feature}`, value: coefficient })))]),
  ];
}

function curves(summary: ModelValue['summary']): ValueBlock[] {
  const drawn = (summary?.curves ?? []).filter(({ steps }) => steps.length > 1);
  if (drawn.length === 0) return [];
  const chart: ChartSpec = { title: 'Learning curves', x: { title: 'step' }, y: { title: '' }, series: drawn.map(({ name, steps, values }) => ({ name: metricTitle(name), mark: 'line', x: steps, y: values.map((value) => (Number.isFinite(value) ? value : null)) })) };
  return [{ type: 'chart', chart }];
}

/** Numbers of a value by name, with the format they are read in; the row count is asked of tables elsewhere. */
export function valueMetrics(value: PortValue): MetricItem[] {
  const listed = valueBlocks(value).flatMap((block) => (block.type === 'metrics' ? block.metrics : []));
  const named = value.kind === 'evaluation' ? value.evaluation.metrics : value.kind === 'model' ? value.metrics : {};
  const extra = Object.entries(named).filter(([name]) => !listed.some((item) => sameMetric(item.name, name)));
  return [...listed, ...extra.map(([name, number]): MetricItem => ({ name, value: number, format: 'number' }))];
}

/** “ROC AUC”, “rocAuc” and “roc auc” are one. */
export const sameMetric = (a: string, b: string): boolean => metricTitle(a).toLowerCase() === metricTitle(b).toLowerCase();

/** The chart, or the table, of this title; where titles changed, the one at its place. */
export function pickTitled<T>(all: readonly T[], titleOf: (one: T) => string, title: string, index: number): T | null {
  return all.find((one) => titleOf(one) === title) ?? all[index] ?? null;
}
