import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { ModelValue, PortValue } from '#app/sdk/ports.ts';
import { runTask } from '../worker/run-task.ts';
import { type CalibrateResult, type CalibrationView } from './calibrate.ts';
import { calibrateRows, calibrationEnd, type CalibrationMethod } from './calibrators.ts';
import { calibrationReport, expectedError } from './calibration-report.ts';
import { editModel } from './edited-model.ts';
import { readGoldenInputs, trainingRows } from './golden-file.ts';
import { leftOutNotes, modelAndTable, readyRows, scoreRows } from './model-rows.ts';
import type { BinStrategy } from './reliability.ts';
import { quotedList } from './words.ts';

export interface CalibrationParams {
  readonly method: 'none' | CalibrationMethod;
  readonly bins: number;
  readonly strategy: BinStrategy;
}

/** Fewer rows than this make an isotonic line that follows chance (Niculescu-Mizil & Caruana 2005). */
const FEW_FOR_ISOTONIC = 1000;
const FEW = 100;

/** Calibration of a classifier's probabilities, and the calibrated model. Ports: `evaluation`, `model`, `table` (the bins). */
export async function runCalibration(context: RunContext<CalibrationParams>): Promise<Record<string, PortValue>> {
  const { params, progress, signal, report } = context;
  const { model, table } = modelAndTable(context.inputs);
  const { signature } = model;
  const classes = classesOf(model);
  const ready = await readyRows(model, table, { truth: true }, context);
  const training = trainingRows(await readGoldenInputs(model, context.artifacts), signature.inputs);
  const scored = await scoreRows(model, ready, context, training.look);
  const truth = Int32Array.from(scored.truth);
  const [first] = truth;
  if (truth.every((value) => value === first)) {
    throw new PenstockError('single-class', `Every row has the same “${signature.target.name}”, so that probabilities cannot be compared with what happens.`, { remedy: 'Give this node rows of at least two classes.', place: { port: 'table' } });
  }
  const method = params.method === 'none' ? null : params.method;
  if (training.found()) warnTrainingRows(report, method === null ? 'probabilities look better here than they are' : 'what is fitted here hides how sure of itself the model is on new rows');
  if (method !== null && (scored.rows < FEW || (method === 'isotonic' && scored.rows < FEW_FOR_ISOTONIC))) {
    report({ severity: 'warning', code: 'few-rows', message: `${formatCount(scored.rows)} rows are few to calibrate on${scored.rows >= FEW ? ' by isotonic regression' : ''}.`, remedy: method === 'isotonic' ? 'Use Platt’s scaling, or give it more rows (1000 and up).' : 'Give it more rows.', place: { param: ['method'] } });
  }
  if (method !== null && model.params['threshold'] !== undefined) {
    report({ severity: 'warning', code: 'threshold-lost', message: 'The threshold that was chosen for this model is lost: after calibrating, the class is the most probable one.', remedy: 'Calibrate first, and put Threshold Tuning after this node.', place: { port: 'model' } });
  }
  progress(0.7, 'Measuring');
  const payload = { probabilities: scored.probabilities, truth, classes: classes.length, method, bins: params.bins, strategy: params.strategy, seed: context.seed };
  const result = await runTask('calibrate', payload, { signal, onProgress: (fraction, message) => progress(fraction === null ? null : 0.7 + 0.2 * fraction, message) });
  const metrics = metricsOf(result);
  for (const [name, value] of Object.entries(metrics)) context.metric(name, value);
  progress(0.9, 'Writing');
  const made = method === null ? model : await editModel(model, editOf(method, result, classes.length, scored.rows), context);
  const notes = [...leftOutNotes(ready, scored.unanswered), ...classNotes(result, classes, method)];
  const page = calibrationReport({ target: signature.target.name, classes, rows: scored.rows, method, result, notes });
  return {
    evaluation: { kind: 'evaluation', evaluation: { task: 'classification', target: signature.target.name, rows: scored.rows, metrics, report: page } },
    model: made,
    table: await context.tables.fromColumns(binColumns(result, classes), 'calibration bins'),
  };
}

