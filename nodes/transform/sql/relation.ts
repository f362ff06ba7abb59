import { schemaOf } from '#app/relation/index.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { repeatedNames, tableNames } from './names.ts';
import type { SqlParams } from './node.ts';

export const relation: RelationFn<SqlParams> = (inputs, { text, names }, _facts, services) => {
  const first = tableInput(inputs, 'tables');
  const tables = inputs['tables'] ?? [first];
  const called = tableNames(names, tables.length);
  // Unfinished: configure says what is missing.
  if (text.trim() === '' || repeatedNames(called).length > 0) return first;
  const named = tables.map((relation, i) => ({ name: called[i] ?? `t${i + 1}`, relation }));
  const schema = services.describeSql(text, named.map(({ name, relation }) => ({ name, schema: schemaOf(relation) })), ['text']);
  return { op: 'sql', inputs: named, text, schema };
};
