import { call, filter, lit } from '#app/relation/build.ts';
import { atParam, schemaOf, typeOf } from '#app/relation/index.ts';
import type { Expr, Relation, Schema } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { conditionExpr, isComplete, type Condition } from './conditions.ts';
import type { FilterRowsParams } from './node.ts';

export const relation: RelationFn<FilterRowsParams> = (inputs, { by, conditions, match, expression, mode }, _facts, services) => {
  const input = tableInput(inputs);
  if (by === 'conditions') return selected(input, simple(conditions, match, schemaOf(input)), mode);
  // Without a condition all rows pass; configure asks for one.
  if (expression.trim() === '') return input;
  const condition = services.parse(expression, schemaOf(input), ['expression']);
  return atParam(['expression'], () => {
    schemaOf(filter(input, condition));
    return selected(input, condition, mode);
  });
};

/** A row with an unknown condition does not match, so “remove” keeps it. Without a condition all rows pass. */
function selected(input: Relation, condition: Expr | null, mode: 'keep' | 'remove'): Relation {
  if (condition === null) return input;
  return filter(input, mode === 'keep' ? condition : call('not', call('coalesce', condition, lit(false))));
}

/** Unfinished conditions are left out; configure asks for what is missing. */
function simple(conditions: readonly Condition[], match: 'all' | 'any', schema: Schema): Expr | null {
  const exprs = conditions.flatMap((condition, i) => {
    if (!isComplete(condition)) return [];
    const param = schema.some(({ name }) => name === condition.column) ? 'value' : 'column';
    return [atParam(['conditions', i, param], () => {
      const expr = conditionExpr(condition, schema);
      typeOf(expr, schema);
      return expr;
    })];
  });
  const [first, ...more] = exprs;
  return first === undefined ? null : more.length === 0 ? first : call(match === 'all' ? 'and' : 'or', first, ...more);
}
