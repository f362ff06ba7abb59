import { createRouterClient } from '@orpc/server';
import { localContext } from '#app/access/caller.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartQuery } from '#app/sdk/charts.ts';
import { createRouter } from '../router.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(() => opened.close());

describe('views.chart', () => {
  const nodes = [{ id: 'data', type: 'data/sample-datasets', params: { dataset: 'penguins' } }];
  const ask = (filter: string, column = 'body_mass_g') => {
    const client = createRouterClient(createRouter(opened.engine), { context: localContext });
    const document = fixtureDocument({ nodes, edges: [] }, opened.engine.catalogue);
    return client.views.chart({ document, nodeId: 'data', port: 'table', filter, query: chartQuery({ kind: 'histogram', column }) });
  };

  it('draws a port before any run, and under a filter with the same edges', async () => {
    const { chart: whole } = await ask('');
    const { chart: part } = await ask(`"species" in ('Gentoo')`);
    expect(whole.note).toContain('342 of 344');
    expect(part.note).toContain('123 of 124');
    expect(part.series[0]?.edges).toEqual(whole.series[0]?.edges);
    expect(part.series[0]?.y.reduce<number>((sum, y) => sum + Number(y), 0)).toBe(123);
  });

  it('says what is wrong in words', async () => {
    await expect(ask('', 'nope')).rejects.toMatchObject({ data: { code: 'unknown-column' } });
    await expect(ask('"nope" > 1')).rejects.toMatchObject({ data: { severity: 'error' } });
  });
});
