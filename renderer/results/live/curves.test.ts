import { describe, expect, it } from 'vitest';
import { curveCharts, splitName } from './curves.ts';

describe('learning curves', () => {
  it.each([
    ['validationLoss', 'loss', 'Validation'],
    ['val_accuracy', 'accuracy', 'Validation'],
    ['trainLoss', 'loss', 'Training'],
    ['loss', 'loss', 'Training'],
    ['value', 'value', 'Training'],
    ['validity', 'validity', 'Training'],
  ])('%s is %s of %s rows', (name, quantity, split) => {
    expect(splitName(name)).toEqual({ quantity, split });
  });

  it('puts training and validation of one quantity in one chart, in order of steps', () => {
    const charts = curveCharts({
      validationLoss: { steps: [1, 2], values: [0.7, 0.6] },
      loss: { steps: [2, 1], values: [0.5, Number.NaN] },
      accuracy: { steps: [1], values: [0.8] },
      empty: { steps: [], values: [] },
    });
    expect(charts.map((chart) => chart.title)).toEqual(['Loss', 'Accuracy']);
    expect(charts[0]?.series).toEqual([
      { name: 'Training', mark: 'line', x: [1, 2], y: [null, 0.5] },
      { name: 'Validation', mark: 'line', x: [1, 2], y: [0.7, 0.6] },
    ]);
    expect(charts[1]?.series[0]?.name).toBe('Accuracy');
  });

  it('counts trials where the curve is the best of a search so far', () => {
    expect(curveCharts({ 'best Log loss': { steps: [1, 2], values: [0.7, 0.6] }, loss: { steps: [1], values: [1] } }).map(({ x }) => x.title)).toEqual(['Trial', 'Epoch']);
  });
});
