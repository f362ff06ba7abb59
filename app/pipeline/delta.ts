import { canonicalJson } from '#app/core/hash.ts';
import { PenstockError } from '#app/core/errors.ts';
import type { PipelineDocument, PipelineEdge, PipelineGroup, PipelineNode, PipelineNote } from './document.ts';

/**
 * What turns one document into another, element by element: the form in which earlier versions are kept, restored and put
 * together. Applying it gives the other document's identical text.
 */
export interface DocumentDelta {
  /** Top-level members other than the lists and the layout: title, description, fields of newer versions. */
  readonly fields?: RecordDelta<unknown> | undefined;
  readonly nodes?: ListDelta<PipelineNode> | undefined;
  readonly edges?: ListDelta<PipelineEdge> | undefined;
  readonly notes?: ListDelta<PipelineNote> | undefined;
  readonly groups?: ListDelta<PipelineGroup> | undefined;
  readonly layout?: RecordDelta<{ readonly x: number; readonly y: number }> | undefined;
}

export interface ListDelta<T> {
  /** New elements, and those that changed. */
  readonly set: readonly T[];
  readonly removed: readonly string[];
  /** All ids in their order, where it is not the old order with new ones at the end. */
  readonly order?: readonly string[] | undefined;
}

export interface RecordDelta<T> {
  readonly set: Readonly<Record<string, T>>;
  readonly removed: readonly string[];
}

interface Identified {
  readonly id: string;
}

const listNames = ['nodes', 'edges', 'notes', 'groups'] as const;
const sections: ReadonlySet<string> = new Set([...listNames, 'layout']);

/** Equal as JSON: the order of keys and `undefined` members do not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}

export function documentDelta(before: PipelineDocument, after: PipelineDocument): DocumentDelta {
  return withoutEmpty({
    fields: recordDelta(fieldsOf(before), fieldsOf(after)),
    nodes: listDelta(before.nodes, after.nodes),
    edges: listDelta(before.edges, after.edges),
    notes: listDelta(before.notes, after.notes),
    groups: listDelta(before.groups, after.groups),
    layout: recordDelta(before.layout, after.layout),
  });
}

export function isEmptyDelta(delta: DocumentDelta): boolean {
  return Object.values(delta).every((part) => part === undefined);
}

function withoutEmpty(delta: DocumentDelta): DocumentDelta {
  return Object.fromEntries(Object.entries(delta).filter(([, part]) => part !== undefined));
}

const fieldsOf = (document: PipelineDocument): Record<string, unknown> =>
  Object.fromEntries(Object.entries(document).filter(([key, value]) => !sections.has(key) && value !== undefined));

function recordDelta<T>(before: Readonly<Record<string, T>>, after: Readonly<Record<string, T>>): RecordDelta<T> | undefined {
  if (before === after) return undefined;
  const set = Object.entries(after).filter(([key, value]) => !Object.hasOwn(before, key) || !sameJson(before[key], value));
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return set.length === 0 && removed.length === 0 ? undefined : { set: Object.fromEntries(set), removed };
}

function listDelta<T extends Identified>(before: readonly T[], after: readonly T[]): ListDelta<T> | undefined {
  if (before === after) return undefined;
  const old = new Map(before.map((element) => [element.id, element]));
  const present = new Set(after.map((element) => element.id));
  const set = after.filter((element) => !old.has(element.id) || !sameJson(old.get(element.id), element));
  const removed = before.flatMap(({ id }) => (present.has(id) ? [] : [id]));
  const natural = [...before.flatMap(({ id }) => (present.has(id) ? [id] : [])), ...after.flatMap(({ id }) => (old.has(id) ? [] : [id]))];
  const isNatural = after.every(({ id }, index) => natural[index] === id);
  if (set.length === 0 && removed.length === 0 && isNatural) return undefined;
  return { set, removed, ...(isNatural ? {} : { order: after.map(({ id }) => id) }) };
}

/** @throws PenstockError `command-invalid` when the delta removes or orders elements that the document does not have. */
export function applyDelta(document: PipelineDocument, delta: DocumentDelta): PipelineDocument {
  const next: PipelineDocument = { ...document };
  if (delta.fields !== undefined) {
    for (const key of delta.fields.removed) if (!sections.has(key)) delete next[key];
    for (const [key, value] of Object.entries(delta.fields.set)) if (!sections.has(key)) next[key] = value;
  }
  next.nodes = applyList(document.nodes, delta.nodes, 'node');
  next.edges = applyList(document.edges, delta.edges, 'connection');
  next.notes = applyList(document.notes, delta.notes, 'note');
  next.groups = applyList(document.groups, delta.groups, 'group');
  if (delta.layout !== undefined) {
    const layout = { ...document.layout };
    for (const id of delta.layout.removed) delete layout[id];
    next.layout = { ...layout, ...delta.layout.set };
  }
  return next;
}

