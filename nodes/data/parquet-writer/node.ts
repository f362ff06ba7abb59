import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { overwriteParam, shownPath, writePathParam, writerConfiguration, writerInputs, writerOutputs } from '#app/sdk/writer.ts';

const params = z.object({
  path: writePathParam('exports/table.parquet').meta({ title: 'File or folder', description: 'A relative path is inside the project; folders are made. With partitions this is a folder.', control: 'text', placeholder: 'exports/table.parquet' }),
  overwrite: overwriteParam,
  partitionBy: z.array(z.string()).default([]).meta({ title: 'Partition by', description: 'One folder column=value for each value, as Hive and Spark have it. None: one file, rows in order.', control: 'columns', from: 'table' }),
  compression: z.enum(['zstd', 'snappy', 'gzip', 'none']).default('zstd').meta({
    title: 'Compression',
    control: 'select',
    advanced: true,
    labels: { zstd: 'Zstandard (small)', snappy: 'Snappy (read everywhere)', gzip: 'Gzip', none: 'None' },
  }),
});

export type ParquetWriterParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'data/parquet-writer',
  version: 1,
  title: 'Parquet Writer',
  summary: 'Writes the table as one Parquet file, or as a folder partitioned by columns.',
  keywords: ['export', 'save', 'output', 'to_parquet', 'columnar', 'partition', 'hive', 'dataset', 'arrow', 'spark'],
  inputs: writerInputs,
  outputs: writerOutputs,
  params,
  describe: ({ path, partitionBy }, say) => (path === '' ? say`No file yet` : partitionBy.length === 0 ? shownPath(path) : shownPath(say`${path} by ${partitionBy.join(', ')}`)),
  configure: (context) => {
    const schema = schemaAt(context);
    const { partitionBy } = context.params;
    const unknown = schema === null ? [] : partitionBy.filter((name) => !schema.some((column) => column.name === name));
    const diagnostics = unknown.map((column): Diagnostic => ({ severity: 'error', code: 'unknown-column', message: `There is no column “${column}” in the table.`, remedy: 'Choose the column again.', place: { param: ['partitionBy'], column } }));
    const none = schema !== null && schema.length > 0 && unknown.length === 0 && schema.every(({ name }) => partitionBy.includes(name));
    if (none) diagnostics.push({ severity: 'error', code: 'partition-columns', message: 'Every column is a folder, so that nothing is left for the files.', remedy: 'Leave at least one column out of “Partition by”.', place: { param: ['partitionBy'] } });
    return writerConfiguration(context, diagnostics);
  },
});
