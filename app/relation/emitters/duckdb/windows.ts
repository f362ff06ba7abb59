import { typed } from '../../typing.ts';
import type { ColumnType, Schema, WindowColumn, WindowFrame } from '../../types.ts';
import { frameKey } from '../../windows.ts';
import { exprToDuckDb, typedToDuckDb } from './expression.ts';
import { literalSql, quoteName } from './literal.ts';
import { directed, sortKey } from './sort-key.ts';

/** A window function call, without a name. */
export function windowSql(window: WindowColumn, schema: Schema): string {
  const arg = window.arg === undefined ? null : typed(window.arg, schema);
  const sql = arg === null ? '' : typedToDuckDb(arg, quoteName);
  const number = arg?.type === 'boolean' ? `${sql}::BIGINT` : sql;
  const call = {
    count: `count(${arg === null ? '*' : sql})`,
    sum: `sum(${number})`,
    avg: `avg(${number})`,
    min: `min(${sql})`,
    max: `max(${sql})`,
    lag: `lag(${sql}, ${window.offset ?? 1})`,
    lead: `lead(${sql}, ${window.offset ?? 1})`,
    row_number: 'row_number()',
    rank: 'rank()',
    dense_rank: 'dense_rank()',
    percent_rank: 'percent_rank()',
    ntile: `ntile(${window.offset ?? 1})`,
    median: `median(${number}::DOUBLE)`,
    stddev: `stddev_samp(${number}::DOUBLE)`,
    first_value: `first_value(${sql})`,
    last_value: `last_value(${sql})`,
  }[window.fn];
  const partition = window.partitionBy.length === 0 ? '' : `partition by ${window.partitionBy.map((expr) => exprToDuckDb(expr, schema)).join(', ')}`;
  const keyType = frameKey(window, schema);
  const [key] = window.orderBy;
  // Distances between whole numbers are measured in 128 bits, so that they cannot overflow at the ends of 64.
  const keys = keyType === 'integer' && key ? [directed(`(${exprToDuckDb(key.expr, schema)})::HUGEINT`, key)] : window.orderBy.map((each) => sortKey(each, schema));
  const order = keys.length === 0 ? '' : `order by ${keys.join(', ')}`;
  const frame = window.frame ? frameSql(window.frame, keyType) : '';
  const over = `${call} over (${[partition, order, frame].filter((part) => part !== '').join(' ')})`;
  return window.fn === 'sum' && arg?.type !== 'float' ? `(${over})::BIGINT` : over;
}

function frameSql({ by, preceding, following }: WindowFrame, key: ColumnType | null): string {
  const distance = (amount: number): string => (by === 'rows' ? String(amount) : distanceSql(amount, key));
  /** `ahead` is how far the side lies after the current row, and may be less than 0. */
  const side = (ahead: number): string => (ahead === 0 ? 'current row' : ahead < 0 ? `${distance(-ahead)} preceding` : `${distance(ahead)} following`);
  const start = preceding === null ? 'unbounded preceding' : side(0 - preceding);
  const end = following === null ? 'unbounded following' : side(following);
  return `${by} between ${start} and ${end}`;
}

/** A distance in a key of a type, in that type's arithmetic: days of dates and seconds of timestamps as intervals of microseconds. */
function distanceSql(amount: number, key: ColumnType | null): string {
  switch (key) {
    case 'integer':
      return `${BigInt(amount)}::HUGEINT`;
    case 'date':
      return `to_microseconds(${BigInt(amount) * 86_400_000_000n})`;
    case 'timestamp':
      return `to_microseconds(${BigInt(Math.round(amount * 1_000_000))})`;
    default:
      return literalSql(amount, 'float');
  }
}
