import { call, cast, col, lit } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { DatePart, RecipeStep } from '#app/sdk/ports.ts';
import type { ColumnState } from './columns.ts';
import { numberOf, Statistics } from './statistics.ts';

type DatePartsStep = Extract<RecipeStep, { step: 'date-parts' }>;

interface PartFeature {
  readonly suffix: string;
  readonly expr: Expr;
}

/**
 * Dates and timestamps as numbers, one feature a part; the column itself goes. Later steps see the features as numbers, so that they
 * can be filled and scaled; a step that names the column means all of them. Missing dates are missing in every part. Dates have no hour.
 */
export async function applyDateParts(
  step: DatePartsStep,
  states: ColumnState[],
  columns: readonly ColumnState[],
  relation: Relation,
  tables: Pick<TableServices, 'rows'>,
): Promise<void> {
  const statistics = new Statistics();
  const changes: (() => void)[] = [];
  for (const state of columns) {
    if (state.kind !== 'date') continue;
    const parts = step.parts.flatMap((part) => partFeatures(part, state, step.since)).map((part) => ({ ...part, mean: statistics.ask('avg', part.expr) }));
    changes.push(() => {
      const derived = parts.map(({ suffix, expr, mean }): ColumnState => ({ ...state, name: `${state.name}_${suffix}`, kind: 'number', expr, fallback: numberOf(mean()) }));
      states.splice(states.indexOf(state), 1, ...derived);
    });
  }
  await statistics.load(relation, tables);
  for (const change of changes) change();
}

function partFeatures(part: DatePart, state: ColumnState, since: string): PartFeature[] {
  const { column } = state;
  const value = col(column.name);
  const number = (fn: string): Expr => cast(call(fn, value), 'float');
  switch (part) {
    case 'year':
    case 'month':
    case 'day':
    case 'weekday':
      return [{ suffix: part, expr: number(part) }];
    case 'hour':
      return column.type === 'timestamp' ? [{ suffix: part, expr: number(part) }] : [];
    case 'weekend':
      return [{ suffix: part, expr: cast(call('greater_than_or_equal', call('weekday', value), lit(6)), 'float') }];
    case 'days':
      return [{ suffix: part, expr: cast(call('date_diff', lit('day'), lit(since, 'date'), value), 'float') }];
    case 'month-cycle':
      return cycle('month', 1, 12, value);
    case 'weekday-cycle':
      return cycle('weekday', 1, 7, value);
    case 'hour-cycle':
      return column.type === 'timestamp' ? cycle('hour', 0, 24, value) : [];
  }
}

/** Sine and cosine of the part as an angle, so that December lies beside January; a table, so that both backends have the same digits. */
function cycle(fn: string, first: number, length: number, value: Expr): PartFeature[] {
  const table = (wave: (angle: number) => number): Expr =>
    call('lookup', call(fn, value), ...Array.from({ length }, (_unused, step) => [lit(first + step), lit(wave((2 * Math.PI * step) / length), 'float')]).flat());
  return [
    { suffix: `${fn}_sin`, expr: table(Math.sin) },
    { suffix: `${fn}_cos`, expr: table(Math.cos) },
  ];
}
