/**
 * Half-widths of intervals by step, from errors of forecasts made before (split conformal prediction, Vovk et al. 2005): the
 * ⌈(n + 1) level⌉-th smallest absolute error of that step, the largest where there are too few for the level. They never become
 * narrower with the step. `errors[step]`: absolute errors over a scale of their series.
 */
export function conformalWidths(errors: readonly (readonly number[])[], level: number): { readonly widths: number[]; readonly enough: boolean } {
  let widest = 0;
  let enough = true;
  const widths = errors.map((ofStep) => {
    const sorted = ofStep.toSorted((a, b) => a - b);
    const rank = Math.ceil((sorted.length + 1) * level);
    if (rank > sorted.length) enough = false;
    widest = Math.max(widest, sorted[Math.min(rank, sorted.length) - 1] ?? 0);
    return widest;
  });
  return { widths, enough };
}

/**
 * Share of errors of the later half of the origins that lie within widths made of the earlier half; null where a half is too small.
 * `errors[step][origin]`, NaN where the truth is missing; origins rising in time.
 */
export function coverageOf(errors: readonly (readonly number[])[], level: number): number | null {
  const count = errors[0]?.length ?? 0;
  const half = Math.floor(count / 2);
  if (half < 5) return null;
  const present = (ofStep: readonly number[]): number[] => ofStep.filter((error) => !Number.isNaN(error));
  const { widths } = conformalWidths(errors.map((ofStep) => present(ofStep.slice(0, half))), level);
  let inside = 0;
  let all = 0;
  for (const [step, ofStep] of errors.entries()) {
    for (const error of present(ofStep.slice(half))) {
      all++;
      if (error <= (widths[step] ?? 0)) inside++;
    }
  }
  return all === 0 ? null : inside / all;
}
