import { formatCount, formatNumber } from '#app/core/units.ts';
import type { ChartSeries, ChartSpec, ModelSignature, Report, ReportBlock } from '#app/sdk/ports.ts';
import type { RawColumn } from '../model/raw-columns.ts';
import type { HeldRows } from './model-rows.ts';
import type { Contributions } from './shap.ts';

interface ShapFindings {
  readonly found: Contributions;
  readonly held: HeldRows;
  readonly signature: ModelSignature;
  readonly cls: number;
  /** Explained row of the waterfall, from 0. */
  readonly row: number;
  readonly all: number;
}

/** Columns in the charts. */
const DRAWN = 20;
/** Points a column in the swarm. */
const POINTS = 400;
/** Columns whose dependence is drawn. */
const DEPENDENCES = 3;

/** Mean sizes, the swarm of all rows, the waterfall of one, and how the most important columns act. */
export function shapReport(findings: ShapFindings): Report {
  const { found, held, signature, cls, all } = findings;
  const width = found.columns.length;
  const sizes = found.columns.map((_unused, j) => meanSize(found, j, held.rows));
  const ranked = sizes.map((_unused, j) => j).toSorted((a, b) => (sizes[b] as number) - (sizes[a] as number));
  const drawn = ranked.slice(0, DRAWN);
  const of = signature.task === 'regression' ? signature.target.name : `“${signature.classes?.[cls] ?? ''}”`;
  const unit = { prediction: `change of the prediction of ${of}`, probability: `change of the probability of ${of}`, 'log-odds': `change of the log-odds of ${of}` }[found.scale];
  const largestError = found.errors === null ? null : found.errors.reduce((a, b) => Math.max(a, b), 0);
  const [first] = ranked;
  const blocks: ReportBlock[] = [
    {
      type: 'metrics',
      metrics: [
        { name: 'Rows explained', value: held.rows, format: 'count' },
        { name: 'Base', value: found.base, format: found.scale === 'probability' ? 'percent' : 'number', help: 'The mean output, from which the contributions of a row lead to its own.' },
        ...(largestError === null ? [] : [{ name: 'Largest standard error', value: largestError, format: 'number' as const, help: 'What sampling leaves open; more permutations make it smaller.' }]),
      ],
    },
    { type: 'text', markdown: words(findings, first === undefined ? null : { name: found.columns[first] ?? '', size: sizes[first] as number }, unit) },
    {
      type: 'chart',
      chart: {
        title: 'How much each column moves predictions, on average',
        x: { title: `mean size of the ${unit}` },
        y: { title: '', scale: 'category' },
        series: [{ name: 'mean size', mark: 'bars', x: drawn.toReversed().map((j) => sizes[j] as number), y: drawn.toReversed().map((j) => found.columns[j] ?? '') }],
        ...(drawn.length < width ? { note: `The first ${drawn.length} of ${width} columns.` } : {}),
      },
    },
    { type: 'chart', chart: swarm(findings, drawn, unit) },
    { type: 'chart', chart: waterfall(findings, unit) },
    ...ranked.slice(0, DEPENDENCES).map((j): ReportBlock => ({ type: 'chart', chart: dependence(findings, j, unit) })),
  ];
  return { title: `Why the model predicts ${of}${held.rows < all ? ` (${formatCount(held.rows)} rows)` : ''}`, blocks };
}

const valueAt = ({ values, columns }: Contributions, row: number, j: number): number => values[row * columns.length + j] as number;

function meanSize(found: Contributions, j: number, rows: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row += 1) sum += Math.abs(valueAt(found, row, j));
  return sum / Math.max(1, rows);
}

function words({ found, held, all }: ShapFindings, first: { name: string; size: number } | null, unit: string): string {
  const parts = [
    first === null || first.size === 0 ? 'No column moves the predictions of these rows.' : `**${first.name}** moves the predictions most: by ${formatNumber(first.size)} on average (${unit}).`,
    found.errors === null
      ? 'The values are exact for these trees. A column that is not known counts as in the training rows that came the same way.'
      : 'The values are sampled: each row is mixed with rows of this table, column by column in random orders.',
    'Contributions tell how this model comes to its answer, not what would happen in the world if a value were changed.',
    ...(held.rows < all ? [`${formatCount(held.rows)} of ${formatCount(all)} rows are explained, always the same ones.`] : []),
  ];
  return parts.join('\n\n');
}

