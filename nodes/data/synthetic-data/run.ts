import { formatCount } from '#app/core/units.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { SyntheticDataParams } from './node.ts';
import { specOf } from './spec.ts';

export const executor: NodeExecutor<SyntheticDataParams> = {
  async run({ params, tables, progress }) {
    progress(null, `Making ${formatCount(params.rows)} rows`);
    return { table: await tables.synthesise(specOf(params), 'Synthetic data') };
  },
};
