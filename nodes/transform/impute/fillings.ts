import { call, cast, col, lit, when } from '#app/relation/build.ts';
import { isNumeric, RelationError, typeOf, typeTitles } from '#app/relation/index.ts';
import type { Column, ColumnType, Expr, Schema, SortKey, WindowColumn } from '#app/relation/types.ts';
import { methodTitles, type ImputeStep, type Method } from './node.ts';

/** The value of a filled column, over window columns made in two turns: those of the second may read those of the first. */
export interface Filling {
  readonly before: readonly WindowColumn[];
  readonly after: readonly WindowColumn[];
  readonly value: Expr;
}

export interface Surroundings {
  fresh(wanted: string): string;
  readonly partitionBy: readonly Expr[];
  /** The chosen order and then the order in which the rows come in. */
  readonly orderBy: readonly SortKey[];
  /** The first chosen key, which interpolation measures distances in; null: by rows. */
  readonly first: SortKey | null;
  readonly schema: Schema;
}

/** @throws RelationError type-mismatch, bad-value */
export function filling(column: Column, step: ImputeStep, present: Expr, around: Surroundings): Filling {
  const { method } = step;
  switch (method) {
    case 'drop':
      return { before: [], after: [], value: present };
    case 'constant':
      return { before: [], after: [], value: call('coalesce', present, constant(step.value, column)) };
    case 'mean':
    case 'median':
    case 'minimum':
    case 'maximum':
      return overall(column, method, present, around);
    case 'most-frequent':
      return mostFrequent(present, around);
    case 'previous':
    case 'next':
      return carried(present, method, around);
    case 'interpolate':
      return interpolated(column, present, around);
  }
}

/** Whole numbers stay whole: their mean is rounded. */
const asType = (expr: Expr, from: ColumnType, to: ColumnType): Expr => (from === to ? expr : to === 'integer' && from === 'float' ? cast(call('round', expr), 'integer') : cast(expr, to));

function needsNumbers(column: Column, method: Method): void {
  if (isNumeric(column.type)) return;
  throw new RelationError('type-mismatch', `“${methodTitles[method]}” needs numbers, but “${column.name}” is ${typeTitles[column.type]}.`, { remedy: 'Choose the most frequent value, the previous one, or a fixed value.', place: { column: column.name } });
}

function overall(column: Column, method: 'mean' | 'median' | 'minimum' | 'maximum', present: Expr, { fresh, partitionBy }: Surroundings): Filling {
  if (method === 'mean' || method === 'median') needsNumbers(column, method);
  const name = fresh(`impute_${method}`);
  const fn = { mean: 'avg', median: 'median', minimum: 'min', maximum: 'max' } as const;
  const from = method === 'mean' || method === 'median' ? 'float' : column.type;
  return { before: [{ name, fn: fn[method], arg: present, partitionBy, orderBy: [] }], after: [], value: call('coalesce', present, asType(col(name), from, column.type)) };
}

/** The size of each row's group of equals, and then the value that comes first by size; the smallest of equally frequent ones. */
function mostFrequent(present: Expr, { fresh, partitionBy }: Surroundings): Filling {
  const [size, top] = [fresh('impute_size'), fresh('impute_top')];
  const orderBy: SortKey[] = [
    { expr: when([{ when: call('is_not_null', present), then: col(size) }]), descending: true, nulls: 'last' },
    { expr: present, descending: false, nulls: 'last' },
  ];
  return {
    before: [{ name: size, fn: 'count', partitionBy: [...partitionBy, present], orderBy: [] }],
    after: [{ name: top, fn: 'first_value', arg: present, frame: { by: 'rows', preceding: null, following: null }, partitionBy, orderBy }],
    value: call('coalesce', present, col(top)),
  };
}

/**
 * Counting the values met so far numbers the stretches between them; each stretch has one value, at its start (or, counted from behind,
 * at its end).
 */
function stretch(present: Expr, method: 'previous' | 'next', { fresh, partitionBy, orderBy }: Surroundings): { count: WindowColumn; over: (arg: Expr, wanted: string) => WindowColumn } {
  const name = fresh(`impute_${method}_count`);
  const frame = method === 'previous' ? ({ by: 'rows', preceding: null, following: 0 } as const) : ({ by: 'rows', preceding: 0, following: null } as const);
  return {
    count: { name, fn: 'count', arg: present, frame, partitionBy, orderBy },
    over: (arg, wanted) => ({ name: fresh(wanted), fn: 'max', arg: when([{ when: call('is_not_null', present), then: arg }]), partitionBy: [...partitionBy, col(name)], orderBy: [] }),
  };
}

function carried(present: Expr, method: 'previous' | 'next', around: Surroundings): Filling {
  const { count, over } = stretch(present, method, around);
  const value = over(present, `impute_${method}`);
  return { before: [count], after: [value], value: call('coalesce', present, col(value.name)) };
}

/** Straight between the neighbours that have a value, by the distance in the order; missing before the first and after the last. */
function interpolated(column: Column, present: Expr, around: Surroundings): Filling {
  needsNumbers(column, 'interpolate');
  const at = distance(around);
  const [back, ahead] = [stretch(present, 'previous', around), stretch(present, 'next', around)];
  const y = cast(present, 'float');
  const [y0, x0, y1, x1] = [back.over(y, 'impute_y0'), back.over(at, 'impute_x0'), ahead.over(y, 'impute_y1'), ahead.over(at, 'impute_x1')];
  const way = call('divide', call('subtract', at, col(x0.name)), call('subtract', col(x1.name), col(x0.name)));
  const line = call('add', col(y0.name), call('multiply', way, call('subtract', col(y1.name), col(y0.name))));
  return { before: [back.count, ahead.count], after: [y0, x0, y1, x1], value: call('coalesce', present, asType(line, 'float', column.type)) };
}

/** The first key of the order as a number; the place of the row where there is no order, or it is none to measure. */
function distance({ first, orderBy, schema }: Surroundings): Expr {
  const type = first ? typeOf(first.expr, schema) : null;
  if (first && (type === 'integer' || type === 'float')) return cast(first.expr, 'float');
  if (first && (type === 'date' || type === 'timestamp')) return call('epoch', cast(first.expr, 'timestamp'));
  if (first && type) throw new RelationError('type-mismatch', `Values between neighbours need an order by a number, a date or a time, but it is ${typeTitles[type]}.`, { remedy: 'Choose another column to order by.' });
  const last = orderBy.at(-1);
  return cast(last ? last.expr : lit(0), 'float');
}

function constant(text: string, { name, type }: Column): Expr {
  const trimmed = text.trim();
  const refused = (): RelationError => new RelationError('bad-value', `“${trimmed}” is not ${typeTitles[type]}, which “${name}” holds.`, { remedy: 'Type another value, or fill this column in a row of its own.', place: { column: name } });
  switch (type) {
    case 'string':
      return lit(text);
    case 'integer':
      if (!/^[+-]?\d+$/.test(trimmed) || !Number.isSafeInteger(Number(trimmed))) throw refused();
      return lit(Number(trimmed), 'integer');
    case 'float':
      if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) throw refused();
      return lit(Number(trimmed), 'float');
    case 'boolean':
      if (!/^(true|false)$/i.test(trimmed)) throw refused();
      return lit(trimmed.toLowerCase() === 'true');
    case 'date':
    case 'time':
    case 'timestamp':
      try {
        typeOf(lit(trimmed, type), []);
      } catch {
        throw refused();
      }
      return lit(trimmed, type);
    case 'binary':
      throw refused();
  }
}
