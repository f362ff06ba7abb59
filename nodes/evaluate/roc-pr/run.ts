import { PenstockError } from '#app/core/errors.ts';
import { averagePrecision, brierScore, logLoss, prCurve, predictionTable, rankingReport, rankScores, readScores, rocAuc, rocCurve, type ClassCurves, type ClassScores } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

const MAX_DRAWN = 10;

export const executor: NodeExecutor<Params> = {
  async run(context) {
    const { params, tables } = context;
    const { table, columns } = predictionTable(context.inputs['table']?.[0], params, 'classification');
    if (columns.probabilities.length === 0) {
      throw new PenstockError('no-probabilities', `The table has no probabilities of “${columns.target.name}”.`, { remedy: 'Connect the output of a Predict node with a model that predicts classes.' });
    }
    const scores = await readScores(table, columns, tables);
    const wanted = chooseClasses(scores.classes, params.positive);
    const curves: ClassCurves[] = [];
    const undrawn: string[] = [];
    for (const [index, cls] of wanted.entries()) {
      context.signal.throwIfAborted();
      context.progress(index / wanted.length, `Ranking by the probability of ${cls}`);
      const found = rankClass(scores, cls);
      if (found === null) undrawn.push(cls);
      else curves.push(found);
    }
    if (curves.length === 0) {
      throw new PenstockError('single-class', `Every row of the table has the same true value of “${columns.target.name}”, so there is nothing to tell apart.`, {
        remedy: 'Give this node rows of at least two classes.',
      });
    }
    curves.sort((a, b) => b.positives - a.positives);
    const width = scores.classes.length;
    const summary = {
      rocAuc: mean(curves.map((curve) => curve.rocAuc)),
      averagePrecision: mean(curves.map((curve) => curve.averagePrecision)),
      ...(width > 1 ? { logLoss: logLoss(scores.probabilities, scores.truth, width), brier: brierScore(scores.probabilities, scores.truth, width) } : { logLoss: Number.NaN, brier: Number.NaN }),
    };
    const metrics = Object.fromEntries(Object.entries(summary).filter(([, value]) => Number.isFinite(value)));
    for (const [name, value] of Object.entries(metrics)) context.metric(name, value);
    const target = columns.target.name;
    const report = rankingReport({ target, curves, ...summary, rows: scores.rows, undrawn, drawn: MAX_DRAWN });
    return { evaluation: { kind: 'evaluation', evaluation: { task: 'classification', target, rows: scores.rows, metrics, report } } };
  },
};

function chooseClasses(classes: readonly string[], positive: string): readonly string[] {
  if (positive === '') return classes.length === 2 ? classes.slice(1) : classes;
  if (classes.includes(positive)) return [positive];
  throw new PenstockError('unknown-class', `The model has no class “${positive}”.`, {
    remedy: `Choose one of ${classes.slice(0, 10).join(', ')}.`,
    place: { param: ['positive'] },
  });
}

function rankClass({ classes, rows, truth, probabilities }: ClassScores, cls: string): ClassCurves | null {
  const index = classes.indexOf(cls);
  const score = new Float64Array(rows);
  const positive = new Uint8Array(rows);
  for (let row = 0; row < rows; row += 1) {
    score[row] = probabilities[row * classes.length + index] ?? Number.NaN;
    positive[row] = truth[row] === index ? 1 : 0;
  }
  const ranking = rankScores(score, positive);
  if (ranking.positives === 0 || ranking.negatives === 0) return null;
  return {
    cls,
    positives: ranking.positives,
    rows: ranking.positives + ranking.negatives,
    rocAuc: rocAuc(ranking),
    averagePrecision: averagePrecision(ranking),
    roc: rocCurve(ranking),
    pr: prCurve(ranking),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
