import type { Schema } from '#app/relation/types.ts';
import { parseSpace, suggestedSpace, type Dimension } from '#app/sdk/search-space.ts';
import { uniform } from '../../learners/random.ts';
import { withParams } from '../search.ts';
import { paramsAt, paramsInWords, placeOf, type Point } from '../space.ts';
import { Tpe } from '../tpe.ts';
import type { Trial, Trials } from '../trials.ts';
import { otherRecipes, type Candidate } from './candidates.ts';

export interface Stage {
  readonly trials: Trials;
  readonly schema: Schema;
  readonly seed: number;
  /** Trials in all, at most. */
  readonly most: number;
  /** Called after each trial. */
  keepOutcomes(): void;
}

interface Tried {
  readonly candidate: Candidate;
  readonly trial: Trial;
}

/** Training rows that a first comparison is made with at most; the best of it are compared on all rows. */
const FEW_ROWS = 10_000;
const GO_ON = 4;
/** Share of the time that one learner of the first comparison may take, and one that goes on to all rows of what is left. */
const MOST_TIME = 0.15;
const MOST_OF_REST = 0.3;
/** Share of the rest that is little enough to go on whatever the rank: what is behind on few rows may gain most from more. */
const LITTLE_OF_REST = 0.1;
/** Families whose other recipes are tried, and whose params are searched. */
const BEST_FAMILIES = 3;
/** Training rows from which on a proposal is first tried on a third of them. */
const HALVING_ROWS = 3000;
const PROPOSALS = 3;

/** Every learner as it comes, the best of them on all rows, and the best ones with other recipes. The very first is on all rows: there is a model at once. */
export async function compareFamilies(candidates: readonly Candidate[], stage: Stage, progress: (fraction: number) => void): Promise<readonly Tried[]> {
  const { trials, schema } = stage;
  const part = FEW_ROWS / (trials.folds.rows.rows / (1 + trials.folds.ratio));
  // Most of the rows tell no sooner than all of them.
  const share = part > 0.5 ? 1 : part;
  const limit = Number.isFinite(trials.left) ? { limit: MOST_TIME * trials.left } : {};
  const tried: Tried[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const budget = index === 0 ? 1 : share;
    const trial = await trials.run({ title: candidate.title, spec: candidate.spec, params: candidate.spec.params, share: budget, budget, ...limit });
    if (trial === null) return tried;
    tried.push({ candidate, trial });
    stage.keepOutcomes();
    progress((0.6 * (index + 1)) / candidates.length);
  }
  if (share < 1) {
    for (const [rank, { candidate, trial }] of ranked(trials, tried).entries()) {
      if (trial.budget >= 1 || trial.seconds / trial.budget > (rank < GO_ON ? MOST_OF_REST : LITTLE_OF_REST) * trials.left) continue;
      const again = await trials.run({ title: candidate.title, spec: candidate.spec, params: candidate.spec.params, again: trial.number });
      if (again === null) return tried;
      tried[tried.findIndex((one) => one.candidate === candidate)] = { candidate, trial: again };
      stage.keepOutcomes();
    }
    const full = tried.filter(({ trial }) => trial.budget >= 1);
    trials.drop(tried.filter((one) => !full.includes(one)).map(({ trial }) => trial.number));
    tried.splice(0, tried.length, ...tried.filter((one) => full.includes(one)));
  }
  progress(0.8);
  let recipes = 0;
  for (const { candidate, trial: before } of ranked(trials, tried)) {
    if (recipes === BEST_FAMILIES) break;
    if (before.seconds / before.budget > MOST_TIME * trials.left) continue;
    recipes += 1;
    for (const other of otherRecipes(candidate, schema)) {
      const trial = await trials.run({ title: other.title, spec: other.spec, params: other.spec.params });
      if (trial === null) return tried;
      tried.push({ candidate: other, trial });
      stage.keepOutcomes();
    }
  }
  progress(1);
  return tried;
}

