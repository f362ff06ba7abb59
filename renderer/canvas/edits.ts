import { newElementId } from '#app/core/ids.ts';
import type { Command, Point } from '#app/pipeline/commands.ts';
import { canConnect } from '#app/pipeline/connect.ts';
import type { Endpoint, PipelineDocument, PipelineEdge, PipelineNode } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { takesSeveral, type PortKind } from '#app/sdk/ports.ts';
import type { NodeDefinition } from '#app/sdk/node.ts';
import { componentNode } from '#app/pipeline/subflow/component.ts';
import { catalogue, componentOf, offeredDefinition, typeOf } from '../state/catalogue.ts';
import { nodeHeight, nodeWidth, portsOf, snap } from './geometry.ts';

/** Edits of the canvas as commands; pure functions of the document. Null means that there is nothing to do. */

/** A fresh node of a type with its default params. */
export function freshNode(type: string, params: Readonly<Record<string, unknown>> = {}): PipelineNode | null {
  const component = componentOf(type);
  if (component !== undefined) return componentNode(component, newElementId());
  const definition = catalogue.get(type)?.definition;
  if (!definition) return null;
  const defaults = definition.params.safeParse({});
  return { id: newElementId(), type, version: definition.version, params: { ...(defaults.success ? (defaults.data as Record<string, unknown>) : {}), ...params } };
}

/** How a new node is joined to what is there. */
export type Joint =
  | { readonly kind: 'after'; readonly from: Endpoint }
  | { readonly kind: 'before'; readonly to: Endpoint }
  | { readonly kind: 'into'; readonly edge: PipelineEdge };

export function outputKind(document: PipelineDocument, end: Endpoint): PortKind | null {
  const node = indexGraph(document).nodes.get(end.node);
  return (node && portsOf(document, node).outputs.find((port) => port.name === end.port)?.kind) ?? null;
}

export function inputKind(document: PipelineDocument, end: Endpoint): PortKind | null {
  const node = indexGraph(document).nodes.get(end.node);
  return (node && portsOf(document, node).inputs.find((port) => port.name === end.port)?.kind) ?? null;
}

/** Whether a type has the ports that a joint needs. */
export function fits(document: PipelineDocument, type: string, joint: Joint): boolean {
  const definition = offeredDefinition(type);
  return definition !== undefined && hasPorts(document, definition, joint);
}

function hasPorts(document: PipelineDocument, definition: Pick<NodeDefinition, 'inputs' | 'outputs'>, joint: Joint): boolean {
  const takes = (kind: PortKind | null) => definition.inputs.some((port) => port.kind === kind);
  const gives = (kind: PortKind | null) => definition.outputs.some((port) => port.kind === kind);
  switch (joint.kind) {
    case 'after':
      return takes(outputKind(document, joint.from));
    case 'before':
      return gives(inputKind(document, joint.to));
    case 'into':
      return takes(outputKind(document, joint.edge.from)) && gives(inputKind(document, joint.edge.to));
  }
}

/** The joint itself where the type fits it; else one from another output of the same node, in their order. */
export function fittingJoint(document: PipelineDocument, type: string, joint: Joint): Joint | null {
  if (fits(document, type, joint)) return joint;
  if (joint.kind !== 'after') return null;
  const source = indexGraph(document).nodes.get(joint.from.node);
  const others = source ? portsOf(document, source).outputs : [];
  return others.map(({ name }): Joint => ({ kind: 'after', from: { node: joint.from.node, port: name } })).find((other) => fits(document, type, other)) ?? null;
}

/** Adds a node at a place (its top left corner), joined where asked and possible. */
export function addNode(document: PipelineDocument, node: PipelineNode, at: Point, joint?: Joint): Command {
  const definition = typeOf(node)?.definition;
  const edges: PipelineEdge[] = [];
  const removed: string[] = [];
  const join = (from: Endpoint, to: Endpoint) => edges.push({ id: newElementId(), from, to });
  if (definition && joint && hasPorts(document, definition, joint)) {
    if (joint.kind !== 'before') {
      const from = joint.kind === 'after' ? joint.from : joint.edge.from;
      const input = definition.inputs.find((port) => port.kind === outputKind(document, from));
      if (input) join(from, { node: node.id, port: input.name });
    }
    if (joint.kind !== 'after') {
      const to = joint.kind === 'before' ? joint.to : joint.edge.to;
      const output = definition.outputs.find((port) => port.kind === inputKind(document, to));
      if (output) join({ node: node.id, port: output.name }, to);
      removed.push(...(joint.kind === 'into' ? [joint.edge.id] : occupants(document, to)));
    }
  }
  const add: Command = { type: 'add', nodes: [node], edges, layout: { [node.id]: { x: snap(at.x), y: snap(at.y) } } };
  return removed.length === 0 ? add : { type: 'batch', commands: [{ type: 'remove', edges: removed }, add] };
}

/** Edges that must go before another one can end here: those on an input that takes only one. */
function occupants(document: PipelineDocument, to: Endpoint): string[] {
  const { nodes, incoming } = indexGraph(document);
  const node = nodes.get(to.node);
  const port = node && portsOf(document, node).inputs.find((candidate) => candidate.name === to.port);
  if (!port || takesSeveral(port)) return [];
  return (incoming.get(to.node) ?? []).filter((edge) => edge.to.port === to.port).map((edge) => edge.id);
}

