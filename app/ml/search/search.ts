import type { LearnerSpec } from '#app/sdk/ports.ts';
import { iterationParams, type Dimension } from '#app/sdk/search-space.ts';
import { uniform } from '../learners/random.ts';
import { halvingRungs } from './halving.ts';
import { gridPoints, paramsAt, paramsInWords, placeOf, randomPoint, type Point } from './space.ts';
import { Tpe } from './tpe.ts';
import type { Trial, TrialRequest, Trials } from './trials.ts';

export type SearchMethod = 'grid' | 'random' | 'halving' | 'bayesian';

export interface SearchPlan {
  readonly method: SearchMethod;
  readonly space: readonly Dimension[];
  /** Trials besides the one with the learner's own params. */
  readonly trials: number;
  /** What rungs of successive halving have less of. */
  readonly budget: 'rows' | 'iterations';
  /** One in so many candidates goes on to the next rung. */
  readonly eta: number;
  /** 32-bit unsigned. */
  readonly seed: number;
}

/** Smallest share of the full budget that a rung may have. */
const LEAST_ROWS = 200;
const LEAST_ITERATIONS = 5;
/** Tries to draw a point that was not drawn before; after so many, the space is as good as searched. */
const REDRAWS = 50;

/** The learner with other params. */
export const withParams = (spec: LearnerSpec, params: Readonly<Record<string, unknown>>): LearnerSpec => ({ ...spec, params: { ...spec.params, ...params } });

/**
 * Tries the learner as it is, then params of the space until trials or time are over. Equal data, plans and seeds give equal trials, as
 * far as the time limit lets them. @returns the first trial. @throws CancelledError; the first trial's failure.
 */
export async function search(base: LearnerSpec, plan: SearchPlan, trials: Trials, progress: (fraction: number) => void): Promise<Trial> {
  const own = Object.fromEntries(plan.space.map(({ param }) => [param, base.params[param]]).filter(([, value]) => value !== undefined));
  const first = await trials.run({ title: 'The learner as it is', spec: base, params: own });
  if (first === null) throw new Error('the first trial has no time limit');
  const context: Search = { base, plan, trials, first, progress, ownPoint: pointOf(plan.space, base.params) };
  if (plan.space.length > 0) await (plan.method === 'halving' ? halving(context) : plan.method === 'bayesian' ? bayesian(context) : oneByOne(context));
  return first;
}

interface Search {
  readonly base: LearnerSpec;
  readonly plan: SearchPlan;
  readonly trials: Trials;
  readonly first: Trial;
  readonly progress: (fraction: number) => void;
  /** The learner's own params as a point; null where the space does not have them. */
  readonly ownPoint: Point | null;
}

function pointOf(space: readonly Dimension[], params: Readonly<Record<string, unknown>>): Point | null {
  const places = space.map((dimension) => placeOf(dimension, params[dimension.param]));
  return places.includes(null) ? null : places.map((place) => place ?? 0);
}

function requestOf({ base, plan }: Search, point: Point): TrialRequest {
  const params = paramsAt(plan.space, point);
  return { title: paramsInWords(params), spec: withParams(base, params), params };
}

/** Draws points whose params were not drawn before; null where there seem to be none left. */
function unseen({ plan, ownPoint }: Search, draw: () => Point): () => Point | null {
  const seen = new Set(ownPoint === null ? [] : [JSON.stringify(paramsAt(plan.space, ownPoint))]);
  return () => {
    for (let attempt = 0; attempt < REDRAWS; attempt += 1) {
      const point = draw();
      const key = JSON.stringify(paramsAt(plan.space, point));
      if (seen.has(key)) continue;
      seen.add(key);
      return point;
    }
    return null;
  };
}

async function oneByOne(context: Search): Promise<void> {
  const { plan, trials, progress } = context;
  const next = uniform(plan.seed);
  const draw = unseen(context, () => randomPoint(plan.space, next));
  const own = JSON.stringify(context.ownPoint === null ? null : paramsAt(plan.space, context.ownPoint));
  const points = plan.method === 'grid' ? gridPoints(plan.space, plan.trials).points.filter((point) => JSON.stringify(paramsAt(plan.space, point)) !== own) : null;
  for (let index = 0; index < (points?.length ?? plan.trials); index += 1) {
    const point = points === null ? draw() : (points[index] ?? null);
    if (point === null || (await trials.run(requestOf(context, point))) === null) return;
    progress((index + 1) / (points?.length ?? plan.trials));
  }
}

async function bayesian(context: Search): Promise<void> {
  const { plan, trials, first, ownPoint, progress } = context;
  const tpe = new Tpe(plan.space, uniform(plan.seed));
  if (ownPoint !== null) tpe.observe(ownPoint, trials.lossOf(first));
  const propose = unseen(context, () => tpe.propose());
  for (let index = 0; index < plan.trials; index += 1) {
    const point = propose();
    const trial = point === null ? null : await trials.run(requestOf(context, point));
    if (point === null || trial === null) return;
    tpe.observe(point, trials.lossOf(trial));
    progress((index + 1) / plan.trials);
  }
}

async function halving(context: Search): Promise<void> {
  const { base, plan, trials, progress } = context;
  const next = uniform(plan.seed);
  const draw = unseen(context, () => randomPoint(plan.space, next));
  const iterations = plan.budget === 'iterations' ? iterationParams[base.algorithm] : undefined;
  const full = Number(base.params[iterations?.param ?? ''] ?? iterations?.full ?? 0);
  const rows = trials.folds.rows.rows;
  const rungs = halvingRungs(plan.trials, plan.eta, iterations === undefined ? LEAST_ROWS / rows : LEAST_ITERATIONS / full);
  const fits = rungs.reduce((sum, rung) => sum + rung.candidates, 0);
  let left: { readonly point: Point; readonly trial: Trial | null }[] = Array.from({ length: plan.trials }, draw).flatMap((point) => (point === null ? [] : [{ point, trial: null }]));
  let made = 0;
  for (const { candidates, share } of rungs) {
    const ranked = left.toSorted((a, b) => (a.trial === null ? 0 : trials.lossOf(a.trial)) - (b.trial === null ? 0 : trials.lossOf(b.trial)));
    trials.drop(ranked.slice(candidates).flatMap(({ trial }) => trial?.number ?? []));
    left = [];
    for (const { point, trial } of ranked.slice(0, candidates)) {
      const request = requestOf(context, point);
      const less = share >= 1 ? {} : iterations === undefined ? { share } : { spec: withParams(request.spec, { [iterations.param]: Math.max(1, Math.round(share * full)) }) };
      const found = await trials.run({ ...request, ...less, budget: share, ...(trial === null ? {} : { again: trial.number }) });
      if (found === null) return;
      left.push({ point, trial: found });
      made += 1;
      progress(made / fits);
    }
  }
}
