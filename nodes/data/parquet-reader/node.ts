import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode, type Facts } from '#app/sdk/node.ts';
import { fileName, notesFact, schemaFact } from '#app/sdk/reader-params.ts';

const params = z.object({
  path: z.string().default('').meta({
    title: 'File, folder or pattern',
    description: 'One Parquet file; a folder with all Parquet files in it and below; or a pattern such as data/2024-*.parquet or data/**/*.parquet.',
    control: 'file',
    extensions: ['parquet', 'pq'],
  }),
  more: z.array(z.string()).default([]).meta({ title: 'More files', description: 'Further files, folders or patterns; their rows come after, columns matched by name.', advanced: true }),
});

export type ParquetReaderParams = z.output<typeof params>;

const found = z.object({
  files: z.array(z.string()),
  schema: schemaFact,
  rows: z.number(),
  unionByName: z.boolean(),
  hive: z.boolean(),
  nested: z.array(z.string()),
  notes: notesFact,
});

export type ParquetFacts = z.output<typeof found>;

export function parquetFacts(facts: Facts | null): ParquetFacts | null {
  const parsed = found.safeParse(facts);
  return parsed.success ? parsed.data : null;
}

export const noFile = () => paramMissing(['path'], 'No file is chosen.', 'Choose a Parquet file, or a folder of them.');

export const patternsOf = ({ path, more }: ParquetReaderParams): string[] => [path, ...more].map((text) => text.trim()).filter((text) => text !== '');

export const definition = defineNode({
  type: 'data/parquet-reader',
  version: 1,
  title: 'Parquet Reader',
  summary: 'Reads Apache Parquet where it lies, without copying: one file, many, or a partitioned folder.',
  keywords: ['import', 'load', 'open', 'columnar', 'arrow', 'pq', 'read_parquet', 'hive', 'partitioned', 'dataset', 'glob', 'delta'],
  inputs: [],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The rows of all files.' }],
  params,
  describe: (given, say) => {
    const [first, ...others] = patternsOf(given);
    if (first === undefined) return say`No file yet`;
    return others.length === 0 ? fileName(first) : say`${fileName(first)} and ${others.length} more`;
  },
  configure: ({ params: given, facts }) => ({ diagnostics: patternsOf(given).length === 0 ? [noFile()] : (parquetFacts(facts)?.notes ?? []) }),
});
