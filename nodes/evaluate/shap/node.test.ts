import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

type Cells = (null | boolean | number | string)[];

const rows = Array.from({ length: 400 }, (_unused, i): Cells => {
  const [a, b] = [Math.sin(i * 12.9898) * 3, Math.cos(i * 78.233) * 3];
  const city = ['Oslo', 'Bergen', 'Tromsø'][i % 3] ?? '';
  return [i % 11 === 0 ? null : a, b, city, 3 * a + b + (city === 'Oslo' ? 2 : 0), a * b > 0 ? 'yes' : 'no'];
});
const columns = [{ name: 'a', type: 'float' }, { name: 'b', type: 'float' }, { name: 'city', type: 'string' }, { name: 'y', type: 'float' }, { name: 'same', type: 'string' }];

/** Contributions of a learner's model for the rows, with its own predictions. */
async function contributions(learner: { type: string; params: object }, target: string, params: Record<string, unknown> = {}): Promise<{ values: number[][]; base: number[]; output: number[]; predicted: (number | string)[]; probability: number[] }> {
  const opened = await openTestEngine();
  try {
    const document = fixtureDocument(
      {
        nodes: [
          { id: 'in', type: 'test/values', params: { columns, rows } },
          { id: 'fit', type: learner.type, params: { target, features: ['a', 'b', 'city'], ...learner.params } },
          { id: 'n', type: 'evaluate/shap', params },
          { id: 'p', type: 'evaluate/predict', params: {} },
        ],
        edges: [['in.table', 'fit.table'], ['fit.model', 'n.model'], ['in.table', 'n.table'], ['fit.model', 'p.model'], ['in.table', 'p.table']],
      },
      opened.engine.catalogue,
    );
    const { nodes } = await opened.run(document);
    expect(nodes['n']?.status).toBe('succeeded');
    const { schema, rows: found } = await opened.table(document, 'n', 'table');
    expect(schema.map(({ name }) => name)).toEqual(['row', 'shap_a', 'shap_b', 'shap_city', 'base', 'output']);
    const predictions = await opened.table(document, 'p', 'table');
    const at = (name: string): number => predictions.schema.findIndex((column) => column.name === name);
    return {
      values: found.map((row) => row.slice(1, 4).map(Number)),
      base: found.map((row) => Number(row[4])),
      output: found.map((row) => Number(row[5])),
      predicted: predictions.rows.map((row) => row[at(`${target}_predicted`)] as number | string),
      probability: predictions.rows.map((row) => Number(row[at(`${target}_p_yes`)])),
    };
  } finally {
    await opened.close();
  }
}

const sumsUp = ({ values, base, output }: { values: number[][]; base: number[]; output: number[] }, digits: number): void =>
  values.forEach((row, i) => expect(row.reduce((a, b) => a + b, base[i] ?? 0)).toBeCloseTo(output[i] ?? Number.NaN, digits));

describe('contributions add up to the prediction', () => {
  it('of boosted numbers, exactly, with text and missing values', async () => {
    const found = await contributions({ type: 'train/gradient-boosting', params: { iterations: 40, minRows: 5, earlyStopping: false } }, 'y');
    sumsUp(found, 6);
    found.output.forEach((value, i) => expect(value).toBeCloseTo(Number(found.predicted[i]), 4));
  });

  it('of boosted classes in log-odds, of either class', async () => {
    const learner = { type: 'train/gradient-boosting', params: { iterations: 30, minRows: 5, earlyStopping: false } };
    const found = await contributions(learner, 'same');
    sumsUp(found, 6);
    found.output.forEach((value, i) => expect(1 / (1 + Math.exp(-value))).toBeCloseTo(found.probability[i] ?? Number.NaN, 4));
    const other = await contributions(learner, 'same', { cls: 'no' });
    other.values.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(-(found.values[i]?.[j] ?? 0), 9)));
  });

  it('of a forest in probability', async () => {
    const found = await contributions({ type: 'train/random-forest', params: { trees: 15 } }, 'same');
    sumsUp(found, 6);
    found.output.forEach((value, i) => expect(value).toBeCloseTo(found.probability[i] ?? Number.NaN, 4));
  });

  it('of a linear model by sampling, where theory knows them: weight × distance from the mean', async () => {
    const found = await contributions({ type: 'train/linear-regression', params: {} }, 'y', { permutations: 30 });
    const b = rows.map((row) => Number(row[1]));
    const mean = b.reduce((sum, value) => sum + value, 0) / b.length;
    // Each row has 30 rows of the background, whose mean of b is within 0.4 of the true one at one standard error.
    const errors = found.values.map((row, i) => (row[1] ?? 0) - ((b[i] ?? 0) - mean));
    expect(Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)).toBeLessThan(0.6);
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(2);
    found.output.forEach((value, i) => expect(value).toBeCloseTo(Number(found.predicted[i]), 4));
  });
});
