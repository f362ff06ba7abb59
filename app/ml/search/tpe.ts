import type { Dimension } from '#app/sdk/search-space.ts';
import { normal } from '../learners/random.ts';
import { randomPoint, type Point } from './space.ts';

interface Observation {
  readonly point: Point;
  readonly loss: number;
  /** Share of the full budget that the loss was found with, up to 1. */
  readonly budget: number;
}

/** Points drawn before anything is modelled, at least one more than there are dimensions. */
const STARTUP = 8;
/** Candidates among which the most promising is taken. */
const CANDIDATES = 24;

/**
 * Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl, Algorithms for Hyper-Parameter Optimization, NIPS 2011): good
 * and other points are each modelled dimension by dimension, and the next point is the candidate of the good ones' density where its
 * ratio to the others' is largest. Of observations at several budgets those at the largest one with enough of them count (Falkner, Klein
 * and Hutter, BOHB, ICML 2018). Equal observations and random numbers give equal proposals.
 */
export class Tpe {
  readonly #space: readonly Dimension[];
  readonly #next: () => number;
  readonly #observations: Observation[] = [];

  /** @param next uniform numbers in [0, 1). */
  constructor(space: readonly Dimension[], next: () => number) {
    this.#space = space;
    this.#next = next;
  }

  observe(point: Point, loss: number, budget = 1): void {
    if (Number.isFinite(loss)) this.#observations.push({ point, loss, budget });
  }

  propose(): Point {
    const counted = this.#counted();
    if (counted === null) return randomPoint(this.#space, this.#next);
    const sorted = counted.toSorted((a, b) => a.loss - b.loss);
    const best = Math.max(2, Math.min(25, Math.ceil(0.15 * sorted.length)));
    const [good, rest] = [sorted.slice(0, best), sorted.slice(best)];
    const models = this.#space.map((dimension, index) => {
      const at = ({ point }: Observation): number => point[index] ?? 0;
      return dimension.kind === 'choice' ? choices(dimension.values.length, good.map(at), rest.map(at)) : ranges(good.map(at), rest.map(at));
    });
    let chosen: Point | null = null;
    let highest = Number.NEGATIVE_INFINITY;
    for (let candidate = 0; candidate < CANDIDATES; candidate += 1) {
      const point = models.map((model) => model.draw(this.#next));
      const ratio = models.reduce((sum, model, index) => sum + model.ratio(point[index] ?? 0), 0);
      if (ratio <= highest) continue;
      highest = ratio;
      chosen = point;
    }
    return chosen ?? randomPoint(this.#space, this.#next);
  }

  #counted(): readonly Observation[] | null {
    const enough = Math.max(STARTUP, this.#space.length + 2);
    const budgets = [...new Set(this.#observations.map(({ budget }) => budget))].sort((a, b) => b - a);
    for (const budget of budgets) {
      const found = this.#observations.filter((one) => one.budget === budget);
      if (found.length >= enough) return found;
    }
    return null;
  }
}

/** One dimension: draws of the good points' density, and log of the ratio of both densities. */
interface DimensionModel {
  draw(next: () => number): number;
  ratio(at: number): number;
}

/** Counts with one more for each value. */
function choices(count: number, good: readonly number[], rest: readonly number[]): DimensionModel {
  const shares = (points: readonly number[]): number[] => Array.from({ length: count }, (_unused, value) => (points.filter((at) => at === value).length + 1) / (points.length + count));
  const [likely, other] = [shares(good), shares(rest)];
  return {
    draw(next) {
      let left = next();
      for (const [value, share] of likely.entries()) {
        left -= share;
        if (left < 0) return value;
      }
      return count - 1;
    },
    ratio: (at) => Math.log((likely[at] ?? 1) / (other[at] ?? 1)),
  };
}

interface Bell {
  readonly centre: number;
  readonly width: number;
  /** Its mass within 0…1. */
  readonly inside: number;
}

/** Bells at the points, as wide as their farther neighbour is away, cut off at the ends, and one wide bell for what is not known. */
function ranges(good: readonly number[], rest: readonly number[]): DimensionModel {
  const [likely, other] = [bells(good), bells(rest)];
  return {
    draw(next) {
      const bell = likely[Math.floor(next() * likely.length)] ?? { centre: 0.5, width: 1, inside: 1 };
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const at = bell.centre + bell.width * normal(next);
        if (at >= 0 && at <= 1) return at;
      }
      return bell.centre;
    },
    ratio: (at) => Math.log(density(likely, at) / density(other, at)),
  };
}

function bells(points: readonly number[]): Bell[] {
  const centres = [...points, 0.5].sort((a, b) => a - b);
  const least = 1 / Math.min(100, 2 + points.length);
  const prior = centres.indexOf(0.5);
  return centres.map((centre, index) => {
    const before = centre - (centres[index - 1] ?? 0);
    const after = (centres[index + 1] ?? 1) - centre;
    const width = index === prior ? 1 : Math.min(1, Math.max(least, before, after));
    return { centre, width, inside: below((1 - centre) / width) - below(-centre / width) };
  });
}

function density(mixture: readonly Bell[], at: number): number {
  const sum = mixture.reduce((total, { centre, width, inside }) => total + Math.exp(-0.5 * ((at - centre) / width) ** 2) / (width * Math.sqrt(2 * Math.PI) * inside), 0);
  return Math.max(1e-300, sum / mixture.length);
}

/** Standard normal distribution function, to 1e-7 (Abramowitz and Stegun 26.2.17). */
function below(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail = (Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z < 0 ? tail : 1 - tail;
}
