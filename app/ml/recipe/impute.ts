import { call, lit, when } from '#app/relation/build.ts';
import type { Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { RecipeStep } from '#app/sdk/ports.ts';
import type { ColumnState } from './columns.ts';
import { numberOf, Statistics } from './statistics.ts';

type ImputeStep = Extract<RecipeStep, { step: 'impute' }>;

/** Replaces missing values by a constant found in one aggregate query; optionally keeps a 0/1 indicator of what was missing. */
export async function applyImpute(
  step: ImputeStep,
  columns: readonly ColumnState[],
  relation: Relation,
  tables: Pick<TableServices, 'rows'>,
): Promise<void> {
  const statistics = new Statistics();
  const changes: (() => void)[] = [];
  for (const state of columns) {
    if (state.filled || state.encoded !== null) continue;
    const value = replacement(step, state, statistics);
    if (value === null) continue;
    changes.push(() => {
      if (step.indicator) {
        state.indicator = when([{ when: call('is_null', state.expr), then: lit(1, 'float') }], lit(0, 'float'));
      }
      state.expr = call('coalesce', state.expr, value());
      state.filled = true;
    });
  }
  await statistics.load(relation, tables);
  for (const change of changes) change();
}

function replacement(step: ImputeStep, state: ColumnState, statistics: Statistics) {
  if (state.kind === 'number') {
    if (step.numeric === 'none') return null;
    if (step.numeric === 'zero') return () => lit(0, 'float');
    const answer = statistics.ask(step.numeric === 'mean' ? 'avg' : 'median', state.expr);
    return () => lit(numberOf(answer()), 'float');
  }
  if (step.categorical === 'none') return null;
  if (step.categorical === 'constant') return step.constant === '' ? null : () => lit(step.constant);
  const answer = statistics.ask('mode', state.expr);
  return () => lit(String(answer() ?? ''));
}
