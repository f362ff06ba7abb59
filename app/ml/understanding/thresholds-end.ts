import { EndBuilder, type EndNames, type ModelEnd } from './edit-model.ts';

/** Labels of two classes by a threshold: `positive` where its probability is at least that, the other class elsewhere. Probabilities stay. */
export function thresholdEnd(before: EndNames, positive: number, threshold: number): ModelEnd {
  const builder = new EndBuilder(before);
  const column = builder.op('Gather', [builder.cast(before.probabilities, 'double'), builder.constant('int64', [], [positive])], { axis: 1 });
  const reached = builder.op('GreaterOrEqual', [column, builder.constant('double', [], [threshold])]);
  builder.op('Where', [reached, builder.constant('int64', [], [positive]), builder.constant('int64', [], [1 - positive])], {}, 'label');
  builder.op('Identity', [before.probabilities], {}, 'probabilities');
  return builder.finish();
}
