import { classShares } from '../class-weights.ts';
import { columnScales } from '../columns.ts';
import { HeadBuilder, headInput } from '../heads.ts';
import type { LearnerHead, TrainHooks, TrainInput, TrainedLearner } from '../types.ts';
import { featureKinds, type FeatureKind } from './kinds.ts';
import type { NaiveBayesParams } from './params.ts';

/** Log-likelihoods as sums over features: with z = x − centre and bits (x > middle), logit = z² · square + z · linear + bits · bit + offset. */
interface LogLikelihood {
  readonly centres: Float64Array;
  /** Infinite where a feature is no bit. */
  readonly middles: Float64Array;
  /** [features × classes] each. */
  readonly square: Float64Array;
  readonly linear: Float64Array;
  readonly bit: Float64Array;
  /** [classes] */
  readonly offset: Float64Array;
}

/** Of a class without rows: exp of it is 0, and unlike −∞ it can be subtracted from. */
const never = -1e300;
/** Rows between two looks at the cancel flag. */
const checkEvery = 4096;

/**
 * Naive Bayes: features are taken to be independent within a class; numbers normal, two-valued features coins, one-hot sets categories
 * with additive smoothing. As scikit-learn's GaussianNB, BernoulliNB and CategoricalNB together, with one prior.
 * @throws PenstockError `one-class`; CancelledError.
 */
export function trainNaiveBayes(input: TrainInput, params: NaiveBayesParams, hooks: TrainHooks): TrainedLearner {
  const shares = classShares(input);
  const kinds = featureKinds(input);
  hooks.progress(0.3, 'Counting');
  const likelihood = fitLikelihood(input, kinds, shares, params, hooks);
  hooks.progress(0.7, 'Measuring');
  const metrics = measure(input, likelihood, hooks);
  return { head: naiveBayesHead(likelihood, input.features.length, input.classes), metrics, details: { notes: notesOf(input.features, kinds) } };
}

function fitLikelihood(input: TrainInput, kinds: readonly FeatureKind[], shares: Float64Array, { smoothing, varianceShare, priors }: NaiveBayesParams, hooks: TrainHooks): LogLikelihood {
  const { matrix, rows, features, target, classes, weights } = input;
  const size = features.length;
  const { means: centres, spreads } = columnScales(input);
  const middles = Float64Array.from(kinds, (kind) => (kind.kind === 'two-valued' ? kind.middle : kind.kind === 'category' ? 0.5 : Number.POSITIVE_INFINITY));
  // First and second moments around the centre, and how many are above the middle, by feature and class.
  const sums = new Float64Array(size * classes);
  const squares = new Float64Array(size * classes);
  const above = new Float64Array(size * classes);
  const weight = new Float64Array(classes);
  const each = (visit: (row: number, cls: number, w: number) => void): void => {
    for (let row = 0; row < rows; row++) {
      if (row % checkEvery === 0) hooks.check();
      visit(row, target[row] as number, weights === undefined ? 1 : (weights[row] as number));
    }
  };
  each((row, cls, w) => {
    weight[cls] = (weight[cls] as number) + w;
    for (let j = 0, at = row * size; j < size; j++, at++) {
      const to = j * classes + cls;
      sums[to] = (sums[to] as number) + w * ((matrix[at] as number) - (centres[j] as number));
      if ((matrix[at] as number) > (middles[j] as number)) above[to] = (above[to] as number) + w;
    }
  });
  // The second pass takes deviations from each class's own mean, which keeps their digits.
  each((row, cls, w) => {
    for (let j = 0, at = row * size; j < size; j++, at++) {
      const to = j * classes + cls;
      const deviation = (matrix[at] as number) - (centres[j] as number) - (sums[to] as number) / (weight[cls] as number);
      squares[to] = (squares[to] as number) + w * deviation * deviation;
    }
  });
  const widest = kinds.reduce((most, kind, j) => (kind.kind === 'normal' ? Math.max(most, (spreads[j] as number) ** 2) : most), 0);
  const square = new Float64Array(size * classes);
  const linear = new Float64Array(size * classes);
  const bit = new Float64Array(size * classes);
  const present = shares.filter((share) => share > 0).length;
  const offset = shares.map((share) => (share === 0 ? never : Math.log(priors === 'equal' ? 1 / present : share)));
  for (let cls = 0; cls < classes; cls++) {
    const total = weight[cls] as number;
    if (total === 0) continue;
    for (const [j, kind] of kinds.entries()) {
      const to = j * classes + cls;
      switch (kind.kind) {
        case 'normal': {
          const mean = (sums[to] as number) / total;
          const variance = (squares[to] as number) / total + varianceShare * widest;
          // One row without spread and without smoothing would be an infinite peak.
          const safe = variance > 0 ? variance : Number.MIN_VALUE ** 0.5;
          square[to] = -0.5 / safe;
          linear[to] = mean / safe;
          offset[cls] = (offset[cls] as number) - (mean * mean) / (2 * safe) - 0.5 * Math.log(2 * Math.PI * safe);
          break;
        }
        case 'two-valued': {
          const yes = Math.log((above[to] as number) + smoothing);
          const no = Math.log(total - (above[to] as number) + smoothing);
          const all = Math.log(total + 2 * smoothing);
          bit[to] = finite(yes) - finite(no);
          offset[cls] = (offset[cls] as number) + finite(no) - all;
          break;
        }
        case 'category': {
          let inGroup = 0;
          for (let k = kind.group; k < kind.group + kind.size; k++) inGroup += above[k * classes + cls] as number;
          bit[to] = finite(Math.log((above[to] as number) + smoothing)) - finite(Math.log(inGroup + kind.size * smoothing));
          break;
        }
        case 'constant':
          break;
      }
    }
  }
  return { centres, middles, square, linear, bit, offset };
}

