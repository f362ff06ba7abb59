import type { NodeExecutor } from '#app/sdk/node.ts';
import { scriptRequest } from '#app/sdk/script-params.ts';
import type { PythonScriptParams } from './node.ts';

export const executor: NodeExecutor<PythonScriptParams> = {
  readsOnce: true,
  async run({ inputs, params, scripts }) {
    return { table: await scripts.python(scriptRequest(params, inputs), params.interpreter) };
  },
};
