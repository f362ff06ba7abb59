import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { Schema } from '#app/relation/types.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

/** Two kinds of penguin, told apart by their bills. */
const penguins = Array.from({ length: 40 }, (_, row): [string, number, number] => (row % 2 === 0 ? ['Adelie', 36 + (row % 7), 18 + (row % 3)] : ['Gentoo', 46 + (row % 7), 14 + (row % 3)]));

let opened: TestEngine;
let document: PipelineDocument;
beforeAll(async () => {
  opened = await openTestEngine();
  document = fixtureDocument(
    {
      nodes: [
        { id: 'birds', type: 'test/values', params: { columns: [{ name: 'species', type: 'string' }, { name: 'bill', type: 'float' }, { name: 'depth', type: 'float' }], rows: penguins } },
        { id: 'fit', type: 'train/logistic-regression', params: { target: 'species' } },
        { id: 'predict', type: 'evaluate/predict', params: {} },
        { id: 'sure', type: 'transform/formula', params: { columns: [{ name: 'sure', expression: 'greatest(species_p_Adelie, species_p_Gentoo) > 0.6' }] } },
      ],
      edges: [
        ['birds.table', 'fit.table'],
        ['birds.table', 'predict.table'],
        ['fit.model', 'predict.model'],
        ['predict.table', 'sure.table'],
      ],
    },
    opened.engine.catalogue,
  );
});
afterAll(async () => {
  await opened.close();
});

const withParams = (id: string, params: Record<string, unknown>): PipelineDocument => ({ ...document, nodes: document.nodes.map((node) => (node.id === id ? { ...node, params: { ...node.params, ...params } } : node)) });

/** Column names by node, as configured. */
async function columns(of: PipelineDocument, engine = opened.engine): Promise<Record<string, string[] | null>> {
  const { configurations } = await engine.configure(of);
  const named = (schema: Schema | null): string[] | null => schema?.map((column) => column.name) ?? null;
  return Object.fromEntries(['predict', 'sure'].map((id) => {
    const meta = configurations[id]?.outputs['table'];
    return [id, meta?.kind === 'table' ? named(meta.schema) : null];
  }));
}

const predicted = ['species', 'bill', 'depth', 'species_predicted', 'species_p_Adelie', 'species_p_Gentoo'];

describe('what results tell of outputs', () => {
  it('gives Predict and what is behind it their columns once the model is fitted, until something upstream changes', async () => {
    expect(await columns(document)).toEqual({ predict: null, sure: null });
    expect((await opened.run(document, ['fit'])).status).toBe('succeeded');
    const known = { predict: predicted, sure: [...predicted, 'sure'] };
    expect(await columns(document)).toEqual(known);
    const { status, nodes } = await opened.run(document);
    expect([status, nodes['sure']?.diagnostics]).toEqual(['succeeded', []]);
    const { schema, rows } = await opened.table(document, 'sure', 'table');
    expect(schema.map((column) => column.name)).toEqual(known.sure);
    expect(rows.every((row) => row.at(-1) === true)).toBe(true);

    const other = withParams('fit', { strength: 0.5 });
    expect(await columns(other)).toEqual({ predict: null, sure: null });
    expect((await opened.run(other)).status).toBe('succeeded');
    expect(await columns(other)).toEqual(known);
    opened = await opened.reopen();
    expect(await columns(other)).toEqual(known);
  });

  it('finds mistakes behind a fitted model before anything runs again', async () => {
    await opened.run(document);
    const { configurations, freshness } = await opened.engine.configure(withParams('sure', { columns: [{ name: 'sure', expression: 'species_p_Chinstrap > 0.6' }] }));
    expect(configurations['sure']?.diagnostics).toMatchObject([{ code: 'unknown-column', place: { nodeId: 'sure', param: ['columns', 0, 'expression'] } }]);
    expect([freshness['predict']?.state, freshness['sure']?.state]).toEqual(['fresh', 'not-ready']);
  });

  it('looks at nodes behind a result only once', async () => {
    const first = await opened.engine.analyse(document);
    const again = await opened.engine.analyse(structuredClone(document));
    const meta = first.configurations['predict']?.outputs['table'];
    expect(meta).toMatchObject({ kind: 'table', schema: expect.any(Array) });
    expect(again.configurations['predict']?.outputs['table']).toBe(meta);
    expect(again.configurations['sure']).toBe(first.configurations['sure']);
  });
});
