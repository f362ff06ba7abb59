import { PenstockError } from '#app/core/errors.ts';
import { formatCount, formatNumber } from '#app/core/units.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import { runTask } from '../worker/run-task.ts';
import { classesOf, warnTrainingRows } from './calibration-node.ts';
import { editModel, type ClassAnswers } from './edited-model.ts';
import { readGoldenInputs, trainingRows } from './golden-file.ts';
import { leftOutNotes, modelAndTable, readyRows, scoreRows } from './model-rows.ts';
import { countsAt, thresholdReport } from './threshold-report.ts';
import { thresholdEnd } from './thresholds-end.ts';
import { percentText } from './words.ts';
import { goalValue, type ThresholdGoal, type TunedThreshold } from './thresholds.ts';

export interface ThresholdParams extends ThresholdGoal {
  /** The class that is called from the threshold on; empty: the last one. */
  readonly positive: string;
  readonly repeats: number;
}

/** Choice of a threshold for a model of two classes, and the model with it. Ports: `evaluation`, `model`, `table` (the thresholds). */
export async function runThreshold(context: RunContext<ThresholdParams>): Promise<Record<string, PortValue>> {
  const { params, progress, signal, report } = context;
  const { model, table } = modelAndTable(context.inputs);
  const { signature } = model;
  const classes = classesOf(model);
  if (classes.length !== 2) {
    throw new PenstockError('not-binary', `The model has ${classes.length} classes, but a threshold divides two.`, { remedy: 'Connect a model with two classes, or make the target yes/no with a Formula node.', place: { port: 'model' } });
  }
  const place = positivePlace(classes, params.positive);
  const [positive = '', negative = ''] = [classes[place], classes[1 - place]];
  const ready = await readyRows(model, table, { truth: true }, context);
  const training = trainingRows(await readGoldenInputs(model, context.artifacts), signature.inputs);
  const scored = await scoreRows(model, ready, context, training.look);
  const truth = Uint8Array.from(scored.truth, (value) => (value === place ? 1 : 0));
  if (!truth.includes(1) || !truth.includes(0)) {
    throw new PenstockError('single-class', `Every row has the same “${signature.target.name}”, so that there is nothing to divide.`, { remedy: 'Give this node rows of both classes.', place: { port: 'table' } });
  }
  if (training.found()) warnTrainingRows(report, 'the threshold suits them and not new rows');
  const goal: ThresholdGoal = { by: params.by, falsePositive: params.falsePositive, falseNegative: params.falseNegative, hit: params.hit, wanted: params.wanted };
  const scores = Float32Array.from(truth, (_value, row) => scored.probabilities[2 * row + place] ?? 0);
  progress(0.7, 'Choosing the threshold');
  const tuned = await runTask('tune-threshold', { scores, positive: truth, goal, repeats: params.repeats, seed: context.seed }, { signal, onProgress: (fraction, message) => progress(fraction === null ? null : 0.7 + 0.2 * fraction, message) });
  const { best, positives, negatives } = tuned;
  const value = goalValue(goal, best.truePositives, best.falsePositives, positives, negatives);
  const reached = isReached(goal, value);
  if (!reached) report({ severity: 'warning', code: 'not-reached', message: `No threshold reaches the wanted ${goal.by === 'precision' ? 'precision' : 'share'} of ${percentText(goal.wanted)}; the nearest one gives ${Number.isNaN(value) ? 'none' : percentText(value)}.`, remedy: 'Want less, or train a better model.', place: { param: ['wanted'] } });
  const present = presentCounts(scored.label, truth, place);
  const page = thresholdReport({ target: signature.target.name, positive, negative, goal, tuned, present, reached, repeats: params.repeats, notes: leftOutNotes(ready, scored.unanswered) });
  const counts = countsAt(best, tuned, goal);
  const metrics = Object.fromEntries(Object.entries({ threshold: best.threshold, accuracy: counts.accuracy, precision: counts.precision, recall: counts.recall, f1: counts.f1, ...(goal.by === 'cost' ? { cost: counts.cost } : {}) }).filter(([, number]) => Number.isFinite(number)));
  for (const [name, number] of Object.entries(metrics)) context.metric(name, number);
  progress(0.9, 'Writing the model');
  const made = await editModel(
    model,
    {
      build: (before) => thresholdEnd(before, place, best.threshold),
      expected: ({ probabilities }: ClassAnswers) => ({ probabilities, label: Int32Array.from({ length: probabilities.length / 2 }, (_unused, row) => ((probabilities[2 * row + place] ?? 0) >= best.threshold ? place : 1 - place)) }),
      metadata: { 'penstock.threshold': `${best.threshold}` },
      params: { threshold: best.threshold, thresholdClass: positive },
      metrics: {},
      note: `The class is “${positive}” from a probability of ${formatNumber(best.threshold)} on, chosen on ${formatCount(scored.rows)} rows; the probabilities are as before.`,
    },
    context,
  );
  return {
    evaluation: { kind: 'evaluation', evaluation: { task: 'classification', target: signature.target.name, rows: scored.rows, metrics, report: page } },
    model: made,
    table: await context.tables.fromColumns(curveColumns(tuned, goal), 'thresholds'),
  };
}

/** Index of the class asked for; empty: the last one. @throws PenstockError `unknown-class`. */
export function positivePlace(classes: readonly string[], wanted: string): number {
  if (wanted === '') return classes.length - 1;
  const place = classes.indexOf(wanted);
  if (place >= 0) return place;
  throw new PenstockError('unknown-class', `The model has no class “${wanted}”.`, { remedy: `Choose one of ${classes.slice(0, 10).join(', ')}.`, place: { param: ['positive'] } });
}

function isReached(goal: ThresholdGoal, value: number): boolean {
  if (goal.by === 'precision' || goal.by === 'recall') return value >= goal.wanted - 1e-12;
  return goal.by !== 'positive-rate' || value <= goal.wanted + 1e-12;
}

function presentCounts(label: Int32Array, truth: Uint8Array, place: number): { truePositives: number; falsePositives: number } {
  let [truePositives, falsePositives] = [0, 0];
  for (let row = 0; row < truth.length; row += 1) {
    if (label[row] !== place) continue;
    if (truth[row] === 1) truePositives += 1;
    else falsePositives += 1;
  }
  return { truePositives, falsePositives };
}

function curveColumns(tuned: TunedThreshold, goal: ThresholdGoal) {
  const points = tuned.curve.map((point) => ({ point, counts: countsAt(point, tuned, goal) }));
  const whole = (name: string, of: (one: (typeof points)[number]) => number) => ({ name, type: 'integer' as const, values: points.map(of) });
  const number = (name: string, of: (one: (typeof points)[number]) => number) => ({ name, type: 'float' as const, values: points.map(of) });
  return [
    number('threshold', ({ point }) => point.threshold),
    whole('true_positives', ({ counts }) => counts.truePositives),
    whole('false_positives', ({ counts }) => counts.falsePositives),
    whole('false_negatives', ({ counts }) => counts.falseNegatives),
    whole('true_negatives', ({ counts }) => counts.trueNegatives),
    number('precision', ({ counts }) => counts.precision),
    number('recall', ({ counts }) => counts.recall),
    number('positive_rate', ({ counts }) => counts.positiveRate),
    number('accuracy', ({ counts }) => counts.accuracy),
    number('f1', ({ counts }) => counts.f1),
    number('cost', ({ counts }) => counts.cost),
    { name: 'chosen', type: 'boolean' as const, values: points.map(({ point }) => (point.threshold === tuned.best.threshold ? 1 : 0)) },
  ];
}
