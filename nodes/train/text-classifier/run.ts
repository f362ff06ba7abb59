import { runRawTrainer } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import { trainerSpec, type Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  run: (context) => runRawTrainer(context, trainerSpec(context.params)),
};
