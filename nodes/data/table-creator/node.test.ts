import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('digits', () => {
  it('are all kept', async () => {
    const opened = await openTestEngine();
    try {
      const table = { columns: [{ name: 'n', type: 'integer' }], rows: [['9223372036854775807'], ['9007199254740993']] };
      const document = fixtureDocument({ nodes: [{ id: 'n', type: 'data/table-creator', params: { table } }], edges: [] }, opened.engine.catalogue);
      await opened.run(document);
      const value = await opened.value(document, 'n', 'table');
      if (value.kind !== 'table') throw new Error('no table');
      const text = { op: 'project', input: value.relation, columns: [{ name: 't', expr: { op: 'cast', to: 'string', arg: { op: 'col', name: 'n' }, onError: 'fail' } }] } as const;
      expect(await opened.engine.database.column(text, 't')).toEqual(['9223372036854775807', '9007199254740993']);
    } finally {
      await opened.close();
    }
  });
});
