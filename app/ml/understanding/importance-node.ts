import { PenstockError } from '#app/core/errors.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ChartSeries, LearningTask, PortValue, ReportBlock } from '#app/sdk/ports.ts';
import { openScorer } from '../model/scorer.ts';
import { warnTrainingRows } from './calibration-node.ts';
import { readGoldenInputs, trainingRows } from './golden-file.ts';
import { permutationImportance, seededPermutations, type Importances } from './importance.ts';
import { meanInterval } from './intervals.ts';
import { classMeasures, measureTitles, numberMeasures, type ModelMeasure } from './measures.ts';
import { holdRows, leftOutNotes, modelAndTable, readyRows } from './model-rows.ts';
import { percentText, pointsText, quotedList } from './words.ts';
import { relatedColumns, type RelatedColumns } from './related-columns.ts';

export interface ImportanceParams {
  readonly classMeasure: (typeof classMeasures)[number];
  readonly numberMeasure: (typeof numberMeasures)[number];
  readonly repeats: number;
  /** Rows used at most. */
  readonly rows: number;
  /** Related columns are also permuted together. */
  readonly together: boolean;
}

/** Bars in the chart. */
const DRAWN = 30;

/** Permutation importance of a model's raw columns. Ports: `report`, `table`. */
export async function runImportance(context: RunContext<ImportanceParams>): Promise<Record<string, PortValue>> {
  const { params, progress, signal, report, seed } = context;
  const { model, table } = modelAndTable(context.inputs);
  const { signature } = model;
  const measure = signature.task === 'classification' ? params.classMeasure : params.numberMeasure;
  const ready = await readyRows(model, table, { truth: true }, context);
  const held = await holdRows(ready, params.rows, context);
  if (held.rows < 2) throw new PenstockError('too-few-rows', 'One row cannot be permuted.', { remedy: 'Give this node more rows.', place: { port: 'table' } });
  const training = trainingRows(await readGoldenInputs(model, context.artifacts), signature.inputs);
  training.look(held.columns, held.rows);
  if (training.found()) warnTrainingRows(report, 'columns that the model has learnt by heart look important');
  const names = signature.inputs.map(({ name }) => name);
  const related = relatedColumns(held.columns, names);
  const units = [...names.map((name) => [name]), ...(params.together ? related.map(({ columns }) => columns) : [])];
  const scorer = await openScorer(context.artifacts.path(model.onnx), signature, { signal });
  let found: Importances;
  try {
    found = await permutationImportance({
      held,
      classes: signature.classes?.length ?? 0,
      units,
      repeats: params.repeats,
      measure,
      permutation: seededPermutations(held.rows, seed),
      score: (columns, rows) => scorer.score(columns, rows, { signal }),
      before: (unit) => {
        signal.throwIfAborted();
        progress(0.05 + (0.9 * unit) / units.length, (units[unit] ?? []).join(' + '));
      },
    });
  } finally {
    await scorer.close();
  }
  if (Number.isNaN(found.baseline)) {
    throw new PenstockError('measure-undefined', `${measureTitles[measure]} is not defined for these rows: ${signature.task === 'regression' ? 'the true values do not vary' : 'they are all of one class'}.`, { remedy: 'Choose another measure, or give this node other rows.', place: { param: [signature.task === 'regression' ? 'numberMeasure' : 'classMeasure'] } });
  }
  const ranked = rank(found);
  context.metric('baseline', found.baseline);
  const blocks = blocksOf({ task: signature.task, target: signature.target.name, measure, baseline: found.baseline, ranked, related, rows: held.rows, all: ready.rows, repeats: params.repeats, notes: leftOutNotes(ready) });
  return {
    report: { kind: 'report', report: { title: `Which columns the model of ${signature.target.name} needs`, blocks } },
    table: await context.tables.fromColumns(
      [
        { name: 'rank', type: 'integer', values: ranked.map((_one, i) => i + 1) },
        { name: 'column', type: 'string', values: ranked.map(({ name }) => name) },
        { name: 'columns', type: 'integer', values: ranked.map(({ columns }) => columns) },
        { name: 'importance', type: 'float', values: ranked.map(({ mean }) => mean) },
        { name: 'low', type: 'float', values: ranked.map(({ low }) => low) },
        { name: 'high', type: 'float', values: ranked.map(({ high }) => high) },
        { name: 'deviation', type: 'float', values: ranked.map(({ deviation }) => deviation) },
      ],
      'permutation importance',
    ),
  };
}

interface Ranked {
  readonly name: string;
  readonly columns: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly deviation: number;
}

