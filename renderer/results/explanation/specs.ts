import type { ExplainedOutput, Explanation } from '#app/sdk/explanation.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';
import { drawnColumns, waterfallBars } from './figures.ts';
import { outputText, ranked, scaleTitle, valueText } from './values.ts';
import { texts } from '../../text/texts.ts';

/** The views as charts in data terms: for those who read their numbers, hear them, or take them elsewhere. */

export function sizesSpec(explanation: Explanation, output: ExplainedOutput): ChartSpec {
  const drawn = ranked(output).slice(0, drawnColumns);
  const left = explanation.columns.length - drawn.length;
  return {
    title: texts.charts.explain.sizesTitle,
    x: { title: texts.charts.explain.meanSizeOf(scaleTitle(explanation, output)) },
    y: { title: texts.charts.explain.column, scale: 'category' },
    series: [{ name: texts.charts.explain.meanSize, mark: 'bars', x: drawn.map((j) => output.sizes[j] ?? 0), y: drawn.map((j) => explanation.columns[j]?.name ?? '') }],
    ...(left > 0 || output.others !== null ? { note: texts.charts.explain.firstColumns(drawn.length) } : {}),
  };
}

export function swarmSpec(explanation: Explanation, output: ExplainedOutput): ChartSpec {
  const drawn = ranked(output).slice(0, drawnColumns);
  return {
    title: texts.charts.explain.swarmTitle,
    x: { title: scaleTitle(explanation, output) },
    y: { title: texts.charts.explain.column, scale: 'category' },
    series: [{ name: texts.charts.explain.rows, mark: 'points', x: drawn.flatMap((j) => output.values[j] ?? []), y: drawn.flatMap((j) => (output.values[j] ?? []).map(() => explanation.columns[j]?.name ?? '')) }],
    note: `${texts.charts.explain.clickPoint}${output.errors === null ? '' : ` ${texts.charts.explain.bars}`}`,
  };
}

export function waterfallSpec(explanation: Explanation, output: ExplainedOutput, row: number): ChartSpec {
  const bars = waterfallBars(explanation, output, row);
  return {
    title: texts.charts.explain.rowTitle(explanation.rows[row] ?? row + 1, outputText(explanation, output.base), outputText(explanation, output.outputs[row] ?? 0)),
    x: { title: scaleTitle(explanation, output) },
    y: { title: texts.charts.explain.column, scale: 'category' },
    series: [{ name: texts.charts.explain.shap, mark: 'bars', x: bars.map(({ value }) => value), y: bars.map(({ label }) => label) }],
  };
}

export function dependenceSpec(explanation: Explanation, output: ExplainedOutput, of: number): ChartSpec {
  const column = explanation.columns[of];
  const isNumber = column?.kind === 'number';
  return {
    title: texts.charts.explain.whatDoes(column?.name ?? ''),
    x: { title: column?.name ?? '', ...(isNumber ? {} : { scale: 'category' as const }) },
    y: { title: scaleTitle(explanation, output) },
    series: [{ name: texts.charts.explain.rows, mark: 'points', x: (column?.values ?? []).map((value) => (column === undefined ? null : isNumber && typeof value === 'number' ? value : valueText(column, value))), y: output.values[of] ?? [] }],
  };
}
