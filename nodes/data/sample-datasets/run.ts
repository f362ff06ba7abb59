import type { NodeExecutor } from '#app/sdk/node.ts';
import { datasets } from './datasets.ts';
import type { SampleDatasetsParams } from './node.ts';

export const executor: NodeExecutor<SampleDatasetsParams> = {
  async run({ params, tables, resolvePath }) {
    const { file, schema } = datasets[params.dataset];
    const dialect = { delimiter: ',', quote: '"', header: true, encoding: 'utf-8', nullWords: [] } as const;
    return { table: await tables.readCsv(resolvePath(`resource:samples/datasets/${file}`), dialect, schema, file) };
  },
};
