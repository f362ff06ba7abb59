import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { describeFixtures, openTestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

const line = (id: string, variant: string, status: number, more: object): string => JSON.stringify({ request_id: id, time: '2026-01-02T03:04:05.678', model: 'churn', version: 2, variant, latency_ms: 1.5, status, ...more });

it('reads lines of closed and open segments, also of columns that came later, and leaves out a line that is not whole', async () => {
  const opened = await openTestEngine();
  try {
    const folder = path.join(opened.projectDir, 'requests', 'churn');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'columns.json'), JSON.stringify({ inputs: [{ name: 'age', type: 'integer' }, { name: 'model', type: 'string' }], prediction: 'string', classes: ['yes'] }));
    writeFileSync(path.join(folder, '20260101T000000000Z-1-aaaaaaaa-0.ndjson'), `${line('a', 'primary', 200, { age: 31, prediction: 'yes', probability_yes: 0.75 })}\n${line('a', 'shadow', 200, { age: 31, prediction: 'no' })}\n${line('b', 'primary', 400, {})}\n`);
    writeFileSync(path.join(folder, '20260102T000000000Z-1-aaaaaaaa-1.open.ndjson'), `${line('c', 'canary', 200, { age: 'old', input_model: 'x', prediction: 'no' })}\n{"request_id":"d","ti`);
    const document = emptyDocument('log', 'Log');
    document.nodes.push({ id: 'n', type: 'data/request-log', version: 1, params: { model: 'churn' } });
    expect((await opened.run(document)).status).toBe('succeeded');
    const { schema, rows } = await opened.table(document, 'n', 'table');
    expect(schema.map(({ name }) => name)).toEqual(['request_id', 'time', 'model', 'version', 'variant', 'latency_ms', 'status', 'age', 'input_model', 'prediction', 'probability_yes']);
    expect(rows.map((row) => [row[0], row[4], row[7], row[8], row[9], row[10]])).toEqual([
      ['a', 'primary', 31, null, 'yes', 0.75],
      ['c', 'canary', null, 'x', 'no', null],
    ]);
  } finally {
    await opened.close();
  }
});
