import { PenstockError } from '#app/core/errors.ts';
import { checkCommand } from './command-schema.ts';
import { applyDelta, documentDelta, type DocumentDelta } from './delta.ts';
import type { NodeLimits, PipelineDocument, PipelineEdge, PipelineGroup, PipelineNode, PipelineNote } from './document.ts';
import { contentDocument, contentOf } from './subflow/level.ts';
import { isSubflow } from './subflow/node-type.ts';

/**
 * Every edit of a document is one of these plain JSON values; `applyCommand` gives the new document and the command that takes
 * it back. The inverse of a command brings back the identical text (`serialiseDocument`), including the order of elements.
 */
export type Command =
  /** Also paste, duplicate and drop from the catalogue. Elements are appended. */
  | {
      readonly type: 'add';
      readonly nodes?: readonly PipelineNode[];
      readonly edges?: readonly PipelineEdge[];
      readonly notes?: readonly PipelineNote[];
      readonly groups?: readonly PipelineGroup[];
      readonly layout?: Layout;
    }
  /** Edges of removed nodes, their layout and their membership in groups go with them. */
  | {
      readonly type: 'remove';
      readonly nodes?: readonly string[];
      readonly edges?: readonly string[];
      readonly notes?: readonly string[];
      readonly groups?: readonly string[];
      /** Nothing but the named elements goes: undoing `add` must not take what was there before it. */
      readonly exact?: boolean;
    }
  /** `replaces`: id of the edge that held the input until now. */
  | { readonly type: 'connect'; readonly edge: PipelineEdge; readonly replaces?: string }
  /** Another type in the place of a node: same id, and so the same edges, layout and groups. */
  | { readonly type: 'replace-node'; readonly node: PipelineNode }
  | { readonly type: 'set-params'; readonly nodeId: string; readonly params: Readonly<Record<string, unknown>>; readonly version?: number }
  /** Null takes the field out. */
  | { readonly type: 'set-title'; readonly nodeId: string; readonly title: string | null }
  | { readonly type: 'set-comment'; readonly nodeId: string; readonly comment: string | null }
  | { readonly type: 'set-bypassed'; readonly nodeId: string; readonly bypassed: boolean | null }
  | { readonly type: 'set-pinned'; readonly nodeId: string; readonly pinned: readonly string[] | null }
  | { readonly type: 'set-limits'; readonly nodeId: string; readonly limits: NodeLimits | null }
  /** New top left corners of nodes; null takes the entry out. */
  | { readonly type: 'move'; readonly positions: Readonly<Record<string, Point | null>> }
  | { readonly type: 'set-note'; readonly note: PipelineNote }
  | { readonly type: 'set-group'; readonly group: PipelineGroup }
  | { readonly type: 'set-document'; readonly title?: string; readonly description?: string | null }
  /** What undoing `remove` and `connect` needs: elements at their places. */
  | {
      readonly type: 'restore';
      readonly nodes: readonly Placed<PipelineNode>[];
      readonly edges: readonly Placed<PipelineEdge>[];
      readonly notes: readonly Placed<PipelineNote>[];
      readonly groups: readonly Placed<PipelineGroup>[];
      readonly layout: Layout;
      /** Members of groups that lost some. */
      readonly members: Readonly<Record<string, readonly string[]>>;
      /** Edges to take out first. */
      readonly removeEdges: readonly string[];
    }
  /** An edit of what a subflow holds. */
  | { readonly type: 'within'; readonly nodeId: string; readonly command: Command }
  /** Many elements at once: bringing back an earlier version, or parts of one. */
  | { readonly type: 'revise'; readonly delta: DocumentDelta }
  | { readonly type: 'batch'; readonly commands: readonly Command[] };

/** A type alias, not an interface, so that it is assignable to the document's open records. */
export type Point = { readonly x: number; readonly y: number };
type Layout = Readonly<Record<string, Point>>;
interface Placed<T> {
  readonly index: number;
  readonly element: T;
}

export interface Applied {
  readonly document: PipelineDocument;
  readonly inverse: Command;
}

/**
 * @throws PenstockError `command-invalid` when the command names an element that is not there, adds one that is, or would give a
 * document that cannot be read back; `document-forbidden-key`, `document-too-deep` for what it carries.
 */
export function applyCommand(document: PipelineDocument, command: Command): Applied {
  checkCommand(command);
  return apply(document, command);
}

