import { rowWeights } from '../class-weights.ts';
import { HeadBuilder, bothProbabilities, headInput } from '../heads.ts';
import type { Coefficient, LearnerHead, TrainHooks, TrainInput, TrainMessage, TrainedLearner } from '../types.ts';
import type { RowTeam } from '../../matrix/row-team.ts';
import type { Minimum } from '../lbfgs.ts';
import { mostSquared, refuseWide } from '../wide.ts';
import { blockLoss, sampleRows, worthSampling } from './block-loss.ts';
import { hasWholeCurvature } from './loss.ts';
import { minimiseMultinomial } from './multinomial.ts';
import { minimiseNewton, type Stage } from './newton.ts';
import { logisticNotes } from './notes.ts';
import type { LogisticParams } from './params.ts';
import { plainLoss } from './plain-loss.ts';
import { openLogisticTeam, teamLoss } from './team-loss.ts';
import { type LogisticProblem, logisticProblem, precisionOf, sampledProblem, softplus, unscale } from './problem.ts';

interface Linear {
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

function binaryHead({ coefficients, intercept }: Linear): LearnerHead {
  const builder = new HeadBuilder();
  const p = builder.op('Sigmoid', [builder.affine(headInput, coefficients, Float64Array.of(intercept))]);
  return builder.classification(bothProbabilities(builder, p), 2);
}

function multinomialHead(classes: readonly Linear[]): LearnerHead {
  const builder = new HeadBuilder();
  const size = classes[0]?.coefficients.length ?? 0;
  const weights = new Float64Array(size * classes.length);
  for (const [cls, { coefficients }] of classes.entries()) {
    for (let j = 0; j < size; j++) weights[j * classes.length + cls] = coefficients[j] as number;
  }
  const logits = builder.affine(headInput, weights, Float64Array.from(classes, ({ intercept }) => intercept));
  const softmax = builder.op('Softmax', [logits], { axis: { kind: 'int', value: 1 } });
  return builder.classification(builder.cast(softmax, 'float'), classes.length);
}

interface Measured {
  readonly logLoss: number;
  readonly accuracy: number;
}

/** Mean loss and accuracy over the training rows, in the rows' own weights (class weights left out). */
function measure({ matrix, rows, target, weights }: TrainInput, classes: readonly Linear[]): Measured {
  const size = classes[0]?.coefficients.length ?? 0;
  const logits = new Float64Array(classes.length);
  let loss = 0;
  let right = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const w = weights === undefined ? 1 : (weights[row] as number);
    for (const [cls, { coefficients, intercept }] of classes.entries()) {
      let logit = intercept;
      for (let j = 0, i = row * size; j < size; j++, i++) logit += (matrix[i] as number) * (coefficients[j] as number);
      logits[cls] = logit;
    }
    const actual = target[row] as number;
    total += w;
    if (classes.length === 1) {
      const logit = logits[0] as number;
      loss += w * softplus(actual === 1 ? -logit : logit);
      if ((logit > 0 ? 1 : 0) === actual) right += w;
      continue;
    }
    const most = logits.reduce((a, b) => Math.max(a, b));
    loss += w * (most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0)) - (logits[actual] as number));
    if (logits.indexOf(most) === actual) right += w;
  }
  return { logLoss: loss / total, accuracy: right / total };
}

function coefficientRows(features: readonly string[], linears: readonly Linear[]): Coefficient[] {
  return linears.flatMap(({ coefficients, intercept }, cls) =>
    [...features.map((feature, j) => ({ feature, coefficient: coefficients[j] as number })), { feature: '(intercept)', coefficient: intercept }].map(
      (row) => (linears.length === 1 ? row : { ...row, cls }),
    ),
  );
}

/** Slope of the mean loss that float32 products with float64 sums still show: their rounding is some hundredths of it. */
const floatSlope = 1e-6;
/** Slope on a sample that says no more about all rows: what chance makes of it, for a slope of one row is at most 1 and at most ½ on average. */
const sampleSlope = (rows: number): number => Math.max(1e-3, 0.4 / Math.sqrt(rows));

/** Few looks at all rows: after a sample has led near, with its curvature, and in float64 only what float32 cannot tell. */
function stagesOf({ blocks, input }: LogisticProblem, { tolerance, maxIterations }: LogisticParams): Stage[] {
  const last: Stage = { precision: 'double', sample: false, until: tolerance, most: maxIterations, thrifty: blocks === 'float' };
  if (blocks !== 'float') return [last];
  const parameters = (input.features.length + 1) * (input.classes === 2 ? 1 : input.classes);
  const first: Stage = { precision: 'float', sample: true, until: sampleSlope(sampleRows(input.rows, parameters)), most: 8, thrifty: false };
  const quick: Stage = { ...last, precision: 'float', until: Math.max(tolerance, floatSlope) };
  return [...(worthSampling(input.rows, parameters) ? [first] : []), quick, last];
}

