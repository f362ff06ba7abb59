import { z } from 'zod';
import { csvColumnTypes, csvReadingParams } from '#app/sdk/csv-params.ts';
import { base } from '../base.ts';
import { diagnosticSchema } from '../schema.ts';

const columnType = z.enum([...csvColumnTypes, 'binary']);

export const csvPreviewSchema = z.object({
  /** As found or chosen. */
  dialect: z.object({
    delimiter: z.string(),
    quote: z.string(),
    header: z.boolean(),
    encoding: z.enum(['utf-8', 'utf-16', 'latin-1']),
    nullWords: z.array(z.string()),
    decimal: z.enum(['.', ',']),
    thousands: z.string(),
    skipLines: z.number(),
  }),
  /** The file's columns; only the first 200 have cells in `rows`. */
  columns: z.array(z.object({ header: z.string(), name: z.string(), found: columnType, type: columnType, format: z.string(), why: z.string() })),
  columnCount: z.number(),
  rows: z.array(z.object({ line: z.number(), fault: z.string().optional(), cells: z.array(z.object({ text: z.string(), value: z.string().nullable(), fault: z.string().optional() })) })),
  notes: z.array(diagnosticSchema),
});
export type CsvPreviewAnswer = z.output<typeof csvPreviewSchema>;

/** The CSV reader’s live preview. */
export const csvContract = {
  /** What is found in a file under the params, and its first rows as text and as read. Reads samples of the file, never all of it. */
  preview: base.input(z.object({ path: z.string(), params: csvReadingParams, limit: z.number().int().min(1).max(200).default(20) })).output(csvPreviewSchema),
};
