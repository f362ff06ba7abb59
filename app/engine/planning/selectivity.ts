import type { Expr } from '#app/relation/types.ts';
import type { ColumnEstimate } from './estimate.ts';

/** Share of rows that a condition keeps, each from 0 to 1 and in order. */
export interface Share {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

export type Columns = ReadonlyMap<string, ColumnEstimate>;

const unknown: Share = { low: 0, likely: 0.33, high: 1 };
const bounded = (low: number, likely: number, high: number): Share => {
  const bottom = Math.min(1, Math.max(0, low));
  const middle = Math.min(1, Math.max(bottom, likely));
  return { low: bottom, likely: middle, high: Math.min(1, Math.max(middle, high)) };
};

/**
 * What is known of a condition from the bounds of columns: comparisons with a constant as if values were spread evenly (the range
 * around it stays wide, because they rarely are), outside the bounds exactly none or all; `and` and `or` as if independent.
 */
export function selectivity(predicate: Expr, columns: Columns): Share {
  if (predicate.op === 'lit') return predicate.value === true ? bounded(1, 1, 1) : bounded(0, 0, 0);
  if (predicate.op === 'col') return { low: 0, likely: 0.5, high: 1 };
  if (predicate.op !== 'call') return unknown;
  const { fn, args } = predicate;
  switch (fn) {
    case 'and':
      return args.map((arg) => selectivity(arg, columns)).reduce((a, b) => bounded(a.low + b.low - 1, a.likely * b.likely, Math.min(a.high, b.high)), bounded(1, 1, 1));
    case 'or':
      return args.map((arg) => selectivity(arg, columns)).reduce((a, b) => bounded(Math.max(a.low, b.low), a.likely + b.likely - a.likely * b.likely, a.high + b.high), bounded(0, 0, 0));
    case 'not': {
      const inner = args[0] === undefined ? unknown : selectivity(args[0], columns);
      // Rows where the condition is unknown are kept by neither it nor its opposite.
      return bounded(0, 1 - inner.likely, 1 - inner.low);
    }
    case 'is_null':
    case 'is_not_null': {
      const share = args[0]?.op === 'col' ? columns.get(args[0].name)?.missing : undefined;
      if (share === undefined || share === null) return fn === 'is_null' ? bounded(0, 0.05, 1) : bounded(0, 0.95, 1);
      const kept = fn === 'is_null' ? share : 1 - share;
      return bounded(kept === 1 ? 1 : 0, kept, kept === 0 ? 0 : 1);
    }
    case 'between': {
      const [value, low, high] = args;
      if (value === undefined || low === undefined || high === undefined) return unknown;
      return selectivity({ op: 'call', fn: 'and', args: [{ op: 'call', fn: 'greater_than_or_equal', args: [value, low] }, { op: 'call', fn: 'less_than_or_equal', args: [value, high] }] }, columns);
    }
    case 'in': {
      const column = args[0]?.op === 'col' ? columns.get(args[0].name) : undefined;
      const values = args.length - 1;
      return column?.distinct ? bounded(0, values / column.distinct, 1) : bounded(0, Math.min(0.5, values * 0.1), 1);
    }
    default:
      return comparison(fn, args, columns);
  }
}

const mirrored: Readonly<Record<string, string>> = { less_than: 'greater_than', less_than_or_equal: 'greater_than_or_equal', greater_than: 'less_than', greater_than_or_equal: 'less_than_or_equal', equals: 'equals', not_equals: 'not_equals' };

function comparison(fn: string, args: readonly Expr[], columns: Columns): Share {
  if (!Object.hasOwn(mirrored, fn)) return unknown;
  const [left, right] = args;
  if (left === undefined || right === undefined) return unknown;
  const turned = constant(left) !== null && right.op === 'col';
  const column = turned ? right : left;
  const value = constant(turned ? left : right);
  const known = column.op === 'col' ? columns.get(column.name) : undefined;
  const spelled = turned ? (mirrored[fn] ?? fn) : fn;
  if (spelled === 'equals' || spelled === 'not_equals') return equality(spelled === 'equals', known, value);
  if (known === undefined || value === null || known.min === null || known.max === null) return unknown;
  const present = 1 - (known.missing ?? 0);
  const { min, max } = known;
  const less = spelled.startsWith('less');
  if (less ? value < min : value > max) return bounded(0, 0, 0);
  if (less ? value > max : value < min) return bounded(known.missing === 0 ? 1 : 0, present, 1);
  const below = max === min ? 0.5 : (value - min) / (max - min);
  return bounded(0, present * (less ? below : 1 - below), 1);
}

function equality(equal: boolean, column: ColumnEstimate | undefined, value: number | null): Share {
  const outside = value !== null && column !== undefined && column.min !== null && column.max !== null && (value < column.min || value > column.max);
  const share = outside ? 0 : column?.distinct ? 1 / column.distinct : 0.1;
  const present = 1 - (column?.missing ?? 0);
  return equal ? bounded(0, share * present, outside ? 0 : 1) : bounded(0, (1 - share) * present, 1);
}

/** A constant as a number, dates as ms since 1970, as statistics have them; null for anything else. */
function constant(expression: Expr): number | null {
  if (expression.op === 'cast') return constant(expression.arg);
  if (expression.op === 'call' && expression.fn === 'negate' && expression.args[0] !== undefined) {
    const inner = constant(expression.args[0]);
    return inner === null ? null : -inner;
  }
  if (expression.op !== 'lit') return null;
  const { value, type } = expression;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || (type !== 'date' && type !== 'timestamp')) return null;
  const ms = Date.parse(type === 'date' ? `${value}T00:00:00Z` : `${value.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? null : ms;
}
