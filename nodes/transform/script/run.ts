import type { NodeExecutor } from '#app/sdk/node.ts';
import { scriptRequest } from '#app/sdk/script-params.ts';
import type { ScriptParams } from './node.ts';

export const executor: NodeExecutor<ScriptParams> = {
  readsOnce: true,
  async run({ inputs, params, scripts }) {
    return { table: await scripts.javascript(scriptRequest(params, inputs)) };
  },
};