/**
 * Logistic regression with an L2, L1 or elastic-net penalty on the unscaled coefficients (not on the intercept), by Newton's method;
 * many parameters of more than two classes without corners in the penalty, where rows are few or mostly zeros, by L-BFGS. Gives
 * scikit-learn's coefficients for C = 1 / strength.
 * @throws PenstockError `one-class`, `training-data`, `too-many-features`; CancelledError.
 */
export async function trainLogistic(input: TrainInput, params: LogisticParams, hooks: TrainHooks): Promise<TrainedLearner> {
  const weights = rowWeights(input, params.classWeights);
  const blocks = precisionOf(input);
  const team = blocks === 'float' ? await openLogisticTeam(input, weights) : null;
  try {
    const parameters = input.features.length + 1;
    const sampled = team !== null && weights === undefined && worthSampling(input.rows, parameters) ? sampledProblem(input, params, team, sampleRows(input.rows, parameters), hooks) : null;
    if (sampled !== null) {
      const found = await fit(input, sampled, params, team, hooks);
      // Otherwise the sample's coordinates may be no good, or a value is missing that it has not seen.
      if (found.details.converged === true && Number.isFinite(found.metrics['trainingLogLoss'])) return found;
    }
    return await fit(input, await logisticProblem(input, weights, params, blocks, team, hooks), params, team, hooks);
  } finally {
    team?.close();
  }
}

/** Milliseconds in which nobody follows a curve, while each message wakes the receiver on a core that has work. */
const soon = 50;

async function fit(input: TrainInput, problem: LogisticProblem, params: LogisticParams, team: RowTeam | null, hooks: TrainHooks): Promise<TrainedLearner> {
  const from = performance.now();
  const held: TrainMessage[] = [];
  const onIteration = (iteration: number, value: number): void => {
    held.push({ name: 'loss', value, step: iteration });
    if (performance.now() - from < soon) return;
    for (const message of held.splice(0)) hooks.send(message);
    hooks.progress(1 - 0.9 ** iteration);
  };
  const binary = input.classes === 2;
  const corners = problem.l1.some((limit) => limit > 0);
  const wide = input.features.length > mostSquared;
  if (corners) refuseWide(input.features.length, 'An L1 penalty', 'Take an L2 penalty, keep fewer categories in the one-hot step, or choose fewer features.');
  const byGradient = !corners && (wide || (!binary && problem.blocks === null && !hasWholeCurvature(input.classes, input.features.length)));
  const loss = problem.blocks === null ? plainLoss(problem) : team === null ? blockLoss(problem) : teamLoss(problem, team);
  const minimum: Minimum & { readonly accuracy?: number } = byGradient
    ? minimiseMultinomial(problem, { ...params, onIteration })
    : await minimiseNewton(loss, problem, { stages: stagesOf(problem, params), check: hooks.check, onIteration });
  for (const message of held) hooks.send(message);
  const width = input.features.length + 1;
  const raw = Array.from({ length: binary ? 1 : input.classes }, (_, cls) => unscale(problem, minimum.at.subarray(cls * width, (cls + 1) * width)));
  // A number added to every class's logit changes nothing: intercepts have mean 0.
  const common = binary ? 0 : raw.reduce((sum, { intercept }) => sum + intercept, 0) / raw.length;
  const linears = raw.map(({ coefficients, intercept }) => ({ coefficients, intercept: intercept - common }));
  // What the last look saw, unless it saw the rows in other weights.
  const seen = problem.blocks !== null && params.classWeights === 'none' ? minimum.accuracy : undefined;
  const { logLoss, accuracy }: Measured = seen === undefined ? measure(input, linears) : { logLoss: minimum.value, accuracy: seen };
  const [first] = linears;
  return {
    head: binary && first !== undefined ? binaryHead(first) : multinomialHead(linears),
    metrics: { trainingLogLoss: logLoss, trainingAccuracy: accuracy },
    details: {
      coefficients: coefficientRows(input.features, linears),
      converged: minimum.converged,
      iterations: minimum.iterations,
      notes: logisticNotes({ input, problem, params, linears, accuracy, logLoss, converged: minimum.converged, iterations: minimum.iterations }),
    },
  };
}
