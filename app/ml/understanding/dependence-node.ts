import { PenstockError } from '#app/core/errors.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ModelSignature, PortValue, ReportBlock } from '#app/sdk/ports.ts';
import { openScorer } from '../model/scorer.ts';
import { thinIndices } from '../model/curves.ts';
import { dependenceOf, gridOf, jointCounts, jointDependence, type Dependence, type DependenceQuestion, type Grid } from './dependence.ts';
import { dateText, dependenceChart, interactionShare, jointChart, movement, valueText, type DrawnOutputs } from './dependence-report.ts';
import { holdRows, modelAndTable, readyRows, type HeldRows } from './model-rows.ts';
import { percentText, pointsText } from './words.ts';
import { positivePlace } from './threshold-node.ts';

export interface DependenceParams {
  /** Empty: the model's first columns. */
  readonly columns: readonly string[];
  /** Empty: two classes, the last; more, all of them. */
  readonly positive: string;
  readonly points: number;
  readonly lines: number;
  readonly centred: boolean;
  readonly rows: number;
  /** Columns of the map; empty: none. */
  readonly across: string;
  readonly up: string;
}

/** Columns looked at where none is chosen. */
const UNCHOSEN = 8;
/** Places a side of the map. */
const MAP_POINTS = 12;

/** Partial dependence of a model on its raw columns, with lines of single rows and a map of two. Ports: `report`, `table`. */
export async function runDependence(context: RunContext<DependenceParams>): Promise<Record<string, PortValue>> {
  const { params, progress, signal } = context;
  const { model, table } = modelAndTable(context.inputs);
  const { signature } = model;
  const names = columnsOf(signature, params);
  const outputs = outputsOf(signature, params.positive);
  const ready = await readyRows(model, table, { truth: false }, context);
  const held = await holdRows(ready, params.rows, context);
  const grids = names.map((name) => gridFor(signature, held, name, params.points));
  const pair = [params.across, params.up].every((name) => name !== '') ? [params.across, params.up].map((name) => gridFor(signature, held, name, MAP_POINTS)) : [];
  const [first, second] = pair;
  const steps = grids.reduce((sum, { values }) => sum + values.length, 0) + (first?.values.length ?? 0) * (second?.values.length ?? 0);
  const scorer = await openScorer(context.artifacts.path(model.onnx), signature, { signal });
  let done = 0;
  const question: DependenceQuestion = {
    held,
    outputs: outputs.names.length,
    chosen: outputs.chosen ?? 0,
    drawn: outputs.chosen === null ? [] : thinIndices(held.rows, params.lines),
    score: (columns, rows) => scorer.score(columns, rows, { signal }),
    before: () => {
      signal.throwIfAborted();
      progress(0.1 + (0.85 * done) / steps, 'Setting columns');
      done += 1;
    },
  };
  const found: Dependence[] = [];
  let joint: number[][] = [];
  try {
    for (const grid of grids) found.push(await dependenceOf(grid, question));
    if (first !== undefined && second !== undefined) joint = await jointDependence(first, second, question);
  } finally {
    await scorer.close();
  }
  const charts: ReportBlock[] = found
    .toSorted((a, b) => movement(b, outputs.chosen) - movement(a, outputs.chosen))
    .map((one) => ({ type: 'chart', chart: dependenceChart(one, held.columns[one.grid.column] ?? [], outputs, params.centred) }));
  const map = first === undefined || second === undefined ? [] : mapBlocks(first, second, joint, held, outputs);
  const notes = held.rows < ready.rows ? [`Computed on ${formatCount(held.rows)} of ${formatCount(ready.rows)} rows, always the same ones.`] : [];
  const page: ReportBlock[] = [{ type: 'text', markdown: [inWords(found, outputs, signature), ...missingNotes(found, held), ...notes].join('\n\n') }, movementTable(found, outputs), ...map, ...charts];
  return {
    report: { kind: 'report', report: { title: `What ${outputs.title} depends on`, blocks: page } },
    table: await context.tables.fromColumns(valueColumns(found, outputs), 'partial dependence'),
  };
}

/** @throws PenstockError `not-in-model`, `same-column`, `no-columns`. */
function columnsOf({ inputs, target, images = [] }: ModelSignature, { columns, across, up }: DependenceParams): string[] {
  // A picture is no value that could be set in every row.
  const known = new Set(inputs.map(({ name }) => name).filter((name) => !images.some(({ column }) => column === name)));
  if (known.size === 0) throw new PenstockError('no-columns', `The model of ${target.name} takes images only, which cannot be set to a value.`, { remedy: 'Use a model that takes numbers, text or dates too.', place: { port: 'model' } });
  for (const [param, name] of [...columns.map((name) => ['columns', name] as const), ['across', across] as const, ['up', up] as const]) {
    if (name === '' || known.has(name)) continue;
    throw new PenstockError('not-in-model', `The model of ${target.name} does not use the column “${name}”, so nothing depends on it.`, { remedy: `Choose among ${[...known].slice(0, 10).join(', ')}.`, place: { param: [param], column: name } });
  }
  if (across !== '' && across === up) throw new PenstockError('same-column', `The map has “${across}” on both sides.`, { remedy: 'Choose two different columns.', place: { param: ['up'] } });
  return columns.length > 0 ? [...columns] : [...known].slice(0, UNCHOSEN);
}

function outputsOf({ task, target, classes = [] }: ModelSignature, positive: string): DrawnOutputs {
  if (task === 'regression') return { names: [target.name], chosen: 0, title: `predicted ${target.name}`, percent: false };
  const chosen = positive === '' && classes.length !== 2 ? null : positivePlace(classes, positive);
  return { names: classes, chosen, title: chosen === null ? `probability of each ${target.name}` : `probability of ${target.name} = ${classes[chosen] ?? ''}`, percent: true };
}

