import type { ColumnType } from '#app/relation/types.ts';
import { eitherOf, overlap, sameBase, type Rows } from './rows.ts';

/** Something that a column's values owe to other rows than their own. */
export interface Learning {
  /** The node that computes it. */
  readonly nodeId: string;
  /** `future`: it looks at rows further on in the order; `all`: at all rows, or at all of a group. */
  readonly kind: 'all' | 'future';
  /** The rows it looks at. */
  readonly seen: Rows;
  /** The columns that it is computed from. */
  readonly of: readonly ColumnTrace[];
  /** The order is one of dates. */
  readonly timed: boolean;
}

/**
 * One column of one table: which of the graph's columns it is, and what it is made of, one step back. What lies further back is looked up
 * when it is asked for: chains may be long.
 */
export interface ColumnTrace {
  /** Equal for a column that is only passed on or renamed. */
  readonly id: string;
  readonly type: ColumnType;
  /** The columns of the same row that it is computed from directly, none for one that comes from outside. */
  readonly sources: readonly ColumnTrace[];
  /** `sources` are one column that was put together (a key of both sides of a join, tables below each other). */
  readonly merged: boolean;
  /** Columns that have a say in its values, and are those of other rows. */
  readonly via: readonly ColumnTrace[];
  /** Learnt in this step. */
  readonly learnt: readonly Learning[];
  /** Measures of groups that are not beside the rows they measure (yet). */
  readonly measures: readonly Learning[];
  /** Made by a window or a measure: its values are those of other rows. `past` and `future` say in which direction it looks. */
  readonly across: 'no' | 'past' | 'future' | 'all';
}

export interface TableTrace {
  readonly rows: Rows;
  readonly columns: ReadonlyMap<string, ColumnTrace>;
  /** Rows were dropped by limits that were learnt from rows. */
  readonly selections: readonly Learning[];
}

export const outsideColumn = (id: string, type: ColumnType): ColumnTrace => ({ id, type, sources: [], merged: false, via: [], learnt: [], measures: [], across: 'no' });

/** A column computed from columns of the same row. */
export function computed(id: string, type: ColumnType, from: readonly ColumnTrace[], merged = false): ColumnTrace {
  const all = unique(from);
  // Values of other rows do not hand on what this row has.
  const own = all.filter(({ across }) => across === 'no');
  return {
    id,
    type,
    sources: own,
    merged: merged && own.length > 0,
    via: all.filter(({ across }) => across !== 'no'),
    learnt: [],
    measures: unique(all.flatMap(({ measures }) => measures)),
    across: own.length > 0 || all.length === 0 ? 'no' : (all[0]?.across ?? 'no'),
  };
}

/** A column whose values are those of other rows: a window's. */
export function acrossRows(id: string, type: ColumnType, from: readonly ColumnTrace[], across: ColumnTrace['across'], learning: Learning | null): ColumnTrace {
  return { ...outsideColumn(id, type), across, via: from, learnt: learning === null ? [] : [learning], measures: unique(from.flatMap(({ measures }) => measures)) };
}

/** A measure of groups: harmless until it is put beside the rows that it measures. */
export function measured(id: string, type: ColumnType, from: readonly ColumnTrace[], measure: Learning): ColumnTrace {
  return { ...acrossRows(id, type, from, 'all', null), measures: unique([...from.flatMap(({ measures }) => measures), measure]) };
}

/** The column put beside `rows` by a join: measures of those same rows are something learnt from them now. */
export function beside(column: ColumnTrace, rows: Rows): ColumnTrace {
  const met = column.measures.filter(({ seen }) => sameBase(seen, rows));
  return met.length === 0 ? column : { ...column, learnt: unique([...column.learnt, ...met]) };
}

/** What is known of a row that is of one table or of another. */
export const eitherTable = (tables: readonly TableTrace[]): Pick<TableTrace, 'rows' | 'selections'> => ({
  rows: tables.map(({ rows }) => rows).reduce(eitherOf),
  selections: unique(tables.flatMap(({ selections }) => selections)),
});

/** Whether what was learnt has looked at rows that a model is tested on. */
export const sawRows = (learning: Learning, tested: Rows): boolean => overlap(learning.seen, tested);

function unique<T>(items: readonly T[]): T[] {
  return items.length < 2 ? [...items] : [...new Set(items)];
}

/** Everything that a column owes to other rows, however many steps back. */
export function learningsOf(column: ColumnTrace): Set<Learning> {
  const found = new Set<Learning>();
  for (const one of reach([column], ({ sources, via }) => [...sources, ...via])) for (const learning of one.learnt) found.add(learning);
  return found;
}

/** Whether a column is computed, in its own row, from one of these. */
export const isMadeOf = (column: ColumnTrace, ids: ReadonlySet<string>): boolean => {
  for (const one of reach(column.sources, ({ sources }) => sources)) if (ids.has(one.id)) return true;
  return false;
};

function* reach(from: readonly ColumnTrace[], next: (column: ColumnTrace) => readonly ColumnTrace[]): Generator<ColumnTrace> {
  const seen = new Set(from);
  const queue = [...from];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    yield at;
    for (const one of next(at)) {
      if (seen.has(one)) continue;
      seen.add(one);
      queue.push(one);
    }
  }
}

/** Tells whether something was learnt from one of these columns, in whatever row; remembers what it has looked at. */
export function touching(ids: ReadonlySet<string>): (learning: Learning) => boolean {
  const known = new Map<ColumnTrace, boolean>();
  const before = ({ sources, via, learnt, measures }: ColumnTrace): ColumnTrace[] => [...sources, ...via, ...learnt.flatMap(({ of }) => of), ...measures.flatMap(({ of }) => of)];
  const touches = (column: ColumnTrace): boolean => {
    const stack = [column];
    for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
      const parts = ids.has(at.id) ? [] : before(at);
      const open = known.has(at) ? [] : parts.filter((part) => !known.has(part));
      if (open.length > 0) {
        stack.push(...open);
        continue;
      }
      stack.pop();
      if (!known.has(at)) known.set(at, ids.has(at.id) || parts.some((part) => known.get(part) === true));
    }
    return known.get(column) === true;
  };
  return ({ of }) => of.some(touches);
}

const isTime = (type: ColumnType): boolean => type === 'date' || type === 'timestamp' || type === 'time';
const isCount = (type: ColumnType): boolean => type === 'integer' || type === 'float' || type === 'boolean';

/**
 * Ids of the columns that hold the target in another form: what it is computed from as long as that is one column. A number that the
 * target is computed from tells it, under whatever name; a text or a date may also tell other things, so only its own column counts.
 */
export function familyOf(target: ColumnTrace, name: string, nameOf: (id: string) => string | undefined): Set<string> {
  const family = new Set<string>();
  const queue = [target];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (family.has(at.id)) continue;
    family.add(at.id);
    const [only, ...more] = at.sources;
    if (at.merged) queue.push(...at.sources);
    else if (only !== undefined && more.length === 0 && !isTime(only.type) && (isCount(only.type) || nameOf(only.id) === name)) queue.push(only);
  }
  return family;
}
