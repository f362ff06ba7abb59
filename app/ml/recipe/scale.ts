import { call, lit } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { RecipeStep } from '#app/sdk/ports.ts';
import type { ColumnState } from './columns.ts';
import { fitExponents, yeoJohnson } from './power.ts';
import { numberOf, Statistics } from './statistics.ts';

/**
 * A smaller spread counts as constant. With magnitudes up to 1e100 this keeps scaled values under 1e150, whose squares a later
 * step's variance can still hold.
 */
const SMALLEST_SPREAD = 1e-50;

type ScaleStep = Extract<RecipeStep, { step: 'scale' }>;

/**
 * Numeric columns as (x − centre) × factor, all statistics in one aggregate query.
 * standard: mean and population standard deviation (as scikit-learn's StandardScaler); min-max: to 0…1;
 * robust: median and interquartile range (range 0 but not constant: factor 1); power: standard, after a power that takes skew away
 * (Yeo-Johnson, as scikit-learn's PowerTransformer). A constant column becomes 0 for every value.
 */
export async function applyScale(
  step: ScaleStep,
  columns: readonly ColumnState[],
  relation: Relation,
  tables: Pick<TableServices, 'rows'>,
): Promise<void> {
  if (step.method === 'power') await takeSkewAway(columns.filter((state) => state.kind === 'number' && state.encoded === null), relation, tables);
  const statistics = new Statistics();
  const changes: (() => void)[] = [];
  for (const state of columns) {
    if (state.kind !== 'number' || state.encoded !== null) continue;
    const low = statistics.ask('min', state.expr);
    const high = statistics.ask('max', state.expr);
    const measure = spread(step.method, state.expr, statistics);
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

async function takeSkewAway(columns: readonly ColumnState[], relation: Relation, tables: Pick<TableServices, 'rows'>): Promise<void> {
  const exponents = await fitExponents(columns, relation, tables);
  const means = new Statistics();
  const asked = columns.map((state, index) => {
    const expr = yeoJohnson(state.expr, exponents[index] ?? 1);
    return { state, expr, mean: means.ask('avg', expr) };
  });
  await means.load(relation, tables);
  for (const { state, expr, mean } of asked) {
    state.expr = expr;
    state.fallback = numberOf(mean());
  }
}

/**
 * `value`, or exactly `neutral` where float32 cannot tell them apart. onnxruntime's optimiser compares float64 constants as float32
 * when it removes “− 0” and “× 1” (1.30, NoopElimination), so a constant that only looks neutral would be dropped from the model but
 * not from the SQL. Costs at most 6e-8 of the scale, or 1e-45 of the centre.
 */
function settled(value: number, neutral: 0 | 1): number {
  return Math.fround(value) === neutral ? neutral : value;
}

function spread(
  method: ScaleStep['method'],
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
