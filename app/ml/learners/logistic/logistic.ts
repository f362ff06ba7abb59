import { z } from 'zod';
import { rowWeights } from '../class-weights.ts';
import { HeadBuilder, bothProbabilities, headInput } from '../heads.ts';
import type { Coefficient, LearnerHead, TrainHooks, TrainInput, TrainedLearner } from '../types.ts';
import { minimiseBinary } from './binary.ts';
import { minimiseMultinomial } from './multinomial.ts';
import { type LogisticProblem, logisticProblem, softplus, unscale } from './problem.ts';

export const logisticParams = z.object({
  /** Strength of the penalty: scikit-learn's 1/C. 0: none. */
  l2: z.number().min(0).default(1),
  classWeights: z.enum(['none', 'balanced']).default('none'),
  maxIterations: z.number().int().min(1).max(100_000).default(500),
  /** On the largest slope of the mean loss, columns standardised. */
  tolerance: z.number().positive().default(1e-6),
});
export type LogisticParams = z.output<typeof logisticParams>;

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

/** Mean loss and accuracy over the training rows, in the rows' own weights (class weights left out). */
function measure({ matrix, rows, target, weights }: TrainInput, classes: readonly Linear[]): { logLoss: number; accuracy: number } {
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

/**
 * Logistic regression with an L2 penalty on the unscaled coefficients (not on the intercept): two classes by Newton's method,
 * more by L-BFGS on the softmax. Gives scikit-learn's coefficients for C = 1 / l2.
 * @throws PenstockError `one-class`; CancelledError.
 */
export async function trainLogistic(input: TrainInput, params: LogisticParams, hooks: TrainHooks): Promise<TrainedLearner> {
  const problem: LogisticProblem = logisticProblem(input, rowWeights(input, params.classWeights), params.l2, hooks);
  const options = {
    ...params,
    onIteration: (iteration: number, value: number) => {
      hooks.send({ name: 'loss', value, step: iteration });
      hooks.progress(1 - 0.9 ** iteration);
    },
  };
  const binary = input.classes === 2;
  const minimum = binary ? await minimiseBinary(problem, options) : minimiseMultinomial(problem, options);
  const width = input.features.length + 1;
  const linears = Array.from({ length: binary ? 1 : input.classes }, (_, cls) => unscale(problem, minimum.at.subarray(cls * width, (cls + 1) * width)));
  const { logLoss, accuracy } = measure(input, linears);

  const notes: string[] = [];
  if (!minimum.converged) {
    notes.push(`The fit stopped after ${minimum.iterations} iterations before it settled. Scale the features (Preprocess), raise the number of iterations or the penalty.`);
  }
  if (accuracy === 1 && logLoss < 0.01 && params.l2 < 1e-3) {
    notes.push('These features tell the classes apart without a single error, so the coefficients would grow without end; their size means nothing. Raise the penalty, and check that no feature gives the target away.');
  }
  const [first] = linears;
  return {
    head: binary && first !== undefined ? binaryHead(first) : multinomialHead(linears),
    metrics: { trainingLogLoss: logLoss, trainingAccuracy: accuracy },
    details: { coefficients: coefficientRows(input.features, linears), converged: minimum.converged, iterations: minimum.iterations, notes },
  };
}
