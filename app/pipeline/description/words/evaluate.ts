import { choice, isOn, number, strings, text, type Params } from '../params.ts';
import { code, columns, counted, inSentence } from '../phrases.ts';
import type { StepWords } from '../step-words.ts';

const seconds = (params: Params): string => (strings(params, 'columns').length === 0 ? 'its columns' : columns(strings(params, 'columns')));

/** How learners are scored on rows that they did not see. */
export function validation(params: Params): string {
  const folds = counted(number(params, 'folds'), 'fold');
  const how = choice(params, 'method', {
    'k-fold': `cross-validation with ${folds}`,
    'repeated-k-fold': `cross-validation with ${folds}, ${counted(number(params, 'repeats'), 'time')}`,
    random: `${counted(number(params, 'repeats'), 'random split')}`,
    'group-k-fold': `cross-validation with ${folds} that keep every ${code(text(params, 'group'))} whole`,
    'leave-one-group-out': `leaving one ${code(text(params, 'group'))} out after the other`,
    time: `the future after the past, by ${code(text(params, 'time'))}`,
  });
  return `${how}${isOn(params, 'stratified') && ['k-fold', 'repeated-k-fold'].includes(text(params, 'method')) ? ', each with the same mix of classes' : ''} (seed ${number(params, 'seed')})`;
}

export const evaluateWords: Readonly<Record<string, StepWords>> = {
  'evaluate/predict': () => 'applies the model to the rows and appends its predictions',
  'evaluate/test-and-score': (params) => `scores the learners on rows that they did not see, by ${validation(params)}`,
  'evaluate/compare-models': (_, line) => `says which learner is better, and whether the data can tell (${inSentence(line)})`,
  'evaluate/confusion-matrix': () => 'counts which classes are taken for which',
  'evaluate/roc-pr': () => 'measures how well the probabilities rank the rows',
  'evaluate/regression-diagnostics': () => 'measures how far predicted numbers are from the truth',
  'evaluate/calibration': () => 'checks whether the probabilities can be taken at their word',
  'evaluate/threshold-tuning': (_, line) => `chooses the probability from which a row is called positive (${inSentence(line)})`,
  'evaluate/fairness-report': (params) => `compares how the model treats groups by ${seconds(params)}`,
  'evaluate/learning-curve': () => 'says whether more rows would make the learner better',
  'evaluate/partial-dependence': (params) => `shows how the prediction moves with ${strings(params, 'columns').length === 0 ? 'each column' : columns(strings(params, 'columns'))}`,
  'evaluate/permutation-importance': () => 'measures which columns the model needs',
  'evaluate/shap': () => 'says row by row what each column adds to the prediction',
  'evaluate/clustering-quality': () => 'measures how well the groups are parted',
  'deploy/register-model': (params) => `keeps the model in the project’s registry as ${code(text(params, 'name') || 'model')}`,
  'deploy/export-onnx': (params) => `writes the model as one ONNX file to ${code(text(params, 'path'))}`,
  'deploy/bundle': (_, line) => `writes everything needed to deploy the model to ${code(line)}`,
  'deploy/serve': (_, line) => `answers requests with the model on this machine (${inSentence(line)})`,
};
