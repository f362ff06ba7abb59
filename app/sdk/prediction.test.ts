import { describe, expect, it } from 'vitest';
import type { Schema } from '#app/relation/types.ts';
import { findPredictionColumns, predictedSchema } from './prediction.ts';
import type { ModelSignature, ModelValue } from './ports.ts';
import { modelReport } from './model-report.ts';

const schema: Schema = [
  { name: 'x', type: 'float' },
  { name: 'y', type: 'string' },
];
const signature: ModelSignature = { task: 'classification', target: { name: 'y', type: 'string' }, inputs: [{ name: 'x', type: 'float' }], classes: ['a', 'b c'], features: ['x'] };
const none = { target: '', predicted: '' };

describe('prediction columns', () => {
  it('are found again by the names they were given', () => {
    const predicted = predictedSchema(schema, signature);
    expect(predicted.map((column) => column.name)).toEqual(['x', 'y', 'y_predicted', 'y_p_a', 'y_p_b c']);
    expect(findPredictionColumns(predicted, none)).toEqual({
      ok: true,
      columns: {
        task: 'classification',
        target: { name: 'y', type: 'string' },
        predicted: { name: 'y_predicted', type: 'string' },
        probabilities: [
          { cls: 'a', column: 'y_p_a' },
          { cls: 'b c', column: 'y_p_b c' },
        ],
      },
    });
  });

  it('replace those of an earlier prediction', () => {
    expect(predictedSchema(predictedSchema(schema, signature), signature)).toEqual(predictedSchema(schema, signature));
  });

  it('are numbers where both columns are and there are no probabilities', () => {
    const numbers: Schema = [{ name: 'n', type: 'integer' }, { name: 'n_predicted', type: 'float' }];
    expect(findPredictionColumns(numbers, none)).toMatchObject({ ok: true, columns: { task: 'regression' } });
    expect(findPredictionColumns([...numbers, { name: 'n_p_1', type: 'float' }], none)).toMatchObject({ ok: true, columns: { task: 'classification' } });
  });

  it('take the last prediction, unless another is named', () => {
    const two: Schema = ['y', 'y_predicted', 'z', 'z_predicted'].map((name) => ({ name, type: 'string' }));
    expect(findPredictionColumns(two, none)).toMatchObject({ columns: { target: { name: 'z' } } });
    expect(findPredictionColumns(two, { target: 'y', predicted: '' })).toMatchObject({ columns: { predicted: { name: 'y_predicted' } } });
    expect(findPredictionColumns(two, { target: '', predicted: 'y_predicted' })).toMatchObject({ columns: { target: { name: 'y' } } });
  });

  it('say what is missing', () => {
    expect(findPredictionColumns(schema, none)).toMatchObject({ ok: false, message: 'The table has no predictions.' });
    expect(findPredictionColumns([{ name: 'y_predicted', type: 'string' }], none)).toMatchObject({ ok: false, remedy: 'Give Predict a table that still has the target column.' });
    expect(findPredictionColumns(schema, { target: 'gone', predicted: '' })).toMatchObject({ ok: false, message: 'The table has no column “gone”.' });
    expect(findPredictionColumns(schema, { target: 'y', predicted: '' })).toMatchObject({ ok: false, message: 'The table has no column “y_predicted” with predictions of “y”.' });
  });
});

it('a model reports its numbers, remarks, curves and coefficients', () => {
  const model: ModelValue = {
    kind: 'model',
    onnx: 'a',
    golden: 'b',
    signature,
    algorithm: 'logistic-regression',
    params: {},
    metrics: { trainingAccuracy: 0.9, someOtherNumber: 2 },
    rows: 120,
    summary: {
      notes: ['Something was noticed.'],
      converged: false,
      iterations: 500,
      curves: [{ name: 'loss', steps: [1, 2], values: [0.7, 0.5] }],
      coefficients: [{ feature: '(intercept)', coefficient: 9 }, { feature: 'x', coefficient: -2 }],
    },
  };
  const report = modelReport(model);
  expect(report.title).toBe('Logistic regression for y');
  const kinds = report.blocks.map((block) => block.type);
  expect(kinds).toEqual(['metrics', 'text', 'chart', 'chart', 'table', 'table']);
  const [facts, text] = report.blocks;
  expect(facts?.type === 'metrics' && facts.metrics.map((item) => item.name)).toEqual(['Rows trained on', 'Input columns', 'Features', 'Classes', 'Training accuracy', 'Some other number']);
  expect(text?.type === 'text' && text.markdown).toContain('500 iterations before it had converged');
  // The intercept is in the table but not among the largest effects.
  expect(report.blocks.flatMap((block) => (block.type === 'chart' && block.chart.title === 'Largest coefficients' ? block.chart.series[0]?.y : []))).toEqual(['x']);
});
