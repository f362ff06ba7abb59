import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { coveredBy, isNever } from './reach.ts';

const labels = { value: 'Value', expression: 'Expression' };

const rule = z.object({
  when: z.string().default('').meta({ title: 'When', control: 'expression', from: 'table', placeholder: 'age < 18' }),
  then: z.string().default('').meta({ title: 'Then', control: 'text', placeholder: 'child', description: 'As it stands; left empty it is a missing value.', visibleWhen: { param: 'gives', in: ['value'] } }),
  expression: z.string().default('').meta({ title: 'Then', control: 'expression', from: 'table', placeholder: 'price * 0.9', visibleWhen: { param: 'gives', in: ['expression'] } }),
  gives: z.enum(['value', 'expression']).default('value').meta({ title: 'Gives', control: 'select', labels }),
});

const params = z.object({
  name: z.string().default('').meta({ title: 'Column', control: 'text', placeholder: 'group', description: 'A new name adds a column; the name of a column replaces it.' }),
  rules: z.array(rule).default([]).meta({ title: 'Rules', control: 'rows', description: 'The first rule whose condition is true counts.' }),
  otherwise: z
    .enum(['missing', 'value', 'expression', 'keep'])
    .default('missing')
    .meta({ title: 'Otherwise', control: 'select', labels: { missing: 'A missing value', ...labels, keep: 'What the column had' }, description: 'Where no condition is true, or all are unknown.' }),
  otherwiseValue: z.string().default('').meta({ title: 'Value otherwise', control: 'text', placeholder: 'adult', visibleWhen: { param: 'otherwise', in: ['value'] } }),
  otherwiseExpression: z.string().default('').meta({ title: 'Expression otherwise', control: 'expression', from: 'table', visibleWhen: { param: 'otherwise', in: ['expression'] } }),
  type: z
    .enum(['auto', 'string', 'integer', 'float', 'boolean', 'date', 'timestamp'])
    .default('auto')
    .meta({ title: 'Type', control: 'select', labels: { auto: 'Automatic', string: 'Text', integer: 'Whole number', float: 'Number', boolean: 'True/false', date: 'Date', timestamp: 'Date and time' }, advanced: true, description: 'Automatic: numbers where all values are numbers, and so on; else text.' }),
});

export type RulesParams = z.output<typeof params>;

function missing({ name, rules, otherwise, otherwiseExpression }: RulesParams): Diagnostic[] {
  return [
    ...(name.trim() === '' ? [paramMissing(['name'], 'The column has no name.', 'Name the column that the rules give.')] : []),
    ...(rules.length === 0 ? [paramMissing(['rules'], 'There is no rule yet.', 'Add a row with a condition and what it gives.')] : []),
    ...rules.flatMap(({ when, gives, expression }, i) => [
      ...(when.trim() === '' ? [paramMissing(['rules', i, 'when'], `Rule ${i + 1} has no condition.`, 'Type a condition such as age < 18.')] : []),
      ...(gives === 'expression' && expression.trim() === '' ? [paramMissing(['rules', i, 'expression'], `Rule ${i + 1} has no expression.`, 'Type an expression, or give a value.')] : []),
    ]),
    ...(otherwise === 'expression' && otherwiseExpression.trim() === '' ? [paramMissing(['otherwiseExpression'], 'There is no expression for all other rows.', 'Type an expression, or give a value.')] : []),
  ];
}

function unreachable({ rules }: RulesParams): Diagnostic[] {
  return rules.flatMap(({ when }, i): Diagnostic[] => {
    if (when.trim() === '') return [];
    const place = { param: ['rules', i, 'when'] };
    if (isNever(when)) return [{ severity: 'warning', code: 'rule-never', message: `The condition of rule ${i + 1} is never true.`, remedy: 'Correct it, or remove the rule.', place }];
    const before = rules.findIndex((earlier, j) => j < i && coveredBy(when, earlier.when));
    if (before < 0) return [];
    return [{ severity: 'warning', code: 'rule-unreachable', message: `Rule ${i + 1} is never reached: rule ${before + 1} takes all of its rows first.`, remedy: `Move it above rule ${before + 1}, or remove it.`, place }];
  });
}

export const definition = defineNode({
  type: 'transform/rules',
  version: 1,
  title: 'Rules',
  summary: 'Gives each row a value by the first rule that applies to it (case when).',
  keywords: ['case when', 'rule engine', 'if else', 'conditional', 'switch', 'map values', 'recode', 'np.select', 'category', 'decision table', 'multi-row'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The same rows with the column of results.' }],
  params,
  describe: ({ name, rules }, say) => (rules.length === 1 ? say`${name.trim() || '…'} by 1 rule` : say`${name.trim() || '…'} by ${rules.length} rules`),
  configure: ({ params: chosen }) => ({ diagnostics: [...missing(chosen), ...unreachable(chosen)] }),
});
