import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { defineNode } from '#app/sdk/node.ts';
import { syntheticSchema } from '#app/sdk/synthetic.ts';
import { columnFaults, columnParam, specOf } from './spec.ts';

const preset = (kinds: readonly string[]) => ({ param: 'preset', in: [...kinds] });
const share = z.number().min(0).max(1);

const params = z.object({
  rows: z.int().min(1).max(1_000_000_000).default(1000).meta({ title: 'Rows', control: 'number', min: 1, max: 1_000_000_000 }),
  seed: z.int().min(0).max(4_294_967_295).default(1).meta({ title: 'Seed', description: 'The same seed gives the same rows on any machine.', control: 'number', min: 0 }),
  preset: z.enum(['columns', 'moons', 'circles', 'blobs', 'classification', 'regression']).default('columns').meta({
    title: 'What to make',
    control: 'select',
    labels: {
      columns: 'Columns of my own',
      moons: 'Two moons',
      circles: 'Two circles',
      blobs: 'Blobs (clusters)',
      classification: 'Classification',
      regression: 'Regression',
    },
  }),
  columns: z
    .array(columnParam)
    .max(500)
    .default([
      { generator: 'id', name: 'id', start: 1 },
      { generator: 'normal', name: 'score', mean: 0, deviation: 1, missing: 0 },
      { generator: 'category', name: 'group', values: 'a:3, b:2, c:1', missing: 0 },
    ])
    .meta({ title: 'Columns', control: 'rows', visibleWhen: preset(['columns']) }),
  noise: z.number().min(0).max(1e6).default(0.1).meta({ title: 'Noise', description: 'Standard deviation of what is added.', control: 'number', min: 0, step: 0.05, visibleWhen: preset(['moons', 'circles', 'regression']) }),
  factor: share.default(0.5).meta({ title: 'Inner radius', control: 'slider', min: 0.05, max: 0.95, step: 0.05, visibleWhen: preset(['circles']) }),
  features: z.int().min(1).max(500).default(4).meta({ title: 'Features', control: 'number', min: 1, max: 500, visibleWhen: preset(['blobs', 'classification', 'regression']) }),
  informative: z.int().min(1).max(500).default(2).meta({ title: 'Informative features', description: 'The others are noise.', control: 'number', min: 1, max: 500, visibleWhen: preset(['classification', 'regression']) }),
  classes: z.int().min(1).max(100).default(3).meta({ title: 'Classes or clusters', control: 'number', min: 1, max: 100, visibleWhen: preset(['blobs', 'classification']) }),
  deviation: z.number().min(0).max(1e6).default(1).meta({ title: 'Standard deviation', control: 'number', min: 0, step: 0.1, visibleWhen: preset(['blobs']) }),
  separation: z.number().min(0).max(1e6).default(1).meta({ title: 'Separation', description: 'Half the distance between classes along an informative feature, in standard deviations.', control: 'number', min: 0, step: 0.1, visibleWhen: preset(['classification']) }),
  flipped: share.default(0.01).meta({ title: 'Labels at random', description: 'Share of rows whose label is drawn anew.', control: 'slider', min: 0, max: 1, step: 0.01, visibleWhen: preset(['classification']) }),
});

export type SyntheticDataParams = z.output<typeof params>;


export const definition = defineNode({
  type: 'data/synthetic-data',
  version: 1,
  title: 'Synthetic Data',
  summary: 'Makes rows at random, the same ones on any machine: columns of your own, or datasets to try learners on.',
  keywords: ['generate', 'random', 'fake', 'mock', 'Data Generator', 'Generate Rows', 'make_blobs', 'make_moons', 'make_circles', 'make_classification', 'make_regression', 'faker', 'seed', 'test data'],
  inputs: [],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The rows that were made.' }],
  params,
  describe: ({ rows, preset: kind, columns }, say) => {
    const width = columns.length === 1 ? say`1 column` : say`${columns.length} columns`;
    const what = { columns: width, moons: say`two moons`, circles: say`two circles`, blobs: say`blobs`, classification: say`classification`, regression: say`regression` }[kind];
    return `${rows === 1 ? say`1 row` : say`${formatCount(rows)} rows`}, ${what}`;
  },
  configure: ({ params: given }) => {
    const diagnostics: Diagnostic[] = given.preset === 'columns' ? columnFaults(given.columns) : [];
    const few = (given.preset === 'classification' || given.preset === 'regression') && given.informative > given.features;
    if (few) diagnostics.push({ severity: 'error', code: 'informative', message: `There are ${given.features} features, so ${given.informative} cannot be informative.`, remedy: 'Lower the number of informative features, or raise the features.', place: { param: ['informative'] } });
    if (given.preset === 'classification' && !few && given.classes > 2 ** Math.min(31, given.informative)) {
      diagnostics.push({ severity: 'error', code: 'too-many-classes', message: `${given.informative} informative features have corners for ${2 ** given.informative} classes, not ${given.classes}.`, remedy: 'Use more informative features or fewer classes.', place: { param: ['classes'] } });
    }
    if (diagnostics.some(({ severity }) => severity === 'error')) return { outputs: { table: { kind: 'table', schema: null } }, diagnostics };
    return { outputs: { table: { kind: 'table', schema: syntheticSchema(specOf(given)) } }, diagnostics };
  },
});
