import { freeName } from '../../free-name.ts';
import { explodeColumns, unpivotColumns } from '../../reshape-columns.ts';
import { schemaOf } from '../../schema.ts';
import { typed } from '../../typing.ts';
import type { Relation } from '../../types.ts';
import { exprToDuckDb, typedToDuckDb } from './expression.ts';
import { quoteName, quoteText } from './literal.ts';
import { fromClause, queryText, type Query } from './query.ts';

/** One pass over the rows, in their order: each becomes as many as there are columns. @param query the input's rows, its SELECT still open */
export function unpivot(relation: Relation & { op: 'unpivot' }, query: Query): Query {
  const schema = schemaOf(relation.input);
  const { kept, values, type } = unpivotColumns(relation, schema);
  const converted = values.map(({ name }) => exprToDuckDb({ op: 'cast', to: type, arg: { op: 'col', name }, onError: 'fail' }, schema));
  const rows: Query = {
    ...query,
    select: [
      ...kept.map(({ name }) => ({ name: quoteName(name), sql: quoteName(name) })),
      { name: quoteName(relation.nameColumn), sql: `unnest([${values.map(({ name }) => quoteText(name)).join(', ')}])` },
      { name: quoteName(relation.valueColumn), sql: `unnest([${converted.join(', ')}])` },
    ],
  };
  return relation.dropMissing ? { ...fromClause(`(${queryText(rows)})`), where: [`${quoteName(relation.valueColumn)} is not null`] } : rows;
}

/** @param query the input's rows, its SELECT still open */
export function explode(relation: Relation & { op: 'explode' }, query: Query): Query {
  const schema = schemaOf(relation.input);
  const list = quoteName(freeName('list', schema));
  const text = quoteName(relation.column);
  const parts =
    relation.delimiter === null
      ? // The kind of JSON is only asked of what is JSON: of anything else the question itself fails.
        `case when json_valid(${text}) then case when json_type(${text}) = 'ARRAY' then json_extract_string(${text}, '$[*]') end end`
      : `case when ${text} <> '' then string_split(${text}, ${quoteText(relation.delimiter)}) end`;
  const inner: Query = { ...query, select: [...schema.filter(({ name }) => name !== relation.column).map(({ name }) => ({ name: quoteName(name), sql: quoteName(name) })), { name: list, sql: parts }] };
  const orOne = (some: string, none: string): string => `unnest(${relation.keepEmpty ? `case when len(${list}) > 0 then ${some} else [${none}] end` : some})`;
  const element = orOne(list, 'null::VARCHAR');
  const select = explodeColumns(relation, schema).map((column) => {
    if (column.name === relation.as) {
      const cast = typed({ op: 'cast', to: relation.elementType, arg: { op: 'col', name: 'element' }, onError: 'null' }, [{ name: 'element', type: 'string' }]);
      const sql = typedToDuckDb(cast, () => element);
      return { name: quoteName(column.name), sql };
    }
    if (column.name === relation.position) return { name: quoteName(column.name), sql: orOne(`range(1, len(${list}) + 1)`, 'null::BIGINT') };
    return { name: quoteName(column.name), sql: quoteName(column.name) };
  });
  return { ...fromClause(`(${queryText(inner)})`), select };
}
