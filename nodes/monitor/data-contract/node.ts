import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

export const kinds = ['not-missing', 'unique', 'range', 'set', 'pattern', 'condition', 'rows', 'rows-as-before', 'fresh', 'reference'] as const;
export type Kind = (typeof kinds)[number];

const labels: Record<Kind, string> = {
  'not-missing': 'Is not missing',
  unique: 'Is unique',
  range: 'Lies between',
  set: 'Is one of',
  pattern: 'Matches a pattern',
  condition: 'Fulfils a condition',
  rows: 'Number of rows',
  'rows-as-before': 'Rows as in earlier runs',
  fresh: 'Is recent',
  reference: 'Is in the other table',
};

const withColumn: readonly Kind[] = ['not-missing', 'range', 'set', 'pattern', 'fresh', 'reference'];
const ofRows: readonly Kind[] = ['not-missing', 'unique', 'range', 'set', 'pattern', 'condition', 'reference'];

export const expectationSchema = z.object({
  kind: z.enum(kinds).default('not-missing').meta({ title: 'Expect', control: 'select', labels }),
  column: z.string().default('').meta({ title: 'Column', control: 'column', from: 'table', visibleWhen: { param: 'kind', in: [...withColumn] } }),
  columns: z.array(z.string()).default([]).meta({ title: 'Columns together', control: 'columns', from: 'table', visibleWhen: { param: 'kind', in: ['unique'] } }),
  min: z.number().nullable().default(null).meta({ title: 'At least', control: 'number', visibleWhen: { param: 'kind', in: ['range', 'rows'] } }),
  max: z.number().nullable().default(null).meta({ title: 'At most', control: 'number', visibleWhen: { param: 'kind', in: ['range', 'rows'] } }),
  values: z.array(z.string()).default([]).meta({ title: 'Values', control: 'column-values', of: 'column', visibleWhen: { param: 'kind', in: ['set'] } }),
  pattern: z.string().max(1000).default('').meta({ title: 'Pattern', control: 'text', placeholder: '[A-Z]{2}[0-9]+', description: 'A regular expression that the whole value matches.', visibleWhen: { param: 'kind', in: ['pattern'] } }),
  condition: z.string().max(10_000).default('').meta({ title: 'Condition', control: 'expression', from: 'table', placeholder: 'price > 0', visibleWhen: { param: 'kind', in: ['condition'] } }),
  hours: z.number().min(0).default(24).meta({ title: 'Newest value not older than', control: 'number', unit: 'h', visibleWhen: { param: 'kind', in: ['fresh'] } }),
  tolerance: z.number().min(0).max(100).default(0.5).meta({ title: 'May differ by', control: 'number', step: 0.05, description: 'As a share: 0.5 is half as many or half as many again.', visibleWhen: { param: 'kind', in: ['rows-as-before'] } }),
  other: z.string().default('').meta({ title: 'Column of the other table', control: 'column', from: 'reference', visibleWhen: { param: 'kind', in: ['reference'] } }),
  atMost: z.number().min(0).max(1).default(0).meta({ title: 'Share of rows that may break it', control: 'number', min: 0, max: 1, step: 0.01, visibleWhen: { param: 'kind', in: [...ofRows] } }),
  severity: z.enum(['stop', 'warn']).default('stop').meta({ title: 'If broken', control: 'select', labels: { stop: 'Stop the run', warn: 'Warn' } }),
});
export type Expectation = z.output<typeof expectationSchema>;

const typeLabels = { boolean: 'True / false', integer: 'Whole number', float: 'Number', string: 'Text', date: 'Date', time: 'Time', timestamp: 'Date and time', binary: 'Bytes' };