function rank({ units }: Importances): Ranked[] {
  return units.map(({ columns, drops }) => ({ name: columns.join(' + '), columns: columns.length, ...meanInterval(drops) })).toSorted((a, b) => b.mean - a.mean);
}

interface Findings {
  readonly task: LearningTask;
  readonly target: string;
  readonly measure: ModelMeasure;
  readonly baseline: number;
  readonly ranked: readonly Ranked[];
  readonly related: readonly RelatedColumns[];
  readonly rows: number;
  readonly all: number;
  readonly repeats: number;
  readonly notes: readonly string[];
}

function blocksOf(findings: Findings): ReportBlock[] {
  const { measure, baseline, ranked, related, rows, all, repeats } = findings;
  const title = measureTitles[measure];
  const percent = measure === 'accuracy' || measure === 'balanced-accuracy';
  const singles = ranked.filter(({ columns }) => columns === 1);
  const needed = singles.filter(({ mean, low }) => (Number.isNaN(low) ? mean : low) > 0);
  const drawn = ranked.slice(0, DRAWN);
  const strokes: ChartSeries = { name: '95 % interval', mark: 'line', x: drawn.flatMap(({ name, low }) => (Number.isNaN(low) ? [] : [name, name, null])), y: drawn.flatMap(({ low, high }) => (Number.isNaN(low) ? [] : [low, high, null])) };
  return [
    {
      type: 'metrics',
      metrics: [
        { name: title, value: baseline, format: percent ? 'percent' : 'number', help: 'With every column as it is.' },
        { name: 'Columns', value: singles.length, format: 'count' },
        { name: 'Columns it needs', value: needed.length, format: 'count', help: 'The whole interval of their importance is above 0.' },
        { name: 'Rows used', value: rows, format: 'count' },
      ],
    },
    { type: 'text', markdown: [inWords(findings, needed), ...remarks(related, rows, all, findings.notes).map((note) => `- ${note}`)].join('\n\n') },
    {
      type: 'chart',
      chart: {
        title: `How much worse ${title} gets without what a column says`,
        x: { title: '', scale: 'category' },
        y: { title: `${title}, change for the worse`, ...(percent ? { percent: true } : {}) },
        series: [{ name: 'importance', mark: 'bars', x: drawn.map(({ name }) => name), y: drawn.map(({ mean }) => mean) }, ...(repeats > 1 ? [strokes] : [])],
        note: `${drawn.length < ranked.length ? `The first ${drawn.length} of ${ranked.length}. ` : ''}Means of ${repeats} ${repeats === 1 ? 'permutation' : 'permutations'} each.`,
      },
    },
    {
      type: 'table',
      title: 'Importance',
      columns: [
        { name: 'column', type: 'string' },
        { name: 'importance', type: 'float' },
        { name: 'low', type: 'float' },
        { name: 'high', type: 'float' },
      ],
      rows: ranked.slice(0, 200).map(({ name, mean, low, high }) => [name, mean, Number.isNaN(low) ? null : low, Number.isNaN(high) ? null : high]),
    },
  ];
}

function inWords({ measure, baseline, ranked, target }: Findings, needed: readonly Ranked[]): string {
  const title = measureTitles[measure];
  const percent = measure === 'accuracy' || measure === 'balanced-accuracy';
  const said = (value: number): string => (percent ? pointsText(value) : formatNumber(value));
  const [first, second] = needed;
  if (first === undefined) return `The model of ${target} loses nothing when any one column is dealt out anew (${title} ${percent ? percentText(baseline) : formatNumber(baseline)}): no column alone carries it. Look at related columns together, or at whether it has learnt anything.`;
  const rest = ranked.filter(({ columns }) => columns === 1).length - needed.length;
  return `**${first.name}** matters most: without what it says, ${title} gets worse by ${said(first.mean)}.${second === undefined ? '' : ` Next is **${second.name}** (${said(second.mean)}).`}${rest > 0 ? ` For ${rest === 1 ? 'one column' : `${rest} columns`} no loss can be told from chance.` : ''}`;
}

function remarks(related: readonly RelatedColumns[], rows: number, all: number, notes: readonly string[]): string[] {
  const groups = related.slice(0, 5).map(({ columns, strength }) => {
    return `${quotedList(columns)} say nearly the same (up to ${formatNumber(strength)} of 1): when one is dealt out anew the others stand in for it, so that each looks less important than all of them are together.`;
  });
  return [
    ...groups,
    ...(related.length > 5 ? [`${related.length - 5} more groups of columns go together.`] : []),
    ...(rows < all ? [`Measured on ${formatCount(rows)} of ${formatCount(all)} rows, always the same ones.`] : []),
    'Intervals tell the chance of the permutations, not of the rows: another table may give other numbers.',
    ...notes,
  ];
}