/** @throws PenstockError `wrong-task`. */
export function classesOf(model: ModelValue): readonly string[] {
  const { classes } = model.signature;
  if (classes !== undefined && classes.length > 1) return classes;
  throw new PenstockError('wrong-task', 'The model predicts numbers, but this node is for models that predict classes.', { remedy: 'Connect a model that predicts classes.', place: { port: 'model' } });
}

/** Says that a table is the one the model was fitted on. @param why what is wrong with that, as the end of a sentence. */
export function warnTrainingRows(report: RunContext<unknown>['report'], why: string): void {
  report({
    severity: 'warning',
    code: 'training-rows',
    message: `The table holds the rows that the model learnt from: ${why}.`,
    remedy: 'Give this node rows that the model has not seen, such as the test part of a Partition.',
    place: { port: 'table' },
  });
}

function metricsOf({ before, after }: CalibrateResult): Record<string, number> {
  const named = (view: CalibrationView, end: string) => ({ [`calibrationError${end}`]: expectedError(view), [`brier${end}`]: view.brier, [`logLoss${end}`]: view.logLoss });
  return { ...named(before, ''), ...(after === null ? {} : named(after, 'After')) };
}

function editOf(method: CalibrationMethod, { calibrators, before, after }: CalibrateResult, classes: number, rows: number) {
  const title = method === 'platt' ? 'Platt’s scaling' : 'isotonic regression';
  return {
    build: (names: Parameters<typeof calibrationEnd>[0]) => calibrationEnd(names, calibrators, classes),
    expected: ({ probabilities }: { readonly probabilities: ArrayLike<number> }) => {
      const calibrated = calibrateRows(calibrators, probabilities, classes);
      return { probabilities: calibrated, label: labelsOf(calibrated, classes) };
    },
    metadata: { 'penstock.calibration': method },
    params: { calibration: method },
    // The class becomes the most probable one.
    outdated: ['threshold', 'thresholdClass'],
    metrics: { calibrationErrorBefore: expectedError(before), calibrationErrorAfter: after === null ? expectedError(before) : expectedError(after) },
    note: `The probabilities were calibrated by ${title} on ${formatCount(rows)} rows; the class is the most probable one after that.`,
  };
}

/** The first of the largest, as ArgMax, over the float32 values that the file compares. */
function labelsOf(probabilities: ArrayLike<number>, classes: number): Int32Array {
  const labels = new Int32Array(probabilities.length / classes);
  for (let row = 0; row < labels.length; row += 1) {
    let best = 0;
    for (let cls = 1; cls < classes; cls += 1) if (Math.fround(probabilities[row * classes + cls] ?? 0) > Math.fround(probabilities[row * classes + best] ?? 0)) best = cls;
    labels[row] = best;
  }
  return labels;
}

function classNotes({ before }: CalibrateResult, classes: readonly string[], method: CalibrationMethod | null): string[] {
  if (before.classes.length === 1) return [];
  const absent = before.classes.filter(({ reliability }) => reliability.positives === 0).map(({ cls }) => classes[cls] ?? '');
  if (absent.length === 0) return [];
  return [`The table has no row of ${quotedList(absent)}${method === null ? '' : ', so that the probability there is not calibrated'}.`];
}

function binColumns({ before, after }: CalibrateResult, classes: readonly string[]) {
  const views = [{ name: 'before', view: before }, ...(after === null ? [] : [{ name: 'after', view: after }])];
  const bins = views.flatMap(({ name, view }) => view.classes.flatMap(({ cls, reliability }) => reliability.bins.map((bin) => ({ ...bin, cls: classes[cls] ?? '', name }))));
  return [
    { name: 'class', type: 'string' as const, values: bins.map(({ cls }) => cls) },
    { name: 'probabilities', type: 'string' as const, values: bins.map(({ name }) => name) },
    { name: 'rows', type: 'integer' as const, values: bins.map(({ rows }) => rows) },
    { name: 'given', type: 'float' as const, values: bins.map(({ given }) => given) },
    { name: 'observed', type: 'float' as const, values: bins.map(({ observed }) => observed) },
    { name: 'low', type: 'float' as const, values: bins.map(({ interval }) => interval.low) },
    { name: 'high', type: 'float' as const, values: bins.map(({ interval }) => interval.high) },
  ];
}
