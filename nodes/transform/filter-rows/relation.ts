import { call, filter, lit } from '#app/relation/build.ts';
import { atParam, schemaOf } from '#app/relation/index.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { FilterRowsParams } from './node.ts';

export const relation: RelationFn<FilterRowsParams> = (inputs, { expression, mode }, _facts, services) => {
  const input = tableInput(inputs);
  // Without a condition all rows pass; configure asks for one.
  if (expression.trim() === '') return input;
  const condition = services.parse(expression, schemaOf(input), ['expression']);
  return atParam(['expression'], () => {
    const matching = filter(input, condition);
    schemaOf(matching);
    // A row with an unknown condition does not match, so “remove” keeps it.
    return mode === 'keep' ? matching : filter(input, call('not', call('coalesce', condition, lit(false))));
  });
};
