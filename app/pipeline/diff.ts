import { sameJson } from './delta.ts';
import type { Endpoint, PipelineDocument, PipelineEdge, PipelineGroup, PipelineNode, PipelineNote } from './document.ts';

/** One difference between two documents, by the ids of their elements. `undefined` as a value: not set. */
export type Change =
  | { readonly kind: 'node-added' | 'node-removed'; readonly nodeId: string; readonly node: PipelineNode }
  | { readonly kind: 'node-replaced'; readonly nodeId: string; readonly before: PipelineNode; readonly node: PipelineNode }
  | { readonly kind: 'node-version'; readonly nodeId: string; readonly node: PipelineNode; readonly before: number; readonly after: number }
  | { readonly kind: 'param'; readonly nodeId: string; readonly node: PipelineNode; readonly path: readonly (string | number)[]; readonly before: unknown; readonly after: unknown }
  | { readonly kind: 'node-title'; readonly nodeId: string; readonly node: PipelineNode; readonly before: string | undefined; readonly after: string | undefined }
  | { readonly kind: 'node-comment' | 'node-pinned' | 'node-limits' | 'node-field'; readonly nodeId: string; readonly node: PipelineNode; readonly before: unknown; readonly after: unknown; readonly field?: string }
  | { readonly kind: 'node-bypassed'; readonly nodeId: string; readonly node: PipelineNode; readonly after: boolean }
  | { readonly kind: 'node-moved'; readonly nodeId: string; readonly node: PipelineNode }
  | { readonly kind: 'edge-added' | 'edge-removed'; readonly edge: PipelineEdge; readonly from: PipelineNode | undefined; readonly to: PipelineNode | undefined }
  | { readonly kind: 'note-added' | 'note-removed' | 'note-changed' | 'note-moved'; readonly note: PipelineNote }
  | { readonly kind: 'group-added' | 'group-removed' | 'group-changed'; readonly group: PipelineGroup }
  | { readonly kind: 'pipeline-title' | 'pipeline-description' | 'pipeline-field'; readonly before: unknown; readonly after: unknown; readonly field?: string };

/** What a person would want to hear first. */
const ranks: Readonly<Record<Change['kind'], number>> = {
  'pipeline-title': 0,
  'node-removed': 1,
  'node-added': 2,
  'node-replaced': 3,
  param: 4,
  'node-bypassed': 5,
  'node-version': 5,
  'edge-removed': 6,
  'edge-added': 7,
  'node-title': 8,
  'node-comment': 9,
  'node-pinned': 9,
  'node-limits': 9,
  'node-field': 9,
  'group-removed': 10,
  'group-added': 10,
  'group-changed': 10,
  'note-removed': 11,
  'note-added': 11,
  'note-changed': 11,
  'pipeline-description': 12,
  'pipeline-field': 12,
  'node-moved': 13,
  'note-moved': 13,
};

/** Kinds that leave every result as it is. */
export function isCosmetic({ kind }: Change): boolean {
  return ranks[kind] >= ranks['node-title'] || kind === 'pipeline-title';
}

/**
 * How `after` differs from `before`, most telling first, in the order of the document within a kind. Connections are compared by
 * what they join, not by their ids, and those of a removed node are not told of on their own.
 */
export function diffDocuments(before: PipelineDocument, after: PipelineDocument): Change[] {
  const changes: Change[] = [...documentChanges(before, after)];
  const old = byId(before.nodes);
  const now = byId(after.nodes);
  for (const node of before.nodes) if (!now.has(node.id)) changes.push({ kind: 'node-removed', nodeId: node.id, node });
  for (const node of after.nodes) {
    const was = old.get(node.id);
    if (was === undefined) changes.push({ kind: 'node-added', nodeId: node.id, node });
    else if (was !== node) changes.push(...nodeChanges(was, node));
    if (was !== undefined && !sameJson(own(before.layout, node.id), own(after.layout, node.id))) changes.push({ kind: 'node-moved', nodeId: node.id, node });
  }
  changes.push(...edgeChanges(before, after, old, now), ...noteChanges(before, after), ...groupChanges(before, after));
  return changes.toSorted((a, b) => ranks[a.kind] - ranks[b.kind]);
}

