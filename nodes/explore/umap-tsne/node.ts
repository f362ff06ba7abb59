import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { freeName } from '#app/relation/index.ts';
import type { Schema } from '#app/relation/types.ts';
import { chosenOf } from '#app/sdk/analysis.ts';
import { checkColumns, groupTypes } from '#app/sdk/chart-node.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

export const mapTypes = ['integer', 'float', 'boolean'] as const;
export const mostColumns = 500;

const umap = { param: 'method', in: ['umap'] };
const tsne = { param: 'method', in: ['tsne'] };

const params = z.object({
  method: z.enum(['umap', 'tsne']).default('umap').meta({ title: 'Method', control: 'select', labels: { umap: 'UMAP', tsne: 't-SNE' } }),
  columns: z.array(z.string()).default([]).meta({ title: 'Columns', description: 'None chosen: every number column.', control: 'columns', from: 'table', types: [...mapTypes] }),
  colour: z.string().default('').meta({ title: 'Colour by', control: 'column', from: 'table', types: ['boolean', 'integer', 'float', 'string'] }),
  rows: z.int().min(50).max(20_000).default(5000).meta({ title: 'Rows', description: 'Of bigger tables a random sample is taken.', control: 'number', min: 50, max: 20_000, step: 500 }),
  neighbours: z.int().min(2).max(200).default(15).meta({ title: 'Neighbours', description: 'Few show details, many the whole.', control: 'number', min: 2, max: 200, visibleWhen: umap }),
  minDist: z.number().min(0).max(1).default(0.1).meta({ title: 'Least distance', description: 'How close points may come in the picture.', control: 'number', min: 0, max: 1, step: 0.05, visibleWhen: umap }),
  perplexity: z.number().min(2).max(100).default(30).meta({ title: 'Perplexity', description: 'About how many neighbours a point has.', control: 'number', min: 2, max: 100, visibleWhen: tsne }),
  standardise: z.boolean().default(true).meta({ title: 'Standardise', description: 'So that units do not matter.', control: 'switch' }),
  components: z.int().min(0).max(200).default(30).meta({ title: 'Principal components first', description: 'More columns than this are reduced to them; 0: never.', control: 'number', min: 0, max: 200, advanced: true }),
  missing: z.enum(['drop', 'mean']).default('drop').meta({ title: 'Missing values', control: 'select', labels: { drop: 'Leave such rows out', mean: 'Take the column’s mean' }, advanced: true }),
  iterations: z.int().min(0).max(5000).default(0).meta({ title: 'Iterations', description: '0: by itself (t-SNE 750, UMAP 200 to 500).', control: 'number', min: 0, max: 5000, advanced: true }),
  seed: z.int().min(0).max(2 ** 31 - 1).default(42).meta({ title: 'Seed', description: 'Another one gives another picture: what stays is worth looking at.', control: 'number', min: 0, advanced: true }),
});

export type UmapTsneParams = z.output<typeof params>;

/** Names of the places: `umap_x`, `umap_y`. */
export function placeNames(method: UmapTsneParams['method'], schema: Schema): readonly [string, string] {
  const x = freeName(`${method}_x`, schema);
  return [x, freeName(`${method}_y`, [...schema, { name: x, type: 'float' }])];
}

export const definition = defineNode({
  type: 'explore/umap-tsne',
  version: 1,
  title: 'UMAP / t-SNE',
  summary: 'A map of rows: rows with similar numbers lie close together, so that groups in many columns become visible.',
  keywords: ['umap', 'tsne', 't-sne', 'embedding', 'manifold', 'dimensionality reduction', 'projection', 'cluster', 'map', 'visualisation'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [
    { name: 'report', title: 'Map', kind: 'report' },
    { name: 'table', title: 'Places', kind: 'table', summary: 'The rows on the map with their places.' },
  ],
  rowsOf: { table: { input: 'table', by: 'values' } },
  params,
  describe: ({ method, columns, neighbours, perplexity }, say) => `${method === 'umap' ? say`UMAP, ${neighbours} neighbours` : say`t-SNE, perplexity ${perplexity}`}${columns.length === 0 ? '' : `, ${say`${columns.length} columns`}`}`,
  configure: (context) => {
    const { params: chosen } = context;
    const schema = schemaAt(context);
    const diagnostics: Diagnostic[] = checkColumns(schema, [
      ...chosen.columns.map((name, i) => ({ param: ['columns', i], name, types: mapTypes, words: 'distances are taken of numbers', remedy: 'Leave it out, or make numbers of it first (Preprocess).' })),
      { param: ['colour'], name: chosen.colour, types: groupTypes, words: 'it has no colours' },
    ]);
    if (schema !== null && diagnostics.length === 0) {
      const found = chosenOf(schema, chosen.columns, chosen.columns.length === 0 ? ['integer', 'float'] : mapTypes).length;
      if (found < 2) diagnostics.push({ severity: 'error', code: 'too-few-columns', message: `A map needs two number columns; ${found === 0 ? 'none is' : 'one is'} chosen.`, remedy: 'Choose two or more number columns.', place: { param: ['columns'] } });
      if (found > mostColumns) diagnostics.push({ severity: 'error', code: 'too-many-columns', message: `There are ${found} columns; at most ${mostColumns} can be taken.`, remedy: 'Choose fewer columns.', place: { param: ['columns'] } });
    }
    const names = schema === null ? null : placeNames(chosen.method, schema);
    return { outputs: { report: { kind: 'report' }, table: { kind: 'table', schema: schema === null || names === null ? null : [...schema, ...names.map((name) => ({ name, type: 'float' as const }))] } }, diagnostics };
  },
  suggest: (context) => {
    const schema = schemaAt(context);
    const colour = schema?.find(({ type }) => type === 'string' || type === 'boolean');
    return colour === undefined || context.params.colour !== '' ? null : { colour: colour.name };
  },
});