export const paramsSchema = z.object({
  schema: z.enum(['any', 'at-least', 'exactly']).default('at-least').meta({ title: 'Columns', control: 'select', labels: { any: 'Not checked', 'at-least': 'At least these', exactly: 'Exactly these' } }),
  columns: z
    .array(z.object({ name: z.string().default('').meta({ title: 'Name', control: 'text' }), type: z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']).default('string').meta({ title: 'Type', control: 'select', labels: typeLabels }) }))
    .default([])
    .meta({ title: 'Expected columns', control: 'rows', visibleWhen: { param: 'schema', in: ['at-least', 'exactly'] } }),
  schemaSeverity: z.enum(['stop', 'warn']).default('stop').meta({ title: 'If columns differ', control: 'select', labels: { stop: 'Stop the run', warn: 'Warn' }, visibleWhen: { param: 'schema', in: ['at-least', 'exactly'] } }),
  expectations: z.array(expectationSchema).max(500).default([]).meta({ title: 'Expectations', control: 'rows' }),
});
export type Params = z.output<typeof paramsSchema>;

/** What is missing in an expectation, or does not fit the table. */
function problemsOf(one: Expectation, index: number, schema: Schema | null, reference: Schema | null): Diagnostic[] {
  const at = (name: string): (string | number)[] => ['expectations', index, name];
  const nth = `Expectation ${index + 1}`;
  const unknown = (column: string, name: string, columns: Schema | null): Diagnostic[] =>
    columns !== null && column !== '' && !columns.some((other) => other.name === column)
      ? [{ severity: 'error', code: 'unknown-column', message: `${nth} is about the column “${column}”, which the table does not have.`, remedy: 'Choose another column, or remove the expectation.', place: { param: at(name), column } }]
      : [];
  const needs = (isOpen: boolean, name: string, what: string): Diagnostic[] => (isOpen ? [paramMissing(at(name), `${nth} has no ${what}.`, `Give it a ${what}, or remove it.`)] : []);
  return [
    ...needs(withColumn.includes(one.kind) && one.column === '', 'column', 'column'),
    ...(withColumn.includes(one.kind) ? unknown(one.column, 'column', schema) : []),
    ...needs(one.kind === 'unique' && one.columns.length === 0, 'columns', 'column'),
    ...(one.kind === 'unique' ? one.columns.flatMap((column) => unknown(column, 'columns', schema)) : []),
    ...needs((one.kind === 'range' || one.kind === 'rows') && one.min === null && one.max === null, 'min', 'limit'),
    ...needs(one.kind === 'set' && one.values.length === 0, 'values', 'value'),
    ...needs(one.kind === 'pattern' && one.pattern === '', 'pattern', 'pattern'),
    ...needs(one.kind === 'condition' && one.condition.trim() === '', 'condition', 'condition'),
    ...needs(one.kind === 'reference' && one.other === '', 'other', 'column of the other table'),
    ...(one.kind === 'reference' ? unknown(one.other, 'other', reference) : []),
  ];
}

export const definition = defineNode({
  type: 'monitor/data-contract',
  version: 1,
  title: 'Data Contract',
  summary: 'Checks what a table must be like before anything else uses it, and stops the run where it is not.',
  keywords: ['expectations', 'validation', 'quality gate', 'schema', 'freshness', 'great expectations', 'assert', 'test'],
  inputs: [
    { name: 'table', title: 'Table', kind: 'table', arity: 'one' },
    { name: 'reference', title: 'Other table', kind: 'table', arity: 'optional', summary: 'Where keys of the table must be.' },
  ],
  outputs: [
    { name: 'table', title: 'Table', kind: 'table' },
    { name: 'report', title: 'Report', kind: 'report' },
  ],
  params: paramsSchema,
  describe({ schema, columns, expectations }, say) {
    const stops = expectations.filter(({ severity }) => severity === 'stop').length;
    if (expectations.length === 0 && (schema === 'any' || columns.length === 0)) return say`expects nothing yet`;
    return schema === 'any' || columns.length === 0 ? say`${expectations.length} expectations, ${stops} of them stop` : say`${columns.length} columns, ${expectations.length} expectations`;
  },
  rowsOf: { table: { input: 'table', by: 'place' } },
  configure(context) {
    const { params } = context;
    const schema = schemaAt(context);
    const reference = schemaAt(context, 'reference');
    const diagnostics = params.expectations.flatMap((one, index) => problemsOf(one, index, schema, reference));
    if (params.expectations.some(({ kind }) => kind === 'reference') && context.inputs['reference'] === undefined) {
      diagnostics.push({ severity: 'error', code: 'input-missing', message: 'An expectation looks into another table, and none is connected.', remedy: 'Connect the table with the keys to “Other table”.', place: { port: 'reference' } });
    }
    return { outputs: { table: { kind: 'table', schema }, report: { kind: 'report' } }, diagnostics };
  },
  /** A new contract begins with the columns that are there. */
  suggest(context) {
    const schema = schemaAt(context);
    return schema === null ? null : { columns: schema.map(({ name, type }) => ({ name, type })) };
  },
});
