import type { Column, Relation } from '../../types.ts';
import { duckdbTypes, quoteName } from './literal.ts';
import { fromClause, queryText, type Query } from './query.ts';

/** What a person wrote, over its tables as named subqueries; each column comes out as its promised type. */
export function ownSql(relation: Relation & { op: 'sql' }, emit: (input: Relation) => Query): Query {
  const tables = relation.inputs.map(({ name, relation: input }) => `${quoteName(name)} as (${queryText(emit(input))})`);
  const given = tables.length === 0 ? '' : `with ${tables.join(', ')} `;
  // The line break ends a comment that the text may end with.
  return {
    ...fromClause(`(${given}select * from (${withoutEnd(relation.text)}\n) as written) as written`),
    select: relation.schema.map((column) => ({ name: quoteName(column.name), sql: typedSql(column) })),
  };
}

/** Lists, structures and maps become JSON text: columns have no such types. The test is settled when the query is planned. */
function typedSql({ name, type }: Column): string {
  const sql = quoteName(name);
  if (type !== 'string') return `${sql}::${duckdbTypes[type]}`;
  return `case when regexp_matches(typeof(${sql}), '^(STRUCT|MAP|UNION)\\(|\\]$') then to_json(${sql})::VARCHAR else ${sql}::VARCHAR end`;
}

/** The first statement of a text, without the semicolon that ends it. Quotes and comments are passed over. */
export function withoutEnd(text: string): string {
  const skipped = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|;/g;
  for (const match of text.matchAll(skipped)) if (match[0] === ';') return text.slice(0, match.index);
  return text;
}
