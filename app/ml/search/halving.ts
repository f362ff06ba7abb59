/** A rung of successive halving: so many candidates, each with this share of the full budget. */
export interface Rung {
  readonly candidates: number;
  readonly share: number;
}

/**
 * Successive halving (Jamieson and Talwalkar, Non-stochastic Best Arm Identification, AISTATS 2016; the brackets of Li et al., Hyperband,
 * JMLR 18, 2018): all candidates get a small budget, one in `eta` of them `eta` times as much, and so on up to the full one.
 * @param least smallest share of the full budget that tells anything, 0…1.
 */
export function halvingRungs(candidates: number, eta: number, least: number): Rung[] {
  let steps = 0;
  while (candidates / eta ** (steps + 1) >= 1 && 1 / eta ** (steps + 1) >= least) steps += 1;
  return Array.from({ length: steps + 1 }, (_unused, step) => ({ candidates: Math.max(1, Math.floor(candidates / eta ** step)), share: 1 / eta ** (steps - step) }));
}
