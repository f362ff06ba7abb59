import { PenstockError } from '#app/core/errors.ts';
import { fitLearner } from '#app/ml/index.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { LearnerSpec, PortValue } from '#app/sdk/ports.ts';
import { learnerProblems } from '#app/sdk/scores.ts';
import { stackedSpec, type Params } from './node.ts';

const learnersAt = (values: readonly PortValue[] | undefined): LearnerSpec[] => (values ?? []).flatMap((value) => (value.kind === 'learner' ? [value.learner] : []));

export const executor: NodeExecutor<Params> = {
  async run(context): Promise<Record<string, PortValue>> {
    const { inputs, params } = context;
    const table = inputs['table']?.[0];
    const bases = learnersAt(inputs['learner']);
    const learner = stackedSpec(params, bases, learnersAt(inputs['final'])[0] ?? null);
    if (learner === null) throw new PenstockError('no-learner', 'No learner is connected.', { remedy: 'Connect the Learner outputs of at least two train nodes.', place: { port: 'learner' } });
    const learnerValue: PortValue = { kind: 'learner', learner };
    if (table?.kind !== 'table') return { learner: learnerValue };
    const [problem] = learnerProblems(table.schema, bases);
    if (problem !== undefined) {
      throw new PenstockError(problem.code, problem.message, { ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }), ...(problem.place === undefined ? {} : { place: problem.place }) });
    }
    return { learner: learnerValue, model: await fitLearner(learner, table, context) };
  },
};