function applyList<T extends Identified>(elements: T[], delta: ListDelta<T> | undefined, kind: string): T[] {
  if (delta === undefined) return elements;
  const result = new Map(elements.map((element) => [element.id, element]));
  for (const id of delta.removed) if (!result.delete(id)) throw misfit(kind, id);
  for (const element of delta.set) result.set(element.id, element);
  if (delta.order === undefined) return [...result.values()];
  const placed = new Set(delta.order);
  if (placed.size !== delta.order.length || placed.size !== result.size) throw misfit(kind, 'in another number');
  return delta.order.map((id) => {
    const element = result.get(id);
    if (element === undefined) throw misfit(kind, id);
    return element;
  });
}

function misfit(kind: string, id: string): PenstockError {
  return new PenstockError('command-invalid', `The pipeline has no ${kind} “${id}” any more.`, { remedy: 'Reload the pipeline; it was changed elsewhere.' });
}

/**
 * What brings only the given nodes back to how they are in `version`: params, titles, places, and their connections to nodes that
 * are in `document` or among them. Nodes that `version` lacks are taken out.
 */
export function nodesDelta(document: PipelineDocument, version: PipelineDocument, nodeIds: readonly string[]): DocumentDelta {
  const chosen = new Set(nodeIds);
  const old = new Map(version.nodes.map((node) => [node.id, node]));
  const target = applyOnly(document, version, chosen, old);
  return documentDelta(document, target);
}

function applyOnly(document: PipelineDocument, version: PipelineDocument, chosen: ReadonlySet<string>, old: ReadonlyMap<string, PipelineNode>): PipelineDocument {
  const kept = document.nodes.filter(({ id }) => !chosen.has(id) || old.has(id)).map((node) => (chosen.has(node.id) ? (old.get(node.id) ?? node) : node));
  const present = new Set(kept.map(({ id }) => id));
  const nodes = [...kept, ...version.nodes.filter(({ id }) => chosen.has(id) && !present.has(id))];
  const all = new Set(nodes.map(({ id }) => id));
  const touches = (edge: PipelineEdge): boolean => chosen.has(edge.from.node) || chosen.has(edge.to.node);
  const returning = version.edges.filter((edge) => touches(edge) && all.has(edge.from.node) && all.has(edge.to.node));
  const returned = new Set(returning.map(({ id }) => id));
  const staying = document.edges.filter((edge) => !touches(edge) && !returned.has(edge.id));
  const layout = { ...document.layout };
  for (const id of chosen) {
    const place = Object.hasOwn(version.layout, id) ? version.layout[id] : undefined;
    if (place === undefined) delete layout[id];
    else layout[id] = place;
  }
  const groups = document.groups.map((group) => (group.nodes.every((id) => all.has(id)) ? group : { ...group, nodes: group.nodes.filter((id) => all.has(id)) }));
  return { ...document, nodes, edges: [...staying, ...returning], groups, layout };
}
