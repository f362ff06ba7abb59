import { col, named, project } from '#app/relation/build.ts';
import type { LearnerSpec, TableValue } from '#app/sdk/ports.ts';
import { metricsOf } from '#app/sdk/scores.ts';
import { foldMetrics } from '../evaluation/fold-metrics.ts';
import { foldTable, numberRows, type NumberedRows } from '../evaluation/fold-table.ts';
import { learnerNames } from '../evaluation/learner-names.ts';
import { makeFolds, splitTitle } from '../evaluation/make-folds.ts';
import { runFolds, type RunFoldsOptions } from '../evaluation/run-folds.ts';
import { hashOf } from '../learners/checkpoint.ts';
import { train } from '../learners/train.ts';
import type { TrainedLearner } from '../learners/types.ts';
import { readFeatureRows } from '../model/feature-rows.ts';
import { findTarget, learn, type LearnOptions, type LearnServices, type Learnt } from '../model/learn.ts';
import { prepareTarget } from '../model/target.ts';
import { averageHead, joinRecipes, stackedHead, type FittedBase } from './join-bases.ts';
import { joinTested, metaFeatures, metaNames, type OutOfFold } from './meta-features.ts';
import { defaultFinal, parseStacking, type StackingParams } from './params.ts';
import { StackStates } from './stack-states.ts';

/**
 * Fits learners and joins them into one: their weighted average, or a final learner over what they predict for rows they did not see
 * (Wolpert, Stacked Generalization, Neural Networks 5, 1992). The bases are then fitted anew on all rows. What comes out is a recipe
 * and a head like any other learner's, so that folds, files and golden rows treat it as one.
 * @throws PenstockError those of `learn` for a base or the final learner, `params-invalid`; CancelledError.
 */
export async function learnStack(spec: LearnerSpec, input: Pick<TableValue, 'relation' | 'schema'>, services: LearnServices, options: LearnOptions = {}): Promise<Learnt> {
  const { tables, signal, progress } = services;
  const { params, bases } = parseStacking(spec);
  const names = learnerNames(bases);
  const target = findTarget(spec, input.schema);
  progress(0, 'Reading the target');
  const prepared = await prepareTarget(spec.task, target, input.relation, tables, services.report);
  // The relation may have columns besides the schema's, folds of an outer cross-validation for example.
  const plain = project(input.relation, input.schema.map(({ name }) => named(name, col(name))));
  const rows = await numberRows(spec.task, target, { kind: 'table', relation: plain, schema: input.schema }, tables, () => undefined);
  const within = (from: number, to: number) => (fraction: number | null, message?: string) => progress(fraction === null ? null : from + (to - from) * fraction, message);

  // A stack that is tested in folds itself is one of many fits: the folds keep what is done.
  const states = await StackStates.open(options.place === undefined ? options.checkpoint : undefined, () => hashOf([spec, rows.schema, rows.classes, services.seed], [rows.truth]));
  const unseen = params.method === 'average' ? null : await outOfFold(rows, bases, names, params.folds, { ...services, seed: params.seed ?? services.seed, progress: within(0.02, 0.7) }, options.place === undefined ? { checkpoint: states.ofFolds } : { atOnce: 2 });
  signal.throwIfAborted();
  const fitted: FittedBase[] = [];
  const from = unseen === null ? 0.02 : 0.7;
  for (const [index, base] of bases.entries()) {
    const step = (0.95 - from) / bases.length;
    const name = names[index] ?? '';
    const named = within(from + index * step, from + (index + 1) * step);
    const log: LearnServices['log'] = (level, message) => services.log(level, `${name}: ${message}`);
    const known = states.known(index);
    if (known !== undefined) {
      for (const note of known.trained.details.notes) log('warning', note);
      fitted.push(known);
      continue;
    }
    const checkpoint = states.ofBase(index);
    const own = await learn(base, { relation: rows.relation, schema: rows.schema }, { ...services, metric: () => undefined, log, progress: (fraction) => named(fraction, `${name}, on all rows`) }, { place: rows.place, ...(checkpoint === undefined ? {} : { checkpoint }) });
    await states.keep(index, own);
    fitted.push(own);
  }
  const joined = joinRecipes(fitted);
  const trained = unseen === null ? average(fitted, joined, names, params, rows) : await stack(fitted, joined, names, params, rows, unseen, { ...services, progress: within(0.95, 1) });
  const data = options.keepRows === true ? await readFeatureRows(joined.fitted, prepared.relation, [prepared.expr], tables, { rows: prepared.rows, place: options.place, shared: true, signal, resolvePath: services.resolvePath }) : { matrix: new Float32Array(), rows: rows.rows, beside: [], places: new Int32Array() };
  return { target, prepared, fitted: joined.fitted, trained, rows: rows.rows, curves: [], data };
}

