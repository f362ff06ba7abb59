import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  run: async ({ params }) => ({ recipe: { kind: 'recipe', recipe: { steps: params.steps } } }),
};
