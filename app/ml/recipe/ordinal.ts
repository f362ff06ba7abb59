import { call, lit } from '#app/relation/build.ts';
import type { Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { RecipeStep } from '#app/sdk/ports.ts';
import { byValue, categoryLabel, countCategories, numberByCategory, tellable } from './categories.ts';
import type { ColumnState } from './columns.ts';

type OrdinalStep = Extract<RecipeStep, { step: 'ordinal' }>;

/** What the last code of a column stands for where missing values have one. */
export const OTHER_OR_MISSING = '(other or missing)';

/**
 * One feature of codes 0, 1, 2 … a column, by frequency (ties by value) or in order of the value (text by code unit). Codes go to the
 * most frequent `maxCategories`; rarer, unseen and missing values are missing (null, NaN in ONNX). With `missing: 'code'`, or where the
 * learner takes no missing features, they share one more code, the highest. All columns are counted in one query.
 */
export async function applyOrdinal(
  step: OrdinalStep,
  columns: readonly ColumnState[],
  relation: Relation,
  tables: Pick<TableServices, 'rows'>,
  options: { readonly allowMissing: boolean; note(column: string, message: string): void },
): Promise<void> {
  const open = columns.filter((state) => state.encoded === null);
  if (open.length === 0) return;
  const counts = await countCategories(open, step.maxCategories + 1, relation, tables);
  const asCode = step.missing === 'code' || !options.allowMissing;
  for (const [index, state] of open.entries()) {
    const all = counts[index]?.values ?? [];
    const kept = tellable(all.slice(0, step.maxCategories), (value) => value);
    if (step.order === 'alphabetical') kept.sort(byValue);
    if (all.length > kept.length) {
      options.note(
        state.column.name,
        `“${state.column.name}” has more than ${step.maxCategories} different values; the ${step.maxCategories} most frequent got a code each and the rest ${asCode ? 'share one' : 'count as missing'}.`,
      );
    }
    const code = numberByCategory(state, kept, [...kept.keys()]);
    state.encoded = [
      {
        suffix: '',
        expr: asCode ? call('coalesce', code, lit(kept.length, 'float')) : code,
        categories: [...kept.map((value) => categoryLabel(state, value)), ...(asCode ? [OTHER_OR_MISSING] : [])],
      },
    ];
  }
}