/** Ranks of a column's values among the rows, 0 … 1; NaN for text and missing values. */
function ranksOf(column: RawColumn, rows: number): Float64Array {
  const ranks = new Float64Array(rows).fill(Number.NaN);
  if (!(column instanceof Float64Array)) return ranks;
  const order = Array.from({ length: rows }, (_unused, row) => row).filter((row) => !Number.isNaN(column[row]));
  order.sort((a, b) => (column[a] as number) - (column[b] as number));
  order.forEach((row, place) => {
    ranks[row] = order.length > 1 ? place / (order.length - 1) : 0.5;
  });
  return ranks;
}

const thirds = ['Low values', 'Middle values', 'High values', 'Text or missing'] as const;

/** All rows: a point each, a line a column, told apart by whether the column's value is low or high. */
function swarm({ found, held }: ShapFindings, drawn: readonly number[], unit: string): ChartSpec {
  const groups = thirds.map(() => ({ x: [] as number[], y: [] as string[] }));
  const step = Math.max(1, Math.floor(held.rows / POINTS));
  for (const j of drawn.toReversed()) {
    const name = found.columns[j] ?? '';
    const ranks = ranksOf(held.columns[name] ?? [], held.rows);
    for (let row = 0; row < held.rows; row += step) {
      const rank = ranks[row] as number;
      const group = groups[Number.isNaN(rank) ? 3 : Math.min(2, Math.floor(rank * 3))];
      group?.x.push(valueAt(found, row, j));
      group?.y.push(name);
    }
  }
  return {
    title: 'Every row: what each column does to its prediction',
    x: { title: unit },
    y: { title: '', scale: 'category' },
    series: groups.flatMap(({ x, y }, i): ChartSeries[] => (x.length === 0 ? [] : [{ name: thirds[i] ?? '', mark: 'points', x, y, ...(i === 3 ? { neutral: true } : {}) }])),
    note: `Right of 0 a value raises the output, left of it lowers it.${step > 1 ? ` Every ${step}th row is drawn.` : ''}`,
  };
}

/** One row, from the base to its output. */
function waterfall({ found, held, row }: ShapFindings, unit: string): ChartSpec {
  const order = found.columns.map((_unused, j) => j).toSorted((a, b) => Math.abs(valueAt(found, row, b)) - Math.abs(valueAt(found, row, a)));
  const shown = order.slice(0, DRAWN - 1);
  const rest = order.slice(DRAWN - 1).reduce((sum, j) => sum + valueAt(found, row, j), 0);
  const bars = [
    ...shown.map((j) => ({ label: `${found.columns[j] ?? ''} = ${cellText(held.columns[found.columns[j] ?? '']?.[row])}`, value: valueAt(found, row, j) })),
    ...(order.length > shown.length ? [{ label: `${order.length - shown.length} more columns`, value: rest }] : []),
  ].toReversed();
  const part = (name: string, keep: (value: number) => boolean): ChartSeries => ({ name, mark: 'bars', x: bars.map(({ value }) => (keep(value) ? value : null)), y: bars.map(({ label }) => label) });
  return {
    title: `Row ${row + 1}: from ${formatNumber(found.base)} to ${formatNumber(found.outputs[row] as number)}`,
    x: { title: unit },
    y: { title: '', scale: 'category' },
    series: [part('raises', (value) => value >= 0), part('lowers', (value) => value < 0)],
    bars: 'stack',
    note: 'The contributions of a row add up to the difference between its output and the base. Choose another row in the parameters.',
  };
}

function cellText(value: null | undefined | boolean | number | string): string {
  if (value === null || value === undefined || value === '' || (typeof value === 'number' && Number.isNaN(value))) return 'missing';
  return typeof value === 'number' ? formatNumber(value) : String(value).slice(0, 24);
}

/** A column's values against what they do. */
function dependence({ found, held }: ShapFindings, j: number, unit: string): ChartSpec {
  const name = found.columns[j] ?? '';
  const column = held.columns[name] ?? [];
  const step = Math.max(1, Math.floor(held.rows / 2000));
  const rows = Array.from({ length: Math.ceil(held.rows / step) }, (_unused, i) => i * step);
  const isText = !(column instanceof Float64Array);
  return {
    title: `What ${name} does`,
    x: { title: name, ...(isText ? { scale: 'category' } : {}) },
    y: { title: unit },
    series: [{ name: 'rows', mark: 'points', x: rows.map((row) => (isText ? cellText(column[row]) : (column[row] as number))), y: rows.map((row) => valueAt(found, row, j)) }],
    note: 'Rows with the same value differ where the model lets other columns decide what it means.',
  };
}
