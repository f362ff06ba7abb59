import { PenstockError } from '#app/core/errors.ts';
import type { RunContext } from '#app/sdk/node.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import { rawLearner, type RawTrainerParams, type RawTrainerSpec } from '#app/sdk/raw-trainer.ts';
import { fitLearner } from './fit-learner.ts';

/**
 * What train nodes do that learn classes from one raw column: `learner` always, `model` where a table is connected.
 * @throws PenstockError `column-missing` where no column is chosen; those of `fitLearner`; CancelledError.
 */
export async function runRawTrainer(context: RunContext<RawTrainerParams>, spec: RawTrainerSpec): Promise<Record<string, PortValue>> {
  const { params, inputs } = context;
  if (params.column === '') throw new PenstockError('column-missing', 'The column to learn from is not chosen.', { remedy: 'Choose it in the parameters.', place: { param: ['column'] } });
  const learner = rawLearner(spec, params);
  const table = inputs['table']?.[0];
  const learnerValue: PortValue = { kind: 'learner', learner };
  return table?.kind === 'table' ? { learner: learnerValue, model: await fitLearner(learner, table, context) } : { learner: learnerValue };
}