const byId = <T extends { readonly id: string }>(elements: readonly T[]): Map<string, T> => new Map(elements.map((element) => [element.id, element]));

function documentChanges(before: PipelineDocument, after: PipelineDocument): Change[] {
  const changes: Change[] = [];
  const told = new Set(['nodes', 'edges', 'notes', 'groups', 'layout', 'title', 'description']);
  if (before.title !== after.title) changes.push({ kind: 'pipeline-title', before: before.title, after: after.title });
  if ((before.description ?? '') !== (after.description ?? '')) changes.push({ kind: 'pipeline-description', before: before.description, after: after.description });
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!told.has(field) && !sameJson(before[field], after[field])) changes.push({ kind: 'pipeline-field', field, before: before[field], after: after[field] });
  }
  return changes;
}

function nodeChanges(before: PipelineNode, node: PipelineNode): Change[] {
  const nodeId = node.id;
  if (before.type !== node.type) return [{ kind: 'node-replaced', nodeId, before, node }];
  const changes: Change[] = paramChanges(before.params, node.params).map((change) => ({ kind: 'param', nodeId, node, ...change }));
  if (before.version !== node.version) changes.push({ kind: 'node-version', nodeId, node, before: before.version, after: node.version });
  if (before.title !== node.title) changes.push({ kind: 'node-title', nodeId, node, before: before.title, after: node.title });
  if ((before.bypassed ?? false) !== (node.bypassed ?? false)) changes.push({ kind: 'node-bypassed', nodeId, node, after: node.bypassed ?? false });
  if ((before.comment ?? '') !== (node.comment ?? '')) changes.push({ kind: 'node-comment', nodeId, node, before: before.comment, after: node.comment });
  if (!sameJson(before.pinned ?? [], node.pinned ?? [])) changes.push({ kind: 'node-pinned', nodeId, node, before: before.pinned, after: node.pinned });
  if (!sameJson(before.limits ?? {}, node.limits ?? {})) changes.push({ kind: 'node-limits', nodeId, node, before: before.limits, after: node.limits });
  const told = new Set(['id', 'type', 'version', 'params', 'title', 'bypassed', 'comment', 'pinned', 'limits']);
  for (const field of new Set([...Object.keys(before), ...Object.keys(node)])) {
    if (!told.has(field) && !sameJson(before[field], node[field])) changes.push({ kind: 'node-field', nodeId, node, field, before: before[field], after: node[field] });
  }
  return changes;
}

export interface ParamChange {
  readonly path: readonly (string | number)[];
  readonly before: unknown;
  readonly after: unknown;
}

/** Deeper than this a value is told of as a whole. */
const fieldDepth = 6;

/** Params that differ, field by field; lists of equal length entry by entry, others as a whole. */
export function paramChanges(before: unknown, after: unknown, path: readonly (string | number)[] = []): ParamChange[] {
  if (sameJson(before, after)) return [];
  if (path.length < fieldDepth) {
    if (isRecord(before) && isRecord(after)) {
      return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => paramChanges(own(before, key), own(after, key), [...path, key]));
    }
    if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && [...before, ...after].every(isRecord)) {
      return before.flatMap((item: unknown, index) => paramChanges(item, after[index], [...path, index]));
    }
  }
  return [{ path, before, after }];
}

