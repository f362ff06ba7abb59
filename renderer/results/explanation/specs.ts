import type { ExplainedOutput, Explanation } from '#app/sdk/explanation.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';
import { drawnColumns, waterfallBars } from './figures.ts';
import { outputText, ranked, scaleTitle, valueText } from './values.ts';

/** The views as charts in data terms: for those who read their numbers, hear them, or take them elsewhere. */

export function sizesSpec(explanation: Explanation, output: ExplainedOutput): ChartSpec {
  const drawn = ranked(output).slice(0, drawnColumns);
  const left = explanation.columns.length - drawn.length;
  return {
    title: 'How much each column moves predictions, on average',
    x: { title: `mean size of the ${scaleTitle(explanation, output)}` },
    y: { title: 'column', scale: 'category' },
    series: [{ name: 'mean size', mark: 'bars', x: drawn.map((j) => output.sizes[j] ?? 0), y: drawn.map((j) => explanation.columns[j]?.name ?? '') }],
    ...(left > 0 || output.others !== null ? { note: `The first ${drawn.length} columns.` } : {}),
  };
}

export function swarmSpec(explanation: Explanation, output: ExplainedOutput): ChartSpec {
  const drawn = ranked(output).slice(0, drawnColumns);
  return {
    title: 'Every row: what each column does to its prediction',
    x: { title: scaleTitle(explanation, output) },
    y: { title: 'column', scale: 'category' },
    series: [{ name: 'rows', mark: 'points', x: drawn.flatMap((j) => output.values[j] ?? []), y: drawn.flatMap((j) => (output.values[j] ?? []).map(() => explanation.columns[j]?.name ?? '')) }],
    note: `Click a point to choose its row.${output.errors === null ? '' : ' Bars are one standard error of the chosen row; those of the others show on hover.'}`,
  };
}

export function waterfallSpec(explanation: Explanation, output: ExplainedOutput, row: number): ChartSpec {
  const bars = waterfallBars(explanation, output, row);
  return {
    title: `Row ${explanation.rows[row] ?? row + 1}: from ${outputText(explanation, output.base)} to ${outputText(explanation, output.outputs[row] ?? 0)}`,
    x: { title: scaleTitle(explanation, output) },
    y: { title: 'column', scale: 'category' },
    series: [{ name: 'SHAP value', mark: 'bars', x: bars.map(({ value }) => value), y: bars.map(({ label }) => label) }],
  };
}

export function dependenceSpec(explanation: Explanation, output: ExplainedOutput, of: number): ChartSpec {
  const column = explanation.columns[of];
  const isNumber = column?.kind === 'number';
  return {
    title: `What ${column?.name ?? ''} does`,
    x: { title: column?.name ?? '', ...(isNumber ? {} : { scale: 'category' as const }) },
    y: { title: scaleTitle(explanation, output) },
    series: [{ name: 'rows', mark: 'points', x: (column?.values ?? []).map((value) => (column === undefined ? null : isNumber && typeof value === 'number' ? value : valueText(column, value))), y: output.values[of] ?? [] }],
  };
}
