import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import type { JsonOptions } from '#app/sdk/formats.ts';
import { defineNode, type Facts } from '#app/sdk/node.ts';
import { chosenTypes, columnTypesParam, fileName, misfitsParam, notesFact, readerOutputs, rejectColumns, unknownTypes } from '#app/sdk/reader-params.ts';

const params = z.object({
  path: z.string().default('').meta({
    title: 'File',
    description: 'JSON: a list of records, one record a line, or an object that holds the list. May be gzip or Zstandard compressed.',
    control: 'file',
    extensions: ['json', 'jsonl', 'ndjson', 'geojson', 'gz', 'zst'],
  }),
  list: z.string().default('').meta({
    title: 'Path to the list',
    description: 'Keys separated by dots. Empty: found out.',
    control: 'text',
    placeholder: 'data.items',
  }),
  nested: z.enum(['text', 'flatten']).default('text').meta({
    title: 'Objects within records',
    description: 'Flatten: the keys of an object become columns, as in address.city, one level deep. Lists stay JSON text.',
    control: 'select',
    labels: { text: 'Keep as JSON text', flatten: 'Flatten' },
  }),
  types: columnTypesParam,
  misfits: misfitsParam,
});

export type JsonReaderParams = z.output<typeof params>;

const found = z.object({
  plan: z.object({
    layout: z.discriminatedUnion('form', [z.object({ form: z.literal('lines') }), z.object({ form: z.literal('values') }), z.object({ form: z.literal('array'), path: z.array(z.string()) })]),
    records: z.enum(['object', 'list', 'value']),
    columns: z.array(z.object({ name: z.string(), type: z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']), pointer: z.string() })),
    flattened: z.array(z.string()),
    whole: z.boolean(),
  }),
  notes: notesFact,
});

export type JsonFacts = z.output<typeof found>;

export function jsonFacts(facts: Facts | null): JsonFacts | null {
  const parsed = found.safeParse(facts);
  return parsed.success ? parsed.data : null;
}

export const jsonOptions = ({ list, nested, types }: JsonReaderParams): JsonOptions => ({ path: list, nested, types: chosenTypes(types) });

export const definition = defineNode({
  type: 'data/json-reader',
  version: 1,
  title: 'JSON Reader',
  summary: 'Reads JSON records into a table: a list, one record a line, or a list inside an object. Numbers keep every digit.',
  keywords: ['import', 'load', 'open', 'jsonl', 'ndjson', 'json lines', 'read_json', 'nested', 'flatten', 'JSON to Table', 'api', 'geojson', 'normalize'],
  inputs: [],
  outputs: readerOutputs,
  params,
  describe: ({ path, list }, say) => (path === '' ? say`No file yet` : list === '' ? fileName(path) : say`${list} of ${fileName(path)}`),
  configure: ({ params: given, facts }) => {
    if (given.path === '') return { diagnostics: [paramMissing(['path'], 'No file is chosen.', 'Choose a JSON file.')] };
    const known = jsonFacts(facts);
    if (known === null) return {};
    const schema = known.plan.columns.map(({ name, type }) => ({ name, type }));
    return {
      outputs: { table: { kind: 'table', schema }, rejects: { kind: 'table', schema: rejectColumns } },
      diagnostics: [...unknownTypes(given.types, schema, fileName(given.path)), ...known.notes],
    };
  },
});
