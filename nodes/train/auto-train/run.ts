import { PenstockError } from '#app/core/errors.ts';
import { autoTrain } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import { taskOf } from '#app/sdk/trainer.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  async run(context): Promise<Record<string, PortValue>> {
    const { inputs, params } = context;
    const table = inputs['table']?.[0];
    if (table?.kind !== 'table') throw new PenstockError('input-missing', 'There is no table to learn from.', { remedy: 'Connect a table.', place: { port: 'table' } });
    const target = table.schema.find(({ name }) => name === params.target);
    if (target === undefined) throw new PenstockError('target-missing', `The table has no column “${params.target}” to predict.`, { remedy: 'Choose the target column in the parameters.', place: { param: ['target'] } });
    const { learner, model, leaderboard, report } = await autoTrain(table, { ...params, task: params.task === 'auto' ? taskOf(target) : params.task }, context);
    return { model, learner: { kind: 'learner', learner }, leaderboard, report: { kind: 'report', report } };
  },
};
