import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureDocument, openTestEngine, type TestEngine } from './testing.ts';

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(async () => {
  await opened.close();
});

const document = () =>
  fixtureDocument(
    {
      nodes: [
        { id: 'people', type: 'test/values', params: { columns: [{ name: 'income', type: 'float' }, { name: 'city', type: 'string' }], rows: [[10, 'Oslo'], [20, null], [null, 'Bergen'], [40, '12x']] } },
        { id: 'formula', type: 'transform/formula', params: { columns: [] } },
        { id: 'loose', type: 'transform/formula', params: { columns: [] } },
      ],
      edges: [['people.table', 'formula.table']],
    },
    opened.engine.catalogue,
  );
const preview = (text: string, earlier: { name: string; expression: string }[] = [], nodeId = 'formula') => opened.engine.previewExpression({ document: document(), nodeId, from: null, text, earlier });

describe('preview of an expression', () => {
  it('gives the columns read beside the result, and counts what is missing', async () => {
    expect(await preview('income * 2')).toEqual({
      type: 'float',
      diagnostics: [],
      columns: ['income'],
      rows: [
        [10, 20],
        [20, 40],
        [null, null],
        [40, 80],
      ],
      counts: { rows: 4, missing: 1, yes: null },
    });
  });

  it('counts how many rows a condition keeps', async () => {
    expect((await preview('income > 15')).counts).toEqual({ rows: 4, missing: 1, yes: 2 });
  });

  it('reads columns made before it, and a replaced column as it then is', async () => {
    expect((await preview('thousands + 1', [{ name: 'thousands', expression: 'income / 1000' }])).rows?.[0]).toEqual([0.01, 1.01]);
    expect((await preview('city', [{ name: 'city', expression: 'upper(city)' }])).rows?.[0]).toEqual(['OSLO', 'OSLO']);
  });

  it('says what is wrong with the text, and with a value', async () => {
    expect(await preview('incme + 1')).toMatchObject({ type: null, rows: null, diagnostics: [{ code: 'unknown-column' }] });
    expect(await preview('income +')).toMatchObject({ type: null, diagnostics: [{ severity: 'error' }] });
    expect(await preview('cast(city as integer)')).toMatchObject({ type: 'integer', rows: null, diagnostics: [{ severity: 'warning' }] });
  });

  it('is silent without text or input', async () => {
    const empty = { type: null, diagnostics: [], columns: [], rows: null, counts: null };
    expect(await preview('  ')).toEqual(empty);
    expect(await preview('1 + 1', [], 'loose')).toEqual(empty);
  });
});
