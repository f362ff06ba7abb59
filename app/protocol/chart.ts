import { z } from 'zod';
import type { ChartSpec } from '#app/sdk/ports.ts';
import { columnSchema } from './schema.ts';

/** Charts as they cross to the front end (app/sdk/ports ChartSpec). */

const scalar = z.union([z.null(), z.boolean(), z.number(), z.string()]);
const coordinate = z.union([z.number(), z.string(), z.null()]);
const edge = z.union([z.number(), z.string()]);
const numberOrNull = z.number().nullable();

const axis = z.object({
  title: z.string(),
  scale: z.enum(['linear', 'log', 'category', 'time']).optional(),
  range: z.tuple([z.number(), z.number()]).optional(),
  column: columnSchema.optional(),
  categories: z.array(z.object({ label: z.string(), value: scalar, rest: z.boolean().optional() })).optional(),
  percent: z.boolean().optional(),
});

const boxShape = z.object({
  low: z.number(),
  q1: z.number(),
  median: z.number(),
  q3: z.number(),
  high: z.number(),
  mean: z.number(),
  rows: z.number(),
  outside: z.number(),
  outliers: z.array(z.number()),
});

const series = z.object({
  name: z.string(),
  mark: z.enum(['line', 'points', 'bars', 'area', 'heatmap', 'hexagons', 'reference', 'band', 'boxes']),
  x: z.array(coordinate),
  y: z.array(coordinate),
  z: z.array(z.array(numberOrNull)).optional(),
  text: z.array(z.array(z.string())).optional(),
  group: z.string().optional(),
  edges: z.array(edge).optional(),
  yEdges: z.array(edge).optional(),
  low: z.array(numberOrNull).optional(),
  high: z.array(numberOrNull).optional(),
  boxes: z.array(boxShape.nullable()).optional(),
  hexagon: z.object({ width: z.number(), height: z.number() }).optional(),
  rows: z.array(z.number()).optional(),
  size: z.array(numberOrNull).optional(),
  neutral: z.boolean().optional(),
});

export const chartSpecSchema = z.object({
  title: z.string(),
  x: axis,
  y: axis,
  series: z.array(series),
  note: z.string().optional(),
  bars: z.enum(['overlay', 'group', 'stack']).optional(),
  colour: z.object({ title: z.string(), centre: z.number().optional(), log: z.boolean().optional() }).optional(),
}) satisfies z.ZodType<ChartSpec>;