/** Connects two ports; an input that takes one edge gives up the one it had. The reason where it cannot be. */
export function connectPorts(document: PipelineDocument, from: Endpoint, to: Endpoint, replacing?: string): { readonly command: Command } | { readonly reason: string } {
  const verdict = canConnect(document, catalogue, from, to, replacing);
  const edge: PipelineEdge = { id: newElementId(), from, to };
  if (verdict.ok) return { command: { type: 'connect', edge, ...(replacing ? { replaces: replacing } : {}) } };
  if (verdict.code === 'input-taken' && verdict.edge) {
    const replace: Command = { type: 'connect', edge, replaces: verdict.edge.id };
    return { command: replacing && replacing !== verdict.edge.id ? { type: 'batch', commands: [{ type: 'remove', edges: [replacing] }, replace] } : replace };
  }
  return { reason: verdict.reason };
}

/** Connects two nodes by the first ports that fit and are free. */
export function connectNodes(document: PipelineDocument, fromId: string, toId: string, options: { readonly fromPort?: string; readonly toPort?: string } = {}): Command | null {
  const { nodes } = indexGraph(document);
  const source = nodes.get(fromId);
  const target = nodes.get(toId);
  if (!source || !target) return null;
  for (const output of portsOf(document, source).outputs) {
    if (options.fromPort !== undefined && output.name !== options.fromPort) continue;
    for (const input of portsOf(document, target).inputs) {
      if (options.toPort !== undefined && input.name !== options.toPort) continue;
      const from = { node: fromId, port: output.name };
      const to = { node: toId, port: input.name };
      if (canConnect(document, catalogue, from, to).ok) return { type: 'connect', edge: { id: newElementId(), from, to } };
    }
  }
  return null;
}

/** Connects the selected nodes in order of their place from left to right. */
export function connectSelected(document: PipelineDocument, ids: readonly string[]): Command | null {
  const ordered = [...ids].sort((a, b) => (document.layout[a]?.x ?? 0) - (document.layout[b]?.x ?? 0));
  const commands: Command[] = [];
  for (let at = 1; at < ordered.length; at++) {
    const [from, to] = [ordered[at - 1], ordered[at]];
    const command = from !== undefined && to !== undefined ? connectNodes(document, from, to) : null;
    if (command) commands.push(command);
  }
  return commands.length === 0 ? null : { type: 'batch', commands };
}

/** Removes nodes and joins what fed them to what they fed, where kinds agree. */
export function removeAndReconnect(document: PipelineDocument, ids: readonly string[]): Command | null {
  if (ids.length === 0) return null;
  const gone = new Set(ids);
  const { incoming, outgoing } = indexGraph(document);
  const edges: PipelineEdge[] = [];
  for (const id of ids) {
    for (const out of outgoing.get(id) ?? []) {
      if (gone.has(out.to.node)) continue;
      const from = upstreamOutside(id, outputKind(document, out.from), gone, document, incoming);
      if (from) edges.push({ id: newElementId(), from, to: out.to });
    }
  }
  const remove: Command = { type: 'remove', nodes: ids };
  return edges.length === 0 ? remove : { type: 'batch', commands: [remove, { type: 'add', edges }] };
}

function upstreamOutside(id: string, kind: PortKind | null, gone: ReadonlySet<string>, document: PipelineDocument, incoming: ReadonlyMap<string, readonly PipelineEdge[]>): Endpoint | null {
  let at = id;
  for (let steps = 0; steps <= gone.size; steps++) {
    const edge = (incoming.get(at) ?? []).find((candidate) => outputKind(document, candidate.from) === kind);
    if (!edge) return null;
    if (!gone.has(edge.from.node)) return edge.from;
    at = edge.from.node;
  }
  return null;
}

/** Puts a node that stands alone into an edge. */
export function insertIntoEdge(document: PipelineDocument, nodeId: string, edgeId: string): Command | null {
  const { nodes, incoming, outgoing } = indexGraph(document);
  const node = nodes.get(nodeId);
  const edge = document.edges.find((candidate) => candidate.id === edgeId);
  if (!node || !edge || incoming.has(nodeId) || outgoing.has(nodeId) ) return null;
  const definition = typeOf(node)?.definition;
  if (!definition || !hasPorts(document, definition, { kind: 'into', edge })) return null;
  const input = definition?.inputs.find((port) => port.kind === outputKind(document, edge.from));
  const output = definition?.outputs.find((port) => port.kind === inputKind(document, edge.to));
  if (!input || !output) return null;
  return {
    type: 'batch',
    commands: [
      { type: 'remove', edges: [edgeId] },
      {
        type: 'add',
        edges: [
          { id: newElementId(), from: edge.from, to: { node: nodeId, port: input.name } },
          { id: newElementId(), from: { node: nodeId, port: output.name }, to: edge.to },
        ],
      },
    ],
  };
}

/** A free place near `wanted`: moves down until no card is covered. */
export function freePlace(document: PipelineDocument, wanted: Point): Point {
  let { x, y } = { x: snap(wanted.x), y: snap(wanted.y) };
  const taken = Object.values(document.layout);
  for (let tries = 0; tries < 200; tries++) {
    const hit = taken.find((other) => Math.abs(other.x - x) < nodeWidth && Math.abs(other.y - y) < nodeHeight + 8);
    if (!hit) break;
    y = snap(hit.y + nodeHeight + 24);
  }
  return { x, y };
}

/** Where the node after this one goes: a column to the right. */
export function placeAfter(document: PipelineDocument, nodeId: string): Point {
  const origin = document.layout[nodeId] ?? { x: 0, y: 0 };
  return freePlace(document, { x: origin.x + nodeWidth + 80, y: origin.y });
}

/** Where a node that feeds this one goes: a column to the left. */
export function placeBefore(document: PipelineDocument, nodeId: string): Point {
  const origin = document.layout[nodeId] ?? { x: 0, y: 0 };
  return freePlace(document, { x: origin.x - nodeWidth - 80, y: origin.y });
}
