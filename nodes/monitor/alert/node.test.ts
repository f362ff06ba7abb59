import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

const columns = [{ name: 'age', type: 'float' }, { name: 'city', type: 'string' }];
/** Whole numbers spread over a range, the same each time. */
const people = (rows: number, from: number): (number | string)[][] => Array.from({ length: rows }, (_, i) => [from + ((Math.imul(i + 1, 2654435761) >>> 8) / 2 ** 24) * 40, ['Oslo', 'Rome'][i % 2] ?? '']);

describe('an alarm over the batches of a monitor', () => {
  it('is raised after so many in a row, is one alarm while it lasts, opens at the column, and is taken back when all is well', async () => {
    const opened = await openTestEngine();
    try {
      const document = (current: (number | string)[][]) =>
        fixtureDocument(
          {
            nodes: [
              { id: 'then', type: 'test/values', params: { columns, rows: people(400, 20) } },
              { id: 'now', type: 'test/values', params: { columns, rows: current } },
              { id: 'drift', type: 'monitor/data-drift', params: {} },
              { id: 'alert', type: 'monitor/alert', params: { consecutive: 2 } },
            ],
            edges: [['then.table', 'drift.reference'], ['now.table', 'drift.current'], ['drift.evaluation', 'alert.evaluation']],
          },
          opened.engine.catalogue,
        );
      const state = async (current: (number | string)[][]): Promise<unknown> => {
        const batch = document(current);
        const { status } = await opened.run(batch);
        expect(status).toBe('succeeded');
        return (await opened.table(batch, 'alert', 'alarms')).rows[0]?.[1];
      };
      const { engine } = opened;
      const id = document([]).id;
      expect(await state(people(100, 20))).toBe('fine');
      expect(await state(people(100, 40))).toBe('waiting');
      // The same batch once more is no second one.
      expect(await state(people(100, 40))).toBe('waiting');
      expect(engine.alarms.list()).toEqual([]);
      expect(await state(people(110, 40))).toBe('raised');
      const [alarm] = engine.alarms.list();
      expect(alarm).toMatchObject({ monitor: `${id}/drift`, nodeId: 'drift', column: 'age', input: 'current', state: 'open', severity: 'critical' });
      expect(alarm?.slice).toMatch(/^age /);
      expect(await state(people(120, 40))).toBe('renewed');
      expect(engine.alarms.list()).toHaveLength(1);
      expect(await state(people(130, 20))).toBe('cleared');
      expect(engine.alarms.list().map((one) => one.state)).toEqual(['cleared']);
      expect(engine.alarms.batches(`${id}/drift`).map(({ batch }) => [batch.rows, batch.status])).toEqual([[130, 'ok'], [120, 'critical'], [110, 'critical'], [100, 'critical'], [100, 'ok']]);
    } finally {
      await opened.close();
    }
  });
});
