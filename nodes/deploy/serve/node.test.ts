import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { builtServer } from '#app/engine/bundle/testing.ts';
import { describeFixtures, fixtureDocument, fixtureSchema, openTestEngine } from '#app/engine/testing.ts';

beforeAll(() => void builtServer());
describeFixtures(import.meta.url);

it('answers over HTTP as the engine does, and ends with it', async () => {
  const fixture = fixtureSchema.parse(JSON.parse(readFileSync(new URL('fixtures/any-port.json', import.meta.url), 'utf8')));
  const opened = await openTestEngine();
  let url = '';
  try {
    const document = fixtureDocument(fixture, opened.engine.catalogue);
    await opened.run(document);
    const servers = opened.engine.models.servers();
    expect(servers).toMatchObject([{ nodeId: 'd', name: 'sales' }]);
    url = servers[0]?.url ?? '';
    const model = await opened.value(document, 'm', 'model');
    if (model.kind !== 'model') throw new Error('the model port gave something else');
    const records = [{ x: 2.5, s: 'b' }, { x: null, s: 'b' }, { x: -4, s: 'never seen' }, {}, { x: 0.5 }];
    const expected = await opened.engine.models.predict(model, records, new AbortController().signal);
    const response = await fetch(`${url}/predict`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(records) });
    const answer = (await response.json()) as { predictions: { prediction: string; probabilities: Record<string, number> }[] };
    expect(answer.predictions.map((one) => one.prediction)).toEqual(expected.map((one) => one.prediction));
    answer.predictions.forEach((one, row) => expect(one.probabilities['yes']).toBeCloseTo(expected[row]?.probabilities?.['yes'] ?? Number.NaN, 5));
    await opened.run(document);
    expect(opened.engine.models.servers()).toHaveLength(1);
  } finally {
    await opened.close();
  }
  await expect(fetch(`${url}/v2`)).rejects.toThrow();
}, 120_000);
