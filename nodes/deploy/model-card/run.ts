import { codeSpan, modelOf, reportOf } from '#app/sdk/deployment.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  // The brief, or the file, may be another since the last run.
  effect: true,
  async run({ inputs, params, models }) {
    const model = modelOf(inputs);
    const evaluations = (inputs['evaluation'] ?? []).flatMap((value) => (value.kind === 'evaluation' ? [value.evaluation] : []));
    const { name, use, limits, ethics, format, path } = params;
    const card = await models.card(model, { name, evaluations, use, limits, ethics, file: format === 'none' ? null : { format, path } });
    const written = card.path === null ? [] : [{ type: 'text' as const, markdown: `Wrote ${codeSpan(card.path)}.` }];
    return reportOf(name, [...written, { type: 'text', markdown: card.markdown }]);
  },
};
