import { call, lit, when } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { ColumnState } from './columns.ts';
import { numberOf, Statistics } from './statistics.ts';

/** Exponents looked at; beyond, a column is so skewed that no power helps. */
const RANGE = 5;
/** Points of a round, and rounds, each between the neighbours of the best point: the exponent is found to about 1e-5. */
const POINTS = 11;
const ROUNDS = 7;
/** e to this is 1e100, the largest magnitude that a later step can square and sum. */
const LARGEST_EXPONENT = 230;

/**
 * The exponents λ of Yeo and Johnson (2000) under which the columns are most like a normal distribution: by maximum likelihood,
 * −½·ln var(T(x; λ)) + (λ − 1)·mean(sign(x)·ln(1 + |x|)), on a grid that gets finer. One query a round for all columns.
 */
export async function fitExponents(columns: readonly ColumnState[], relation: Relation, tables: Pick<TableServices, 'rows'>): Promise<number[]> {
  const slopes = new Statistics();
  const asked = columns.map(({ expr }) => slopes.ask('avg', when([{ when: isPositive(expr), then: logOf(expr) }], call('negate', logOf(expr)))));
  await slopes.load(relation, tables);
  let places = columns.map(() => ({ low: -RANGE, high: RANGE, best: 1 }));
  for (let round = 0; round < ROUNDS; round += 1) {
    const statistics = new Statistics();
    const trials = columns.map(({ expr }, index) => {
      const { low, high } = places[index] ?? { low: 0, high: 0 };
      return Array.from({ length: POINTS }, (_unused, point) => {
        const exponent = low + ((high - low) * point) / (POINTS - 1);
        return { exponent, variance: statistics.ask('variance', yeoJohnson(expr, exponent)) };
      });
    });
    await statistics.load(relation, tables);
    places = trials.map((points, index) => {
      const slope = numberOf(asked[index]?.() ?? null);
      const scores = points.map(({ exponent, variance }) => -0.5 * Math.log(numberOf(variance())) + (exponent - 1) * slope);
      const top = scores.reduce((best, score, at) => (score > (scores[best] ?? Number.NEGATIVE_INFINITY) ? at : best), 0);
      const at = (point: number): number => points[Math.min(POINTS - 1, Math.max(0, point))]?.exponent ?? 1;
      return { low: at(top - 1), high: at(top + 1), best: at(top) };
    });
  }
  return places.map(({ best }) => best);
}

const isPositive = (x: Expr): Expr => call('greater_than_or_equal', x, lit(0, 'float'));
const logOf = (x: Expr): Expr => call('ln', call('add', lit(1, 'float'), call('abs', x)));

/** T(x; λ): ((1 + x)^λ − 1) ÷ λ for x ≥ 0, −((1 − x)^(2 − λ) − 1) ÷ (2 − λ) below, logarithms where the divisor is 0. */
export function yeoJohnson(x: Expr, exponent: number): Expr {
  return when([{ when: isPositive(x), then: powerLess1(logOf(x), exponent) }], call('negate', powerLess1(logOf(x), 2 - exponent)));
}

/** (e^(power·log) − 1) ÷ power. */
function powerLess1(log: Expr, power: number): Expr {
  if (Math.abs(power) < 1e-6) return log;
  const scaled = call('multiply', log, lit(power, 'float'));
  const limited = when([{ when: call('greater_than', scaled, lit(LARGEST_EXPONENT, 'float')), then: lit(LARGEST_EXPONENT, 'float') }], scaled);
  return call('divide', call('subtract', call('exp', limited), lit(1, 'float')), lit(power, 'float'));
}
