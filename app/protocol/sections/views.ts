import { z } from 'zod';
import { chartQuerySchema } from '#app/sdk/charts.ts';
import { base } from '../base.ts';
import { chartSpecSchema } from '../chart.ts';
import { columnDetailSchema } from '../column-detail.ts';
import { pageRequestSchema } from '../schema.ts';

/** Looking at tables: statistics, search, charts, slices. */
export const viewsContract = {
  /** Exact statistics of one column, of the rows that `filter` leaves. */
  column: base.input(pageRequestSchema.omit({ offset: true, limit: true, sort: true }).extend({ column: z.string() })).output(columnDetailSchema),
  /** A chart of a table port, of the rows that `filter` leaves; edges, categories and colours are those of the whole table. */
  chart: base.input(pageRequestSchema.omit({ offset: true, limit: true, sort: true }).extend({ query: chartQuerySchema })).output(z.object({ chart: chartSpecSchema })),
};
