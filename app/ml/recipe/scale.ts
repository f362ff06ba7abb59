import { call, lit } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { RecipeStep } from '#app/sdk/ports.ts';
import { SMALLEST_SPREAD, settled, type ColumnState } from './columns.ts';
import { fitExponents, yeoJohnson } from './power.ts';
import { quantileScale } from './quantile.ts';
import { numberOf, Statistics, type Cell } from './statistics.ts';

type ScaleStep = Extract<RecipeStep, { step: 'scale' }>;

/**
 * Numeric columns as (x − centre) × factor, all statistics in one aggregate query.
 * standard: mean and population standard deviation (as scikit-learn's StandardScaler); min-max: to 0…1;
 * robust: median and interquartile range (range 0 but not constant: factor 1); quantile: to the share of rows below, 0…1; power: standard, after a power that takes skew away
 * (Yeo-Johnson, as scikit-learn's PowerTransformer). A constant column becomes 0 for every value.
 */
export async function applyScale(
  step: ScaleStep,
  columns: readonly ColumnState[],
  relation: Relation,
  tables: Pick<TableServices, 'rows'>,
): Promise<void> {
  const open = columns.filter((state) => state.kind === 'number' && state.encoded === null);
  const { method } = step;
  if (method === 'quantile') return scaleByRank(open, relation, tables);
  if (method === 'power') await takeSkewAway(open, relation, tables);
  const statistics = new Statistics();
  const changes: (() => void)[] = [];
  for (const state of open) {
    const low = statistics.ask('min', state.expr);
    const high = statistics.ask('max', state.expr);
    const measure = spread(method, state.expr, statistics);
    changes.push(() => {
      const { centre: exact, width } = measure(numberOf(low()), numberOf(high()));
      const centre = settled(exact, 0);
      const isConstant = numberOf(low()) === numberOf(high()) || !(width >= SMALLEST_SPREAD);
      const usable = isConstant ? 0 : settled(1 / width, 1);
      state.expr = call('multiply', call('subtract', state.expr, lit(centre, 'float')), lit(usable, 'float'));
      state.fallback = (state.fallback - centre) * usable;
    });
  }
  await statistics.load(relation, tables);
  for (const change of changes) change();
}

async function scaleByRank(columns: readonly ColumnState[], relation: Relation, tables: Pick<TableServices, 'rows'>): Promise<void> {
  const means = new Statistics();
  const asked: { state: ColumnState; expr: Expr; mean: () => Cell }[] = [];
  for (const state of columns) {
    // Times zero, so that what is missing stays missing.
    const expr = (await quantileScale(state, relation, tables)) ?? call('multiply', state.expr, lit(0, 'float'));
    asked.push({ state, expr, mean: means.ask('avg', expr) });
  }
  await means.load(relation, tables);
  for (const { state, expr, mean } of asked) {
    state.compared ??= state.expr;
    state.expr = expr;
    state.fallback = numberOf(mean());
  }
}

async function takeSkewAway(columns: readonly ColumnState[], relation: Relation, tables: Pick<TableServices, 'rows'>): Promise<void> {
  const exponents = await fitExponents(columns, relation, tables);
  const means = new Statistics();
  const asked = columns.map((state, index) => {
    const expr = yeoJohnson(state.expr, exponents[index] ?? 1);
    return { state, expr, mean: means.ask('avg', expr) };
  });
  await means.load(relation, tables);
  for (const { state, expr, mean } of asked) {
    state.compared ??= state.expr;
    state.expr = expr;
    state.fallback = numberOf(mean());
  }
}

function spread(
  method: Exclude<ScaleStep['method'], 'quantile'>,
  expr: Expr,
  statistics: Statistics,
): (low: number, high: number) => { centre: number; width: number } {
  switch (method) {
    case 'power':
    case 'standard': {
      const mean = statistics.ask('avg', expr);
      const sample = statistics.ask('stddev', expr);
      const count = statistics.ask('count', expr);
      return () => {
        const n = numberOf(count());
        return { centre: numberOf(mean()), width: numberOf(sample()) * Math.sqrt((n - 1) / n) };
      };
    }
    case 'min-max':
      return (low, high) => ({ centre: low, width: high - low });
    case 'robust': {
      const median = statistics.ask('median', expr);
      const lower = statistics.ask('quantile', expr, 0.25);
      const upper = statistics.ask('quantile', expr, 0.75);
      return () => {
        const range = numberOf(upper()) - numberOf(lower());
        return { centre: numberOf(median()), width: range === 0 ? 1 : range };
      };
    }
  }
}
