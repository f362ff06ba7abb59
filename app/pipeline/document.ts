import { z } from 'zod';

/** Version of the document format; `migrations.ts` brings older ones up. */
export const documentVersion = 1;

/** What a limit of a node, or a project's for its nodes, may be: seconds, and MB (10⁶ bytes). */
export const nodeLimitBounds = { seconds: { least: 1, most: 31_536_000 }, megabytes: { least: 100, most: 10_000_000 } } as const;

/** What one node may take of the machine. */
export const nodeLimitsSchema = z.looseObject({
  seconds: z.number().min(nodeLimitBounds.seconds.least).max(nodeLimitBounds.seconds.most).optional(),
  /** Memory in MB (10⁶ bytes): of its queries, and of its own code together with them. */
  megabytes: z.int().min(nodeLimitBounds.megabytes.least).max(nodeLimitBounds.megabytes.most).optional(),
});

export type NodeLimits = z.infer<typeof nodeLimitsSchema>;

const finite = z.number().refine(Number.isFinite, 'must be a finite number');

export const nodeSchema = z.looseObject({
  id: z.string().min(1).max(64),
  /** `category/name`; unknown types are kept verbatim. */
  type: z.string().min(1).max(200),
  /** Version of the node type the params were written for. */
  version: z.int().min(1),
  /** Kept as given; parsed by the node type's own schema. */
  params: z.record(z.string(), z.unknown()),
  /** The user's own title; absent: the type's. */
  title: z.string().max(200).optional(),
  comment: z.string().max(10_000).optional(),
  bypassed: z.boolean().optional(),
  /** Ports whose table is to be materialised. */
  pinned: z.array(z.string()).optional(),
  /** Absent: what the project sets. */
  limits: nodeLimitsSchema.optional(),
  /** Of a subflow: the nodes that it stands for. */
  get content(): z.ZodOptional<typeof contentSchema> {
    return contentSchema.optional();
  },
  /** Of a subflow: run several times, once for each entry; its tables are put under each other. */
  repeat: z
    .discriminatedUnion('over', [
      z.looseObject({
        over: z.literal('params'),
        /** By name of exposed params; the others keep the subflow's values. */
        runs: z.array(z.looseObject({ label: z.string().max(200), params: z.record(z.string(), z.unknown()) })).max(1000),
        /** Name of the column that says which run a row is of; empty: none. */
        column: z.string().max(200),
      }),
      z.looseObject({
        over: z.literal('groups'),
        /** The table input of which each run gets the rows of one group. */
        input: z.string(),
        by: z.string().max(1000),
        /** As text, as `Filter Rows` compares them. */
        values: z.array(z.string()).max(1000),
        column: z.string().max(200),
        /** An exposed param that gets the group's value; absent: none. */
        param: z.string().optional(),
      }),
    ])
    .optional(),
  /** Of a subflow that is a component of the project: which one, and the version its content was taken from. */
  component: z.looseObject({ id: z.string().min(1).max(64), version: z.int().min(1), title: z.string().max(200) }).optional(),
});

export const endpointSchema = z.looseObject({ node: z.string(), port: z.string() });

export const edgeSchema = z.looseObject({ id: z.string().min(1).max(64), from: endpointSchema, to: endpointSchema });

export const noteSchema = z.looseObject({
  id: z.string().min(1).max(64),
  text: z.string().max(20_000),
  x: finite,
  y: finite,
  width: finite,
  height: finite,
  colour: z.string().max(40).optional(),
});

/** What came after version 1's first files is optional, so that older files and older apps read it as it is. */
export const groupSchema = z.looseObject({
  id: z.string().min(1).max(64),
  title: z.string().max(200),
  /** Its own members, not those of groups within it; a node is in one group at most. */
  nodes: z.array(z.string()),
  /** Id of the group that it lies in (`group-tree.ts`); a name that is gone means none. */
  within: z.string().max(64).optional(),
  /** A category's name, whose hue the frame takes. */
  colour: z.string().max(40).optional(),
  /** Shown as one chip. */
  collapsed: z.boolean().optional(),
  /** Drawn by hand: the frame holds at least this, in canvas units. Absent: as large as its content. */
  box: z.looseObject({ x: finite, y: finite, width: finite, height: finite }).optional(),
});

/** A param of a node inside that the subflow shows as its own. */
export const exposedSchema = z.looseObject({
  /** Key in the subflow's params. */
  name: z.string().min(1).max(64),
  /** Absent: the param's own. */
  title: z.string().max(200).optional(),
  node: z.string(),
  param: z.string(),
});

/** What a subflow holds: the lists of a document, and what it shows outside. Its ports are its `flow/input` and `flow/output` nodes. */
export const contentSchema = z.looseObject({
  get nodes(): z.ZodArray<typeof nodeSchema> {
    return z.array(nodeSchema).max(100_000);
  },
  edges: z.array(edgeSchema).max(400_000),
  notes: z.array(noteSchema).max(10_000),
  groups: z.array(groupSchema).max(10_000),
  layout: z.record(z.string(), z.looseObject({ x: finite, y: finite })),
  exposed: z.array(exposedSchema).max(1000),
}).superRefine((content, context) => {
  for (const list of ['nodes', 'edges', 'notes', 'groups'] as const) {
    const seen = new Set<string>();
    for (const [index, { id }] of content[list].entries()) {
      if (seen.has(id) || id === '__proto__') context.addIssue({ code: 'custom', path: [list, index, 'id'], message: seen.has(id) ? `“${id}” is there twice` : 'is not allowed as an id' });
      seen.add(id);
    }
  }
});

export const documentSchema = z.looseObject({
  format: z.literal('penstock-pipeline'),
  version: z.literal(documentVersion),
  id: z.string().min(1).max(64),
  title: z.string().max(200),
  description: z.string().max(20_000).optional(),
  nodes: z.array(nodeSchema).max(100_000),
  edges: z.array(edgeSchema).max(400_000),
  notes: z.array(noteSchema).max(10_000),
  groups: z.array(groupSchema).max(10_000),
  /** Canvas position of each node's top left corner, in canvas units; not part of any cache key. */
  layout: z.record(z.string(), z.looseObject({ x: finite, y: finite })),
});

export type PipelineDocument = z.infer<typeof documentSchema>;
export type PipelineNode = z.infer<typeof nodeSchema>;
export type PipelineEdge = z.infer<typeof edgeSchema>;
export type PipelineNote = z.infer<typeof noteSchema>;
export type PipelineGroup = z.infer<typeof groupSchema>;
export type SubflowContent = z.infer<typeof contentSchema>;
export type ExposedParam = z.infer<typeof exposedSchema>;
export type SubflowRepeat = NonNullable<PipelineNode['repeat']>;
export type Endpoint = z.infer<typeof endpointSchema>;

export function emptyDocument(id: string, title: string): PipelineDocument {
  return { format: 'penstock-pipeline', version: documentVersion, id, title, nodes: [], edges: [], notes: [], groups: [], layout: {} };
}
