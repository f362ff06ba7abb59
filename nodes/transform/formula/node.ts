import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  formulas: z
    .array(
      z.object({
        name: z.string().max(200).default('').meta({ title: 'Column', control: 'text', placeholder: 'new or existing column' }),
        expression: z.string().max(20_000).default('').meta({ title: 'Expression', control: 'expression' }),
      }),
    )
    .default([])
    .meta({ title: 'Formulas', control: 'rows', description: 'From top to bottom; a formula sees the columns of those above it.' }),
});

export type Params = z.output<typeof paramsSchema>;

function missing(message: string, remedy: string, param: readonly (string | number)[]): Diagnostic {
  return { severity: 'error', code: 'param-missing', message, remedy, place: { param } };
}

export const definition = defineNode({
  type: 'transform/formula',
  version: 1,
  title: 'Formula',
  summary: 'Computes new columns, or new values for existing ones, from expressions.',
  keywords: ['formula', 'expression', 'compute', 'calculate', 'derive', 'column', 'math', 'feature'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table' }],
  params: paramsSchema,
  describe: (params) => {
    const [first] = params.formulas;
    if (first === undefined) return 'no formula yet';
    const text = `${first.name} = ${first.expression}`;
    return params.formulas.length === 1 ? text : `${text} and ${params.formulas.length - 1} more`;
  },
  configure: ({ params }) => ({
    diagnostics:
      params.formulas.length === 0
        ? [missing('There is no formula yet.', 'Add one: a column name and an expression.', ['formulas'])]
        : params.formulas.flatMap((formula, index) => [
            ...(formula.name.trim() === ''
              ? [missing(`Formula ${index + 1} has no column name.`, 'Name the column it computes.', ['formulas', index, 'name'])]
              : []),
            ...(formula.expression.trim() === ''
              ? [missing(`Formula ${index + 1} has no expression.`, 'Write one, such as price * quantity.', ['formulas', index, 'expression'])]
              : []),
          ]),
  }),
});
