import { PenstockError } from '#app/core/errors.ts';
import { predictTable } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  async run(context) {
    const table = context.inputs['table']?.[0];
    const model = context.inputs['model']?.[0];
    if (table?.kind !== 'table' || model?.kind !== 'model') {
      throw new PenstockError('input-missing', 'Predict needs a table and a model.', { remedy: 'Connect both inputs.' });
    }
    return { table: await predictTable(model, table, context) };
  },
};
