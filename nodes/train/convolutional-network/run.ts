import { runRawTrainer } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  run(context) {
    const { target: _target, column, ...params } = context.params;
    return runRawTrainer(context, {
      task: 'train-images',
      algorithm: 'convolutional-network',
      params,
      images: [{ column, width: params.size, height: params.size }],
      value: (path) => (path === null ? null : context.resolvePath(path)),
    });
  },
};
