import { PenstockError } from '#app/core/errors.ts';
import { groupTree, nodesWithin, putWithin } from '../group-tree.ts';
import type { PortKind } from '#app/sdk/ports.ts';
import type { Command, Point } from '../commands.ts';
import type { Endpoint, PipelineDocument, PipelineEdge, PipelineNode, SubflowContent } from '../document.ts';
import { ancestors, descendants, nodeTitle } from '../graph.ts';
import type { NodeCatalogue } from '../types.ts';
import { withValues } from './expand.ts';
import { boundaryPort, inputType, isBoundary, isSubflow, outputType, subflowType, typeOfNode } from './node-type.ts';

export interface CollapseOptions {
  readonly catalogue: NodeCatalogue;
  readonly newId: () => string;
  /** Canvas units between a port of the subflow and the node that it leads to. */
  readonly gap: number;
}

export interface Collapsed {
  readonly command: Command;
  /** The new subflow. */
  readonly nodeId: string;
}

/**
 * Nodes of one level as a subflow in their middle. Each output outside that feeds them becomes an input; each output of theirs that feeds a
 * node outside becomes an output. Notes and groups that lie wholly among them go along.
 * @throws PenstockError `collapse-nothing`, `collapse-port` (a subflow's own ports), `collapse-circle` naming the node between them.
 */
