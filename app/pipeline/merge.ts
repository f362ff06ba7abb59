import { sameJson } from './delta.ts';
import { valueText, type Names } from './diff-words.ts';
import type { PipelineDocument, PipelineEdge, PipelineNode, SubflowContent } from './document.ts';
import { contentDocument, contentOf } from './subflow/level.ts';
import { isSubflow } from './subflow/node-type.ts';
import { topologicalOrder } from './graph.ts';

/**
 * What two edits of one pipeline could not agree on. The merged document is always whole: it has our value, or the element that
 * only one side deleted.
 */
export type Conflict =
  | { readonly kind: 'param'; readonly node: PipelineNode; readonly path: readonly string[]; readonly ours: unknown; readonly theirs: unknown }
  | { readonly kind: 'node-field'; readonly node: PipelineNode; readonly field: string; readonly ours: unknown; readonly theirs: unknown }
  | { readonly kind: 'node-type'; readonly node: PipelineNode; readonly theirs: PipelineNode }
  | { readonly kind: 'deleted'; readonly node: PipelineNode; readonly by: 'ours' | 'theirs'; readonly because: 'changed' | 'connected' }
  | { readonly kind: 'input'; readonly node: PipelineNode; readonly port: string; readonly ours: PipelineNode | undefined; readonly theirs: PipelineNode | undefined }
  | { readonly kind: 'cycle'; readonly nodes: readonly PipelineNode[] }
  | { readonly kind: 'element'; readonly element: 'note' | 'group'; readonly id: string; readonly field: string }
  | { readonly kind: 'pipeline'; readonly field: string; readonly ours: unknown; readonly theirs: unknown };

export interface Merged {
  readonly document: PipelineDocument;
  readonly conflicts: readonly Conflict[];
}

type Json = Readonly<Record<string, unknown>>;
type Clash = (path: readonly string[], ours: unknown, theirs: unknown) => void;

/**
 * Three-way merge by the ids of elements: what only one side changed is taken from it, params field by field; both sides' new nodes
 * and connections are kept. `takesOne` says whether an input may have only one connection.
 */
export function mergeDocuments(base: PipelineDocument, ours: PipelineDocument, theirs: PipelineDocument, takesOne: (node: PipelineNode, port: string) => boolean = () => true): Merged {
  if (sameJson(ours, theirs) || sameJson(base, theirs)) return { document: ours, conflicts: [] };
  if (sameJson(base, ours)) return { document: theirs, conflicts: [] };
  const conflicts: Conflict[] = [];
  const nodes = mergeNodes(base, ours, theirs, conflicts);
  const edges = mergeEdges(base, ours, theirs, nodes, takesOne, conflicts);
  const present = new Set(nodes.map(({ id }) => id));
  const layout = mergeRecord(base.layout, ours.layout, theirs.layout, () => undefined) as PipelineDocument['layout'];
  // A node that only one side deleted is back, and so is its place.
  for (const id of present) {
    if (Object.hasOwn(layout, id)) continue;
    const place = [theirs, base].map((document) => (Object.hasOwn(document.layout, id) ? document.layout[id] : undefined)).find((known) => known !== undefined);
    if (place !== undefined) layout[id] = place;
  }
  for (const id of Object.keys(layout)) if (!present.has(id)) delete layout[id];
  const sections = new Set(['nodes', 'edges', 'notes', 'groups', 'layout']);
  const fieldsOf = (document: PipelineDocument): Json => Object.fromEntries(Object.entries(document).filter(([key]) => !sections.has(key)));
  const fields = mergeRecord(fieldsOf(base), fieldsOf(ours), fieldsOf(theirs), ([field = ''], mine, other) => conflicts.push({ kind: 'pipeline', field, ours: mine, theirs: other }));
  const document: PipelineDocument = {
    ...(fields as unknown as PipelineDocument),
    nodes,
    edges,
    notes: mergeElements('note', base.notes, ours.notes, theirs.notes, conflicts),
    groups: mergeElements('group', base.groups, ours.groups, theirs.groups, conflicts).map((group) => ({ ...group, nodes: group.nodes.filter((id) => present.has(id)) })),
    layout,
  };
  const { cycle } = topologicalOrder(document);
  if (cycle !== null && topologicalOrder(ours).cycle === null && topologicalOrder(theirs).cycle === null) {
    const known = new Map(nodes.map((node) => [node.id, node]));
    conflicts.push({ kind: 'cycle', nodes: cycle.flatMap((id) => known.get(id) ?? []) });
  }
  return { document, conflicts };
}

const byId = <T extends { readonly id: string }>(elements: readonly T[]): Map<string, T> => new Map(elements.map((element) => [element.id, element]));
const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where both changed to different values: into objects field by field, else `clash` and ours. */
function mergeValue(base: unknown, ours: unknown, theirs: unknown, path: readonly string[], clash: Clash): unknown {
  if (sameJson(ours, theirs) || sameJson(base, theirs)) return ours;
  if (sameJson(base, ours)) return theirs;
  if (isRecord(ours) && isRecord(theirs)) return mergeRecord(isRecord(base) ? base : {}, ours, theirs, clash, path);
  clash(path, ours, theirs);
  // A value that one side took out and the other changed stays: nothing is lost.
  return ours === undefined ? theirs : ours;
}

