import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  kind: z
    .enum(['inner', 'left', 'right', 'full', 'semi', 'anti', 'cross'])
    .default('left')
    .meta({
      title: 'Rows that come out',
      labels: {
        inner: 'Matches only (inner)',
        left: 'All of the left (left)',
        right: 'All of the right (right)',
        full: 'All of both (full)',
        semi: 'Left rows with a match (semi)',
        anti: 'Left rows without a match (anti)',
        cross: 'Every pair (cross)',
      },
    }),
  on: z
    .array(
      z.object({
        left: z.string().default('').meta({ title: 'Left column', control: 'column', from: 'left' }),
        right: z.string().default('').meta({ title: 'Right column', control: 'column', from: 'right' }),
      }),
    )
    .default([])
    .meta({ title: 'Match where equal', control: 'rows', visibleWhen: { param: 'kind', in: ['inner', 'left', 'right', 'full', 'semi', 'anti'] } }),
  rightSuffix: z
    .string()
    .min(1)
    .max(40)
    .default('_right')
    .meta({ title: 'Suffix for right columns', description: 'Added to a right column whose name the left has too.', advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'transform/join',
  version: 1,
  title: 'Join',
  summary: 'Matches the rows of two tables by equal columns.',
  keywords: ['join', 'merge', 'lookup', 'vlookup', 'match', 'combine', 'inner', 'left', 'outer', 'anti'],
  inputs: [
    { name: 'left', title: 'Left table', kind: 'table', arity: 'one' },
    { name: 'right', title: 'Right table', kind: 'table', arity: 'one' },
  ],
  outputs: [{ name: 'table', title: 'Table', kind: 'table' }],
  params: paramsSchema,
  describe: (params) =>
    params.kind === 'cross' ? 'every pair of rows' : `${params.kind} join${params.on.length > 0 ? ` on ${params.on.map((pair) => (pair.left === pair.right ? pair.left : `${pair.left} = ${pair.right}`)).join(', ')}` : ''}`,
  configure: ({ params }) => {
    const missing = (message: string, param: readonly (string | number)[]): Diagnostic => ({
      severity: 'error',
      code: 'param-missing',
      message,
      remedy: 'Choose the columns of both tables that must be equal.',
      place: { param },
    });
    if (params.kind === 'cross') return {};
    if (params.on.length === 0) return { diagnostics: [missing('No columns to match are chosen.', ['on'])] };
    return {
      diagnostics: params.on.flatMap((pair, index) =>
        pair.left === '' || pair.right === ''
          ? [missing(`Pair ${index + 1} lacks the ${pair.left === '' ? 'left' : 'right'} column.`, ['on', index, pair.left === '' ? 'left' : 'right'])]
          : [],
      ),
    };
  },
  suggest: ({ inputs, params }) => {
    const [left] = inputs['left'] ?? [];
    const [right] = inputs['right'] ?? [];
    if (params.on.length > 0 || left?.kind !== 'table' || right?.kind !== 'table' || left.schema === null || right.schema === null) return null;
    const rightSchema = right.schema;
    const shared = left.schema.filter((column) => rightSchema.some((other) => other.name === column.name && other.type === column.type));
    // One shared name is a likely key; many are likely the same measurements twice, and an id among them is the key.
    const key = shared.length === 1 ? shared[0] : shared.find((column) => /(^|_)(id|key|code)$/i.test(column.name));
    return key === undefined ? null : { on: [{ left: key.name, right: key.name }] };
  },
});
