import { RowTeam, suitsTeam } from '../../matrix/row-team.ts';
import type { TrainInput } from '../types.ts';
import { blockLoss, pointOf, sampleRows } from './block-loss.ts';
import type { Loss } from './loss.ts';
import type { LogisticProblem } from './problem.ts';

/** The rows of two classes, with weights of mean 1, so that float32 holds them whatever their size; null where a team is not for them. */
export async function openLogisticTeam(input: TrainInput, weights: Float64Array | undefined): Promise<RowTeam | null> {
  const { matrix, rows, features, target, classes } = input;
  const columns = features.length;
  if (classes !== 2 || !suitsTeam(rows, columns, 'slopes')) return null;
  const factor = weights === undefined ? 1 : rows / weights.reduce((sum, weight) => sum + weight, 0);
  return RowTeam.open({ matrix, rows, columns }, { weights, classes: target, shares: weights && Float32Array.from(weights, (weight) => weight * factor) });
}

/** The loss of two classes by the kernels; where they are too coarse, by onnxruntime in float64. */
export function teamLoss(problem: LogisticProblem, team: RowTeam): Loss {
  const { input, shifts, inverse, hooks } = problem;
  const size = inverse.length;
  const shift = shifts.some((value) => value !== 0) ? shifts : null;
  const sample = sampleRows(input.rows, size + 1);
  let exact: Loss | null = null;
  return {
    classes: 1,
    evaluate(at, look) {
      const { precision, curvature } = look;
      if (precision === 'double') return (exact ??= blockLoss(problem)).evaluate(at, look);
      const beta = inverse.map((value, j) => value * (at[j] as number));
      const found = team.logistic(shift, { beta, intercept: at[size] as number, curvature, spread: look.sample === true ? sample : 'all' }, hooks.check);
      return pointOf({ ...found }, { size, classes: 1, inverse, total: found.sums[4] as number, curvature });
    },
  };
}