function mergeRecord(base: Json, ours: Json, theirs: Json, clash: Clash, path: readonly string[] = []): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  const own = (record: Json, key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined);
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const value = mergeValue(own(base, key), own(ours, key), own(theirs, key), [...path, key], clash);
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

function mergeNodes(base: PipelineDocument, ours: PipelineDocument, theirs: PipelineDocument, conflicts: Conflict[]): PipelineNode[] {
  const [old, mine, other] = [byId(base.nodes), byId(ours.nodes), byId(theirs.nodes)];
  const joined = { ours: newlyJoined(base, ours), theirs: newlyJoined(base, theirs) };
  /** The node that one side deleted, where the other did something with it. */
  const kept = (was: PipelineNode, left: PipelineNode, by: 'ours' | 'theirs'): PipelineNode[] => {
    const because = !sameJson(was, left) ? 'changed' : joined[by === 'ours' ? 'theirs' : 'ours'].has(was.id) ? 'connected' : null;
    if (because === null) return [];
    conflicts.push({ kind: 'deleted', node: left, by, because });
    return [left];
  };
  const merged: PipelineNode[] = [];
  for (const node of ours.nodes) {
    const was = old.get(node.id);
    const left = other.get(node.id);
    if (left !== undefined) merged.push(mergeNode(was, node, left, conflicts));
    else if (was === undefined) merged.push(node);
    else merged.push(...kept(was, node, 'theirs'));
  }
  for (const node of theirs.nodes) {
    if (mine.has(node.id)) continue;
    const was = old.get(node.id);
    merged.push(...(was === undefined ? [node] : kept(was, node, 'ours')));
  }
  return merged;
}

function mergeNode(base: PipelineNode | undefined, ours: PipelineNode, theirs: PipelineNode, conflicts: Conflict[]): PipelineNode {
  if (ours.type !== theirs.type) {
    // Params belong to their type: the side that changed the type wins whole.
    if (base !== undefined && base.type === ours.type && sameJson(base.params, ours.params)) return theirs;
    if (base !== undefined && base.type === theirs.type && sameJson(base.params, theirs.params)) return ours;
    conflicts.push({ kind: 'node-type', node: ours, theirs });
    return ours;
  }
  if (isSubflow(ours) && isSubflow(theirs) && base !== undefined && isSubflow(base) && !sameJson(ours.content, theirs.content)) return mergeSubflow(base, ours, theirs, conflicts);
  return mergeRecord(base ?? { id: ours.id }, ours, theirs, ([field = '', ...path], mine, other) => {
    if (field === 'params') conflicts.push({ kind: 'param', node: ours, path, ours: mine, theirs: other });
    else conflicts.push({ kind: 'node-field', node: ours, field, ours: mine, theirs: other });
  }) as unknown as PipelineNode;
}

/** What a subflow holds is put together as the pipeline is. */
function mergeSubflow(base: Subflow, ours: Subflow, theirs: Subflow, conflicts: Conflict[]): PipelineNode {
  const inside = mergeDocuments(contentDocument(base), contentDocument(ours), contentDocument(theirs));
  conflicts.push(...inside.conflicts.filter(({ kind }) => kind !== 'pipeline'));
  const [shownBefore, shown, other] = [base, ours, theirs].map(({ content }) => Object.fromEntries(content.exposed.map((one) => [one.name, one])));
  const exposed = Object.values(mergeRecord(shownBefore ?? {}, shown ?? {}, other ?? {}, () => undefined)) as SubflowContent['exposed'];
  const around = mergeNode({ ...base, content: ours.content }, ours, { ...theirs, content: ours.content }, conflicts);
  return { ...around, content: { ...contentOf(inside.document, ours.content), exposed } };
}

type Subflow = PipelineNode & { content: SubflowContent };

const joinKey = ({ from, to }: PipelineEdge): string => [from.node, from.port, to.node, to.port].join('\0');

/** Nodes that got a connection since `base`. */
function newlyJoined(base: PipelineDocument, document: PipelineDocument): Set<string> {
  const known = new Set(base.edges.map(joinKey));
  return new Set(document.edges.filter((edge) => !known.has(joinKey(edge))).flatMap(({ from, to }) => [from.node, to.node]));
}

