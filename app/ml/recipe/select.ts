import type { Diagnostic } from '#app/core/errors.ts';
import { call, lit, when } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { RecipeStep } from '#app/sdk/ports.ts';
import { categoryLiteral } from './categories.ts';
import type { ColumnState } from './columns.ts';
import { numberOf, Statistics } from './statistics.ts';

type SelectStep = Extract<RecipeStep, { step: 'select' }>;
type Tables = Pick<TableServices, 'rows'>;

/** Correlations asked in one query: more make it slow to plan. */
const PAIRS_AT_ONCE = 1000;

interface Dropped {
  readonly state: ColumnState;
  readonly code: string;
  readonly message: string;
}

/**
 * Leaves columns out, as earlier steps made them: the chosen ones, all but them, those in which nearly every row has one value, or those
 * that say the same as an earlier one (Pearson's correlation, missing values as the mean; the first of them stays).
 */
export async function applySelect(step: SelectStep, states: ColumnState[], columns: readonly ColumnState[], relation: Relation, tables: Tables, report: (diagnostic: Diagnostic) => void): Promise<void> {
  const dropped = await droppedBy(step, states, columns, relation, tables);
  for (const { state, code, message } of dropped) {
    states.splice(states.indexOf(state), 1);
    // What was chosen by hand needs no word.
    if (code !== '') report({ severity: 'info', code, message, remedy: 'Change the threshold of the select step if it should stay.', place: { column: state.column.name } });
  }
}

async function droppedBy(step: SelectStep, states: readonly ColumnState[], columns: readonly ColumnState[], relation: Relation, tables: Tables): Promise<Dropped[]> {
  switch (step.action) {
    case 'drop':
      return columns.map((state) => ({ state, code: '', message: '' }));
    case 'keep':
      return states.filter((state) => !columns.includes(state)).map((state) => ({ state, code: '', message: '' }));
    case 'drop-constant':
      return constantColumns(step, columns.filter((state) => state.encoded === null), relation, tables);
    case 'drop-correlated':
      return correlatedColumns(step, columns.filter((state) => state.kind === 'number' && state.encoded === null), relation, tables);
  }
}

/** Missing is a value here: a column of nothing but 1 and missing values tells something. */
async function constantColumns(step: SelectStep, columns: readonly ColumnState[], relation: Relation, tables: Tables): Promise<Dropped[]> {
  const first = new Statistics();
  const rows = first.ask('count');
  const asked = columns.map((state) => ({ state, mode: first.ask('mode', state.expr), present: first.ask('count', state.expr) }));
  await first.load(relation, tables);
  const second = new Statistics();
  const counted = asked.map(({ state, mode, present }) => {
    const value = mode();
    const isMode = value === null ? null : call('equals', state.expr, state.kind === 'date' ? lit(value, state.column.type) : categoryLiteral(state, typeof value === 'boolean' ? Number(value) : value));
    return { state, missing: numberOf(rows()) - numberOf(present()), count: isMode === null ? () => 0 : second.ask('count', when([{ when: isMode, then: lit(1) }])) };
  });
  await second.load(relation, tables);
  return counted.flatMap(({ state, missing, count }): Dropped[] => {
    const share = Math.max(numberOf(count()), missing) / numberOf(rows());
    if (share < step.constantShare) return [];
    const often = share === 1 ? 'the same value in every row' : `the same value in ${(100 * share).toFixed(1)} % of the rows`;
    return [{ state, code: 'constant-column', message: `“${state.name}” has ${often}; it is left out.` }];
  });
}

async function correlatedColumns(step: SelectStep, columns: readonly ColumnState[], relation: Relation, tables: Tables): Promise<Dropped[]> {
  const standardised = await standardise(columns, relation, tables);
  const pairs = standardised.flatMap((a, index) => standardised.slice(index + 1).map((b) => ({ a, b })));
  const found = new Map<ColumnState, { state: ColumnState; r: number }[]>();
  for (let from = 0; from < pairs.length; from += PAIRS_AT_ONCE) {
    const statistics = new Statistics();
    const asked = pairs.slice(from, from + PAIRS_AT_ONCE).map((pair) => ({ ...pair, r: statistics.ask('avg', call('multiply', pair.a.expr, pair.b.expr)) }));
    await statistics.load(relation, tables);
    for (const { a, b, r } of asked) {
      // Rounding can leave a correlation of one a little below the threshold 1.
      if (Math.abs(numberOf(r())) >= step.correlation - 1e-9) found.set(b.state, [...(found.get(b.state) ?? []), { state: a.state, r: numberOf(r()) }]);
    }
  }
  const dropped = new Map<ColumnState, Dropped>();
  for (const { state } of standardised) {
    const twin = found.get(state)?.find((other) => !dropped.has(other.state));
    if (twin !== undefined) dropped.set(state, { state, code: 'correlated-column', message: `“${state.name}” says nearly the same as “${twin.state.name}” (correlation ${twin.r.toFixed(3)}); it is left out.` });
  }
  return [...dropped.values()];
}

/** (x − mean) ÷ deviation, missing values 0; without constant columns, which correlate with nothing. */
async function standardise(columns: readonly ColumnState[], relation: Relation, tables: Tables): Promise<{ state: ColumnState; expr: Expr }[]> {
  const moments = new Statistics();
  const asked = columns.map((state) => ({ state, mean: moments.ask('avg', state.expr) }));
  await moments.load(relation, tables);
  const spread = new Statistics();
  const centred = asked.map(({ state, mean }) => {
    const expr = call('coalesce', call('subtract', state.expr, lit(numberOf(mean()), 'float')), lit(0, 'float'));
    return { state, expr, variance: spread.ask('avg', call('multiply', expr, expr)) };
  });
  await spread.load(relation, tables);
  return centred.flatMap(({ state, expr, variance }) => {
    const factor = 1 / Math.sqrt(numberOf(variance()));
    return Number.isFinite(factor) ? [{ state, expr: call('multiply', expr, lit(factor, 'float')) }] : [];
  });
}
