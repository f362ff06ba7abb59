import { z } from 'zod';
import { newElementId } from '#app/core/ids.ts';
import type { Command, Point } from '#app/pipeline/commands.ts';
import { edgeSchema, groupSchema, nodeSchema, noteSchema, type PipelineDocument } from '#app/pipeline/document.ts';
import type { Chosen } from './flow-model.ts';
import { snap } from './geometry.ts';
import { putWithin } from '#app/pipeline/group-tree.ts';
import { wholeGroups } from './groups.ts';

/** Nodes as text, so that they go through chat, mail and files as well as between projects. */
const clipSchema = z.object({
  format: z.literal('penstock-nodes'),
  nodes: z.array(nodeSchema).max(10_000),
  edges: z.array(edgeSchema).max(40_000),
  notes: z.array(noteSchema).max(1000).default([]),
  groups: z.array(groupSchema).max(1000).default([]),
  layout: z.record(z.string(), z.object({ x: z.number(), y: z.number() })),
});
export type Clip = z.infer<typeof clipSchema>;

/** The chosen nodes and notes with the edges between them, and the groups that are chosen or wholly in it; null when nothing is chosen. */
export function clipOf(document: PipelineDocument, chosen: Partial<Chosen>): Clip | null {
  const { nodes: nodeIds = [], notes: noteIds = [], groups: groupIds = [] } = chosen;
  if (nodeIds.length + noteIds.length + groupIds.length === 0) return null;
  const ids = new Set(nodeIds);
  const notes = new Set(noteIds);
  const groups = new Set([...groupIds, ...wholeGroups(document, nodeIds).map(({ id }) => id)]);
  return {
    format: 'penstock-nodes',
    nodes: document.nodes.filter((node) => ids.has(node.id)),
    edges: document.edges.filter((edge) => ids.has(edge.from.node) && ids.has(edge.to.node)),
    notes: document.notes.filter((note) => notes.has(note.id)),
    groups: document.groups.filter((group) => groups.has(group.id)).map((group) => ({ ...group, nodes: group.nodes.filter((id) => ids.has(id)) })),
    layout: Object.fromEntries(nodeIds.flatMap((id) => (document.layout[id] ? [[id, document.layout[id]]] : []))),
  };
}

export function clipToText(clip: Clip): string {
  return JSON.stringify(clip, null, 2);
}

/** A clip from text, or null when the text is something else. */
export function clipFromText(text: string): Clip | null {
  if (!text.includes('penstock-nodes')) return null;
  try {
    const parsed = clipSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export interface Pasted {
  readonly command: Command;
  readonly nodes: readonly string[];
  readonly notes: readonly string[];
  readonly groups: readonly string[];
}

/**
 * Adds a clip with new ids. `at` is where its top left corner goes; without it, a step beside where it was.
 * Edges that lost an end in the clip are left out. `known`: groups of the pipeline, in which copies of groups stay.
 */
export function pasteClip(clip: Clip, at?: Point, known: ReadonlySet<string> = new Set()): Pasted {
  const ids = new Map(clip.nodes.map((node) => [node.id, newElementId()]));
  const corners = [...Object.values(clip.layout), ...clip.notes, ...clip.groups.flatMap(({ box }) => box ?? [])];
  const left = corners.length === 0 ? 0 : Math.min(...corners.map((point) => point.x));
  const top = corners.length === 0 ? 0 : Math.min(...corners.map((point) => point.y));
  const shift = at ? { x: at.x - left, y: at.y - top } : { x: 32, y: 32 };
  const layout: Record<string, Point> = {};
  const nodes = clip.nodes.map((node) => {
    const id = ids.get(node.id) ?? newElementId();
    const place = clip.layout[node.id] ?? { x: left, y: top };
    layout[id] = { x: snap(place.x + shift.x), y: snap(place.y + shift.y) };
    return { ...structuredClone(node), id };
  });
  const edges = clip.edges.flatMap((edge) => {
    const from = ids.get(edge.from.node);
    const to = ids.get(edge.to.node);
    return from && to ? [{ id: newElementId(), from: { node: from, port: edge.from.port }, to: { node: to, port: edge.to.port } }] : [];
  });
  const notes = clip.notes.map((note) => ({ ...note, id: newElementId(), x: snap(note.x + shift.x), y: snap(note.y + shift.y) }));
  const groupIds = new Map(clip.groups.map(({ id }) => [id, newElementId()]));
  const aroundOf = (within: string | undefined): string | undefined => (within === undefined ? undefined : (groupIds.get(within) ?? (known.has(within) ? within : undefined)));
  const groups = clip.groups.map((group) => ({
    ...putWithin(structuredClone(group), aroundOf(group.within)),
    id: groupIds.get(group.id) ?? newElementId(),
    nodes: group.nodes.flatMap((id) => ids.get(id) ?? []),
    ...(group.box ? { box: { ...group.box, x: snap(group.box.x + shift.x), y: snap(group.box.y + shift.y) } } : {}),
  }));
  const idsOf = (elements: readonly { readonly id: string }[]): string[] => elements.map(({ id }) => id);
  return { command: { type: 'add', nodes, edges, notes, groups, layout }, nodes: idsOf(nodes), notes: idsOf(notes), groups: idsOf(groups) };
}
