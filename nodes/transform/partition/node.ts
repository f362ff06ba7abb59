import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { likelyKey } from '#app/sdk/row-key.ts';

const params = z.object({
  fraction: z.number().gt(0).lt(1).default(0.8).meta({ title: 'Training share', control: 'slider', min: 0.05, max: 0.95, step: 0.05, description: 'The part of the rows that goes to Train.' }),
  validation: z.number().min(0).lt(1).default(0).meta({ title: 'Validation share', control: 'slider', min: 0, max: 0.5, step: 0.05, description: 'The part that goes to Validation, for choosing among models; the rest goes to Test.' }),
  method: z
    .enum(['random', 'stratified', 'grouped', 'time'])
    .default('random')
    .meta({
      title: 'Method',
      control: 'select',
      labels: { random: 'Random', stratified: 'Stratified', grouped: 'Grouped', time: 'By time' },
      description: 'Stratified gives the parts the same mix of one column’s values. Grouped keeps all rows of a person, a shop … on one side. By time trains on the past and tests on what comes after.',
    }),
  column: z.string().default('').meta({ title: 'Stratify by', control: 'column', from: 'table', types: ['boolean', 'integer', 'string', 'date'], visibleWhen: { param: 'method', in: ['stratified'] } }),
  group: z.array(z.string()).default([]).meta({ title: 'Keep together', control: 'columns', from: 'table', visibleWhen: { param: 'method', in: ['grouped'] }, description: 'Rows that are equal in these columns go to one side.' }),
  time: z.string().default('').meta({ title: 'Time', control: 'column', from: 'table', types: ['date', 'timestamp', 'integer', 'float'], visibleWhen: { param: 'method', in: ['time'] } }),
  testFrom: z.string().default('').meta({ title: 'Test begins', control: 'text', placeholder: 'by share', visibleWhen: { param: 'method', in: ['time'] }, description: 'A date such as 2024-05-31, or a number; without one, the shares decide.' }),
  validationFrom: z.string().default('').meta({ title: 'Validation begins', control: 'text', placeholder: 'no validation', visibleWhen: { param: 'method', in: ['time'] }, description: 'Only together with the beginning of Test.' }),
  key: z.array(z.string()).default([]).meta({ title: 'Key', control: 'columns', from: 'table', visibleWhen: { param: 'method', in: ['random', 'stratified'] }, description: 'Columns that tell a row from others, such as a number of its own. With a key the split is much quicker, and a row keeps its side when other columns change. Without one, all columns together decide.' }),
  exact: z.boolean().default(true).meta({ title: 'Exact shares', control: 'switch', advanced: true, visibleWhen: { param: 'method', in: ['random'] }, description: 'Off, with a key: the shares are met on average only (a million rows: to about 0.1 %), each row is judged alone, and the split takes half the time.' }),
  seed: z.int().min(0).max(4_294_967_295).default(42).meta({ title: 'Seed', control: 'number', min: 0, step: 1, advanced: true, description: 'Another seed gives another split.' }),
});

export type PartitionParams = z.output<typeof params>;

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

function missing({ method, column, group, time, testFrom, validationFrom }: PartitionParams): Diagnostic[] {
  if (method === 'stratified' && column === '') return [paramMissing(['column'], 'There is no column to stratify by.', 'Choose a column, for example the target, or use the random method.')];
  if (method === 'grouped' && group.length === 0) return [paramMissing(['group'], 'There is no column that says which rows belong together.', 'Choose a column, for example the customer.')];
  if (method === 'time' && time === '') return [paramMissing(['time'], 'There is no column to order the rows by time.', 'Choose a date, a date and time, or a number.')];
  if (method === 'time' && testFrom.trim() === '' && validationFrom.trim() !== '') return [paramMissing(['testFrom'], 'It is given when Validation begins, but not when Test begins.', 'Give both, or neither.')];
  return [];
}

export const definition = defineNode({
  type: 'transform/partition',
  version: 2,
  title: 'Partition',
  summary: 'Splits the rows into a training and a test part, and a validation part if wanted, the same way every time.',
  keywords: ['train test split', 'train_test_split', 'holdout', 'stratified', 'group shuffle split', 'time series split', 'out of time', 'sample', 'validation', 'split', 'partitioning', 'data sampler', 'create samples'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'train', title: 'Train', kind: 'table', summary: 'The rows to train on.' },
    { name: 'test', title: 'Test', kind: 'table', summary: 'All other rows.' },
    { name: 'validation', title: 'Validation', kind: 'table', summary: 'The rows to choose among models with; empty without a validation share.' },
  ],
  params,
  describe: ({ fraction, validation, method, column, group, time, testFrom }, say) => {
    const by = { random: [], stratified: [say`by ${column || '…'}`], grouped: [say`whole ${group.join(', ') || '…'}`], time: [say`by ${time || '…'}`] }[method];
    if (method === 'time' && testFrom.trim() !== '') return [say`test from ${testFrom.trim()}`, ...by].join(', ');
    const parts = [say`${percent(fraction)} train`, ...(validation > 0 ? [say`${percent(validation)} validation`] : []), say`${percent(Math.max(0, 1 - fraction - validation))} test`];
    return [...parts, ...by].join(', ');
  },
  configure: ({ params: chosen }) => ({
    diagnostics: [
      ...missing(chosen),
      ...(chosen.fraction + chosen.validation >= 1
        ? [{ severity: 'error' as const, code: 'param-invalid', message: `The shares of Train (${percent(chosen.fraction)}) and Validation (${percent(chosen.validation)}) leave nothing for Test.`, remedy: 'Make one of them smaller.', place: { param: ['validation'] } }]
        : []),
    ],
  }),
  suggest: (context) => {
    const key = likelyKey(schemaAt(context));
    return key === undefined || context.params.key.length > 0 ? null : { key: [key] };
  },
  // Version 1 had two parts, and neither keys, groups nor times: its params mean the same now.
  migrate: { 1: (before) => before },
});
