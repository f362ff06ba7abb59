import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { ConfigureContext, ConfigureResult } from './node.ts';
import type { LearningTask } from './ports.ts';
import { findPredictionColumns } from './prediction.ts';
import type { Say } from './say.ts';
import { tableSchema } from './trainer.ts';

/** What all nodes that compare predictions with the truth share. */

export const evaluationInputs = [{ name: 'table', title: 'Predictions', kind: 'table', arity: 'one', summary: 'The output of Predict, with the true values still in it.' }] as const;
export const evaluationOutputs = [{ name: 'evaluation', title: 'Evaluation', kind: 'evaluation' }] as const;

export const evaluationParams = {
  target: z.string().default('').meta({ title: 'True values', description: 'Empty: found by the name of the prediction.', control: 'column', from: 'table', placeholder: 'found automatically' }),
  predicted: z.string().default('').meta({ title: 'Prediction', description: 'Empty: the last column called “…_predicted”.', control: 'column', from: 'table', placeholder: 'found automatically' }),
};

export interface EvaluationParams {
  readonly target: string;
  readonly predicted: string;
}

export function configureEvaluation(context: ConfigureContext<EvaluationParams>, task: LearningTask, needsProbabilities = false): ConfigureResult {
  const outputs = { evaluation: { kind: 'evaluation' } } as const;
  const schema = tableSchema(context);
  if (schema === null) return { outputs };
  const found = findPredictionColumns(schema, context.params);
  const diagnostics: Diagnostic[] = [];
  const error = (code: string, message: string, remedy: string) => diagnostics.push({ severity: 'error', code, message, remedy, place: { port: 'table' } });
  if (!found.ok) {
    error('no-predictions', found.message, found.remedy);
  } else if (found.columns.task !== task) {
    const kind = found.columns.task === 'regression' ? 'numbers' : 'classes';
    error(
      'wrong-task',
      `“${found.columns.predicted.name}” predicts ${kind}, which this node does not evaluate.`,
      task === 'classification' ? 'Use Regression Diagnostics for predicted numbers.' : 'Use Confusion Matrix or ROC / PR for predicted classes.',
    );
  } else if (needsProbabilities && found.columns.probabilities.length === 0) {
    error('no-probabilities', `The table has no probabilities of “${found.columns.target.name}”.`, 'Connect the output of a Predict node with a model that predicts classes.');
  }
  return { outputs, diagnostics };
}

export function describeEvaluation(params: EvaluationParams, say: Say): string {
  if (params.predicted !== '' && params.target === '') return say`${params.predicted} against the truth`.slice(0, 59);
  if (params.predicted !== '') return say`${params.predicted} against ${params.target}`.slice(0, 59);
  return params.target === '' ? say`predictions against the truth` : say`predictions of ${params.target}`.slice(0, 59);
}
