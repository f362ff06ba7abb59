import { mapInputs } from './inputs.ts';
import type { Measure, NamedExpr, Relation } from './types.ts';

type Aggregate = Relation & { op: 'aggregate' };

/** Told of each relation that stands for another, with the same rows. */
export type Replaced = (made: Relation, original: Relation) => void;

/**
 * The same rows with fewer groupings: groups of groups are grouped once, where the outer measures can be taken from the rows (the sum of
 * sums, the greatest of greatest, the sum of counts). Saves a hash table as large as the inner groups are many. What goes is the inner
 * table, so this is for queries of which nobody wants to see the steps. Sums of floats may differ in their last digits, as they do between
 * threads; whole numbers whose inner sum would pass 64 bits come out where the outer one does not.
 */
export function mergeAggregates(relation: Relation, replaced: Replaced = () => {}): Relation {
  let changed = false;
  const over = mapInputs(relation, (input) => {
    const made = mergeAggregates(input, replaced);
    changed ||= made !== input;
    return made;
  });
  const made = mergedOnce(changed ? over : relation);
  if (made !== relation) replaced(made, relation);
  return made;
}

function mergedOnce(over: Relation): Relation {
  if (over.op === 'pivot' && over.input.op === 'aggregate') {
    const inner = over.input;
    const rows = rowsBehind(inner, [...over.keys, over.column]);
    const measures = over.measures.map((measure) => merged(measure, inner, false));
    return rows !== null && measures.every((measure) => measure !== null) ? { ...over, input: rows, measures } : over;
  }
  if (over.op === 'aggregate' && over.input.op === 'aggregate') {
    const inner = over.input;
    const keys = over.keys.map(({ expr }) => (expr.op === 'col' ? expr.name : null));
    const rows = keys.every((key) => key !== null) ? rowsBehind(inner, keys) : null;
    const measures = over.measures.map((measure) => merged(measure, inner, over.keys.length > 0));
    return rows !== null && measures.every((measure) => measure !== null) ? { ...over, input: rows, measures } : over;
  }
  return over;
}

/** Rows that an aggregate groups, with its keys and what it measures under the names of its output; null unless `columns` are keys. */
function rowsBehind({ input, keys, measures }: Aggregate, columns: readonly string[]): Relation | null {
  // Without keys there is a group even where there are no rows.
  if (keys.length === 0 || !columns.every((name) => keys.some((key) => key.name === name))) return null;
  const measured = measures.flatMap(({ name, arg }): NamedExpr[] => (arg === undefined ? [] : [{ name, expr: arg }]));
  return { op: 'project', input, columns: [...keys, ...measured] };
}

/** An outer measure over the rows instead of over the groups; null where it is none of them. `nonEmpty`: every outer group has rows. */
function merged(outer: Measure, { keys, measures }: Aggregate, nonEmpty: boolean): Measure | null {
  const { fn, arg } = outer;
  if (arg?.op !== 'col') return null;
  const isExtreme = fn === 'min' || fn === 'max';
  if (isExtreme && keys.some((key) => key.name === arg.name)) return outer;
  const inner = measures.find((measure) => measure.name === arg.name);
  if (inner === undefined) return null;
  if (isExtreme || (fn === 'sum' && inner.fn === 'sum')) return inner.fn === fn ? outer : null;
  // No rows sum up to nothing, but count as 0.
  if (fn !== 'sum' || inner.fn !== 'count' || !nonEmpty) return null;
  return { name: outer.name, fn: 'count', ...(inner.arg === undefined ? {} : { arg }) };
}
