import { openapiOf } from '#app/sdk/model-openapi.ts';
import { describedSignature, featureNotes } from './feature-description.ts';
import type { FeatureLookup } from './feature-lookup.ts';
import type { ModelSlot } from './model-slot.ts';

type Json = Readonly<Record<string, unknown>>;

/** OpenAPI 3.1 of everything that is served: for each model what it takes and gives now. */
export function serverOpenapi(name: string, slots: Iterable<ModelSlot>, needsToken: boolean, lookup: FeatureLookup): Json {
  const paths: Record<string, unknown> = {};
  const schemas: Record<string, unknown> = {};
  for (const { name: model, primary } of slots) {
    if (primary === null) continue;
    // Each model's schemas under its own name, so that two models may have different records.
    const text = JSON.stringify(openapiOf(model, describedSignature(primary, lookup), '')).replaceAll('"#/components/schemas/', `"#/components/schemas/${model}_`);
    const one = JSON.parse(text) as { paths: Record<string, Json>; components: { schemas: Record<string, unknown> } };
    for (const [path, item] of Object.entries(one.paths)) paths[path === '/predict' ? `/predict/${model}` : path] = item;
    for (const [schema, value] of Object.entries(one.components.schemas)) schemas[`${model}_${schema}`] = value;
    const record = one.components.schemas['Record'] as { description?: string } | undefined;
    const notes = featureNotes(primary);
    if (record !== undefined && notes.length > 0) schemas[`${model}_Record`] = { ...record, description: [record.description, ...notes].join(' ') };
    const predict = one.paths['/predict']?.['post'] as Json | undefined;
    paths[`/explain/${model}`] = { post: { summary: `What each field did to “${primary.signature.target.name}”`, requestBody: predict?.['requestBody'], responses: { 200: { description: 'One explanation a record, in order.', content: { 'application/json': { schema: { type: 'object' } } } } } } };
  }
  const text = (summary: string): Json => ({ get: { summary, responses: { 200: { description: summary, content: { 'text/plain': { schema: { type: 'string' } } } } } } });
  return {
    openapi: '3.1.0',
    info: { title: name, version: '1', description: 'Models served by Penstock.' },
    ...(needsToken ? { security: [{ token: [] }] } : {}),
    paths: { ...paths, '/metrics': text('Numbers for Prometheus') },
    components: { schemas, ...(needsToken ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}) },
  };
}