function apply(document: PipelineDocument, command: Command): Applied {
  switch (command.type) {
    case 'add':
      return add(document, command);
    case 'remove':
      return remove(document, command);
    case 'restore':
      return restore(document, command);
    case 'connect':
      return connect(document, command);
    case 'replace-node': {
      const before = nodeOf(document, command.node.id);
      return { document: replaceNode(document, command.node), inverse: { type: 'replace-node', node: before } };
    }
    case 'set-params': {
      const node = nodeOf(document, command.nodeId);
      const next: PipelineNode = { ...node, params: { ...command.params }, version: command.version ?? node.version };
      return {
        document: replaceNode(document, next),
        inverse: { type: 'set-params', nodeId: node.id, params: node.params, version: node.version },
      };
    }
    case 'set-title':
      return setField(document, command.nodeId, 'title', command.title, (title) => ({ type: 'set-title', nodeId: command.nodeId, title }));
    case 'set-comment':
      return setField(document, command.nodeId, 'comment', command.comment, (comment) => ({ type: 'set-comment', nodeId: command.nodeId, comment }));
    case 'set-bypassed':
      return setField(document, command.nodeId, 'bypassed', command.bypassed, (bypassed) => ({ type: 'set-bypassed', nodeId: command.nodeId, bypassed }));
    case 'set-pinned':
      return setField(document, command.nodeId, 'pinned', command.pinned === null ? null : [...command.pinned], (pinned) => ({
        type: 'set-pinned',
        nodeId: command.nodeId,
        pinned,
      }));
    case 'set-limits':
      return setField(document, command.nodeId, 'limits', command.limits, (limits) => ({ type: 'set-limits', nodeId: command.nodeId, limits }));
    case 'move':
      return move(document, command.positions);
    case 'set-note': {
      const before = elementOf(document.notes, command.note.id, 'note');
      return {
        document: { ...document, notes: document.notes.map((note) => (note === before ? command.note : note)) },
        inverse: { type: 'set-note', note: before },
      };
    }
    case 'set-group': {
      const before = elementOf(document.groups, command.group.id, 'group');
      return {
        document: { ...document, groups: document.groups.map((group) => (group === before ? command.group : group)) },
        inverse: { type: 'set-group', group: before },
      };
    }
    case 'set-document':
      return setDocument(document, command);
    case 'within': {
      const node = nodeOf(document, command.nodeId);
      if (!isSubflow(node)) throw invalid(`The node “${node.id}” is no subflow any more.`);
      const inside = apply(contentDocument(node), command.command);
      return { document: replaceNode(document, { ...node, content: contentOf(inside.document, node.content) }), inverse: { type: 'within', nodeId: node.id, command: inside.inverse } };
    }
    case 'revise': {
      const next = applyDelta(document, command.delta);
      return { document: next, inverse: { type: 'revise', delta: documentDelta(next, document) } };
    }
    case 'batch': {
      let current = document;
      const inverses: Command[] = [];
      for (const part of command.commands) {
        const applied = apply(current, part);
        current = applied.document;
        inverses.push(applied.inverse);
      }
      return { document: current, inverse: { type: 'batch', commands: inverses.reverse() } };
    }
  }
}

function invalid(message: string): PenstockError {
  return new PenstockError('command-invalid', message, { remedy: 'Reload the pipeline; it was changed elsewhere.' });
}

function elementOf<T extends { readonly id: string }>(elements: readonly T[], id: string, kind: string): T {
  const found = elements.find((element) => element.id === id);
  if (found === undefined) throw invalid(`There is no ${kind} “${id}” in the pipeline any more.`);
  return found;
}

const nodeOf = (document: PipelineDocument, id: string): PipelineNode => elementOf(document.nodes, id, 'node');

function replaceNode(document: PipelineDocument, next: PipelineNode): PipelineDocument {
  return { ...document, nodes: document.nodes.map((node) => (node.id === next.id ? next : node)) };
}

function setField<K extends 'title' | 'comment' | 'bypassed' | 'pinned' | 'limits'>(
  document: PipelineDocument,
  nodeId: string,
  field: K,
  value: NonNullable<PipelineNode[K]> | null,
  back: (before: NonNullable<PipelineNode[K]> | null) => Command,
): Applied {
  const node = nodeOf(document, nodeId);
  const { [field]: before, ...rest } = node;
  const next = (value === null ? rest : { ...rest, [field]: value }) as PipelineNode;
  return { document: replaceNode(document, next), inverse: back((before as NonNullable<PipelineNode[K]> | undefined) ?? null) };
}

