import { call, cast, col, filter, limit, lit, named, project } from '#app/relation/build.ts';
import { atParam, typeOf } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** Values of a column to choose from, with how often each occurs. */
export function valuesProcedures(os: Implementer, engine: Engine) {
  return {
    list: os.values.list.handler(async ({ input, signal = new AbortController().signal }) => {
      const table = await engine.data.table({ ...input, filter: '' }, signal);
      atParam([], () => typeOf(col(input.column), table.schema));
      const text = project(filter(table.relation, call('is_not_null', col(input.column))), [named('value', cast(col(input.column), 'string'))]);
      const search = input.search.trim().toLowerCase();
      const found = search === '' ? text : filter(text, call('contains', call('lower', col('value')), lit(search)));
      const counted: Relation = { op: 'aggregate', input: found, keys: [named('value', col('value'))], measures: [{ name: 'count', fn: 'count' }] };
      const most: Relation = {
        op: 'sort',
        input: counted,
        keys: [
          { expr: col('count'), descending: true, nulls: 'last' },
          { expr: col('value'), descending: false, nulls: 'last' },
        ],
      };
      const { rows } = await engine.database.rows(limit(most, input.limit), input.limit, signal);
      const distinct = rows.length < input.limit ? rows.length : await engine.database.count(counted, signal);
      return { values: rows.map(([value, count]) => ({ value: String(value), count: Number(count) })), distinct };
    }),
  };
}