export function collapseNodes(document: PipelineDocument, ids: readonly string[], options: CollapseOptions): Collapsed {
  const { catalogue, newId } = options;
  const chosen = new Set(ids);
  const nodes = document.nodes.filter(({ id }) => chosen.has(id));
  if (nodes.length === 0) throw new PenstockError('collapse-nothing', 'No node is selected to make a subflow of.', { remedy: 'Select the nodes that belong together.' });
  const port = nodes.find(isBoundary);
  if (port !== undefined) throw new PenstockError('collapse-port', `“${nodeTitle(port, 'Port')}” is a port of this subflow and has to stay in it.`, { remedy: 'Leave it out of the selection.', place: { nodeId: port.id } });
  const behind = descendants(document, ids);
  const before = ancestors(document, ids);
  const between = document.nodes.find(({ id }) => !chosen.has(id) && behind.has(id) && before.has(id));
  if (between !== undefined) {
    const title = nodeTitle(between, typeOfNode(catalogue, between)?.definition.title);
    throw new PenstockError('collapse-circle', `“${title}” lies between the selected nodes, so the subflow would need its own result.`, { remedy: `Select “${title}” as well, or fewer nodes.`, place: { nodeId: between.id } });
  }
  const subflow = newId();
  const byId = new Map(document.nodes.map((node) => [node.id, node]));
  const kindOf = (end: Endpoint): PortKind => {
    const node = byId.get(end.node);
    const type = node === undefined ? undefined : typeOfNode(catalogue, node);
    return type?.definition.outputs.find(({ name }) => name === end.port)?.kind ?? 'table';
  };
  const titleOf = (end: Endpoint): string => {
    const node = byId.get(end.node);
    const type = node === undefined ? undefined : typeOfNode(catalogue, node);
    const own = node === undefined ? end.port : nodeTitle(node, type?.definition.title);
    const several = (type?.definition.outputs.length ?? 0) > 1;
    return (several ? `${own}: ${type?.definition.outputs.find(({ name }) => name === end.port)?.title ?? end.port}` : own).slice(0, 200);
  };
  const layout: Record<string, Point> = Object.fromEntries(nodes.flatMap(({ id }) => (Object.hasOwn(document.layout, id) ? [[id, document.layout[id] as Point]] : [])));
  const bounds = boundsOf(Object.values(layout));
  const boundary = new Map<string, PipelineNode>();
  const made: { readonly node: PipelineNode; readonly height: number }[] = [];
  const heightOf = (id: string, port: string): number => {
    const node = byId.get(id);
    const ports = node === undefined ? [] : (typeOfNode(catalogue, node)?.definition.outputs ?? []);
    return (Object.hasOwn(document.layout, id) ? (document.layout[id]?.y ?? 0) : 0) + Math.max(0, ports.findIndex(({ name }) => name === port));
  };
  /** `inside`: the end within, at whose height the port comes to lie. */
  const portOf = (type: typeof inputType | typeof outputType, end: Endpoint, inside: Endpoint): PipelineNode => {
    const key = `${type} ${end.node}\0${end.port}`;
    const known = boundary.get(key);
    if (known !== undefined) return known;
    const node: PipelineNode = { id: newId(), type, version: 1, title: titleOf(end), params: { kind: kindOf(end) } };
    boundary.set(key, node);
    made.push({ node, height: heightOf(inside.node, inside.port) });
    return node;
  };
  const inner: PipelineEdge[] = [];
  const outer: PipelineEdge[] = [];
  const fed = new Set<string>();
  for (const edge of document.edges) {
    const [from, to] = [chosen.has(edge.from.node), chosen.has(edge.to.node)];
    if (from && to) inner.push(edge);
    else if (to) {
      const input = portOf(inputType, edge.from, edge.to);
      inner.push({ id: newId(), from: { node: input.id, port: boundaryPort }, to: edge.to });
      if (!fed.has(input.id)) outer.push({ id: newId(), from: edge.from, to: { node: subflow, port: input.id } });
      fed.add(input.id);
    } else if (from) {
      const output = portOf(outputType, edge.from, edge.from);
      if (!fed.has(output.id)) inner.push({ id: newId(), from: edge.from, to: { node: output.id, port: boundaryPort } });
      fed.add(output.id);
      outer.push({ ...edge, from: { node: subflow, port: output.id } });
    }
  }
  // In the order of what they lead to, so that few connections cross.
  const ports = made.toSorted((a, b) => a.height - b.height).map((one) => one.node);
  for (const type of [inputType, outputType]) {
    for (const [row, port] of ports.filter((one) => one.type === type).entries()) layout[port.id] = { x: type === inputType ? bounds.left - options.gap : bounds.right + options.gap, y: bounds.top + row * 88 };
  }
  const whole = document.groups.filter((group) => {
    const members = nodesWithin(document, group);
    return members.length > 0 && members.every((id) => chosen.has(id));
  });
  const groups = whole.map((group) => (whole.some(({ id }) => id === group.within) ? group : putWithin(group, undefined)));
  const notes = document.notes.filter((note) => note.x >= bounds.left - 40 && note.y >= bounds.top - 40 && note.x + note.width <= bounds.right + 260 && note.y + note.height <= bounds.bottom + 120);
  const content: SubflowContent = { nodes: [...nodes, ...ports], edges: inner, notes, groups, layout, exposed: [] };
  // The nearest one that holds them all.
  const around = groupTree(document).outermostFirst.findLast((group) => {
    const members = new Set(nodesWithin(document, group));
    return !whole.includes(group) && nodes.every(({ id }) => members.has(id));
  });
  const node: PipelineNode = { id: subflow, type: subflowType, version: 1, params: {}, content };
  const place = { x: Math.round((bounds.left + bounds.right) / 2 / 8) * 8, y: Math.round((bounds.top + bounds.bottom) / 2 / 8) * 8 };
  const commands: Command[] = [
    { type: 'remove', nodes: nodes.map(({ id }) => id), notes: notes.map(({ id }) => id), groups: groups.map(({ id }) => id) },
    { type: 'add', nodes: [node], edges: outer, layout: { [subflow]: place } },
  ];
  if (around !== undefined) commands.push({ type: 'set-group', group: { ...around, nodes: [...around.nodes.filter((id) => !chosen.has(id)), subflow] } });
  return { command: { type: 'batch', commands }, nodeId: subflow };
}

