import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Relation } from '#app/relation/types.ts';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

const values = (rows: (string | number | null)[][]): Relation => ({
  op: 'scan',
  source: { kind: 'values', rows },
  schema: [
    { name: 'n', type: 'integer' },
    { name: 'day', type: 'date' },
    { name: 's', type: 'string' },
  ],
  label: 'test',
});

describe('a Parquet file', () => {
  it('is read where it lies, and a changed file is noticed', async () => {
    const opened = await openTestEngine();
    try {
      const file = path.join(opened.projectDir, "it's here.parquet");
      await opened.engine.database.writeParquet(values([[1, '2024-02-29', 'é']]), file);
      const document = fixtureDocument({ nodes: [{ id: 'n', type: 'data/parquet-reader', params: { path: file } }], edges: [] }, opened.engine.catalogue);
      const first = await opened.run(document);
      expect(first.nodes.n?.status).toBe('succeeded');
      expect((await opened.table(document, 'n', 'table')).rows).toEqual([[1, '2024-02-29', 'é']]);
      await opened.engine.database.writeParquet(values([[2, null, 'b'], [3, null, null]]), file);
      const second = await opened.run(document);
      expect(second.nodes.n?.status).toBe('succeeded');
      expect(second.nodes.n?.reason).toContain("it's here.parquet");
      expect((await opened.table(document, 'n', 'table')).rows).toHaveLength(2);
    } finally {
      await opened.close();
    }
  });
});

describe('several files', () => {
  const parquet = (columns: readonly (readonly [string, 'integer' | 'float' | 'string'])[], rows: (string | number | null)[][]): Relation => ({
    op: 'scan',
    source: { kind: 'values', rows },
    schema: columns.map(([name, type]) => ({ name, type })),
    label: 'test',
  });

  it('are matched by name, with their differences in words, and followed when one is added', async () => {
    const opened = await openTestEngine();
    try {
      const at = (name: string): string => path.join(opened.projectDir, 'in', name);
      await opened.engine.database.writeParquet(parquet([['id', 'integer'], ['price', 'integer']], [[1, 10]]), at('a.parquet'));
      await opened.engine.database.writeParquet(parquet([['price', 'float'], ['id', 'integer'], ['coupon', 'string']], [[2.5, 2, 'x']]), at('b.parquet'));
      const document = fixtureDocument({ nodes: [{ id: 'n', type: 'data/parquet-reader', params: { path: 'in/*.parquet' } }], edges: [] }, opened.engine.catalogue);
      const { configurations } = await opened.engine.configure(document);
      expect(configurations.n?.diagnostics[0]).toMatchObject({ code: 'parquet-differs', message: 'b.parquet has also “coupon”; “price” is DOUBLE instead of BIGINT, compared with a.parquet.' });
      await opened.run(document);
      const { schema, rows } = await opened.table(document, 'n', 'table');
      expect(schema).toEqual([{ name: 'id', type: 'integer' }, { name: 'price', type: 'float' }, { name: 'coupon', type: 'string' }]);
      expect(rows).toEqual([[1, 10, null], [2, 2.5, 'x']]);
      await opened.engine.database.writeParquet(parquet([['id', 'integer'], ['price', 'integer']], [[3, 30]]), at('c.parquet'));
      const again = await opened.run(document);
      expect(again.nodes.n?.reason).toContain('c.parquet');
      expect((await opened.table(document, 'n', 'table')).rows).toHaveLength(3);
    } finally {
      await opened.close();
    }
  });

  it('take columns from folders, leading zeros kept, missing as missing', async () => {
    const opened = await openTestEngine();
    try {
      for (const [folder, value] of [['zip=0155/n=1', 1], ['zip=10115/n=2', 2], ['zip=__HIVE_DEFAULT_PARTITION__/n=30', 3]] as const) {
        await opened.engine.database.writeParquet(parquet([['v', 'integer']], [[value]]), path.join(opened.projectDir, 'hive', folder, 'x.parquet'));
      }
      const document = fixtureDocument({ nodes: [{ id: 'n', type: 'data/parquet-reader', params: { path: 'hive' } }], edges: [] }, opened.engine.catalogue);
      await opened.run(document);
      const { schema, rows } = await opened.table(document, 'n', 'table');
      const at = ['v', 'zip', 'n'].map((name) => schema.findIndex((column) => column.name === name));
      expect(at.map((i) => schema[i]?.type)).toEqual(['integer', 'string', 'integer']);
      expect(rows.map((row) => at.map((i) => row[i] ?? null)).toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([[1, '0155', 1], [2, '10115', 2], [3, null, 30]]);
    } finally {
      await opened.close();
    }
  });

  it('keep lists and structs as JSON text, as written by another tool', async () => {
    const opened = await openTestEngine();
    try {
      const document = fixtureDocument({ nodes: [{ id: 'n', type: 'data/parquet-reader', params: { path: path.join(import.meta.dirname, 'samples', 'nested.parquet') } }], edges: [] }, opened.engine.catalogue);
      await opened.run(document);
      const { schema, rows } = await opened.table(document, 'n', 'table');
      expect(schema.map(({ name, type }) => `${name} ${type}`)).toEqual(['tags string', 'place string', 'amount float', 'at timestamp']);
      expect(rows).toEqual([['["a","b"]', '{"city":"Oslo","zip":null}', 12.34, '2024-02-29 13:30:00'], ['[]', null, -0.5, null]]);
    } finally {
      await opened.close();
    }
  });
});
