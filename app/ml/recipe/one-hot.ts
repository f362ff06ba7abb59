import { call, lit, when } from '#app/relation/build.ts';
import type { Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { RecipeStep } from '#app/sdk/ports.ts';
import { byValue, categoryLabel, categoryLiteral, countCategories } from './categories.ts';
import type { ColumnState } from './columns.ts';

type OneHotStep = Extract<RecipeStep, { step: 'one-hot' }>;

/**
 * One 0/1 feature a category. Categories kept: the most frequent `maxCategories`; features are in order of the value (text by
 * code unit), and `dropFirst` leaves out the first of that order. With `other`, a last feature is 1 for every value present but not kept.
 * Missing and unseen values: all zeros. All columns are counted in one query.
 */
export async function applyOneHot(
  step: OneHotStep,
  columns: readonly ColumnState[],
  relation: Relation,
  tables: Pick<TableServices, 'rows'>,
  note: (column: string, message: string) => void,
): Promise<void> {
  const open = columns.filter((state) => state.encoded === null);
  if (open.length === 0) return;
  const counts = await countCategories(open, step.maxCategories + 1, relation, tables);
  for (const [index, state] of open.entries()) {
    const all = counts[index]?.values ?? [];
    const kept = all.slice(0, step.maxCategories).sort(byValue);
    if (all.length > kept.length) {
      note(
        state.column.name,
        `“${state.column.name}” has more than ${step.maxCategories} different values; the ${step.maxCategories} most frequent got a feature each and the rest ${step.other ? 'share one' : 'are all zeros'}.`,
      );
    }
    state.encoded = encode(step, state, kept);
  }
}

function encode(step: OneHotStep, state: ColumnState, kept: readonly (string | number)[]) {
  const features = (step.dropFirst ? kept.slice(1) : kept).map((value) => ({
    suffix: `=${categoryLabel(state, value)}`,
    expr: when([{ when: call('equals', state.expr, categoryLiteral(state, value)), then: lit(1, 'float') }], lit(0, 'float')),
  }));
  if (step.other) {
    const none = [call('is_null', state.expr), ...kept.map((value) => call('equals', state.expr, categoryLiteral(state, value)))];
    features.push({
      suffix: '=(other)',
      expr: when(
        none.map((condition) => ({ when: condition, then: lit(0, 'float') })),
        lit(1, 'float'),
      ),
    });
  }
  return features;
}
