import { formatNumber } from '#app/core/units.ts';
import { needsDescent } from './least-squares.ts';
import type { LinearParams, Strength } from './params.ts';
import type { Chosen } from './path.ts';
import type { Standard } from './standard.ts';

interface Found {
  readonly rows: number;
  readonly features: readonly string[];
  readonly standard: Standard;
  readonly params: LinearParams;
  readonly strength: Strength;
  readonly chosen: Chosen | null;
  readonly coefficients: Float64Array;
  /** Features that are combinations of others. */
  readonly left: readonly string[];
  readonly converged: boolean;
}

/** What was noticed about a fit, each a sentence or two for the person. */
export function linearNotes({ rows, features, standard, params, strength, chosen, coefficients, left, converged }: Found): string[] {
  const notes: string[] = [];
  const constant = features.filter((_, j) => standard.inverse[j] === 0);
  const corners = needsDescent(params, strength);
  if (constant.length > 0) notes.push(`These features have the same value in every row and were given the coefficient 0: ${listed(constant)}.`);
  if (left.length > 0 && !corners && (params.penalty === 'none' || strength.alpha === 0)) {
    notes.push(`These features can be computed exactly from the others and were given the coefficient 0: ${listed(left)}. Predictions do not suffer; coefficients are only comparable without them.`);
  }
  if (rows > 1 && !corners && (params.penalty === 'none' || strength.alpha === 0) && features.length - constant.length >= rows - 1) {
    notes.push('There are as many features as rows, so the model repeats the rows it learnt from whatever they are; that says nothing of others. Use a penalty, fewer features or more rows.');
  }
  if (!converged) notes.push(`Coordinate descent stopped after ${params.maxIterations} passes before it settled: features resemble each other closely. Raise the number of passes or the penalty, or leave out features that repeat others.`);
  if (params.choose === 'cross-validation' && params.penalty !== 'none') notes.push(choice(chosen, params));
  if (corners) {
    const varying = features.length - constant.length;
    const used = coefficients.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
    if (varying > 0 && used === 0) notes.push(params.positive && (params.penalty === 'none' || strength.alpha === 0) ? 'No feature rises with the target, so every row is predicted the mean.' : 'The penalty leaves no feature, so every row is predicted the mean. Lower the strength.');
    else if (used < varying) notes.push(`${used} of ${varying} features are used; the others were given the coefficient 0.`);
  }
  return notes;
}

function choice(chosen: Chosen | null, { folds, penalty }: LinearParams): string {
  if (chosen === null) return 'There is nothing to cross-validate: too few rows, or no feature goes with the target. The strength set by hand was used.';
  const { alpha, strengths, error, l1Ratio } = chosen;
  const mixture = penalty === 'elastic-net' ? ` and the L1 ratio ${formatNumber(l1Ratio)}` : '';
  const text = `Cross-validation over ${folds} folds chose the strength ${short(alpha)}${mixture}: the error on rows held out is ${short(Math.sqrt(error))} (RMSE).`;
  if (alpha === strengths[0] && penalty !== 'ridge') return `${text} It is the strongest tried: on rows held out no feature helps.`;
  if (alpha === strengths.at(-1)) return `${text} It is the weakest tried: either the penalty hardly helps here, or features are on different scales (standardise them with Preprocess).`;
  return text;
}

const short = (value: number): string => formatNumber(Number(value.toPrecision(4)));

/** At most eight names, then how many more. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `'${name}'`);
  return names.length > 8 ? `${shown.join(', ')} and ${names.length - 8} more` : shown.join(', ');
}
