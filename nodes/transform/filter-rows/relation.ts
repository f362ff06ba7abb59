import { call, filter, lit } from '#app/relation/build.ts';
import { schemaOf } from '#app/relation/schema.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const relation: RelationFn<Params> = (inputs, params, _facts, services) => {
  const [table] = inputs['table'] ?? [];
  if (table === undefined) return {};
  if (params.condition.trim() === '') return table;
  const condition = services.parse(params.condition, schemaOf(table), ['condition']);
  if (params.matching === 'keep') return filter(table, condition);
  // A row whose condition is missing does not match, so it is not removed.
  return filter(table, call('not', call('coalesce', condition, lit(false))));
};
