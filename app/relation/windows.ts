import { isNumeric } from './column-types.ts';
import { RelationError } from './error.ts';
import { aggregateType } from './measures.ts';
import { placeOf, typed } from './typing.ts';
import type { ColumnType, Schema, WindowColumn, WindowFn } from './types.ts';

/** Meaningless, or left to chance, without an order. */
const ordered: ReadonlySet<WindowFn> = new Set(['rank', 'dense_rank', 'percent_rank', 'ntile', 'lag', 'lead', 'first_value', 'last_value']);
const framed: ReadonlySet<WindowFn> = new Set(['count', 'sum', 'avg', 'min', 'max', 'median', 'stddev', 'first_value', 'last_value']);

/** Type of a window column. @throws RelationError unknown-column, type-mismatch, window-order, window-offset, window-frame */
export function windowType(window: WindowColumn, schema: Schema): ColumnType {
  for (const key of window.partitionBy) typed(key, schema);
  for (const key of window.orderBy) typed(key.expr, schema);
  const argument = window.arg === undefined ? null : typed(window.arg, schema).type;
  if (ordered.has(window.fn) && window.orderBy.length === 0) {
    throw new RelationError('window-order', `The column “${window.name}” (${window.fn}) needs an order.`, { remedy: 'Choose a column to order by.' });
  }
  checkOffset(window);
  if (window.frame) frameKey(window, schema);
  switch (window.fn) {
    case 'row_number':
    case 'rank':
    case 'dense_rank':
    case 'ntile':
      return 'integer';
    case 'percent_rank':
      return 'float';
    case 'lag':
    case 'lead':
    case 'first_value':
    case 'last_value':
      if (argument !== null) return argument;
      break;
    default: {
      const type = aggregateType(window.fn, argument);
      if (type !== null) return type;
    }
  }
  throw new RelationError('type-mismatch', `The column “${window.name}” (${window.fn}) needs a column of a fitting type.`, { remedy: 'Choose another column.', place: window.arg ? placeOf(window.arg) : {} });
}

function checkOffset({ name, fn, offset }: WindowColumn): void {
  if (fn === 'ntile' && !(Number.isSafeInteger(offset) && (offset ?? 0) >= 1)) {
    throw new RelationError('window-offset', `The column “${name}” (ntile) needs a number of groups of at least 1.`, { remedy: 'Use 4 for quarters, 10 for tenths.' });
  }
  if ((fn === 'lag' || fn === 'lead') && offset !== undefined && !Number.isSafeInteger(offset)) {
    throw new RelationError('window-offset', `The column “${name}” (${fn}) needs a whole number of rows.`, { remedy: 'Use 1 for the neighbouring row.' });
  }
}

/** A frame whose sides are the partition's ends or the current row (with its equals) needs no distance. */
const measures = (side: number | null): boolean => side !== null && side !== 0;

/** For a frame that measures distances in its order: the type of the one order key; else null. @throws RelationError window-frame, window-order */
export function frameKey(window: WindowColumn, schema: Schema): ColumnType | null {
  const { frame, name, fn } = window;
  if (!frame) return null;
  const wrong = (message: string, remedy: string): RelationError => new RelationError('window-frame', message, { remedy });
  if (!framed.has(fn)) throw wrong(`The column “${name}” (${fn}) takes no frame of rows.`, 'Remove the frame, or choose another function.');
  const { preceding, following } = frame;
  if ((preceding !== null || following !== null) && window.orderBy.length === 0) {
    throw new RelationError('window-order', `The frame of the column “${name}” needs an order, because it looks at the rows before and after.`, { remedy: 'Choose a column to order by.' });
  }
  for (const side of [preceding, following]) {
    if (side !== null && !(frame.by === 'rows' ? Number.isSafeInteger(side) : Number.isFinite(side))) {
      throw wrong(`The frame of the column “${name}” needs ${frame.by === 'rows' ? 'whole numbers of rows' : 'distances that are numbers'}.`, 'Leave a side out to reach to the end.');
    }
  }
  if (preceding !== null && following !== null && -preceding > following) throw wrong(`The frame of the column “${name}” ends before it starts.`, 'Make it reach further.');
  if (frame.by === 'rows' || !(measures(preceding) || measures(following))) return null;
  const [key, ...more] = window.orderBy;
  const type = key === undefined ? null : typed(key.expr, schema).type;
  if (type === null || more.length > 0 || !(isNumeric(type) || type === 'date' || type === 'timestamp')) {
    throw wrong(`The frame of the column “${name}” measures a distance, so it needs an order by exactly one number, date, or date with time.`, 'Order by one such column, or count rows instead.');
  }
  if ((type === 'integer' || type === 'date') && [preceding, following].some((side) => side !== null && !Number.isSafeInteger(side))) {
    throw wrong(`The frame of the column “${name}” measures a distance between ${type === 'date' ? 'days' : 'whole numbers'}, so it must be whole itself.`, type === 'date' ? 'Round it, or order by a date with time.' : 'Round it, or make the order column a decimal number.');
  }
  return type;
}
