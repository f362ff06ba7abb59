import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('where a classifier fails worst', () => {
  it('is said after the matrix, and only where it is asked for', async () => {
    const opened = await openTestEngine();
    try {
      // Rome is wrong every second time, all else once in 25.
      const rows = Array.from({ length: 400 }, (_unused, i) => {
        const city = ['Oslo', 'Bergen', 'Rome', 'Paris'][i % 4];
        const [truth, other] = i % 8 < 4 ? ['yes', 'no'] : ['no', 'yes'];
        return [city, (i * 7) % 101, truth, (city === 'Rome' && i % 16 < 8) || i % 25 === 0 ? other : truth];
      });
      const columns = [{ name: 'city', type: 'string' }, { name: 'n', type: 'integer' }, { name: 't', type: 'string' }, { name: 't_predicted', type: 'string' }];
      for (const slices of [true, false]) {
        const nodes = [{ id: 'in', type: 'test/values', params: { columns, rows } }, { id: 'cm', type: 'evaluate/confusion-matrix', params: { slices } }];
        const document = { ...fixtureDocument({ nodes, edges: [['in.table', 'cm.table']] }, opened.engine.catalogue), id: `slices-${slices}` };
        await opened.run(document);
        const value = await opened.value(document, 'cm', 'evaluation');
        const blocks = value.kind === 'evaluation' ? value.evaluation.report.blocks : [];
        const table = blocks.find((block) => block.type === 'table' && block.title === 'Parts that are predicted worst');
        if (!slices) {
          expect(table).toBeUndefined();
          continue;
        }
        const wrong = rows.filter((row) => row[0] === 'Rome' && row[2] !== row[3]).length;
        const all = rows.filter((row) => row[2] !== row[3]).length;
        expect(table?.type === 'table' ? table.rows[0]?.slice(0, 5) : []).toEqual(['city = Rome', 100, 0.25, wrong / 100, wrong / all]);
        const said = blocks.flatMap((block) => (block.type === 'text' ? [block.markdown] : [])).at(-1);
        expect(said).toContain('city = Rome');
        expect(said).toContain('beyond chance');
      }
    } finally {
      await opened.close();
    }
  });
});
