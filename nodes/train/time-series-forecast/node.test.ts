import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

let opened: TestEngine;
beforeAll(async () => void (opened = await openTestEngine()));
afterAll(() => opened.close());

const hours = Array.from({ length: 24 * 15 }, (_, i) => new Date(Date.UTC(2024, 1, 20) + i * 3_600_000).toISOString().slice(0, 19).replace('T', ' '));

it('follows hours over the end of a month, and finds the day', async () => {
  const rows = hours.map((hour, i) => [hour, 100 + 30 * Math.sin((i * Math.PI) / 12) + 0.1 * i + ((i * 7919) % 13) - 6]);
  const document = fixtureDocument(
    {
      nodes: [
        { id: 'in', type: 'test/values', params: { columns: [{ name: 'hour', type: 'timestamp' }, { name: 'load', type: 'float' }], rows } },
        { id: 'f', type: 'train/time-series-forecast', params: { time: 'hour', value: 'load', horizon: 24, method: 'exponential-smoothing', origins: 12 } },
      ],
      edges: [['in.table', 'f.table']],
    },
    opened.engine.catalogue,
  );
  const { status } = await opened.run(document);
  expect(status).toBe('succeeded');
  const found = await opened.table(document, 'f', 'table');
  expect(found.rows).toHaveLength(24);
  expect(String(found.rows[0]?.[0])).toContain('2024-03-06 00:00:00');
  for (const [i, row] of found.rows.entries()) {
    const truth = 100 + 30 * Math.sin(((hours.length + i) * Math.PI) / 12) + 0.1 * (hours.length + i);
    expect(Math.abs(Number(row[1]) - truth)).toBeLessThan(6);
    expect(Number(row[2])).toBeLessThan(Number(row[1]));
    expect(Number(row[3])).toBeGreaterThan(Number(row[1]));
  }
  const report = await opened.value(document, 'f', 'report');
  const text = JSON.stringify(report);
  expect(text).toContain('less than repeating the last season');
  expect(text).toContain('"name":"Season","value":24');
  const { rows: tested } = await opened.table(document, 'f', 'backtest');
  expect(tested.length).toBe(12 * 24);
});
