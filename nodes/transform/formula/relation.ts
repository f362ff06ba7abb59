import { col, named, project } from '#app/relation/build.ts';
import { schemaOf } from '#app/relation/schema.ts';
import type { Relation } from '#app/relation/types.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const relation: RelationFn<Params> = (inputs, params, _facts, services) => {
  const [table] = inputs['table'] ?? [];
  if (table === undefined) return {};
  let result: Relation = table;
  params.formulas.forEach((formula, index) => {
    const name = formula.name.trim();
    if (name === '' || formula.expression.trim() === '') return;
    const schema = schemaOf(result);
    const expression = services.parse(formula.expression, schema, ['formulas', index, 'expression']);
    const replaced = schema.find((column) => column.name.toLowerCase() === name.toLowerCase());
    const columns = schema.map((column) => named(column.name, column === replaced ? expression : col(column.name)));
    result = project(result, replaced === undefined ? [...columns, named(name, expression)] : columns);
  });
  return result;
};