function boundsOf(points: readonly Point[]): { left: number; right: number; top: number; bottom: number } {
  if (points.length === 0) return { left: 0, right: 0, top: 0, bottom: 0 };
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

export interface Dissolved {
  readonly command: Command;
  /** The nodes that were inside, by their ids now. */
  readonly nodeIds: readonly string[];
}

/**
 * The nodes of a subflow in its place, with the params that it gave them.
 * @throws PenstockError `dissolve-repeated`, `command-invalid` where the node is no subflow.
 */
export function dissolveSubflow(document: PipelineDocument, nodeId: string, newId: () => string): Dissolved {
  const node = document.nodes.find(({ id }) => id === nodeId);
  if (node === undefined || !isSubflow(node)) throw new PenstockError('command-invalid', 'There is no such subflow in the pipeline any more.', { remedy: 'Reload the pipeline; it was changed elsewhere.' });
  if (node.repeat !== undefined) throw new PenstockError('dissolve-repeated', `“${nodeTitle(node, 'Subflow')}” is run several times, and its nodes in its place would run once.`, { remedy: 'Switch repeating off first.', place: { nodeId } });
  const { content } = node;
  const taken = new Set([...document.nodes, ...document.edges, ...document.notes, ...document.groups].map(({ id }) => id));
  const renamed = new Map<string, string>();
  const fresh = (id: string): string => {
    const known = renamed.get(id) ?? (taken.has(id) && id !== nodeId ? newId() : id);
    renamed.set(id, known);
    return known;
  };
  const inside = withValues(content, node.params).filter((one) => !isBoundary(one)).map((one) => ({ ...one, id: fresh(one.id) }));
  const ports = new Map(content.nodes.filter(isBoundary).map((one) => [one.id, one]));
  const end = (at: Endpoint): Endpoint => ({ ...at, node: fresh(at.node) });
  const edges: PipelineEdge[] = [];
  /** Where an output of the content comes from: of a node inside, or through an input from outside. */
  const sourceOf = (from: Endpoint): Endpoint | null => {
    const port = ports.get(from.node);
    if (port === undefined) return end(from);
    const outer = document.edges.find((edge) => edge.to.node === nodeId && edge.to.port === port.id);
    return outer?.from ?? null;
  };
  for (const edge of content.edges) {
    if (ports.has(edge.to.node)) continue;
    const from = sourceOf(edge.from);
    if (from !== null) edges.push({ ...edge, id: taken.has(edge.id) ? newId() : edge.id, from, to: end(edge.to) });
  }
  for (const edge of document.edges) {
    if (edge.from.node !== nodeId || edge.to.node === nodeId) continue;
    const inner = content.edges.find(({ to }) => to.node === edge.from.port);
    const from = inner === undefined ? null : sourceOf(inner.from);
    if (from !== null) edges.push({ ...edge, id: newId(), from });
  }
  const points = content.nodes.filter((one) => !isBoundary(one)).flatMap(({ id }) => (Object.hasOwn(content.layout, id) ? [content.layout[id] as Point] : []));
  const bounds = boundsOf(points);
  const at = Object.hasOwn(document.layout, nodeId) ? (document.layout[nodeId] as Point) : { x: 0, y: 0 };
  const shift = { x: Math.round((at.x - (bounds.left + bounds.right) / 2) / 8) * 8, y: Math.round((at.y - (bounds.top + bounds.bottom) / 2) / 8) * 8 };
  const moved = (point: Point): Point => ({ x: point.x + shift.x, y: point.y + shift.y });
  const layout = Object.fromEntries(content.nodes.filter((one) => !isBoundary(one)).flatMap(({ id }) => (Object.hasOwn(content.layout, id) ? [[fresh(id), moved(content.layout[id] as Point)]] : [])));
  const notes = content.notes.map((note) => ({ ...note, ...moved(note), id: fresh(note.id) }));
  const around = document.groups.find((group) => group.nodes.includes(nodeId));
  const groups = content.groups.map((group) => ({ ...putWithin(group, content.groups.some(({ id }) => id === group.within) ? fresh(group.within ?? '') : around?.id), id: fresh(group.id), nodes: group.nodes.filter((id) => !ports.has(id)).map(fresh), ...(group.box === undefined ? {} : { box: { ...group.box, ...moved(group.box) } }) }));
  const commands: Command[] = [
    { type: 'remove', nodes: [nodeId] },
    { type: 'add', nodes: inside, edges, notes, groups, layout },
  ];
  const ungrouped = inside.map(({ id }) => id).filter((id) => !groups.some((group) => group.nodes.includes(id)));
  if (around !== undefined) commands.push({ type: 'set-group', group: { ...around, nodes: [...around.nodes.filter((id) => id !== nodeId), ...ungrouped] } });
  return { command: { type: 'batch', commands }, nodeIds: inside.map(({ id }) => id) };
}
