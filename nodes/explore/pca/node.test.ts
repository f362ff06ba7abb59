import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('principal components of the breast cancer measurements', () => {
  it('stay relational, and explain what scikit-learn says they explain', async () => {
    const opened = await openTestEngine();
    try {
      const nodes = [
        { id: 'data', type: 'data/sample-datasets', params: { dataset: 'breast-cancer' } },
        { id: 'n', type: 'explore/pca', params: { components: 3 } },
      ];
      const document = fixtureDocument({ nodes, edges: [['data.table', 'n.table']] }, opened.engine.catalogue);
      const { nodes: ran } = await opened.run(document);
      expect(ran['n']?.diagnostics).toEqual([]);
      const table = await opened.value(document, 'n', 'table');
      // The scores are expressions over the input, computed by whoever asks for them.
      expect(table.kind === 'table' ? table.relation.op : '').toBe('project');
      const value = await opened.value(document, 'n', 'report');
      const scree = value.kind === 'report' ? value.report.blocks.find((block) => block.type === 'chart') : undefined;
      const found = scree?.type === 'chart' ? scree.chart.series[0]?.y.slice(0, 3) : [];
      [0.44272025607526366, 0.1897118204403308, 0.09393163257431386].forEach((share, i) => expect(found?.[i]).toBeCloseTo(share, 9));
    } finally {
      await opened.close();
    }
  });
});
