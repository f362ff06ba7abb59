import { runRawTrainer } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  run(context) {
    const { target: _target, column: _column, ...params } = context.params;
    return runRawTrainer(context, { task: 'train-text', algorithm: 'text-classifier', params });
  },
};
