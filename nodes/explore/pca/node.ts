import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { chosenOf } from '#app/sdk/analysis.ts';
import { checkColumns, groupTypes } from '#app/sdk/chart-node.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import type { PortMeta } from '#app/sdk/ports.ts';
import { componentNames } from './names.ts';

/** A number column, or true/false as 1 and 0. */
export const pcaTypes = ['integer', 'float', 'boolean'] as const;
export const mostColumns = 500;

const params = z.object({
  columns: z.array(z.string()).default([]).meta({ title: 'Columns', description: 'None chosen: every number column.', control: 'columns', from: 'table', types: [...pcaTypes] }),
  standardise: z.boolean().default(true).meta({ title: 'Standardise', description: 'Each column gets mean 0 and standard deviation 1, so that units do not matter.', control: 'switch' }),
  keep: z.enum(['count', 'share']).default('count').meta({ title: 'Keep', control: 'select', labels: { count: 'A number of components', share: 'A share of the variance' } }),
  components: z.int().min(1).max(mostColumns).default(2).meta({ title: 'Components', control: 'number', min: 1, max: mostColumns, visibleWhen: { param: 'keep', in: ['count'] } }),
  share: z.number().min(0.01).max(1).default(0.9).meta({ title: 'Share of the variance', description: 'As many components as reach it; their number is known after a run.', control: 'slider', min: 0.01, max: 1, step: 0.01, visibleWhen: { param: 'keep', in: ['share'] } }),
  colour: z.string().default('').meta({ title: 'Colour by', description: 'Colours the score plot.', control: 'column', from: 'table', types: ['boolean', 'integer', 'float', 'string'] }),
  missing: z.enum(['drop', 'mean']).default('drop').meta({
    title: 'Missing values',
    control: 'select',
    labels: { drop: 'Leave such rows out of the fit; their scores are missing', mean: 'Take the column’s mean' },
    advanced: true,
  }),
  prefix: z.string().regex(/^[^\p{Cc}]{1,40}$/u).default('pc').meta({ title: 'Name of the scores', description: 'Followed by the number of the component.', control: 'text', advanced: true }),
});

export type PcaParams = z.output<typeof params>;

const loadingsSchema = [
  { name: 'component', type: 'integer' },
  { name: 'column', type: 'string' },
  { name: 'weight', type: 'float' },
  { name: 'correlation', type: 'float' },
] as const;

export const definition = defineNode({
  type: 'explore/pca',
  version: 1,
  title: 'PCA',
  summary: 'Principal components of number columns: scores beside every row, loadings, and how much of the variance each explains.',
  keywords: ['principal component analysis', 'dimensionality reduction', 'dimension reduction', 'eigenvector', 'loadings', 'scree', 'factor', 'biplot', 'sklearn PCA', 'prcomp'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'table', title: 'Scores', kind: 'table', summary: 'Every row with its place along each component.' },
    { name: 'report', title: 'Components', kind: 'report', summary: 'Explained variance, loadings and the score plot.' },
    { name: 'loadings', title: 'Loadings', kind: 'table', summary: 'Weight of each column in each component, and their correlation.' },
  ],
  params,
  describe: ({ columns, keep, components, share }, say) => {
    const kept = keep === 'share' ? say`${Math.round(share * 100)} % of the variance` : components === 1 ? say`1 component` : say`${components} components`;
    return columns.length === 0 ? kept : say`${kept} of ${columns.length} columns`;
  },
  configure: (context) => {
    const { params: chosen } = context;
    const schema = schemaAt(context);
    const diagnostics: Diagnostic[] = checkColumns(schema, [
      ...chosen.columns.map((name, i) => ({ param: ['columns', i], name, types: pcaTypes, words: 'components are made of numbers', remedy: 'Leave it out, or make numbers of it first (Preprocess).' })),
      { param: ['colour'], name: chosen.colour, types: groupTypes, words: 'it has no colours' },
    ]);
    const found = schema === null ? [] : chosenOf(schema, chosen.columns, chosen.columns.length === 0 ? ['integer', 'float'] : pcaTypes);
    if (schema !== null && diagnostics.length === 0 && (found.length < 2 || found.length > mostColumns)) {
      diagnostics.push({
        severity: 'error',
        code: found.length < 2 ? 'too-few-columns' : 'too-many-columns',
        message: found.length < 2 ? `Components need two number columns; ${found.length === 0 ? 'none is' : 'one is'} chosen.` : `There are ${found.length} columns; at most ${mostColumns} can be taken.`,
        remedy: found.length < 2 ? 'Choose two or more number columns.' : 'Choose fewer columns.',
        place: { param: ['columns'] },
      });
    }
    if (schema !== null && diagnostics.length === 0 && chosen.keep === 'count' && chosen.components > found.length) {
      diagnostics.push({ severity: 'warning', code: 'fewer-components', message: `${found.length} columns have no more than ${found.length} components; ${chosen.components} are asked for.`, remedy: 'Ask for fewer.', place: { param: ['components'] } });
    }
    const known = schema !== null && chosen.keep === 'count' && found.length >= 2;
    const names = componentNames(chosen.prefix, known ? Math.min(chosen.components, found.length) : 0, schema ?? []);
    const table: PortMeta = { kind: 'table', schema: known ? [...schema, ...names.map((name) => ({ name, type: 'float' as const }))] : null };
    return { outputs: { table, report: { kind: 'report' }, loadings: { kind: 'table', schema: [...loadingsSchema] } }, diagnostics };
  },
  suggest: (context) => {
    const schema = schemaAt(context);
    const colour = schema?.find(({ type }) => type === 'string' || type === 'boolean');
    return colour === undefined || context.params.colour !== '' ? null : { colour: colour.name };
  },
});