function gridFor({ inputs }: ModelSignature, { columns }: HeldRows, name: string, points: number): Grid {
  const type = inputs.find((input) => input.name === name)?.type;
  const grid = gridOf(name, columns[name] ?? [], type !== 'string', points, type === 'date' || type === 'timestamp' ? type : undefined);
  if (grid.values.length > 0) return grid;
  throw new PenstockError('empty-column', `The column “${name}” has no values in this table.`, { remedy: 'Choose another column, or give this node other rows.', place: { param: ['columns'], column: name } });
}

function inWords(found: readonly Dependence[], outputs: DrawnOutputs, { target }: ModelSignature): string {
  const said = (value: number): string => (outputs.percent ? pointsText(value) : formatNumber(value));
  const [most, next] = found.toSorted((a, b) => movement(b, outputs.chosen) - movement(a, outputs.chosen));
  if (most === undefined || !(movement(most, outputs.chosen) > 0)) return `None of these columns moves the mean prediction of ${target.name}.`;
  const { grid, means } = most;
  const output = outputs.chosen ?? 0;
  const path = means.map((mean) => mean[output] ?? 0);
  const place = (value: number): string => valueText(grid.values[path.indexOf(value)] ?? null, grid.dated);
  const [low, high] = [path.reduce((a, b) => Math.min(a, b)), path.reduce((a, b) => Math.max(a, b))];
  const where = outputs.chosen === null ? '' : `: lowest at ${place(low)}, highest at ${place(high)}`;
  return `**${grid.column}** moves ${outputs.title} most, by up to ${said(movement(most, outputs.chosen))} on average${where}.${next === undefined ? '' : ` Next is **${next.grid.column}** (${said(movement(next, outputs.chosen))}).`}`;
}

function missingNotes(found: readonly Dependence[], { columns, rows }: HeldRows): string[] {
  const lacking = found.flatMap(({ grid }) => {
    if (!grid.numeric) return [];
    let missing = 0;
    for (const value of columns[grid.column] ?? []) if (value === null || value === undefined || Number.isNaN(Number(value))) missing += 1;
    return missing === 0 ? [] : [`“${grid.column}” in ${percentText(missing / rows)}`];
  });
  return lacking.length === 0 ? [] : [`Missing in some of the rows, where the charts set it too: ${lacking.join(', ')}.`];
}

function movementTable(found: readonly Dependence[], outputs: DrawnOutputs): ReportBlock {
  return {
    type: 'table',
    title: 'How far the mean moves',
    columns: [
      { name: 'column', type: 'string' },
      { name: 'movement', type: 'float' },
      { name: 'from', type: 'string' },
      { name: 'to', type: 'string' },
    ],
    rows: found
      .toSorted((a, b) => movement(b, outputs.chosen) - movement(a, outputs.chosen))
      .map((one) => [one.grid.column, movement(one, outputs.chosen), valueText(one.grid.values[0] ?? null, one.grid.dated), valueText(one.grid.values.at(-1) ?? null, one.grid.dated)]),
  };
}

function mapBlocks(first: Grid, second: Grid, joint: readonly (readonly number[])[], held: HeldRows, outputs: DrawnOutputs): ReportBlock[] {
  const counts = jointCounts(first, second, held);
  const title = outputs.chosen === null ? `probability of ${outputs.names[0] ?? ''}` : outputs.title;
  const share = interactionShare(joint, counts);
  const said = Number.isNaN(share) ? 'Neither column moves the prediction.' : `${percentText(share)} of what “${first.column}” and “${second.column}” do together is neither’s own (H²): ${share < 0.05 ? 'their effects nearly add up' : 'what one does hangs on the other'}.`;
  return [{ type: 'text', markdown: said }, { type: 'chart', chart: jointChart(first, second, joint, counts, [held.columns[first.column] ?? [], held.columns[second.column] ?? []], title) }];
}

function valueColumns(found: readonly Dependence[], { names, chosen }: DrawnOutputs) {
  const rows = found.flatMap(({ grid, means, spread }) =>
    grid.values.flatMap((value, place) =>
      names.flatMap((name, output) =>
        chosen !== null && chosen !== output
          ? []
          : [{ column: grid.column, value: value === null ? null : typeof value !== 'number' ? value : grid.dated === undefined ? String(value) : dateText(value, grid.dated), number: typeof value === 'number' ? value : Number.NaN, output: name, mean: means[place]?.[output] ?? Number.NaN, low: chosen === null ? Number.NaN : (spread[place]?.low ?? Number.NaN), high: chosen === null ? Number.NaN : (spread[place]?.high ?? Number.NaN), share: grid.shares[place] ?? 0 }],
      ),
    ),
  );
  return [
    { name: 'column', type: 'string' as const, values: rows.map(({ column }) => column) },
    { name: 'value', type: 'string' as const, values: rows.map(({ value }) => value) },
    { name: 'number', type: 'float' as const, values: rows.map(({ number }) => number) },
    { name: 'predicts', type: 'string' as const, values: rows.map(({ output }) => output) },
    { name: 'mean', type: 'float' as const, values: rows.map(({ mean }) => mean) },
    { name: 'low', type: 'float' as const, values: rows.map(({ low }) => low) },
    { name: 'high', type: 'float' as const, values: rows.map(({ high }) => high) },
    { name: 'share', type: 'float' as const, values: rows.map(({ share }) => share) },
  ];
}
