import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

describe('permutation importance of a line', () => {
  it('is what theory says: a term of weight w and variance v takes 2 w² v ÷ var(y) of R² away', async () => {
    const opened = await openTestEngine();
    try {
      // y = 3 a + b, with a and b unrelated; noise has no part.
      const rows = Array.from({ length: 600 }, (_unused, i) => {
        const [a, b, noise] = [Math.sin(i * 12.9898) * 3, Math.cos(i * 78.233) * 3, Math.sin(i * 3.7)];
        return [a, b, noise, 3 * a + b];
      });
      const columns = ['a', 'b', 'noise', 'y'].map((name) => ({ name, type: 'float' }));
      const nodes = [
        { id: 'in', type: 'test/values', params: { columns, rows } },
        { id: 'fit', type: 'train/linear-regression', params: { target: 'y' } },
        { id: 'n', type: 'evaluate/permutation-importance', params: { repeats: 10 } },
      ];
      const document = fixtureDocument({ nodes, edges: [['in.table', 'fit.table'], ['fit.model', 'n.model'], ['in.table', 'n.table']] }, opened.engine.catalogue);
      const { nodes: ran } = await opened.run(document);
      expect(ran['n']?.diagnostics.map(({ code }) => code)).toEqual(['training-rows']);
      const { rows: found } = await opened.table(document, 'n', 'table');
      expect(found.map((row) => row[1])).toEqual(['a', 'b', 'noise']);
      const variance = (values: number[]): number => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      };
      const column = (i: number): number[] => rows.map((row) => row[i] ?? 0);
      const total = variance(column(3));
      const [theirA, theirB] = [(2 * 9 * variance(column(0))) / total, (2 * variance(column(1))) / total];
      expect(Math.abs(Number(found[0]?.[3]) - theirA)).toBeLessThan(0.1);
      expect(Math.abs(Number(found[1]?.[3]) - theirB)).toBeLessThan(0.02);
      expect(Math.abs(Number(found[2]?.[3]))).toBeLessThan(1e-4);
      for (const row of found.slice(0, 2)) {
        expect(Number(row[4])).toBeLessThan(Number(row[3]));
        expect(Number(row[5])).toBeGreaterThan(Number(row[3]));
      }
    } finally {
      await opened.close();
    }
  });
});
