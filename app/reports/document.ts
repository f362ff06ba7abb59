import { z } from 'zod';
import { chartQuerySchema } from '#app/sdk/charts.ts';

/** Version of the format of `reports/*.report.json`. */
export const reportVersion = 1;

/** The page has this many columns; a row is `rowHeight` px high and grows with what is in it. */
export const gridColumns = 12;
export const rowHeight = 32;
/** px between blocks. */
export const gridGap = 16;
export const mostRows = 10_000;
export const mostTableRows = 1000;
/** Characters of an image as a data URL: 3 MB of base64. */
const mostImage = 4_000_000;

const place = z.object({ x: z.int().min(0).max(gridColumns - 1), y: z.int().min(0).max(mostRows), w: z.int().min(1).max(gridColumns), h: z.int().min(1).max(200) });

/** A port of a pipeline of the project. The id holds through renames; the path says where to look first, and reads better. */
export const sourceSchema = z.object({
  pipeline: z.string().min(1).max(64),
  path: z.string().max(500),
  node: z.string().min(1).max(64),
  port: z.string().min(1).max(200),
});

const title = z.string().max(300).optional();
const shared = { id: z.string().min(1).max(64), place, title, caption: z.string().max(2000).optional() };
const named = z.string().max(300);

export const reportPalettes = ['standard', 'okabe-ito', 'greys'] as const;
export type ReportPalette = (typeof reportPalettes)[number];

/** How a chart looks, apart from what it shows. */
export const lookSchema = z.object({
  /** Absent: the chart's own. */
  xTitle: z.string().max(200).optional(),
  yTitle: z.string().max(200).optional(),
  palette: z.enum(reportPalettes).default('standard'),
  legend: z.enum(['auto', 'hidden']).default('auto'),
});
export type ChartLook = z.infer<typeof lookSchema>;

/** What a chart shows: what is asked of a table, or one of the charts that a port's value has, by its title and its number. */
const chartView = z.discriminatedUnion('of', [
  z.object({ of: z.literal('table'), query: chartQuerySchema, filter: z.string().max(10_000).default('') }),
  z.object({ of: z.literal('value'), chart: named, index: z.int().min(0).default(0) }),
  /** A view of why a model predicts what it does: of a class (absent: the first one looked at), a column, a row by its number. */
  z.object({ of: z.literal('explanation'), figure: z.enum(['sizes', 'swarm', 'dependence', 'waterfall']), output: named.optional(), column: named.optional(), row: z.number().optional() }),
]);
export type ChartView = z.infer<typeof chartView>;

/** Rows of a table port, or one of the tables that a port's value has. */
const tableView = z.discriminatedUnion('of', [
  z.object({
    of: z.literal('table'),
    /** Null: all of them. */
    columns: z.array(z.string()).max(200).nullable().default(null),
    sort: z.array(z.object({ column: z.string(), descending: z.boolean() })).max(5).default([]),
    filter: z.string().max(10_000).default(''),
  }),
  z.object({ of: z.literal('value'), table: named, index: z.int().min(0).default(0) }),
]);
export type TableBlockView = z.infer<typeof tableView>;

export const blockSchema = z.discriminatedUnion('type', [
  z.object({ ...shared, type: z.literal('heading'), text: z.string().max(500), level: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(2) }),
  z.object({ ...shared, type: z.literal('text'), markdown: z.string().max(50_000) }),
  z.object({ ...shared, type: z.literal('table'), source: sourceSchema, view: tableView, rows: z.int().min(1).max(mostTableRows).default(20) }),
  z.object({ ...shared, type: z.literal('chart'), source: sourceSchema, view: chartView, look: lookSchema.default({ palette: 'standard', legend: 'auto' }) }),
  z.object({ ...shared, type: z.literal('metric'), source: sourceSchema, metric: named, change: z.boolean().default(true) }),
  /** Everything that a port's value has: a model card, a whole evaluation. */
  z.object({ ...shared, type: z.literal('value'), source: sourceSchema }),
  z.object({ ...shared, type: z.literal('picture'), pipeline: z.string().min(1).max(64), path: z.string().max(500) }),
  z.object({ ...shared, type: z.literal('image'), data: z.string().max(mostImage).regex(/^(data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*)?$/, 'must be a PNG, JPEG, GIF or WebP image'), alt: z.string().max(500) }),
  z.object({ ...shared, type: z.literal('divider') }),
]);
export type Block = z.infer<typeof blockSchema>;
export type BlockType = Block['type'];
export type BlockOf<T extends BlockType> = Extract<Block, { type: T }>;
export type Place = z.infer<typeof place>;
export type BlockSource = z.infer<typeof sourceSchema>;

export const reportThemes = ['light', 'dark', 'paper'] as const;
export type ReportTheme = (typeof reportThemes)[number];

export const reportSchema = z.object({
  format: z.literal('penstock-report'),
  version: z.literal(reportVersion),
  id: z.string().min(1).max(64),
  title: z.string().max(200),
  description: z.string().max(5000).optional(),
  theme: z.enum(reportThemes).default('light'),
  /** Dashboards can be used without the app: sorted, filtered, pointed at. Documents are for reading and paper. */
  kind: z.enum(['document', 'dashboard']).default('document'),
  /** Runs that results are taken from, by pipeline; pipelines that are not in it show their last results. */
  pinned: z.record(z.string(), z.string()).default({}),
  /** Dashboards: a column whose values can be chosen on the page. */
  filter: z.object({ column: z.string().min(1).max(300) }).optional(),
  blocks: z.array(blockSchema).max(500),
});

/** A page on which views of pipelines stand beside text. */
export type ReportDocument = z.infer<typeof reportSchema>;

export function emptyReport(id: string, title: string): ReportDocument {
  return { format: 'penstock-report', version: reportVersion, id, title, theme: 'light', kind: 'document', pinned: {}, blocks: [] };
}

/** The port that a block shows, where it shows one. */
export const sourceOf = (block: Block): BlockSource | null => ('source' in block ? block.source : null);
