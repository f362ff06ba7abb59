import { PenstockError } from '#app/core/errors.ts';
import { testAndScore, type FoldMethod } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  async run(context) {
    const { params } = context;
    const table = context.inputs['table']?.[0];
    if (table?.kind !== 'table') throw new PenstockError('input-missing', 'There is no table to train and test on.', { remedy: 'Connect a table.', place: { port: 'table' } });
    const learners = (context.inputs['learner'] ?? []).flatMap((value) => (value.kind === 'learner' ? [value.learner] : []));
    const { evaluation, scores, predictions } = await testAndScore(table, learners, { method: methodOf(params), confidence: params.confidence, seed: params.seed, key: params.key }, context);
    return { evaluation: { kind: 'evaluation', evaluation }, scores, predictions };
  },
};

function methodOf({ method, folds, repeats, share, stratified, group, time, windows, window }: Params): FoldMethod {
  switch (method) {
    case 'k-fold':
      return { by: 'k-fold', k: folds, repeats: 1, stratified };
    case 'repeated-k-fold':
      return { by: 'k-fold', k: folds, repeats, stratified };
    case 'random':
      return { by: 'random', share, repeats, stratified };
    case 'group-k-fold':
      return { by: 'group-k-fold', column: group, k: folds };
    case 'leave-one-group-out':
      return { by: 'leave-one-group-out', column: group };
    case 'time':
      return { by: 'time', column: time, k: folds, window: windows === 'rolling' ? window : null };
  }
}
