import type { Diagnostic } from '#app/core/errors.ts';
import type { ConfigureContext, ConfigureResult } from './node.ts';
import type { LearnerSpec, PortSpec, RecipeStep } from './ports.ts';
import type { Say } from './say.ts';
import { tableSchema, targetProblem, targetRemedy } from './trainer.ts';

/** What train nodes share that learn classes from one raw text column (texts, paths of images) by a recipe of their own. */

export const rawTrainerInputs: readonly PortSpec[] = [{ name: 'table', title: 'Training table', kind: 'table', arity: 'optional', summary: 'Rows to learn from. Without it the node gives the learner only.' }];
export const rawTrainerOutputs: readonly PortSpec[] = [
  { name: 'learner', title: 'Learner', kind: 'learner', summary: 'The unfitted learner, for Test and Score, Parameter Search and Stacking.' },
  { name: 'model', title: 'Model', kind: 'model', summary: 'The model fitted on the training table.' },
];

export interface RawTrainerParams {
  readonly target: string;
  /** Name of the column that is read. */
  readonly column: string;
}

/** A step of a recipe without the columns it is for: the trainer's one column. */
type WithoutColumns<S> = S extends RecipeStep ? Omit<S, 'columns'> : never;

export interface RawTrainerSpec {
  readonly algorithm: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** How the column becomes features. */
  readonly reads: WithoutColumns<Extract<RecipeStep, { step: 'words' | 'pixels' }>>;
}

/** The learner with the recipe that reads its column. */
export const rawLearner = ({ algorithm, params, reads }: RawTrainerSpec, { target, column }: RawTrainerParams): LearnerSpec => ({
  algorithm,
  task: 'classification',
  params,
  recipe: { steps: [{ ...reads, columns: { by: 'names', names: [column] } }] },
  target,
  features: [column],
});

/** The metas and everything that is wrong with the two columns. `what`: what the read column holds, such as “texts”. */
export function configureRawTrainer(context: ConfigureContext<RawTrainerParams>, what: string, spec: RawTrainerSpec): ConfigureResult {
  const { target: targetName, column: columnName } = context.params;
  const schema = tableSchema(context);
  const diagnostics: Diagnostic[] = [];
  const error = (code: string, message: string, remedy: string, param: string, column?: string) =>
    diagnostics.push({ severity: 'error', code, message, remedy, place: { param: [param], ...(column === undefined ? {} : { column }) } });
  const target = schema?.find(({ name }) => name === targetName);
  const column = schema?.find(({ name }) => name === columnName);
  if (targetName === '') error('target-missing', 'No target column is chosen.', 'Choose the column to predict.', 'target');
  else if (schema !== null && target === undefined) error('target-missing', `The table has no column “${targetName}” to predict.`, 'Choose the target column again.', 'target', targetName);
  else if (target !== undefined) {
    const problem = targetProblem('classification', target);
    if (problem !== null) error('target-type', problem, targetRemedy('classification'), 'target', targetName);
  }
  if (columnName === '') error('column-missing', `No column with ${what} is chosen.`, `Choose the column that holds the ${what}.`, 'column');
  else if (schema !== null && column === undefined) error('unknown-feature', `The table has no column “${columnName}”.`, 'Choose the column again.', 'column', columnName);
  else if (column !== undefined && column.type !== 'string') error('feature-type', `The column “${columnName}” is of type ${column.type}, but ${what} are text.`, 'Choose a text column.', 'column', columnName);
  if (columnName !== '' && columnName === targetName) error('target-is-feature', `The target “${targetName}” is also the column learnt from; a model that sees the answer learns nothing else.`, 'Choose another column.', 'column', columnName);
  // The classes of a text or number target are in the data, so the signature is known only after fitting.
  const learner = targetName === '' || columnName === '' ? null : rawLearner(spec, context.params);
  return { outputs: { learner: { kind: 'learner', learner }, model: { kind: 'model', signature: null } }, diagnostics };
}

const likelyTargets = /^(target|label|class|category|sentiment|topic|y|rating|spam)$/i;

/** A column called like a target, and a text column besides it: one called like `likely`, else the first. */
export function suggestRaw(context: ConfigureContext<RawTrainerParams>, likely: RegExp): Partial<RawTrainerParams> | null {
  const schema = tableSchema(context);
  if (schema === null) return null;
  const texts = schema.filter(({ type }) => type === 'string');
  const column = context.params.column !== '' ? context.params.column : (texts.find(({ name }) => likely.test(name)) ?? texts.find(({ name }) => !likelyTargets.test(name)))?.name;
  const others = schema.filter(({ name, type }) => name !== column && (type === 'string' || type === 'boolean' || type === 'integer'));
  const target = context.params.target !== '' ? context.params.target : (others.find(({ name }) => likelyTargets.test(name)) ?? others.find(({ type }) => type !== 'integer'))?.name;
  return { ...(column === undefined ? {} : { column }), ...(target === undefined ? {} : { target }) };
}

/** The card's line: "label from text". */
export function describeRaw({ target, column }: RawTrainerParams, say: Say): string {
  if (target === '' || column === '') return target === '' ? say`no target yet` : say`no column yet`;
  const short = (name: string): string => (name.length > 24 ? `${name.slice(0, 23)}…` : name);
  return say`${short(target)} from ${short(column)}`;
}
