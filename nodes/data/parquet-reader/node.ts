import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode, type Facts } from '#app/sdk/node.ts';
import type { Schema } from '#app/relation/types.ts';

const params = z.object({
  path: z.string().default('').meta({ title: 'File', description: 'An Apache Parquet file.', control: 'file', extensions: ['parquet', 'pq'] }),
});

export type ParquetReaderParams = z.output<typeof params>;

const found = z.object({
  schema: z.array(z.object({ name: z.string(), type: z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']) })),
  rows: z.number(),
});

export function parquetFacts(facts: Facts | null): { schema: Schema; rows: number } | null {
  const parsed = found.safeParse(facts);
  return parsed.success ? parsed.data : null;
}

export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

export const noFile = () => paramMissing(['path'], 'No file is chosen.', 'Choose a Parquet file.');

export const definition = defineNode({
  type: 'data/parquet-reader',
  version: 1,
  title: 'Parquet Reader',
  summary: 'Reads an Apache Parquet file where it lies, without copying it.',
  keywords: ['import', 'load', 'open', 'columnar', 'arrow', 'pq'],
  inputs: [],
  outputs: [{ name: 'table', title: 'Table', kind: 'table', summary: 'The rows of the file.' }],
  params,
  describe: ({ path }) => (path === '' ? 'No file yet' : fileName(path)),
  configure: ({ params: { path } }) => ({ diagnostics: path === '' ? [noFile()] : [] }),
});
