import type { TrainInput } from '../types.ts';
import type { LogisticParams } from './params.ts';
import type { LogisticProblem } from './problem.ts';

interface Found {
  readonly input: TrainInput;
  readonly problem: LogisticProblem;
  readonly params: LogisticParams;
  readonly linears: readonly { readonly coefficients: Float64Array }[];
  readonly accuracy: number;
  readonly logLoss: number;
  readonly converged: boolean;
  readonly iterations: number;
}

/** Penalty under which coefficients of classes that can be told apart grow without end. */
const weak = 1e-3;

/** What was noticed about a fit, each a sentence or two for the person. */
export function logisticNotes({ input, problem, params, linears, accuracy, logLoss, converged, iterations }: Found): string[] {
  const notes: string[] = [];
  const constant = input.features.filter((_, j) => problem.inverse[j] === 0);
  if (constant.length > 0) notes.push(`These features have the same value in every row and were given the coefficient 0: ${listed(constant)}.`);
  if (!converged) notes.push(`The fit stopped after ${iterations} iterations before it settled. Scale the features (Preprocess), raise the number of iterations or the penalty.`);
  if (accuracy === 1 && logLoss < 0.01 && (params.penalty === 'none' || params.strength < weak)) {
    notes.push('These features tell the classes apart without a single error, so the coefficients would grow without end; their size means nothing. Raise the penalty, and check that no feature gives the target away.');
  }
  if (problem.l1.some((limit) => limit > 0)) {
    const varying = input.features.length - constant.length;
    const used = input.features.reduce((count, _, j) => count + (linears.some(({ coefficients }) => coefficients[j] !== 0) ? 1 : 0), 0);
    if (used === 0 && varying > 0) notes.push('The penalty leaves no feature, so every row gets the same probabilities. Lower the strength.');
    else if (used < varying) notes.push(`${used} of ${varying} features are used; the others were given the coefficient 0.`);
  }
  return notes;
}

/** At most eight names, then how many more. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `'${name}'`);
  return names.length > 8 ? `${shown.join(', ')} and ${names.length - 8} more` : shown.join(', ');
}