/** Without smoothing a count of 0 has the logarithm −∞; sums of a few of these still have to be numbers. */
const finite = (value: number): number => Math.max(value, -1e9);

function measure({ matrix, rows, features, target, classes, weights }: TrainInput, { centres, middles, square, linear, bit, offset }: LogLikelihood, hooks: TrainHooks): Record<string, number> {
  const size = features.length;
  const logits = new Float64Array(classes);
  let loss = 0;
  let right = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    if (row % checkEvery === 0) hooks.check();
    logits.set(offset);
    for (let j = 0, at = row * size; j < size; j++, at++) {
      const x = matrix[at] as number;
      const z = x - (centres[j] as number);
      const isAbove = x > (middles[j] as number);
      for (let cls = 0, to = j * classes; cls < classes; cls++, to++) {
        logits[cls] = (logits[cls] as number) + z * (z * (square[to] as number) + (linear[to] as number)) + (isAbove ? (bit[to] as number) : 0);
      }
    }
    const most = logits.reduce((a, b) => Math.max(a, b));
    const w = weights === undefined ? 1 : (weights[row] as number);
    const actual = target[row] as number;
    // As probabilities are clipped elsewhere: naive Bayes is often sure and wrong.
    loss += w * Math.min(-Math.log(Number.EPSILON), most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0)) - (logits[actual] as number));
    if (logits.indexOf(most) === actual) right += w;
    total += w;
  }
  return { trainingLogLoss: loss / total, trainingAccuracy: right / total };
}

function naiveBayesHead({ centres, middles, square, linear, bit, offset }: LogLikelihood, size: number, classes: number): LearnerHead {
  const builder = new HeadBuilder();
  const x = builder.cast(headInput, 'double');
  const weights = (data: Float64Array): string => builder.constant('double', [size, classes], data);
  const z = builder.op('Sub', [x, builder.constant('double', [size], centres)]);
  const parts = [builder.op('MatMul', [builder.op('Mul', [z, z]), weights(square)]), builder.op('MatMul', [z, weights(linear)])];
  if (middles.some((middle) => Number.isFinite(middle))) {
    const above = builder.cast(builder.op('Greater', [x, builder.constant('double', [size], middles)]), 'double');
    parts.push(builder.op('MatMul', [above, weights(bit)]));
  }
  const logits = parts.reduce((sum, part) => builder.op('Add', [sum, part]), builder.constant('double', [classes], offset));
  return builder.classification(builder.cast(builder.op('Softmax', [logits], { axis: { kind: 'int', value: 1 } }), 'float'), classes);
}

function notesOf(features: readonly string[], kinds: readonly FeatureKind[]): string[] {
  const constant = features.filter((_, j) => kinds[j]?.kind === 'constant');
  if (constant.length === 0) return [];
  const listed = constant.slice(0, 8).map((name) => `'${name}'`).join(', ');
  return [`These features have the same value in every row and tell nothing: ${listed}${constant.length > 8 ? ` and ${constant.length - 8} more` : ''}.`];
}
