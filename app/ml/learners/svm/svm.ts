import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { classShares, rowWeights } from '../class-weights.ts';
import { columnScales } from '../columns.ts';
import { shuffle, uniform } from '../random.ts';
import type { Coefficient, TrainHooks, TrainInput, TrainedLearner } from '../types.ts';
import { coupleProbabilities, svmClassifierHead, svmRegressorHead, type PairMachine, type Rows } from './head.ts';
import { keptMachines } from './kept-machines.ts';
import { openKernel, type KernelSource, type KernelSpec } from './kernel.ts';
import { decisionsOf, everyRow, planeOf, scaleGamma, trainClassifier, trainRegressor, type Machine } from './machine.ts';
import type { SvmParams } from './params.ts';
import { fitSigmoid, probabilityOf, type Sigmoid } from './platt.ts';

/** Training takes time by the square of the rows: more would be hours. */
export const mostRows = 20_000;
/** 435 pairs. */
export const mostClasses = 30;
/** An offset of the sigmoid that is as good as never. */
const certain = 700;
/** Parts that decisions for the probabilities come from; fewer where training is slow. */
const foldsFor = (rows: number): number => (rows <= 5000 ? 5 : 3);

/**
 * Support vector machines, linear or with the radial kernel. Two classes: C-SVC with Platt's probabilities from cross-validated
 * decisions; more: one for each pair of classes. Numbers: epsilon-insensitive regression of the standardised target.
 * @throws PenstockError `too-many-rows`, `too-many-classes`, `one-class`; CancelledError.
 */
export async function trainSvm(input: TrainInput, params: SvmParams, hooks: TrainHooks, seed: number): Promise<TrainedLearner> {
  const { rows, features, matrix } = input;
  if (rows > mostRows) {
    throw new PenstockError('too-many-rows', `An SVM compares all rows with each other; ${formatCount(rows)} are too many, at most ${formatCount(mostRows)} can be taken.`, {
      remedy: params.kernel === 'linear' ? 'Take a sample, or use Logistic or Linear Regression, which are much alike.' : 'Take a sample, or use Gradient Boosting or a Neural Network.',
    });
  }
  const spec: KernelSpec = params.kernel === 'linear' ? { kind: 'linear' } : { kind: 'rbf', gamma: params.gamma > 0 ? params.gamma : scaleGamma(input, features.length) };
  const data: Rows = { matrix, size: features.length, centre: columnScales(input).means };
  if (input.task === 'classification') checkClasses(input);
  hooks.progress(0, 'Comparing rows');
  const source = await openKernel(spec, matrix, features.length, data.centre, hooks.check);
  return input.task === 'classification' ? classifier(input, params, { spec, data, source }, hooks, seed) : regressor(input, params, { spec, data, source }, hooks);
}

/** What machines are made of. */
interface Material {
  readonly spec: KernelSpec;
  readonly data: Rows;
  readonly source: KernelSource;
}

/** @throws PenstockError `too-many-classes`, `one-class`. */
function checkClasses(input: TrainInput): void {
  classShares(input);
  const { classes } = input;
  if (classes > mostClasses) {
    throw new PenstockError('too-many-classes', `An SVM learns to part every two classes; ${formatCount(classes)} classes are too many, at most ${mostClasses} can be taken.`, { remedy: 'Use Logistic Regression, Gradient Boosting or a Neural Network.' });
  }
}

function classifier(input: TrainInput, params: SvmParams, { spec, data, source }: Material, hooks: TrainHooks, seed: number): TrainedLearner {
  const { rows, target, classes, features } = input;
  const shares = classShares(input);
  const weights = rowWeights(input, params.classWeights) ?? new Float64Array(rows).fill(1);
  const costs = weights.map((weight) => weight * params.c);
  const solver = { tolerance: params.tolerance, check: hooks.check };
  const folds = makeFolds(target, rows, foldsFor(rows), uniform(seed));
  const pairs = pairsOf(classes);
  const steps = pairs.length * (folds.length + 1);
  let done = 0;
  const kept = keptMachines(hooks.checkpoint);
  const fit = (which: Int32Array, positive: Uint8Array): Machine => {
    hooks.progress(done / steps, `Machine ${done + 1} of ${steps}`);
    done++;
    return kept((states) => trainClassifier(source.of(which), which, positive, costs, { ...solver, states }));
  };
  const machines: PairMachine[] = [];
  const held: Float64Array[] = [];
  for (const { first, second } of pairs) {
    const [hasFirst, hasSecond] = [(shares[first] ?? 0) > 0, (shares[second] ?? 0) > 0];
    if (!hasFirst || !hasSecond) {
      // A class without rows is never predicted.
      const sigmoid: Sigmoid = { slope: 0, offset: hasSecond === hasFirst ? 0 : hasSecond ? -certain : certain };
      machines.push({ first, second, machine: { coefficients: new Float64Array(rows), bias: 0, converged: true, iterations: 0 }, sigmoid });
      held.push(new Float64Array(rows));
      continue;
    }
    const positive = Uint8Array.from(target, (value) => Number(value === second));
    const own = everyRow(rows).filter((row) => target[row] === first || target[row] === second);
    const decisions = new Float64Array(rows);
    for (const fold of folds) {
      const isOut = new Uint8Array(rows);
      for (const row of fold) isOut[row] = 1;
      const machine = fit(own.filter((row) => isOut[row] === 0), positive);
      decisionsOf(machine, source, fold, hooks.check).forEach((value, i) => (decisions[fold[i] as number] = value));
    }
    // Weighted as the machines are, so that the more likely class is the one on its side of the boundary.
    const take = (values: Float64Array): Float64Array => Float64Array.from(own, (row) => values[row] as number);
    machines.push({ first, second, machine: fit(own, positive), sigmoid: fitSigmoid(take(decisions), Uint8Array.from(own, (row) => positive[row] as number), take(weights)) });
    held.push(decisions);
  }
  const all = machines.map(({ machine }) => machine);
  const support = everyRow(rows).filter((row) => all.some(({ coefficients }) => coefficients[row] !== 0)).length;
  return {
    head: svmClassifierHead(machines, classes, spec, data),
    metrics: { crossValidatedAccuracy: accuracyOf(input, held, machines), supportVectors: support },
    details: { ...(classes === 2 ? coefficientsOf(all, spec, data, features) : {}), ...settled(all), notes: notesOf(all, support, rows) },
  };
}

