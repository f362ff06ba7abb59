import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('a run', () => {
  it('gives the columns to the nodes behind, writes the log, and is not repeated', async () => {
    const opened = await openTestEngine();
    try {
      const code = `print('rows: ' + df.shape[0]);\nreturn { day: df['date'].values, mean: df['temp_max'].values.map((x, i) => (x + df['temp_min'].values[i]) / 2) };`;
      const nodes = [
        { id: 'data', type: 'data/sample-datasets', params: { dataset: 'seattle-weather' } },
        { id: 'n', type: 'transform/script', params: { code } },
        { id: 'g', type: 'transform/group-by', params: { keys: [], measures: [{ fn: 'avg', column: 'mean', fraction: 0.5, name: 'm' }] } },
      ];
      const document = fixtureDocument({ nodes, edges: [['data.table', 'n.table'], ['n.table', 'g.table']] }, opened.engine.catalogue);
      const before = await opened.engine.configure(document);
      expect(before.configurations['n']?.outputs['table']).toEqual({ kind: 'table', schema: null });
      const run = await opened.engine.startRun({ document, path: null });
      const lines: string[] = [];
      const faults: string[] = [];
      for await (const event of run.log.stream()) {
        if (event.type === 'log') lines.push(event.message);
        if (event.type === 'node') faults.push(...event.node.diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message));
      }
      expect(faults).toEqual([]);
      expect(await run.finished).toBe('succeeded');
      expect(lines).toContain('rows: 1461');
      // Mean of (temp_max + temp_min) / 2 over the file, by awk.
      const { rows } = await opened.table(document, 'g', 'table');
      expect(rows[0]?.[0]).toBeCloseTo(12.336926762491, 9);
      const again = await opened.run(document);
      expect(again.nodes['n']).toMatchObject({ status: 'cached' });
    } finally {
      await opened.close();
    }
  });
});
