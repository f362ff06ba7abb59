import { expect, it } from 'vitest';
import { openapiOf } from '#app/sdk/model-openapi.ts';

it('says what an image is in a record', () => {
  const described = openapiOf('pets', { task: 'classification', target: { name: 'label', type: 'string' }, classes: ['cat', 'dog'], features: ['path'], inputs: [{ name: 'path', type: 'string' }, { name: 'note', type: 'string' }], images: [{ column: 'path', width: 32, height: 24 }] }, '');
  expect(described).toMatchObject({
    components: { schemas: { Record: { properties: { path: { contentEncoding: 'base64', description: expect.stringContaining('32 × 24') as string }, note: { type: ['string', 'null'] } } } } },
  });
});