const own = (record: Readonly<Record<string, unknown>>, key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const endKey = ({ node, port }: Endpoint): string => `${node}\0${port}`;
const joinKey = ({ from, to }: PipelineEdge): string => `${endKey(from)}\0${endKey(to)}`;

function edgeChanges(before: PipelineDocument, after: PipelineDocument, old: ReadonlyMap<string, PipelineNode>, now: ReadonlyMap<string, PipelineNode>): Change[] {
  const counts = new Map<string, number>();
  for (const edge of before.edges) counts.set(joinKey(edge), (counts.get(joinKey(edge)) ?? 0) + 1);
  const changes: Change[] = [];
  for (const edge of after.edges) {
    const left = counts.get(joinKey(edge)) ?? 0;
    if (left > 0) counts.set(joinKey(edge), left - 1);
    else changes.push({ kind: 'edge-added', edge, from: now.get(edge.from.node), to: now.get(edge.to.node) });
  }
  for (const edge of before.edges) {
    const left = counts.get(joinKey(edge)) ?? 0;
    if (left === 0) continue;
    counts.set(joinKey(edge), left - 1);
    // What a removed node was joined to goes without saying.
    if (now.has(edge.from.node) && now.has(edge.to.node)) changes.push({ kind: 'edge-removed', edge, from: now.get(edge.from.node), to: now.get(edge.to.node) });
  }
  return changes;
}

function noteChanges(before: PipelineDocument, after: PipelineDocument): Change[] {
  const old = byId(before.notes);
  const now = byId(after.notes);
  const changes: Change[] = before.notes.flatMap((note) => (now.has(note.id) ? [] : [{ kind: 'note-removed' as const, note }]));
  for (const note of after.notes) {
    const was = old.get(note.id);
    if (was === undefined) changes.push({ kind: 'note-added', note });
    else if (!sameJson({ ...was, x: 0, y: 0, width: 0, height: 0 }, { ...note, x: 0, y: 0, width: 0, height: 0 })) changes.push({ kind: 'note-changed', note });
    else if (!sameJson(was, note)) changes.push({ kind: 'note-moved', note });
  }
  return changes;
}

function groupChanges(before: PipelineDocument, after: PipelineDocument): Change[] {
  const old = byId(before.groups);
  const now = byId(after.groups);
  const changes: Change[] = before.groups.flatMap((group) => (now.has(group.id) ? [] : [{ kind: 'group-removed' as const, group }]));
  for (const group of after.groups) {
    const was = old.get(group.id);
    if (was === undefined) changes.push({ kind: 'group-added', group });
    else if (!sameJson(was, group)) changes.push({ kind: 'group-changed', group });
  }
  return changes;
}

/** How an element of the canvas stands in a difference. */
export type ElementMark = 'added' | 'removed' | 'changed' | 'moved';

export interface DiffMarks {
  readonly nodes: Readonly<Record<string, ElementMark>>;
  readonly edges: Readonly<Record<string, 'added' | 'removed'>>;
}

/** By id, for painting: the strongest mark of each node, and the edges that came and went with any node. */
export function diffMarks(before: PipelineDocument, after: PipelineDocument, changes = diffDocuments(before, after)): DiffMarks {
  const nodes: Record<string, ElementMark> = {};
  for (const change of changes) {
    if (!('nodeId' in change)) continue;
    const mark: ElementMark = change.kind === 'node-added' ? 'added' : change.kind === 'node-removed' ? 'removed' : change.kind === 'node-moved' ? 'moved' : 'changed';
    nodes[change.nodeId] ??= mark;
  }
  const old = new Set(before.edges.map(joinKey));
  const now = new Set(after.edges.map(joinKey));
  const edges: Record<string, 'added' | 'removed'> = {};
  for (const edge of before.edges) if (!now.has(joinKey(edge))) edges[edge.id] = 'removed';
  for (const edge of after.edges) if (!old.has(joinKey(edge))) edges[edge.id] = 'added';
  return { nodes, edges };
}

/** `after` with what only `before` has laid in, so that both can be drawn as one. Ids that changed hands keep the later element. */
export function unionDocument(before: PipelineDocument, after: PipelineDocument): PipelineDocument {
  const now = byId(after.nodes);
  const gone = before.nodes.filter(({ id }) => !now.has(id));
  const nodes = [...after.nodes, ...gone];
  const all = new Set(nodes.map(({ id }) => id));
  const joins = new Set(after.edges.map(joinKey));
  const ids = new Set(after.edges.map(({ id }) => id));
  const edges = [...after.edges, ...before.edges.filter((edge) => !joins.has(joinKey(edge)) && !ids.has(edge.id) && all.has(edge.from.node) && all.has(edge.to.node))];
  const places: PipelineDocument['layout'] = {};
  for (const { id } of gone) {
    const place = Object.hasOwn(before.layout, id) ? before.layout[id] : undefined;
    if (place !== undefined) places[id] = place;
  }
  return { ...after, nodes, edges, layout: { ...after.layout, ...places } };
}
