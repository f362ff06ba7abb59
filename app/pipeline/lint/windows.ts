import { columnsOf } from '#app/relation/index.ts';
import type { ColumnType, Relation, SortKey, WindowColumn } from '#app/relation/types.ts';
import { acrossRows, type ColumnTrace, type TableTrace } from './columns.ts';

interface WindowPlace {
  readonly nodeId: string;
  fresh(): string;
}

/** Columns that a window adds: their values come from other rows, and it matters which. */
export function windowTraces(window: Relation & { op: 'window' }, input: TableTrace, types: ReadonlyMap<string, ColumnType>, { nodeId, fresh }: WindowPlace): [string, ColumnTrace][] {
  const pick = (names: readonly string[]): ColumnTrace[] => [...new Set(names)].flatMap((name) => input.columns.get(name) ?? []);
  return window.columns.map((column) => {
    const taken = pick(column.arg === undefined ? [] : columnsOf(column.arg));
    const keys = pick(column.orderBy.flatMap((key) => columnsOf(key.expr)));
    const groups = pick(column.partitionBy.flatMap(columnsOf));
    const [first] = column.orderBy;
    const order = first?.expr.op === 'col' ? input.columns.get(first.expr.name) : undefined;
    const across = directionOf(column, first, order, groups);
    const from = [...taken, ...keys, ...groups];
    const timed = order !== undefined && isTime(order.type);
    const learning = across === 'all' || across === 'future' ? { nodeId, kind: across, seen: input.rows, of: from, timed } : null;
    // Numbers of rows are learnt from nothing, but they are not the row's own either.
    return [column.name, acrossRows(fresh(), types.get(column.name) ?? 'float', taken, across === 'no' ? 'past' : across, learning)];
  });
}

const isTime = (type: ColumnType): boolean => type === 'date' || type === 'timestamp' || type === 'time';

/**
 * Where a window looks from its row. `no`: at nothing but its own place among the rows as they come.
 * An order by dates, by whole numbers (periods, steps) or by the rows as they come is one in time; one by amounts or text is not,
 * and what it gives (a rank, a share of the smaller ones) hangs on all rows.
 */
function directionOf(column: WindowColumn, key: SortKey | undefined, order: ColumnTrace | undefined, groups: readonly ColumnTrace[]): 'no' | 'past' | 'future' | 'all' {
  // Groups that are numbered by a running count reach as far as that count looks (values carried along).
  const running = groups.find(({ across }) => across === 'past' || across === 'future');
  if (running !== undefined && running.across !== 'no') return running.across;
  const { fn, frame, offset = 1 } = column;
  if (key === undefined) return fn === 'row_number' || fn === 'rank' || fn === 'dense_rank' ? 'no' : 'all';
  const asTheyCome = order !== undefined && order.across !== 'no';
  const ranks = fn === 'rank' || fn === 'dense_rank' || fn === 'row_number';
  if (fn === 'percent_rank' || fn === 'ntile') return 'all';
  const inTime = order !== undefined && (asTheyCome || isTime(order.type) || (order.type === 'integer' && !ranks));
  if (!inTime) return 'all';
  const turned = (direction: 'past' | 'future'): 'past' | 'future' => (key.descending === (direction === 'past') ? 'future' : 'past');
  if (ranks) return asTheyCome ? 'no' : turned('past');
  if (fn === 'lead' || fn === 'lag') return turned((fn === 'lead') === offset >= 0 ? 'future' : 'past');
  if (frame === undefined) return turned('past');
  const ahead = frame.following === null || frame.following > 0;
  const back = frame.preceding === null || frame.preceding > 0;
  if (fn === 'first_value') return back || !ahead ? turned('past') : turned('future');
  if (fn === 'last_value') return ahead ? turned('future') : turned('past');
  if (frame.preceding === null && frame.following === null) return 'all';
  if (ahead) return key.descending && !back ? 'past' : 'future';
  return back ? turned('past') : 'no';
}
