import type { Column } from '#app/relation/types.ts';
import type { ModelSignature } from './ports.ts';

type Json = Readonly<Record<string, unknown>>;

/** OpenAPI 3.1 description of a bundle's server: what `/predict` takes and gives for exactly this model. */
export function openapiOf(name: string, signature: ModelSignature, description: string): Json {
  const ref = (schema: string): Json => ({ $ref: `#/components/schemas/${schema}` });
  const body = (schema: Json): Json => ({ content: { 'application/json': { schema } } });
  const failure = (text: string): Json => ({ description: text, ...body(ref('Error')) });
  const errors = {
    400: failure('The request does not fit the model; the field and what was expected are named.'),
    413: failure('The body is too large.'),
    415: failure('The body is not JSON.'),
  };
  const ok = (text: string, schema: Json): Json => ({ description: text, ...body(schema) });
  const status = (summary: string): Json => ({ get: { summary, responses: { 200: ok('Yes.', { type: 'object' }), 503: { description: 'No.' } } } });
  return {
    openapi: '3.1.0',
    info: { title: name, version: '1', description },
    paths: {
      '/predict': {
        post: {
          summary: `Predict “${signature.target.name}” for JSON records`,
          requestBody: {
            required: true,
            ...body({ oneOf: [{ type: 'array', items: ref('Record') }, { type: 'object', required: ['records'], properties: { records: { type: 'array', items: ref('Record') } } }] }),
          },
          responses: {
            200: ok('One prediction a record, in order.', {
              type: 'object',
              properties: { model: { type: 'string' }, target: { type: 'string' }, predictions: { type: 'array', items: ref('Prediction') } },
            }),
            ...errors,
          },
        },
      },
      [`/v2/models/${name}/infer`]: {
        post: {
          summary: 'Predict by the Open Inference Protocol, version 2',
          requestBody: { required: true, ...body(ref('InferRequest')) },
          responses: { 200: ok('Output tensors.', ref('InferResponse')), ...errors },
        },
      },
      [`/v2/models/${name}`]: { get: { summary: 'Inputs and outputs of the model', responses: { 200: ok('Metadata.', { type: 'object' }) } } },
      [`/v2/models/${name}/ready`]: status('Whether the model answers'),
      '/v2/health/live': status('Whether the server is up'),
      '/v2/health/ready': status('Whether the server answers'),
    },
    components: {
      schemas: {
        Record: {
          type: 'object',
          description: 'Fields of one record. A field that is absent or null is a missing value.',
          properties: Object.fromEntries(signature.inputs.map((column) => [column.name, fieldSchema(column, signature)])),
        },
        Prediction: predictionSchema(signature),
        InferRequest: {
          type: 'object',
          required: ['inputs'],
          properties: { id: { type: 'string' }, inputs: { type: 'array', items: ref('Tensor') }, outputs: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } } },
        },
        InferResponse: { type: 'object', properties: { model_name: { type: 'string' }, model_version: { type: 'string' }, id: { type: 'string' }, outputs: { type: 'array', items: ref('Tensor') } } },
        Tensor: {
          type: 'object',
          required: ['name', 'shape', 'datatype', 'data'],
          properties: { name: { type: 'string' }, shape: { type: 'array', items: { type: 'integer' } }, datatype: { enum: ['BYTES', 'BOOL', 'INT64', 'FP64', 'FP32'] }, data: { type: 'array' } },
        },
        Error: {
          type: 'object',
          required: ['error', 'code'],
          properties: { error: { type: 'string' }, code: { type: 'string' }, field: { type: 'string' }, record: { type: 'integer' }, remedy: { type: 'string' } },
        },
      },
    },
  };
}

function jsonType(column: Column): string {
  switch (column.type) {
    case 'boolean':
      return 'boolean';
    case 'integer':
    case 'float':
      return 'number';
    default:
      return 'string';
  }
}

function fieldSchema(column: Column, { images = [] }: ModelSignature): Json {
  const type = [jsonType(column), 'null'];
  const image = images.find((one) => one.column === column.name);
  if (image !== undefined) return { type, contentEncoding: 'base64', description: `An image brought to ${image.width} × ${image.height} pixels: red, green and blue of each pixel as bytes, row by row.` };
  if (column.type === 'date') return { type, format: 'date' };
  return column.type === 'timestamp' ? { type, description: 'Date and time without zone, such as 2024-05-31T08:30:00.' } : { type };
}

function predictionSchema(signature: ModelSignature): Json {
  if (signature.task === 'regression') return { type: 'object', properties: { prediction: { type: ['number', 'null'] } } };
  return {
    type: 'object',
    properties: {
      prediction: { type: jsonType(signature.target) },
      probabilities: { type: 'object', properties: Object.fromEntries((signature.classes ?? []).map((cls) => [cls, { type: 'number', minimum: 0, maximum: 1 }])) },
    },
  };
}
