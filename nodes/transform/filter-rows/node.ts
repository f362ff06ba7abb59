import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { isComplete, needsValue, operators, operatorTitles } from './conditions.ts';

const condition = z.object({
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table' }),
  operator: z.enum(operators).default('equals').meta({ title: 'Operator', control: 'select', labels: operatorTitles }),
  value: z.string().default('').meta({ title: 'Value', control: 'text', visibleWhen: { param: 'operator', in: operators.filter(needsValue) }, description: 'For “one of” and “none of”: values with commas between.' }),
  upTo: z.string().default('').meta({ title: 'And', control: 'text', visibleWhen: { param: 'operator', in: ['between'] } }),
  anyCase: z.boolean().default(false).meta({ title: 'Capitals or not', control: 'switch' }),
});

const params = z.object({
  by: z.enum(['expression', 'conditions']).default('expression').meta({ title: 'By', control: 'select', labels: { expression: 'An expression', conditions: 'Conditions on columns' } }),
  conditions: z.array(condition).default([]).meta({ title: 'Conditions', control: 'rows', visibleWhen: { param: 'by', in: ['conditions'] } }),
  match: z.enum(['all', 'any']).default('all').meta({ title: 'A row matches', control: 'select', labels: { all: 'Where all conditions hold', any: 'Where at least one holds' }, visibleWhen: { param: 'by', in: ['conditions'] } }),
  expression: z.string().default('').meta({ title: 'Condition', control: 'expression', from: 'table', visibleWhen: { param: 'by', in: ['expression'] }, placeholder: "income > 30000 and city = 'Oslo'", description: 'An expression that is true or false for each row.' }),
  mode: z
    .enum(['keep', 'remove'])
    .default('keep')
    .meta({ title: 'Matching rows', control: 'select', labels: { keep: 'Keep matching rows', remove: 'Remove matching rows' }, description: 'Rows where the condition is unknown, because a value is missing, do not match.' }),
});

export type FilterRowsParams = z.output<typeof params>;

function conditionProblems(conditions: FilterRowsParams['conditions']): Diagnostic[] {
  if (conditions.length === 0) return [paramMissing(['conditions'], 'There is no condition to filter by.', 'Add one, with a column and a value.')];
  return conditions.flatMap((each, i) => {
    if (each.column === '') return [paramMissing(['conditions', i, 'column'], `Condition ${i + 1} has no column.`, 'Choose a column.')];
    if (isComplete(each)) return [];
    const param = each.operator === 'between' && each.value.trim() !== '' ? 'upTo' : 'value';
    return [paramMissing(['conditions', i, param], `Condition ${i + 1} (${each.column} ${operatorTitles[each.operator]} …) has no value.`, 'Type one.')];
  });
}

export const definition = defineNode({
  type: 'transform/filter-rows',
  version: 1,
  title: 'Filter Rows',
  summary: 'Keeps or removes the rows for which a condition is true.',
  keywords: ['where', 'condition', 'subset', 'remove rows', 'row filter', 'select rows'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Rows', kind: 'table', summary: 'The rows that remain, with all their columns.' }],
  params,
  describe: ({ by, conditions, match, expression, mode }, say) => {
    const rows = conditions.filter(isComplete).map(({ column, operator, value, upTo }) => `${column} ${say.text(operatorTitles[operator])}${needsValue(operator) ? ` ${operator === 'between' ? say`${value} and ${upTo}` : value}` : ''}`);
    const words = by === 'conditions' ? rows.join(match === 'all' ? say` and ` : say` or `) : expression.replace(/\s+/g, ' ').trim();
    return words === '' ? say`No condition yet` : mode === 'keep' ? words : say`without ${words}`;
  },
  configure: ({ params: { by, conditions, expression } }) => ({
    diagnostics: by === 'conditions' ? conditionProblems(conditions) : expression.trim() === '' ? [paramMissing(['expression'], 'There is no condition to filter by.', 'Type a condition such as income > 30000.')] : [],
  }),
});
