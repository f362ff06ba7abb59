import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('a model that treats two groups differently', () => {
  it('is shown to, by counts that anyone can check, and could be evened out', async () => {
    const opened = await openTestEngine();
    try {
      // Group b has lower scores for the same merit, and is a fifth of the people.
      const people = Array.from({ length: 500 }, (_unused, i) => {
        const merit = (Math.imul(i + 1, 2654435761) >>> 8) / 2 ** 24;
        const group = i % 5 === 0 ? 'b' : 'a';
        const luck = (Math.imul(i + 31, 1597334677) >>> 8) / 2 ** 24;
        return [group, group === 'b' ? merit - 0.25 : merit, merit + 0.3 * luck > 0.7];
      });
      const columns = [{ name: 'group', type: 'string' }, { name: 'score', type: 'float' }, { name: 'hired', type: 'boolean' }];
      const nodes = [
        { id: 'in', type: 'test/values', params: { columns, rows: people } },
        { id: 'fit', type: 'train/logistic-regression', params: { target: 'hired', features: ['score'] } },
        { id: 'n', type: 'evaluate/fairness-report', params: { columns: ['group'] } },
        { id: 'pred', type: 'evaluate/predict', params: {} },
      ];
      const document = fixtureDocument({ nodes, edges: [['in.table', 'fit.table'], ['fit.model', 'n.model'], ['in.table', 'n.table'], ['fit.model', 'pred.model'], ['in.table', 'pred.table']] }, opened.engine.catalogue);
      const { status } = await opened.run(document);
      expect(status).toBe('succeeded');
      const predicted = await opened.table(document, 'pred', 'table');
      const at = (name: string): number => predicted.schema.findIndex((column) => column.name === name);
      const selected = (group: string): number => {
        const rows = predicted.rows.filter((row) => row[at('group')] === group);
        return rows.filter((row) => row[at('hired_predicted')] === true).length / rows.length;
      };
      const { rows: groups } = await opened.table(document, 'n', 'groups');
      for (const group of ['a', 'b']) expect(groups.find((row) => row[1] === group && row[4] === 'selection rate')?.[5]).toBeCloseTo(selected(group), 12);
      // The rows are those of the group, whatever a rate is a share of.
      expect(new Set(groups.filter((row) => row[1] === 'b').map((row) => row[2]))).toEqual(new Set([100]));
      expect(selected('a') - selected('b')).toBeGreaterThan(0.15);

      const { rows: thresholds } = await opened.table(document, 'n', 'thresholds');
      expect(thresholds.map((row) => row[1])).toEqual(['a', 'b']);
      const [a = [], b = []] = thresholds;
      expect(Math.abs(Number(a[5]) - Number(b[5]))).toBeLessThanOrEqual(0.02 + 1e-9);
      expect(Number(a[3])).toBeGreaterThan(Number(b[3]));
      // The table's thresholds, applied by hand to Predict's probabilities, give the rates it states.
      for (const row of thresholds) {
        const rows = predicted.rows.filter((one) => one[at('group')] === row[1]);
        expect(rows.filter((one) => Number(one[at('hired_p_true')]) >= Number(row[3])).length / rows.length).toBeCloseTo(Number(row[5]), 12);
      }
      const report = await opened.value(document, 'n', 'report');
      const text = report.kind === 'report' ? report.report.blocks.flatMap((block) => (block.type === 'text' ? [block.markdown] : [])).join(' ') : '';
      expect(text).toContain('below four fifths');
      expect(text).toContain('What it would take');
      // 500 rows: what was chosen on one half holds roughly on the other, and no better than on the rows it was chosen on.
      const [, unseen] = /measured on the other, the gap is ([\d.]+) percentage points/.exec(text) ?? [];
      expect(Number(unseen)).toBeGreaterThan(0);
      expect(Number(unseen)).toBeLessThan(15);
      const apart = report.kind === 'report' ? report.report.blocks.find((block) => block.type === 'table' && block.title?.startsWith('How far groups are apart')) : undefined;
      expect(apart?.type === 'table' ? apart.rows[0]?.[2] : '').toMatch(/^[\d.]+ \([\d.−-]+ to [\d.]+\)$/);
    } finally {
      await opened.close();
    }
  });
});