const pairsOf = (classes: number): { readonly first: number; readonly second: number }[] => Array.from({ length: classes }, (_, first) => Array.from({ length: classes - 1 - first }, (_unused, i) => ({ first, second: first + 1 + i }))).flat();

/** Rows in parts with about the same share of every class. */
function makeFolds(target: Float64Array, rows: number, count: number, next: () => number): Int32Array[] {
  const order = everyRow(rows);
  shuffle(order, next);
  const sorted = order.sort((a, b) => (target[a] as number) - (target[b] as number));
  return Array.from({ length: Math.min(count, rows) }, (_, fold) => sorted.filter((_row, i) => i % count === fold));
}

/** Of the held-out decisions, by the probabilities that the model gives. */
function accuracyOf({ target, rows, weights, classes }: TrainInput, held: readonly Float64Array[], machines: readonly PairMachine[]): number {
  let right = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const pairs = machines.map(({ sigmoid }, m) => probabilityOf(sigmoid, held[m]?.[row] ?? 0));
    const p = coupleProbabilities(machines, pairs, classes);
    const w = weights === undefined ? 1 : (weights[row] as number);
    if (p.indexOf(p.reduce((a, b) => Math.max(a, b))) === target[row]) right += w;
    total += w;
  }
  return right / total;
}

function regressor(input: TrainInput, params: SvmParams, { spec, data, source }: Material, hooks: TrainHooks): TrainedLearner {
  const { rows, target, features } = input;
  const weights = input.weights ?? new Float64Array(rows).fill(1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = target.reduce((sum, value, i) => sum + (weights[i] as number) * value, 0) / total;
  const spread = Math.sqrt(target.reduce((sum, value, i) => sum + (weights[i] as number) * (value - mean) ** 2, 0) / total);
  const width = spread > 0 ? spread : 1;
  hooks.progress(null, 'Solving');
  const all = everyRow(rows);
  const solver = { tolerance: params.tolerance, check: hooks.check };
  const machine = keptMachines(hooks.checkpoint)((states) => trainRegressor(source.of(all), target.map((value) => (value - mean) / width), params.epsilon, weights.map((weight) => weight * params.c), { ...solver, states }));
  hooks.progress(0.9, 'Measuring');
  const found = decisionsOf(machine, source, all, hooks.check);
  const square = found.reduce((sum, value, i) => sum + (weights[i] as number) * (mean + width * value - (target[i] as number)) ** 2, 0) / total;
  const support = machine.coefficients.reduce((count, value) => count + Number(value !== 0), 0);
  return {
    head: svmRegressorHead(machine, spec, data, { mean, width }),
    metrics: { trainingRmse: Math.sqrt(square), ...(spread > 0 ? { trainingR2: 1 - square / (spread * spread) } : {}), supportVectors: support },
    details: { ...coefficientsOf([machine], spec, data, features, { mean, width }), ...settled([machine]), notes: notesOf([machine], support, rows) },
  };
}

function coefficientsOf(machines: readonly Machine[], spec: KernelSpec, { matrix, size, centre }: Rows, features: readonly string[], target = { mean: 0, width: 1 }): { readonly coefficients?: readonly Coefficient[] } {
  if (spec.kind !== 'linear') return {};
  return {
    coefficients: machines.flatMap((machine) => {
      const { weights, bias } = planeOf(machine, matrix, size, centre);
      return [
        ...features.map((feature, c) => ({ feature, coefficient: target.width * (weights[c] as number) })),
        { feature: '(intercept)', coefficient: target.mean + target.width * bias },
      ];
    }),
  };
}

const settled = (machines: readonly Machine[]): { readonly converged: boolean; readonly iterations: number } => ({
  converged: machines.every(({ converged }) => converged),
  iterations: machines.reduce((sum, { iterations }) => sum + iterations, 0),
});

function notesOf(machines: readonly Machine[], support: number, rows: number): string[] {
  const notes: string[] = [];
  if (!settled(machines).converged) notes.push('The fit stopped before it settled. Scale the features (Preprocess), lower C or raise the tolerance.');
  if (rows > 100 && support > 0.9 * rows) notes.push(`${formatCount(support)} of ${formatCount(rows)} rows are support vectors: the model follows nearly every row. Lower gamma or C, or scale the features.`);
  return notes;
}
