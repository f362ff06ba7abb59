import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';
import { datasetNames, datasets } from './datasets.ts';

describeFixtures(import.meta.url);

const folder = new URL('../../../resources/samples/datasets/', import.meta.url);

describe('bundled datasets', () => {
  const index = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')) as Record<string, { file: string; rows: number; target: string; licence: string; source: string }>;

  it('are listed with licence, source and a target that exists', () => {
    expect(Object.keys(index)).toEqual(datasetNames);
    for (const name of datasetNames) {
      expect(index[name]).toMatchObject({ file: datasets[name].file });
      expect(datasets[name].schema.map((column) => column.name)).toContain(index[name]?.target);
      expect(readFileSync(new URL(`${name}.LICENSE.txt`, folder), 'utf8')).toMatch(/Licence:/);
    }
  });

  it('hold the rows that the index says, with the columns promised', async () => {
    const opened = await openTestEngine();
    try {
      for (const dataset of datasetNames) {
        const document = fixtureDocument({ nodes: [{ id: 'n', type: 'data/sample-datasets', params: { dataset } }], edges: [] }, opened.engine.catalogue);
        await opened.run(document);
        const { schema, rows } = await opened.table(document, 'n', 'table');
        expect(schema).toEqual(datasets[dataset].schema);
        expect(rows).toHaveLength(index[dataset]?.rows ?? -1);
      }
    } finally {
      await opened.close();
    }
  });
});
