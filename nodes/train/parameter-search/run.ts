import { PenstockError } from '#app/core/errors.ts';
import { refusedByLearners, refusedDimensions, searchParameters } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import { parseSpace } from '#app/sdk/search-space.ts';
import { spaceRows, type Params } from './node.ts';

export const executor: NodeExecutor<Params> = {
  // What learners refuse is known only to them, and configure may not ask them.
  probe: async ({ space }) => ({ refused: refusedByLearners(parseSpace(space).space) }),

  async run(context): Promise<Record<string, PortValue>> {
    const { inputs, params } = context;
    const table = inputs['table']?.[0];
    const learner = inputs['learner']?.[0];
    if (table?.kind !== 'table') throw new PenstockError('input-missing', 'There is no table to search with.', { remedy: 'Connect a table.', place: { port: 'table' } });
    if (learner?.kind !== 'learner') throw new PenstockError('no-learner', 'No learner is connected.', { remedy: 'Connect the Learner output of a train node.', place: { port: 'learner' } });
    const { space, problems } = parseSpace(spaceRows(params, learner.learner));
    const problem = problems[0] ?? refusedDimensions(learner.learner.algorithm, space)[0];
    if (problem !== undefined) throw new PenstockError('search-space', problem.message, { remedy: problem.remedy, place: { param: ['space'] } });
    if (space.length === 0) throw new PenstockError('search-space', 'There is nothing to search.', { remedy: 'Add a row with a parameter of the learner and its values or range.', place: { param: ['space'] } });
    const found = await searchParameters(learner.learner, table, { ...params, space }, context);
    return { learner: { kind: 'learner', learner: found.learner }, model: found.model, trials: found.trials, report: { kind: 'report', report: found.report } };
  },
};