/** What each base predicts for rows that it did not see, in folds that are the same for all. */
async function outOfFold(rows: NumberedRows, bases: readonly LearnerSpec[], names: readonly string[], k: number, services: LearnServices, options: RunFoldsOptions): Promise<OutOfFold[]> {
  const folds = await makeFolds({ by: 'k-fold', k, repeats: 1, stratified: true }, rows, services.seed, services.tables, services.report);
  const written = await foldTable(rows, folds, services.tables);
  const tasks = bases.flatMap((spec, index) =>
    folds.splits.map((split) => ({
      spec,
      name: `${names[index] ?? ''}, ${splitTitle(split, folds)}`,
      learner: names[index] ?? '',
      sides: { trainingRows: written.trainingRows(split), testRows: written.testRows(split) },
      seed: (services.seed + split.fold) >>> 0,
    })),
  );
  const outcomes = await runFolds(rows, tasks, services, options);
  return bases.map((_base, index) => joinTested(outcomes.slice(index * folds.splits.length, (index + 1) * folds.splits.length).map(({ tested }) => tested), rows.rows, rows.classes.length));
}

function average(fitted: readonly FittedBase[], joined: ReturnType<typeof joinRecipes>, names: readonly string[], params: StackingParams, rows: NumberedRows): TrainedLearner {
  const weights = params.weights ?? names.map(() => 1);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const parts = names.flatMap((name, index) => ((weights[index] ?? 0) > 0 ? [`${Math.round((1000 * (weights[index] ?? 0)) / sum) / 10} % ${name}`] : []));
  return {
    head: averageHead(fitted, joined, rows.classes.length, weights),
    metrics: {},
    details: { notes: [`The average of ${names.length === 1 ? 'one learner' : `${names.length} learners`}: ${parts.join(', ')}.`] },
  };
}

async function stack(fitted: readonly FittedBase[], joined: ReturnType<typeof joinRecipes>, names: readonly string[], params: StackingParams, rows: NumberedRows, unseen: readonly OutOfFold[], services: LearnServices): Promise<TrainedLearner> {
  const classes = rows.classes.length;
  const final = params.final ?? defaultFinal(rows.task);
  const features = metaNames(names, rows.classes);
  const trained = await train(final.algorithm, final.params, { task: rows.task, matrix: metaFeatures(unseen, classes), rows: rows.rows, features, target: rows.truth.slice(), classes }, { seed: services.seed, signal: services.signal, progress: services.progress });
  const [metric] = metricsOf(rows.task);
  const scores = names.map((name, index): [string, number] => {
    const { predicted, probabilities } = unseen[index] ?? { predicted: new Float64Array(), probabilities: null };
    return [`${metric?.title ?? ''} on unseen rows: ${name}`, foldMetrics(rows.task, { truth: rows.truth, predicted, probabilities }, rows.classes)[metric?.name ?? ''] ?? Number.NaN];
  });
  return {
    head: stackedHead(fitted, joined, classes, trained.head),
    metrics: Object.fromEntries(scores),
    details: {
      ...(trained.details.coefficients === undefined ? {} : { coefficients: trained.details.coefficients }),
      ...(trained.details.importance === undefined ? {} : { importance: trained.details.importance }),
      ...(trained.details.converged === undefined ? {} : { converged: trained.details.converged }),
      ...(trained.details.iterations === undefined ? {} : { iterations: trained.details.iterations }),
      notes: [`${names.length} learners and a final one (${final.algorithm.replaceAll('-', ' ')}) over what they predict for rows they did not see, in ${params.folds} folds.`, ...trained.details.notes],
    },
  };
}
