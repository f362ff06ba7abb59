import { formatCount, formatNumber } from '#app/core/units.ts';
import type { ExplainedColumn, ExplainedOutput, Explanation } from '#app/sdk/explanation.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';
import type { ChartView } from './document.ts';

type View = Extract<ChartView, { of: 'explanation' }>;

/** Columns drawn, the largest first, and points of a swarm. */
const drawnColumns = 15;
const drawnBars = 10;
const mostPoints = 3000;

/** A view of an explanation as a chart in data terms; null where it has no such class, column or row. */
export function explainedChart(explanation: Explanation, view: View): ChartSpec | null {
  const output = view.output === undefined ? explanation.outputs[explanation.first.output] : explanation.outputs.find(({ name }) => name === view.output);
  if (output === undefined) return null;
  switch (view.figure) {
    case 'sizes':
      return sizes(explanation, output);
    case 'swarm':
      return swarm(explanation, output);
    case 'dependence': {
      const column = view.column === undefined ? ranked(output)[0] : explanation.columns.findIndex(({ name }) => name === view.column);
      return column === undefined || column < 0 ? null : dependence(explanation, output, column);
    }
    case 'waterfall': {
      const row = view.row === undefined ? explanation.first.row : explanation.rows.indexOf(view.row);
      return row < 0 ? null : waterfall(explanation, output, row);
    }
  }
}

const ranked = ({ sizes: of }: ExplainedOutput): number[] => of.map((_size, column) => column).toSorted((a, b) => (of[b] ?? 0) - (of[a] ?? 0));

function scaleTitle({ scale, target, outputs }: Explanation, output: ExplainedOutput): string {
  const of = outputs.length > 1 || scale !== 'prediction' ? `“${output.name}”` : target;
  return { prediction: `SHAP value: change of predicted ${of}`, probability: `SHAP value: change of the probability of ${of}`, 'log-odds': `SHAP value: change of the log-odds of ${of}` }[scale];
}

function sizes(explanation: Explanation, output: ExplainedOutput): ChartSpec {
  const drawn = ranked(output).slice(0, drawnColumns).toReversed();
  return {
    title: `What moves predictions of ${nameOf(explanation, output)} most`,
    x: { title: `mean size of the ${scaleTitle(explanation, output)}` },
    y: { title: '', scale: 'category' },
    series: [{ name: 'mean size', mark: 'bars', x: drawn.map((column) => output.sizes[column] ?? 0), y: drawn.map((column) => explanation.columns[column]?.name ?? '') }],
    ...(explanation.columns.length > drawn.length ? { note: `The first ${drawn.length} of ${explanation.columns.length} columns.` } : {}),
  };
}

const nameOf = ({ outputs, target }: Explanation, output: ExplainedOutput): string => (outputs.length > 1 ? `“${output.name}”` : target);

/** Where a value lies among the column's, 0 … 1, its lowest and highest 5 % cut off. */
function sharesOf({ kind, values }: ExplainedColumn): (number | null)[] {
  if (kind === 'text' || kind === 'image') return values.map(() => null);
  const sorted = values.filter((value) => typeof value === 'number').toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = at(0.05) === at(0.95) ? [sorted[0] ?? 0, sorted.at(-1) ?? 0] : [at(0.05), at(0.95)];
  return values.map((value) => (typeof value !== 'number' ? null : high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5));
}

function swarm(explanation: Explanation, output: ExplainedOutput): ChartSpec {
  const drawn = ranked(output).slice(0, drawnColumns);
  const step = Math.max(1, Math.ceil((explanation.rows.length * drawn.length) / mostPoints));
  const rows = explanation.rows.flatMap((_number, row) => (row % step === 0 ? [row] : []));
  const [x, y, z]: [number[], string[], (number | null)[]] = [[], [], []];
  for (const column of drawn) {
    const of = explanation.columns[column];
    if (of === undefined) continue;
    const shares = sharesOf(of);
    for (const row of rows) {
      x.push(output.values[column]?.[row] ?? 0);
      y.push(of.name);
      z.push(shares[row] ?? null);
    }
  }
  return {
    title: `Every row: what each column does to ${nameOf(explanation, output)}`,
    x: { title: scaleTitle(explanation, output) },
    // The first column is on top.
    y: { title: '', scale: 'category', categories: drawn.toReversed().map((column) => ({ label: explanation.columns[column]?.name ?? '', value: null })) },
    colour: { title: 'value of the column, low to high', centre: 0.5 },
    series: [{ name: 'rows', mark: 'points', x, y, z: [z] }],
    note: `${formatCount(rows.length)} rows. Names and missing values are grey.`,
  };
}

function dependence(explanation: Explanation, output: ExplainedOutput, at: number): ChartSpec {
  const column = explanation.columns[at];
  const isNumber = column?.kind === 'number';
  return {
    title: `What ${column?.name ?? ''} does to ${nameOf(explanation, output)}`,
    x: { title: column?.name ?? '', ...(isNumber ? {} : { scale: 'category' as const }) },
    y: { title: scaleTitle(explanation, output) },
    series: [{ name: 'rows', mark: 'points', x: (column?.values ?? []).map((value) => (column === undefined || (isNumber && value === null) ? null : isNumber ? value : valueText(column, value))), y: output.values[at] ?? [] }],
  };
}

function waterfall(explanation: Explanation, output: ExplainedOutput, row: number): ChartSpec {
  const order = output.values.map((_values, column) => column).toSorted((a, b) => Math.abs(output.values[b]?.[row] ?? 0) - Math.abs(output.values[a]?.[row] ?? 0));
  const shown = order.slice(0, drawnBars);
  const rest = order.slice(drawnBars).reduce((sum, column) => sum + (output.values[column]?.[row] ?? 0), output.others?.[row] ?? 0);
  const bars = shown.map((column) => {
    const of = explanation.columns[column];
    return { label: of === undefined ? '' : `${of.name} = ${valueText(of, of.values[row])}`, value: output.values[column]?.[row] ?? 0 };
  });
  if (order.length > drawnBars || output.others !== null) bars.push({ label: 'all other columns', value: rest });
  bars.reverse();
  return {
    title: `Row ${explanation.rows[row] ?? row + 1}: from ${formatNumber(output.base)} to ${formatNumber(output.outputs[row] ?? 0)}`,
    x: { title: scaleTitle(explanation, output) },
    y: { title: '', scale: 'category' },
    bars: 'stack',
    series: [
      { name: 'raises it', mark: 'bars', group: 'up', x: bars.map(({ value }) => (value > 0 ? value : null)), y: bars.map(({ label }) => label) },
      { name: 'lowers it', mark: 'bars', group: 'down', x: bars.map(({ value }) => (value > 0 ? null : value)), y: bars.map(({ label }) => label) },
    ],
  };
}

function valueText({ kind }: Pick<ExplainedColumn, 'kind'>, value: number | string | null | undefined): string {
  if (kind === 'image') return 'image';
  if (value === null || value === undefined) return 'missing';
  if (typeof value === 'string') return value.length > 18 ? `${value.slice(0, 17)}…` : value;
  if (kind === 'boolean') return value === 0 ? 'false' : 'true';
  if (kind === 'date') return new Date(value * 86_400_000).toISOString().slice(0, 10);
  if (kind === 'timestamp') return new Date(value * 1000).toISOString().slice(0, 16).replace('T', ' ');
  return String(Number(value.toPrecision(5))).replace('-', '−');
}
