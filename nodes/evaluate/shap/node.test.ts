import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';
import type { Explanation } from '#app/sdk/explanation.ts';

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

  it('of a linear model exactly, where theory knows them: weight × distance from the mean', async () => {
    const found = await contributions({ type: 'train/linear-regression', params: {} }, 'y');
    const b = rows.map((row) => Number(row[1]));
    const mean = b.reduce((sum, value) => sum + value, 0) / b.length;
    // y = 3 a + b + …, fitted where a is not imputed: the weight of b is nearly, and everywhere the same, 1.
    const weights = found.values.map((row, i) => (row[1] ?? 0) / ((b[i] ?? 0) - mean));
    expect(Math.max(...weights) - Math.min(...weights)).toBeLessThan(1e-3);
    expect(weights[0]).toBeCloseTo(1, 1);
    sumsUp(found, 6);
    found.output.forEach((value, i) => expect(value).toBeCloseTo(Number(found.predicted[i]), 4));
  });

  it('of a logistic model exactly, in log-odds', async () => {
    const found = await contributions({ type: 'train/logistic-regression', params: {} }, 'same');
    sumsUp(found, 6);
    found.output.forEach((value, i) => expect(1 / (1 + Math.exp(-value))).toBeCloseTo(found.probability[i] ?? Number.NaN, 5));
  });

  it('of a network by sampling, in probability', async () => {
    const found = await contributions({ type: 'train/neural-network', params: { epochs: 5 } }, 'same', { rows: 400, permutations: 4 });
    sumsUp(found, 6);
    found.output.forEach((value, i) => expect(value).toBeCloseTo(found.probability[i] ?? Number.NaN, 5));
  });
});

const pipelineOf = (opened: TestEngine, params: Record<string, unknown>, target = 'city', learner = 'train/neural-network') =>
  fixtureDocument(
    {
      nodes: [
        { id: 'in', type: 'test/values', params: { columns, rows } },
        { id: 'some', type: 'transform/filter-rows', params: { expression: 'b > 0' } },
        { id: 'fit', type: learner, params: { target, features: target === 'city' ? ['a', 'b', 'y'] : ['a', 'b', 'city'], ...(learner === 'train/neural-network' ? { epochs: 3 } : {}) } },
        { id: 'n', type: 'evaluate/shap', params },
      ],
      edges: [['in.table', 'some.table'], ['in.table', 'fit.table'], ['fit.model', 'n.model'], ['some.table', 'n.table']],
    },
    opened.engine.catalogue,
  );

async function explained(opened: TestEngine, document: ReturnType<typeof pipelineOf>): Promise<{ explanation: Explanation; text: string }> {
  const value = await opened.value(document, 'n', 'report');
  const blocks = value.kind === 'report' ? value.report.blocks : [];
  const block = blocks.find((one) => one.type === 'explanation');
  if (block?.type !== 'explanation') throw new Error('no explanation');
  return { explanation: block.explanation, text: blocks.flatMap((one) => (one.type === 'text' ? [one.markdown] : [])).join('\n') };
}

