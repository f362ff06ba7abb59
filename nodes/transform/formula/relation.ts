import { named } from '#app/relation/build.ts';
import { columnsOf, nameKey, schemaOf, typeOf, withColumns } from '#app/relation/index.ts';
import type { NamedExpr, Relation, Schema } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { FormulaParams } from './node.ts';

/** Formulas that do not build on each other share one projection. */
export const relation: RelationFn<FormulaParams> = (inputs, { columns }, _facts, services) => {
  let current: Relation = tableInput(inputs);
  let pending: NamedExpr[] = [];
  const flush = (): void => {
    if (pending.length > 0) current = withColumns(current, pending);
    pending = [];
  };
  columns.forEach(({ name: typedName, expression }, i) => {
    const name = typedName.trim();
    // Unfinished rows are left out; configure asks for what is missing.
    if (name === '' || expression.trim() === '') return;
    const schema = schemaWith(schemaOf(current), pending);
    const expr = services.parse(expression, schema, ['columns', i, 'expression']);
    const read = new Set(columnsOf(expr).map(nameKey));
    const dependent = pending.some((earlier) => read.has(nameKey(earlier.name)) || nameKey(earlier.name) === nameKey(name));
    if (dependent) flush();
    pending.push(named(name, expr));
  });
  flush();
  return current;
};

function schemaWith(schema: Schema, added: readonly NamedExpr[]): Schema {
  const columns = [...schema];
  for (const { name, expr } of added) {
    const column = { name, type: typeOf(expr, schema) };
    const at = columns.findIndex((each) => nameKey(each.name) === nameKey(name));
    if (at < 0) columns.push(column);
    else columns[at] = column;
  }
  return columns;
}
