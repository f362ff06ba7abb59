import { formatCount, formatNumber } from '#app/core/units.ts';
import { mostExplainedColumns, type ExplainedColumn, type ExplainedOutput, type Explanation } from '#app/sdk/explanation.ts';
import type { ModelSignature, Report } from '#app/sdk/ports.ts';
import type { ColumnType } from '#app/relation/types.ts';
import type { RawColumn } from '../model/raw-columns.ts';
import type { ContributionScale, Contributions, OutputContributions } from './contributions.ts';
import type { HeldRows } from './model-rows.ts';

export interface ShapFindings {
  readonly found: Contributions;
  readonly held: HeldRows;
  readonly signature: ModelSignature;
  readonly cls: number;
  /** Explained row of the waterfall, from 0. */
  readonly row: number;
  readonly all: number;
}

/** Rows in the views, and values in all of them together: what can still be drawn fluently, and read at once. */
const shownRows = 2000;
const shownValues = 150_000;

/** What was found, in words, and what the views are drawn from. */
export function shapReport(findings: ShapFindings): Report {
  const { found, held, signature, cls } = findings;
  const chosen = found.outputs[cls] ?? null;
  if (chosen === null) return { title: 'Nothing was explained', blocks: [] };
  const of = outputName(signature, cls);
  const sizes = found.columns.map((_unused, j) => meanSize(chosen, j, found.columns.length, held.rows));
  const [first] = sizes.map((_unused, j) => j).toSorted((a, b) => (sizes[b] as number) - (sizes[a] as number));
  const largestError = chosen.errors === null ? Number.NaN : chosen.errors.reduce((a, b) => (b > a ? b : a), 0);
  return {
    title: `Why the model predicts ${signature.target.name}`,
    blocks: [
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows explained', value: held.rows, format: 'count' },
          { name: signature.task === 'regression' ? 'Base' : `Base of “${of}”`, value: chosen.base, format: found.scale === 'probability' ? 'percent' : 'number', help: `The mean ${scaleNames[found.scale]}, from which the values of a row lead to its own.` },
          ...(found.samples === null ? [] : [{ name: 'Samples a row', value: found.samples.least, format: 'count' as const, help: `Orders of the columns gone through, each forwards and backwards; ${formatCount(found.samples.asked)} were asked for.` }]),
          ...(Number.isFinite(largestError) ? [{ name: 'Largest standard error', value: largestError, format: 'number' as const, help: 'What sampling leaves open; more permutations make it smaller.' }] : []),
        ],
      },
      { type: 'text', markdown: words(findings, first === undefined ? null : { name: found.columns[first] ?? '', size: sizes[first] as number }, `${scaleNames[found.scale]} of ${signature.task === 'regression' ? of : `“${of}”`}`) },
      { type: 'explanation', explanation: explanationOf(findings) },
    ],
  };
}

const scaleNames: Readonly<Record<ContributionScale, string>> = { prediction: 'prediction', probability: 'probability', 'log-odds': 'log-odds' };
const outputName = ({ task, target, classes }: ModelSignature, output: number): string => (task === 'regression' ? target.name : (classes?.[output] ?? ''));

function meanSize({ values }: OutputContributions, j: number, width: number, rows: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row += 1) sum += Math.abs(values[row * width + j] as number);
  return sum / Math.max(1, rows);
}

function words({ found, held, all }: ShapFindings, first: { name: string; size: number } | null, unit: string): string {
  const parts = [
    first === null || first.size === 0 ? 'No column moves the predictions of these rows.' : `**${first.name}** moves the predictions most: by ${formatNumber(first.size)} on average (${unit}).`,
    methodWords(found),
    'They tell how this model comes to its answer, not what would happen in the world if a value were changed.',
    ...(held.rows < all ? [`${formatCount(held.rows)} of ${formatCount(all)} rows are explained, always the same ones.`] : []),
  ];
  return parts.join(' ');
}

function methodWords({ method, samples }: Contributions): string {
  if (method === 'trees') return 'The values are exact for these trees: a column that is not known counts as in the training rows that came the same way.';
  if (method === 'linear') return 'The values are exact for this weighted sum: weight × distance from the mean of these rows.';
  if (samples === null || samples.least >= samples.asked) return 'The values are sampled: each row is mixed with rows of this table, column by column in random orders. Bars of error are one standard error.';
  const sofar = samples.least === samples.most ? formatCount(samples.least) : `${formatCount(samples.least)} to ${formatCount(samples.most)}`;
  return `**Cancelled: sampled from ${sofar} of ${formatCount(samples.asked)} orders of the columns a row.** The next run goes on from there. Bars of error are one standard error.`;
}