describe('what the views are drawn from', () => {
  it('has every class, the columns as they were before any preprocessing, and the rows’ numbers', async () => {
    const opened = await openTestEngine();
    try {
      const document = pipelineOf(opened, { rows: 50, permutations: 2, cls: 'Tromsø' });
      expect((await opened.run(document)).status).toBe('succeeded');
      const { explanation } = await explained(opened, document);
      expect(explanation.outputs.map(({ name }) => name)).toEqual(['Bergen', 'Oslo', 'Tromsø']);
      expect(explanation.first.output).toBe(2);
      expect(explanation).toMatchObject({ target: 'city', scale: 'probability', explained: 50 });
      const positive = rows.filter((row) => Number(row[1]) > 0);
      expect(explanation.all).toBe(positive.length);
      for (const column of explanation.columns) {
        const at = columns.findIndex(({ name }) => name === column.name);
        expect(column.values).toEqual(explanation.rows.map((number) => positive[number - 1]?.[at] ?? null));
      }
      for (const { base, values, outputs, errors } of explanation.outputs) {
        outputs.forEach((output, row) => expect(values.reduce((sum, column) => sum + (column[row] ?? 0), base)).toBeCloseTo(output, 4));
        expect(errors?.flat().every((error) => error !== null && error >= 0)).toBe(true);
      }
      // The shares of all classes are 1 whatever is known.
      explanation.rows.forEach((_number, row) => explanation.columns.forEach((_column, j) => expect(explanation.outputs.reduce((sum, { values }) => sum + (values[j]?.[row] ?? 0), 0)).toBeCloseTo(0, 4)));
      // The contributions lead back to the rows of the source.
      const { rows: table } = await opened.table(document, 'n', 'table');
      const path = await opened.engine.rowPath(document, { nodeId: 'n', port: 'table', row: 7, filter: '', sort: [] });
      expect(path.sources.map(({ nodeId, shown }) => [nodeId, ...shown.map(({ cells }) => cells[1])])).toEqual([['in', positive[Number(table[7]?.[0]) - 1]?.[1]]]);
    } finally {
      await opened.close();
    }
  });

  it('lists categories by their names where the model reads codes of them', async () => {
    const opened = await openTestEngine();
    try {
      const document = pipelineOf(opened, {}, 'y', 'train/linear-regression');
      expect((await opened.run(document)).status).toBe('succeeded');
      const { explanation } = await explained(opened, document);
      expect(new Set(explanation.columns.find(({ name }) => name === 'city')?.values)).toEqual(new Set(['Oslo', 'Bergen', 'Tromsø']));
      expect(explanation.columns).toHaveLength(3);
      expect(explanation.outputs[0]?.errors).toBeNull();
    } finally {
      await opened.close();
    }
  });

  it('counts a feature as the column it is made of, where another column is called like it', async () => {
    const opened = await openTestEngine();
    try {
      // What the recipe makes of “day” begins like the column “day_weekend”, which does nothing.
      const dated = Array.from({ length: 200 }, (_unused, i): Cells => {
        const day = new Date(Date.UTC(2024, 0, 1 + i));
        return [day.toISOString().slice(0, 10), Math.sin(i * 7.1), day.getUTCDay() % 6 === 0 ? 10 : 0];
      });
      const document = fixtureDocument(
        {
          nodes: [
            { id: 'in', type: 'test/values', params: { columns: [{ name: 'day', type: 'date' }, { name: 'day_weekend', type: 'float' }, { name: 'y', type: 'float' }], rows: dated } },
            { id: 'pre', type: 'train/preprocess', params: { steps: [{ step: 'date-parts', columns: { by: 'names', names: ['day'] }, parts: ['weekend'] }] } },
            { id: 'fit', type: 'train/linear-regression', params: { target: 'y' } },
            { id: 'n', type: 'evaluate/shap', params: {} },
          ],
          edges: [['in.table', 'fit.table'], ['pre.recipe', 'fit.recipe'], ['fit.model', 'n.model'], ['in.table', 'n.table']],
        },
        opened.engine.catalogue,
      );
      const { nodes } = await opened.run(document);
      expect(nodes['n']?.status, JSON.stringify(nodes['fit']?.reason)).toBe('succeeded');
      const { explanation } = await explained(opened, document);
      const size = (name: string): number => explanation.outputs[0]?.sizes[explanation.columns.findIndex((column) => column.name === name)] ?? Number.NaN;
      expect(size('day')).toBeGreaterThan(3);
      expect(size('day_weekend')).toBeLessThan(0.1);
    } finally {
      await opened.close();
    }
  });

  it('keeps what was sampled when cancelled, says from how many orders, and goes on from there', async () => {
    const opened = await openTestEngine();
    try {
      const document = pipelineOf(opened, { rows: 100, permutations: 1000 });
      await opened.run(document, ['fit', 'some']);
      const run = await opened.engine.startRun({ document, path: null });
      for await (const event of run.log.stream()) if (event.type === 'progress' && event.nodeId === 'n' && (event.fraction ?? 0) > 0.15) run.cancel();
      expect(await run.finished).toBe('cancelled');
      const state = opened.engine.store.records.get(run.runId)?.nodes.find(({ nodeId }) => nodeId === 'n');
      expect(state).toMatchObject({ status: 'cancelled', reason: expect.stringContaining('what there was so far is shown') });
      const part = await explained(opened, document);
      const [, said] = /Cancelled: sampled from (\d+)/.exec(part.text) ?? [];
      expect(Number(said)).toBeGreaterThan(10);
      expect((await opened.table(document, 'n', 'table')).rows).toHaveLength(100);
      // It is no result: the node is to be run again, and says why.
      expect((await opened.engine.configure(document)).freshness['n']).toEqual({ state: 'stale', reasons: ['its last run was cancelled before it was done'] });
      const again = await opened.engine.startRun({ document, path: null });
      let first: number | null = null;
      for await (const event of again.log.stream()) {
        if (event.type !== 'progress' || event.nodeId !== 'n' || event.message !== 'Sampling; a cancel keeps what there is') continue;
        first ??= event.fraction;
        again.cancel();
      }
      expect(first).toBeGreaterThanOrEqual(0.1 + 0.85 * (Number(said) / 1000) - 1e-9);
    } finally {
      await opened.close();
    }
  });
});
