import { codeSpan, modelBlocks, modelOf, reportOf } from '#app/sdk/deployment.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  // The registry may have been tidied since; registering the same model again gives the version it has.
  effect: true,
  async run({ inputs, params, models }) {
    const model = modelOf(inputs);
    const { name, version } = await models.register(params.name, model, params.note);
    const note = params.note === '' ? '' : `\n\n${params.note}`;
    return reportOf(`${name}, version ${version}`, [{ type: 'text', markdown: `Registered as ${codeSpan(name)}, **version ${version}** (${model.algorithm}).${note}` }, ...modelBlocks(model)]);
  },
};
