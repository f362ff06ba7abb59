import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument, type PipelineDocument } from '#app/pipeline/index.ts';
import answer from './nyc-flights.reference.json' with { type: 'json' };
import { seedSamples } from './project/samples.ts';
import { openTestEngine, type TestEngine } from './testing.ts';

const resources = fileURLToPath(new URL('../../resources', import.meta.url));

type Records = Record<string, unknown>[];

/** The example of the flights says what pandas says of the same files (scripts/reference/nyc_flights.py). */
describe('the flights', () => {
  let test: TestEngine;
  let document: PipelineDocument;
  let flights: Records;
  const records = async (node: string): Promise<Records> => {
    const { schema, rows } = await test.table(document, node, 'table');
    return rows.map((row) => Object.fromEntries(schema.map(({ name }, at) => [name, row[at]])));
  };
  beforeAll(async () => {
    test = await openTestEngine();
    await seedSamples(test.projectDir, resources);
    document = parseDocument(await readFile(path.join(resources, 'samples/project/pipelines/nyc-flights.pipeline.json'), 'utf8'));
    flights = await records('tidy');
  }, 60_000);
  afterAll(() => test.close());

  const countsOf = (rows: Records, column: string): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const row of rows) counts[String(row[column])] = (counts[String(row[column])] ?? 0) + 1;
    return counts;
  };
  const meanOf = (column: string): number => {
    const values = flights.map((row) => row[column]).filter((value) => value !== null).map(Number);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };

  it('keeps every flight once through five joins, and says what became of each', () => {
    expect(flights).toHaveLength(answer.rows);
    expect(countsOf(flights, 'status')).toEqual(answer.status);
    expect(countsOf(flights.filter((row) => row['status'] === 'cancelled'), 'date')).toEqual(answer.cancelledByDay);
  });

  it('finds the planes, the destinations and the weather that are there', () => {
    expect(flights.filter((row) => row['manufacturer'] !== null)).toHaveLength(answer.planesMatched);
    expect(flights.filter((row) => row['dest_name'] === null)).toHaveLength(answer.destinationsUnknown);
    expect(meanOf('temp')).toBeCloseTo(answer.meanTemperature, 9);
    expect(meanOf('seats')).toBeCloseTo(answer.meanSeats, 9);
  });

  it('has the mean delays by airline and day', async () => {
    const days = await records('days');
    expect(days).toHaveLength(Object.keys(answer.meanDelayByAirlineAndDay).length);
    const wanted: Record<string, Record<string, number | null>> = answer.meanDelayByAirlineAndDay;
    for (const { airline, ...cells } of days) {
      for (const [day, value] of Object.entries(cells)) {
        const mean = wanted[String(airline)]?.[day] ?? null;
        if (mean === null) expect(value).toBeNull();
        else expect(value).toBeCloseTo(mean, 9);
      }
    }
  });

  it('says how lateness is passed on', async () => {
    const passed = await records('passed');
    expect(Object.fromEntries(passed.map((row) => [row['before'], { rows: Number(row['count']), median: row['median_delay'] }]))).toEqual(
      Object.fromEntries(Object.entries(answer.passedOn).map(([name, { rows, median }]) => [name, { rows, median }])),
    );
    const means: Record<string, { mean: number }> = answer.passedOn;
    for (const row of passed) expect(row['mean_delay']).toBeCloseTo(means[String(row['before'])]?.mean ?? Number.NaN, 9);
  });
});