function ranked(trials: Trials, tried: readonly Tried[]): Tried[] {
  return tried.filter(({ trial }) => Number.isFinite(trials.lossOf(trial))).sort((a, b) => trials.lossOf(a.trial) - trials.lossOf(b.trial));
}

interface Family {
  readonly candidate: Candidate;
  readonly space: readonly Dimension[];
  readonly tpe: Tpe;
  readonly seen: Set<string>;
}

/**
 * Params of the best families, in turns, the best family every other turn: proposals of a Parzen estimator, on many rows first tried on
 * a third of them, the best third of these on all.
 */
export async function searchFamilies(tried: readonly Tried[], stage: Stage, progress: (fraction: number) => void): Promise<void> {
  const { trials, seed, most } = stage;
  const families = bestOfFamilies(trials, tried)
    .map(({ candidate, trial }, index): Family => {
      const { space } = parseSpace(suggestedSpace(candidate.spec.algorithm, candidate.spec.task));
      const tpe = new Tpe(space, uniform((seed + 7919 * index) >>> 0));
      const own = space.map((dimension) => placeOf(dimension, candidate.spec.params[dimension.param]));
      if (!own.includes(null)) tpe.observe(own.map((place) => place ?? 0), trials.lossOf(trial));
      return { candidate, space, tpe, seen: new Set() };
    })
    .filter(({ space }) => space.length > 0);
  const order = families.length < 3 ? families : [families[0], families[1], families[0], families[2]];
  const halves = trials.folds.rows.rows / (1 + trials.folds.ratio) >= HALVING_ROWS;
  for (let turn = 0; trials.all.length < most && order.length > 0 && !trials.isOver; turn += 1) {
    const family = order[turn % order.length];
    if (family === undefined || !(await takeTurn(family, stage, halves))) return;
    progress(Math.min(1, trials.all.length / most));
  }
}

function bestOfFamilies(trials: Trials, tried: readonly Tried[]): Tried[] {
  const best = new Map<string, Tried>();
  for (const one of ranked(trials, tried)) if (!best.has(one.candidate.family)) best.set(one.candidate.family, one);
  return [...best.values()].slice(0, BEST_FAMILIES);
}

/** @returns false where nothing more can be tried. */
async function takeTurn({ candidate, space, tpe, seen }: Family, stage: Stage, halves: boolean): Promise<boolean> {
  const { trials } = stage;
  const first: { readonly point: Point; readonly params: Record<string, unknown>; readonly trial: Trial | null }[] = [];
  const request = (params: Record<string, unknown>) => ({ title: `${candidate.title}: ${paramsInWords(params)}`, spec: withParams(candidate.spec, params), params: { ...candidate.spec.params, ...params } });
  for (let attempt = 0; first.length < (halves ? PROPOSALS : 1) && attempt < 50; attempt += 1) {
    const point = tpe.propose();
    const params = paramsAt(space, point);
    if (seen.has(JSON.stringify(params))) continue;
    seen.add(JSON.stringify(params));
    const trial = halves ? await trials.run({ ...request(params), share: 1 / PROPOSALS, budget: 1 / PROPOSALS }) : null;
    if (halves && trial === null) return false;
    if (trial !== null) tpe.observe(point, trials.lossOf(trial), 1 / PROPOSALS);
    first.push({ point, params, trial });
  }
  const [best, ...rest] = first.toSorted((a, b) => (a.trial === null || b.trial === null ? 0 : trials.lossOf(a.trial) - trials.lossOf(b.trial)));
  if (best === undefined) return false;
  trials.drop(rest.flatMap(({ trial }) => trial?.number ?? []));
  const full = await trials.run({ ...request(best.params), ...(best.trial === null ? {} : { again: best.trial.number }) });
  if (full === null) return false;
  tpe.observe(best.point, trials.lossOf(full));
  stage.keepOutcomes();
  return true;
}
