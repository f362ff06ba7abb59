import type { ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { metricTitle } from '../report/metric-text.ts';
import { texts } from '../../text/texts.ts';

export interface CurvePoints {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

const splits = [
  { pattern: /^(validation|valid|val)(?=[_\s-]|[A-Z])[_\s-]?/, name: texts.charts.curves.validation },
  { pattern: /^(training|train)(?=[_\s-]|[A-Z])[_\s-]?/, name: texts.charts.curves.training },
] as const;

/** `validationLoss` → quantity "loss" of the validation rows; a plain `loss` is of the training rows. */
export function splitName(name: string): { readonly quantity: string; readonly split: string } {
  for (const { pattern, name: split } of splits) {
    const rest = name.replace(pattern, '');
    if (rest !== name && rest !== '') return { quantity: rest.charAt(0).toLowerCase() + rest.slice(1), split };
  }
  return { quantity: name, split: texts.charts.curves.training };
}

/**
 * Learning curves as charts: one for each quantity, training and validation together, step on the x axis.
 * Values that are not finite (a diverged loss) are gaps.
 */
export function curveCharts(series: Readonly<Record<string, CurvePoints>>, stepTitle = texts.charts.curves.epoch): ChartSpec[] {
  const charts = new Map<string, ChartSeries[]>();
  for (const [name, points] of Object.entries(series)) {
    if (points.steps.length === 0) continue;
    const { quantity, split } = splitName(name);
    const order = points.steps.map((_, index) => index).sort((a, b) => (points.steps[a] ?? 0) - (points.steps[b] ?? 0));
    const drawn: ChartSeries = {
      name: split,
      mark: 'line',
      x: order.map((index) => points.steps[index] ?? null),
      y: order.map((index) => {
        const value = points.values[index];
        return value === undefined || !Number.isFinite(value) ? null : value;
      }),
    };
    charts.set(quantity, [...(charts.get(quantity) ?? []), drawn]);
  }
  return [...charts].map(([quantity, drawn]) => ({
    title: metricTitle(quantity),
    // A search counts trials.
    x: { title: /^best\b/.test(quantity) ? texts.charts.curves.trial : stepTitle },
    y: { title: metricTitle(quantity) },
    // Training first, so that its colour is the same in every chart.
    series: drawn.sort((a, b) => a.name.localeCompare(b.name)).map((one) => (drawn.length === 1 ? { ...one, name: metricTitle(quantity) } : one)),
  }));
}
