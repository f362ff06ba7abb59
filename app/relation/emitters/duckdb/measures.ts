import { floatTextSql } from '../../functions/conversion.ts';
import { typed } from '../../typing.ts';
import type { Measure, Schema } from '../../types.ts';
import { typedToDuckDb } from './expression.ts';
import { literalSql, quoteName } from './literal.ts';

/** An aggregate call. `filter` is SQL: only rows where it is true count. */
export function measureSql(measure: Measure, schema: Schema, filter: string | null = null): string {
  const arg = measure.arg === undefined ? null : typed(measure.arg, schema);
  const sql = arg === null ? '*' : typedToDuckDb(arg, quoteName);
  const number = arg?.type === 'boolean' ? `${sql}::BIGINT` : sql;
  const over = filter === null ? '' : ` filter (where ${filter})`;
  switch (measure.fn) {
    case 'count':
      return `count(${sql})${over}`;
    case 'count_distinct':
      return `count(distinct ${sql})${over}`;
    case 'sum':
      return arg?.type === 'float' ? `sum(${sql})${over}` : `sum(${number})${over}::BIGINT`;
    case 'avg':
      return `avg(${number})${over}`;
    case 'min':
    case 'max':
      return `${measure.fn}(${sql})${over}`;
    case 'median':
      return `median(${number}::DOUBLE)${over}`;
    case 'quantile':
      return `quantile_cont(${number}::DOUBLE, ${literalSql(measure.fraction ?? 0.5, 'float')})${over}`;
    case 'stddev':
      return `stddev_samp(${number}::DOUBLE)${over}`;
    case 'variance':
      return `var_samp(${number}::DOUBLE)${over}`;
    case 'mode':
      return `mode(${sql} order by ${sql})${over}`;
    case 'first':
      return `any_value(${sql})${over}`;
    case 'string_agg':
      return `string_agg(${arg?.type === 'float' ? floatTextSql(sql) : `${sql}::VARCHAR`}, ', ' order by ${sql})${over}`;
  }
}