function move(document: PipelineDocument, positions: Readonly<Record<string, Point | null>>): Applied {
  const layout = { ...document.layout };
  const before: Record<string, Point | null> = {};
  for (const [id, point] of Object.entries(positions)) {
    before[id] = own(layout, id) ?? null;
    if (point === null) delete layout[id];
    else layout[id] = { ...point };
  }
  return { document: { ...document, layout }, inverse: { type: 'move', positions: before } };
}

/** Ids are any text, also "constructor": only own members count. */
const own = (layout: PipelineDocument['layout'], id: string): PipelineDocument['layout'][string] | undefined =>
  Object.hasOwn(layout, id) ? layout[id] : undefined;

function setDocument(document: PipelineDocument, command: Extract<Command, { type: 'set-document' }>): Applied {
  const next: PipelineDocument = { ...document };
  if (command.title !== undefined) next.title = command.title;
  if (command.description === null) delete next.description;
  else if (command.description !== undefined) next.description = command.description;
  return {
    document: next,
    inverse: {
      type: 'set-document',
      ...(command.title === undefined ? {} : { title: document.title }),
      ...(command.description === undefined ? {} : { description: document.description ?? null }),
    },
  };
}

function add(document: PipelineDocument, command: Extract<Command, { type: 'add' }>): Applied {
  const { nodes = [], edges = [], notes = [], groups = [], layout = {} } = command;
  refuseKnown(document.nodes, nodes, 'node');
  refuseKnown(document.edges, edges, 'connection');
  refuseKnown(document.notes, notes, 'note');
  refuseKnown(document.groups, groups, 'group');
  const next = {
    ...document,
    nodes: nodes.length === 0 ? document.nodes : [...document.nodes, ...nodes],
    edges: edges.length === 0 ? document.edges : [...document.edges, ...edges],
    notes: notes.length === 0 ? document.notes : [...document.notes, ...notes],
    groups: groups.length === 0 ? document.groups : [...document.groups, ...groups],
    layout: { ...document.layout, ...layout },
  };
  const removal: Command = { type: 'remove', nodes: idsOf(nodes), edges: idsOf(edges), notes: idsOf(notes), groups: idsOf(groups), exact: true };
  return { document: next, inverse: { type: 'batch', commands: [removal, moveBack(document, layout)] } };
}

/** The move that undoes putting `layout` over the document's. */
function moveBack(document: PipelineDocument, layout: Layout): Command {
  return { type: 'move', positions: Object.fromEntries(Object.keys(layout).map((id) => [id, own(document.layout, id) ?? null])) };
}

const idsOf = (elements: readonly { readonly id: string }[]): string[] => elements.map((element) => element.id);

function refuseKnown(present: readonly { readonly id: string }[], added: readonly { readonly id: string }[], kind: string): void {
  if (added.length === 0) return;
  const known = new Set(idsOf(present));
  for (const { id } of added) {
    if (known.has(id)) throw invalid(`There is already a ${kind} “${id}” in the pipeline.`);
    known.add(id);
  }
}

function remove(document: PipelineDocument, command: Extract<Command, { type: 'remove' }>): Applied {
  const nodeIds = new Set(command.nodes);
  const edgeIds = new Set(command.edges);
  const noteIds = new Set(command.notes);
  const groupIds = new Set(command.groups);
  const nodes = take(document.nodes, (node) => nodeIds.has(node.id));
  const dependants = command.exact === true ? new Set<string>() : nodeIds;
  const edges = take(document.edges, (edge) => edgeIds.has(edge.id) || dependants.has(edge.from.node) || dependants.has(edge.to.node));
  const notes = take(document.notes, (note) => noteIds.has(note.id));
  const groups = take(document.groups, (group) => groupIds.has(group.id));
  requireAll(nodeIds, nodes.taken, 'node');
  requireAll(edgeIds, edges.taken, 'connection');
  requireAll(noteIds, notes.taken, 'note');
  requireAll(groupIds, groups.taken, 'group');

  const layout = { ...document.layout };
  const places: Record<string, Point> = {};
  for (const id of dependants) {
    const point = own(layout, id);
    if (point === undefined) continue;
    places[id] = point;
    delete layout[id];
  }
  const members: Record<string, readonly string[]> = {};
  const remaining = groups.left.map((group) => {
    if (!group.nodes.some((id) => dependants.has(id))) return group;
    members[group.id] = group.nodes;
    return { ...group, nodes: group.nodes.filter((id) => !dependants.has(id)) };
  });
  return {
    document: { ...document, nodes: nodes.left, edges: edges.left, notes: notes.left, groups: remaining, layout },
    inverse: { type: 'restore', nodes: nodes.taken, edges: edges.taken, notes: notes.taken, groups: groups.taken, layout: places, members, removeEdges: [] },
  };
}

