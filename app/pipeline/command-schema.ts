import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { issuePhrase } from '#app/core/issue-phrase.ts';
import type { Command } from './commands.ts';
import { documentSchema, edgeSchema, groupSchema, nodeLimitsSchema, nodeSchema, noteSchema } from './document.ts';
import { refuseHostileKeys } from './parse.ts';

/**
 * What a command may carry. Whatever passes gives a document that `parseDocument` reads back: an edit that would make the file
 * unreadable is refused before it is made. Commands come from the canvas, from pasted text and from journals on disk.
 */

const id = z.string().min(1).max(64).refine((text) => text !== '__proto__', 'is not allowed as an id');
const ids = z.array(z.string());
const identified = { id };
const node = nodeSchema.extend(identified);
const edge = edgeSchema.extend(identified);
const note = noteSchema.extend(identified);
const group = groupSchema.extend(identified);
const point = documentSchema.shape.layout.valueType;
const layout = z.record(id, point);
const placed = <T extends z.ZodType>(element: T) => z.array(z.object({ index: z.int().min(0), element }));
const listDelta = <T extends z.ZodType>(element: T) => z.object({ set: z.array(element), removed: ids, order: ids.optional() }).optional();
const recordDelta = <T extends z.ZodType>(value: T) => z.object({ set: z.record(id, value), removed: ids }).optional();

const { format, version, id: documentId, title, description } = documentSchema.shape;
const fields = { format, version, id: documentId, title, description };

export const deltaSchema = z.object({
  fields: z
    .object({ set: z.looseObject(fields).partial(), removed: ids.refine((names) => !names.some((name) => name !== 'description' && Object.hasOwn(documentSchema.shape, name)), 'a pipeline cannot be without that field') })
    .optional(),
  nodes: listDelta(node),
  edges: listDelta(edge),
  notes: listDelta(note),
  groups: listDelta(group),
  layout: recordDelta(point),
});

/** By type; leaving one out does not compile. */
const shapes: Readonly<Record<Exclude<Command['type'], 'batch' | 'within'>, z.ZodType>> = {
  add: z.object({ nodes: z.array(node).optional(), edges: z.array(edge).optional(), notes: z.array(note).optional(), groups: z.array(group).optional(), layout: layout.optional() }),
  remove: z.object({ nodes: ids.optional(), edges: ids.optional(), notes: ids.optional(), groups: ids.optional(), exact: z.boolean().optional() }),
  connect: z.object({ edge, replaces: z.string().optional() }),
  'replace-node': z.object({ node }),
  'set-params': z.object({ nodeId: z.string(), params: nodeSchema.shape.params, version: nodeSchema.shape.version.optional() }),
  'set-title': z.object({ nodeId: z.string(), title: z.string().max(200).nullable() }),
  'set-comment': z.object({ nodeId: z.string(), comment: z.string().max(10_000).nullable() }),
  'set-bypassed': z.object({ nodeId: z.string(), bypassed: z.boolean().nullable() }),
  'set-pinned': z.object({ nodeId: z.string(), pinned: ids.nullable() }),
  'set-limits': z.object({ nodeId: z.string(), limits: nodeLimitsSchema.nullable() }),
  move: z.object({ positions: z.record(id, point.nullable()) }),
  'set-note': z.object({ note }),
  'set-group': z.object({ group }),
  'set-document': z.object({ title: documentSchema.shape.title.optional(), description: z.string().max(20_000).nullable().optional() }),
  restore: z.object({ nodes: placed(node), edges: placed(edge), notes: placed(note), groups: placed(group), layout, members: z.record(z.string(), ids), removeEdges: ids }),
  revise: z.object({ delta: deltaSchema }),
};

/** How much deeper (less deep, where negative) the same value lies in a document than in the command; 0 where absent. */
const depths: Partial<Readonly<Record<Command['type'], number>>> = { 'set-params': 2, restore: -1, revise: -2 };

/** How much deeper what a subflow holds lies than the subflow's own level. */
const levelDepth = 3;

/** @throws PenstockError `command-invalid` naming what is wrong. Batches and edits within subflows may nest; they are walked, not recursed into. */
export function checkCommand(command: Command): void {
  const waiting: { readonly one: unknown; readonly depth: number }[] = [{ one: command, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { one, depth } = next;
    const type = typeof one === 'object' && one !== null ? String((one as { type?: unknown }).type) : '';
    if (type === 'batch') {
      const { commands } = one as { commands?: unknown };
      if (!Array.isArray(commands) || commands.includes(undefined)) throw refused('commands: must be a list of edits');
      waiting.push(...(commands as unknown[]).map((each) => ({ one: each, depth })));
      continue;
    }
    if (type === 'within') {
      const { nodeId, command: inside } = one as { nodeId?: unknown; command?: unknown };
      if (typeof nodeId !== 'string') throw refused('nodeId: must be text');
      waiting.push({ one: inside, depth: depth + levelDepth });
      continue;
    }
    if (!isKnown(type)) throw refused(`there is no edit “${type}”`);
    refuseHostileKeys(one, 'The edit', depth + (depths[type] ?? 0));
    const result = shapes[type].safeParse(one);
    const issue = result.success ? undefined : result.error.issues[0];
    if (issue !== undefined) throw refused(`${issue.path.map(String).join('.')}: ${issuePhrase(issue, 'it')}`);
  }
}

const isKnown = (type: string): type is keyof typeof shapes => Object.hasOwn(shapes, type);

function refused(what: string): PenstockError {
  return new PenstockError('command-invalid', `That edit cannot be made: it would leave a pipeline that cannot be opened again (${what}).`, { remedy: 'Nothing was changed.' });
}
