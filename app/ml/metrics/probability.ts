/** Probabilities are kept this far from 0 and 1 in the log loss (float32 resolution), so that one sure miss is not infinite. */
export const PROBABILITY_FLOOR = 1.1920929e-7;

/**
 * Mean negative log of the probability given to the true class, clipped to [2⁻²³, 1 − 2⁻²³] after dividing each row by its sum.
 * @param probabilities row-major [rows × classes]. @param truth class index a row; rows with an index outside are left out.
 */
export function logLoss(probabilities: ArrayLike<number>, truth: ArrayLike<number>, classes: number): number {
  let total = 0;
  let rows = 0;
  for (let row = 0; row < truth.length; row += 1) {
    const index = truth[row] ?? -1;
    if (!(index >= 0 && index < classes)) continue;
    let sum = 0;
    for (let cls = 0; cls < classes; cls += 1) sum += probabilities[row * classes + cls] ?? 0;
    const given = (probabilities[row * classes + index] ?? 0) / sum;
    total -= Math.log(Math.min(1 - PROBABILITY_FLOOR, Math.max(PROBABILITY_FLOOR, given)));
    rows += 1;
  }
  return total / rows;
}

/**
 * Brier score. Two classes: mean squared difference between the probability of the second class and 0 or 1 (Brier 1950, halved as
 * scikit-learn's brier_score_loss). More classes: mean sum of squared differences over the classes, 0…2.
 */
export function brierScore(probabilities: ArrayLike<number>, truth: ArrayLike<number>, classes: number): number {
  let total = 0;
  let rows = 0;
  for (let row = 0; row < truth.length; row += 1) {
    const index = truth[row] ?? -1;
    if (!(index >= 0 && index < classes)) continue;
    for (let cls = 0; cls < classes; cls += 1) {
      const difference = (probabilities[row * classes + cls] ?? 0) - (cls === index ? 1 : 0);
      total += difference * difference;
    }
    rows += 1;
  }
  return total / rows / (classes === 2 ? 2 : 1);
}