/** Rows that are drawn: all, or evenly so many, and the one that is looked at. */
function drawnRows(held: HeldRows, columns: number, outputs: number, chosen: number): number[] {
  const most = Math.max(100, Math.min(shownRows, Math.floor(shownValues / Math.max(1, columns * outputs))));
  const step = Math.max(1, Math.ceil(held.rows / most));
  const rows = Array.from({ length: Math.ceil(held.rows / step) }, (_unused, i) => i * step);
  return rows.includes(chosen) ? rows : [...rows, chosen].toSorted((a, b) => a - b);
}

export function explanationOf({ found, held, signature, cls, row: chosen, all }: ShapFindings): Explanation {
  const width = found.columns.length;
  const present = found.outputs.flatMap((output, place) => (output === null ? [] : [{ output, place }]));
  const size = (j: number): number => present.reduce((most, { output }) => Math.max(most, meanSize(output, j, width, held.rows)), 0);
  const listed = found.columns
    .map((_unused, j) => ({ j, size: size(j) }))
    .toSorted((a, b) => b.size - a.size)
    .slice(0, mostExplainedColumns)
    .map(({ j }) => j);
  const rows = drawnRows(held, listed.length, present.length, chosen);
  return {
    target: signature.target.name,
    scale: found.scale,
    columns: listed.map((j) => columnValues(found.columns[j] ?? '', signature, held, rows)),
    rows: rows.map((row) => held.numbers[row] ?? row + 1),
    explained: held.rows,
    all,
    outputs: present.map(({ output, place }) => outputOf(output, outputName(signature, place), { listed, width, rows, held: held.rows })),
    first: { output: Math.max(0, present.findIndex(({ place }) => place === cls)), row: Math.max(0, rows.indexOf(chosen)) },
  };
}

const kinds: Readonly<Partial<Record<ColumnType, ExplainedColumn['kind']>>> = { string: 'text', boolean: 'boolean', date: 'date', timestamp: 'timestamp' };

function columnValues(name: string, { inputs, images = [] }: ModelSignature, held: HeldRows, rows: readonly number[]): ExplainedColumn {
  const values: RawColumn = held.columns[name] ?? [];
  if (images.some(({ column }) => column === name)) return { name, kind: 'image', values: rows.map(() => null) };
  const kind = kinds[inputs.find((input) => input.name === name)?.type ?? 'float'] ?? 'number';
  return { name, kind, values: rows.map((row) => shortValue(values[row])) };
}

function shortValue(value: null | undefined | boolean | number | string): number | string | null {
  if (value === null || value === undefined || value === '' || (typeof value === 'number' && Number.isNaN(value))) return null;
  return typeof value === 'string' ? value.slice(0, 80) : Number(value);
}

/** Digits that a picture can show. */
const short = (value: number): number => Number(value.toPrecision(6));
const shortOrNull = (value: number): number | null => (Number.isFinite(value) ? short(value) : null);

function outputOf(output: OutputContributions, name: string, { listed, width, rows, held }: { listed: readonly number[]; width: number; rows: readonly number[]; held: number }): ExplainedOutput {
  const { values, errors, base, outputs } = output;
  const sizeError = (j: number): number => {
    let sum = 0;
    for (let row = 0; row < held; row += 1) sum += (errors?.[row * width + j] as number) ** 2;
    return Math.sqrt(sum) / held;
  };
  const rest = (row: number): number => {
    let sum = (outputs[row] as number) - base;
    for (const j of listed) sum -= values[row * width + j] as number;
    return short(sum);
  };
  return {
    name,
    base: short(base),
    outputs: rows.map((row) => short(outputs[row] as number)),
    values: listed.map((j) => rows.map((row) => short(values[row * width + j] as number))),
    errors: errors === null ? null : listed.map((j) => rows.map((row) => shortOrNull(errors[row * width + j] as number))),
    sizes: listed.map((j) => short(meanSize(output, j, width, held))),
    sizeErrors: errors === null ? null : listed.map((j) => shortOrNull(sizeError(j))),
    others: listed.length === width ? null : rows.map(rest),
  };
}