function mergeEdges(base: PipelineDocument, ours: PipelineDocument, theirs: PipelineDocument, nodes: readonly PipelineNode[], takesOne: (node: PipelineNode, port: string) => boolean, conflicts: Conflict[]): PipelineEdge[] {
  const present = byId(nodes);
  const [old, mine, other] = [base, ours, theirs].map((document) => new Set(document.edges.map(joinKey))) as [Set<string>, Set<string>, Set<string>];
  const [myNodes, otherNodes] = [byId(ours.nodes), byId(theirs.nodes)];
  /** Gone on one side: taken out there, or only lost with a node that is back now. */
  const cut = (edge: PipelineEdge, edges: ReadonlySet<string>, ends: ReadonlyMap<string, unknown>): boolean => old.has(joinKey(edge)) && !edges.has(joinKey(edge)) && ends.has(edge.from.node) && ends.has(edge.to.node);
  const whole = (edge: PipelineEdge): boolean => present.has(edge.from.node) && present.has(edge.to.node);
  const merged = ours.edges.filter((edge) => whole(edge) && !cut(edge, other, otherNodes));
  const ids = new Set(merged.map(({ id }) => id));
  const taken = new Map(merged.map((edge) => [`${edge.to.node}\0${edge.to.port}`, edge]));
  for (const edge of theirs.edges) {
    if (mine.has(joinKey(edge)) || !whole(edge) || cut(edge, mine, myNodes)) continue;
    const target = present.get(edge.to.node);
    const rival = taken.get(`${edge.to.node}\0${edge.to.port}`);
    if (target !== undefined && rival !== undefined && takesOne(target, edge.to.port)) {
      conflicts.push({ kind: 'input', node: target, port: edge.to.port, ours: present.get(rival.from.node), theirs: present.get(edge.from.node) });
      continue;
    }
    let id = edge.id;
    for (let number = 2; ids.has(id); number++) id = `${edge.id.slice(0, 58)}-${number}`;
    ids.add(id);
    merged.push(id === edge.id ? edge : { ...edge, id });
  }
  return merged;
}

function mergeElements<T extends { readonly id: string; readonly nodes?: string[] }>(kind: 'note' | 'group', base: readonly T[], ours: readonly T[], theirs: readonly T[], conflicts: Conflict[]): T[] {
  const [old, mine, other] = [byId(base), byId(ours), byId(theirs)];
  const places = new Set(['x', 'y', 'width', 'height', 'box', 'collapsed']);
  const survives = (was: T | undefined, left: T): boolean => was === undefined || !sameJson(was, left);
  const merged = ours.flatMap((element) => {
    const was = old.get(element.id);
    const left = other.get(element.id);
    if (left === undefined) return survives(was, element) ? [element] : [];
    const fields = mergeRecord({ ...was }, { ...element, nodes: undefined }, { ...left, nodes: undefined }, ([field = '']) => {
      if (!places.has(field)) conflicts.push({ kind: 'element', element: kind, id: element.id, field });
    });
    const members = element.nodes === undefined ? {} : { nodes: mergeMembers(was?.nodes ?? [], element.nodes, left.nodes ?? []) };
    return [{ ...fields, ...members } as unknown as T];
  });
  return [...merged, ...theirs.filter((element) => !mine.has(element.id) && survives(old.get(element.id), element))];
}

function mergeMembers(base: readonly string[], ours: readonly string[], theirs: readonly string[]): string[] {
  const [old, other] = [new Set(base), new Set(theirs)];
  return [...ours.filter((id) => other.has(id) || !old.has(id)), ...theirs.filter((id) => !old.has(id) && !ours.includes(id))];
}

/** A conflict as a sentence: what each side did, and what the merged pipeline has. */
export function conflictSentence(conflict: Conflict, names: Names): string {
  switch (conflict.kind) {
    case 'param':
      return `“${names.param(conflict.node.type, conflict.path)}” of ${names.node(conflict.node)} is ${valueText(conflict.ours)} here and ${valueText(conflict.theirs)} there; ${valueText(conflict.ours ?? conflict.theirs)} was kept.`;
    case 'node-field':
      return `The ${conflict.field} of ${names.node(conflict.node)} is ${valueText(conflict.ours)} here and ${valueText(conflict.theirs)} there; ${valueText(conflict.ours ?? conflict.theirs)} was kept.`;
    case 'node-type':
      return `${names.node(conflict.node)} is another type of node there (${names.node(conflict.theirs)}); ours was kept.`;
    case 'deleted':
      return `${names.node(conflict.node)} was deleted ${conflict.by === 'ours' ? 'here' : 'there'} and ${conflict.because} ${conflict.by === 'ours' ? 'there' : 'here'}; it was kept.`;
    case 'input':
      return `The input “${conflict.port}” of ${names.node(conflict.node)} comes from ${conflict.ours === undefined ? 'one node' : names.node(conflict.ours)} here and from ${conflict.theirs === undefined ? 'another' : names.node(conflict.theirs)} there; ours was kept.`;
    case 'cycle':
      return `Together the connections run in a circle: ${conflict.nodes.map((node) => names.node(node)).join(' → ')}. Delete one of them.`;
    case 'element':
      return `The ${conflict.field} of a ${conflict.element} (${conflict.id}) was changed on both sides; ours was kept.`;
    case 'pipeline':
      return `The pipeline’s ${conflict.field} is ${valueText(conflict.ours)} here and ${valueText(conflict.theirs)} there; ${valueText(conflict.ours ?? conflict.theirs)} was kept.`;
  }
}
