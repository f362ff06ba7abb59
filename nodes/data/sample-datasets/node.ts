import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { datasetNames, datasets, type DatasetName } from './datasets.ts';

const labels = Object.fromEntries(datasetNames.map((name) => [name, datasets[name].title]));

const params = z.object({
  dataset: z.enum(datasetNames).default('penguins').meta({
    title: 'Dataset',
    description: 'Small public datasets that come with Penstock.',
    control: 'dataset',
    labels,
  }),
});

export type SampleDatasetsParams = { dataset: DatasetName };

export const definition = defineNode({
  type: 'data/sample-datasets',
  version: 1,
  title: 'Sample Datasets',
  summary: 'Small real datasets to try things with: penguins, cars, breast cancer, weather.',
  keywords: ['example', 'demo', 'penguins', 'iris', 'cars', 'mpg', 'titanic', 'weather', 'breast cancer', 'toy data'],
  inputs: [],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The dataset.' }],
  params,
  describe: ({ dataset }, say) => say.text(datasets[dataset].title),
  configure: ({ params: { dataset } }) => ({ outputs: { table: { kind: 'table', schema: datasets[dataset].schema } } }),
});
