import { call, col, lit, named, when } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { RecipeStep } from '#app/sdk/ports.ts';
import type { ColumnState } from './columns.ts';

type OneHotStep = Extract<RecipeStep, { step: 'one-hot' }>;

/** Counts of one column's values, most frequent first (ties by value), at most `maxCategories + 1` of them. */
interface CategoryCounts {
  readonly values: readonly (string | number)[];
}

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
  const literal = (value: string | number): Expr => (state.kind === 'text' ? lit(value) : lit(Number(value), 'float'));
  const label = (value: string | number): string =>
    state.column.type === 'boolean' ? (value === 0 ? 'false' : 'true') : String(value);
  const features = (step.dropFirst ? kept.slice(1) : kept).map((value) => ({
    suffix: `=${label(value)}`,
    expr: when([{ when: call('equals', state.expr, literal(value)), then: lit(1, 'float') }], lit(0, 'float')),
  }));
  if (step.other) {
    const none = [call('is_null', state.expr), ...kept.map((value) => call('equals', state.expr, literal(value)))];
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

function byValue(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function countCategories(
  columns: readonly ColumnState[],
  limit: number,
  relation: Relation,
  tables: Pick<TableServices, 'rows'>,
): Promise<CategoryCounts[]> {
  const branches = columns.map((state, index): Relation => {
    const values: Relation = { op: 'project', input: relation, columns: [named('value', state.expr)] };
    const present: Relation = { op: 'filter', input: values, predicate: call('is_not_null', col('value')) };
    const counted: Relation = {
      op: 'aggregate',
      input: present,
      keys: [named('value', col('value'))],
      measures: [{ name: 'rows', fn: 'count' }],
    };
    const sorted: Relation = {
      op: 'sort',
      input: counted,
      keys: [
        { expr: col('rows'), descending: true, nulls: 'last' },
        { expr: col('value'), descending: false, nulls: 'last' },
      ],
    };
    const text = state.kind === 'text';
    return {
      op: 'project',
      input: { op: 'limit', input: sorted, count: limit, offset: 0 },
      columns: [
        named('column', lit(index)),
        named('text', text ? col('value') : lit(null, 'string')),
        named('number', text ? lit(null, 'float') : col('value')),
        named('rows', col('rows')),
      ],
    };
  });
  const [first] = branches;
  const all: Relation = branches.length === 1 && first !== undefined ? first : { op: 'union', inputs: branches, by: 'position' };
  const { rows } = await tables.rows(all, columns.length * limit);
  const found = columns.map(() => [] as { value: string | number; rows: number }[]);
  for (const [index, text, number, count] of rows) {
    const value = text ?? number;
    if (typeof value === 'string' || typeof value === 'number') found[Number(index)]?.push({ value, rows: Number(count) });
  }
  // A union does not promise to keep the order of its parts.
  return found.map((list) => ({
    values: list.sort((a, b) => b.rows - a.rows || byValue(a.value, b.value)).map((entry) => entry.value),
  }));
}