function take<T>(elements: T[], isTaken: (element: T) => boolean): { left: T[]; taken: Placed<T>[] } {
  const left: T[] = [];
  const taken: Placed<T>[] = [];
  elements.forEach((element, index) => {
    if (isTaken(element)) taken.push({ index, element });
    else left.push(element);
  });
  // The same list when nothing was taken, so that unchanged parts keep their identity.
  return { left: taken.length === 0 ? elements : left, taken };
}

function requireAll(ids: ReadonlySet<string>, taken: readonly Placed<{ readonly id: string }>[], kind: string): void {
  const found = new Set(taken.map(({ element }) => element.id));
  for (const id of ids) if (!found.has(id)) throw invalid(`There is no ${kind} “${id}” in the pipeline any more.`);
}

/** Puts elements back at the indexes they had; `placed` is in ascending order of index. */
function place<T>(elements: T[], placed: readonly Placed<T>[]): T[] {
  if (placed.length === 0) return elements;
  const result: T[] = [];
  let at = 0;
  for (const { index, element } of placed) {
    while (result.length < index && at < elements.length) result.push(elements[at++] as T);
    result.push(element);
  }
  while (at < elements.length) result.push(elements[at++] as T);
  return result;
}

function restore(document: PipelineDocument, command: Extract<Command, { type: 'restore' }>): Applied {
  const dropped = new Set(command.removeEdges);
  const edges = take(document.edges, (edge) => dropped.has(edge.id));
  requireAll(dropped, edges.taken, 'connection');
  refuseKnown(document.nodes, command.nodes.map(({ element }) => element), 'node');
  refuseKnown(edges.left, command.edges.map(({ element }) => element), 'connection');
  refuseKnown(document.notes, command.notes.map(({ element }) => element), 'note');
  refuseKnown(document.groups, command.groups.map(({ element }) => element), 'group');
  const groups = document.groups.map((group) => {
    const nodes = Object.hasOwn(command.members, group.id) ? command.members[group.id] : undefined;
    return nodes === undefined ? group : { ...group, nodes: [...nodes] };
  });
  const removal: Command = {
    type: 'remove',
    nodes: command.nodes.map(({ element }) => element.id),
    edges: command.edges.map(({ element }) => element.id),
    notes: command.notes.map(({ element }) => element.id),
    groups: command.groups.map(({ element }) => element.id),
    exact: true,
  };
  const none = { nodes: [], notes: [], groups: [], layout: {}, members: {}, removeEdges: [] };
  const regroup = document.groups.filter((group) => Object.hasOwn(command.members, group.id)).map((group): Command => ({ type: 'set-group', group }));
  return {
    document: {
      ...document,
      nodes: place(document.nodes, command.nodes),
      edges: place(edges.left, command.edges),
      notes: place(document.notes, command.notes),
      groups: place(groups, command.groups),
      layout: { ...document.layout, ...command.layout },
    },
    inverse: { type: 'batch', commands: [removal, { type: 'restore', ...none, edges: edges.taken }, moveBack(document, command.layout), ...regroup] },
  };
}

function connect(document: PipelineDocument, command: Extract<Command, { type: 'connect' }>): Applied {
  const { edge, replaces } = command;
  nodeOf(document, edge.from.node);
  nodeOf(document, edge.to.node);
  const old = take(document.edges, (other) => other.id === replaces);
  if (replaces !== undefined) requireAll(new Set([replaces]), old.taken, 'connection');
  refuseKnown(old.left, [edge], 'connection');
  const none = { nodes: [], notes: [], groups: [], layout: {}, members: {} };
  return {
    document: { ...document, edges: [...old.left, edge] },
    inverse: { type: 'restore', ...none, edges: old.taken, removeEdges: [edge.id] },
  };
}
