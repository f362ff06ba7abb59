import { newElementId } from '#app/core/ids.ts';
import type { Command } from '#app/pipeline/commands.ts';
import type { PipelineDocument, PipelineEdge, PipelineNode } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { migrateParams } from '#app/pipeline/migrate.ts';
import type { NodeType } from '#app/pipeline/types.ts';
import type { NodeDefinition } from '#app/sdk/node.ts';
import { takesSeveral, type PortSpec } from '#app/sdk/ports.ts';
import { controlOf, paramsSchema, withoutNull, words, type JsonSchema } from '../inspector/form-model.ts';
import { catalogue, categoryOf, orderedTypes, titleOf, typeOf } from '../state/catalogue.ts';
import { freshNode } from './edits.ts';
import { portsOf } from './geometry.ts';
import { texts } from '../text/texts.ts';

/** Another node type in the place of one that is there. Pure functions of the document. */

export interface Replacement {
  readonly command: Command;
  /** What could not be kept, in words: “Target”, “the connection to Predict”. */
  readonly lost: readonly string[];
}

/** A node's edges at the ports of another type; `lost` have no port there. */
function mapEdges(document: PipelineDocument, node: PipelineNode, definition: NodeDefinition): { readonly edges: ReadonlyMap<PipelineEdge, PipelineEdge>; readonly lost: readonly PipelineEdge[] } {
  const { incoming, outgoing } = indexGraph(document);
  const ports = portsOf(document, node);
  const edges = new Map<PipelineEdge, PipelineEdge>();
  const lost: PipelineEdge[] = [];
  const taken = new Set<string>();
  const into = incoming.get(node.id) ?? [];
  // Ports of the same name first, so that none of them is taken by another.
  const byName = (edge: PipelineEdge, named: readonly PortSpec[]): boolean => named.some(({ name, kind }) => name === edge.to.port && kind === kindAt(ports.inputs, edge.to.port));
  for (const edge of [...into.filter((one) => byName(one, definition.inputs)), ...into.filter((one) => !byName(one, definition.inputs))]) {
    const port = pick(definition.inputs, edge.to.port, kindAt(ports.inputs, edge.to.port), (candidate) => takesSeveral(candidate) || !taken.has(candidate.name));
    if (port === undefined) {
      lost.push(edge);
      continue;
    }
    taken.add(port.name);
    edges.set(edge, { ...edge, to: { ...edge.to, port: port.name } });
  }
  for (const edge of outgoing.get(node.id) ?? []) {
    const port = pick(definition.outputs, edge.from.port, kindAt(ports.outputs, edge.from.port), () => true);
    if (port === undefined) lost.push(edge);
    else edges.set(edge, { ...edge, from: { ...edge.from, port: port.name } });
  }
  return { edges, lost };
}

const kindAt = (ports: readonly PortSpec[], name: string): PortSpec['kind'] | undefined => ports.find((port) => port.name === name)?.kind;

/** The port of the same name and kind, else the first of the kind. */
function pick(ports: readonly PortSpec[], name: string, kind: PortSpec['kind'] | undefined, isFree: (port: PortSpec) => boolean): PortSpec | undefined {
  const fitting = ports.filter((port) => port.kind === kind && isFree(port));
  return fitting.find((port) => port.name === name) ?? fitting[0];
}

const propertiesOf = (definition: NodeDefinition): Readonly<Record<string, JsonSchema>> => paramsSchema(definition.params).properties ?? {};

/**
 * A key means the same in two types where it is set in the same way; a number only where it is also explained in the same words: the
 * learning rate of a network is no learning rate for trees.
 */
function sameMeaning(before: JsonSchema | undefined, after: JsonSchema | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  const [a, b] = [withoutNull(before).schema, withoutNull(after).schema];
  const control = controlOf(a);
  return control === controlOf(b) && ((control !== 'number' && control !== 'slider') || (a.title === b.title && a.description === b.description));
}

/** The params that another type takes over, and the titles of those that it does not, where a person had set them. */
function mapParams(node: PipelineNode, definition: NodeDefinition): { readonly params: Record<string, unknown>; readonly lost: readonly string[] } {
  const before = typeOf(node)?.definition;
  const old = (before && migrateParams(node, before)) ?? node.params;
  const own = before ? propertiesOf(before) : undefined;
  const theirs = propertiesOf(definition);
  const defaults: Record<string, unknown> = before ? (freshNode(node.type)?.params ?? {}) : {};
  let params: Record<string, unknown> = { ...freshNode(definition.type)?.params };
  const lost: string[] = [];
  for (const [key, value] of Object.entries(old)) {
    const candidate = { ...params, [key]: value };
    const fits = Object.hasOwn(theirs, key) && (own === undefined || sameMeaning(own[key], theirs[key])) && definition.params.safeParse(candidate).success;
    if (fits) params = candidate;
    else if (JSON.stringify(defaults[key]) !== JSON.stringify(value)) lost.push(own?.[key]?.title ?? words(key));
  }
  return { params, lost };
}

/** Puts another type in the place of a node: id, edges, title, comment, place and groups stay. Null for a type or node that is not there. */
export function replaceNode(document: PipelineDocument, nodeId: string, type: string): Replacement | null {
  const node = indexGraph(document).nodes.get(nodeId);
  const definition = catalogue.get(type)?.definition;
  if (!node || !definition) return null;
  const { edges, lost: lostEdges } = mapEdges(document, node, definition);
  const { params, lost } = mapParams(node, definition);
  const { pinned, ...rest } = node;
  const stillPinned = pinned?.filter((name) => definition.outputs.some((port) => port.name === name)) ?? [];
  const next: PipelineNode = { ...rest, type, version: definition.version, params, ...(stillPinned.length > 0 ? { pinned: stillPinned } : {}) };
  const moved = [...edges].filter(([old, edge]) => old.from.port !== edge.from.port || old.to.port !== edge.to.port);
  const commands: Command[] = [{ type: 'replace-node', node: next }];
  if (lostEdges.length > 0) commands.unshift({ type: 'remove', edges: lostEdges.map(({ id }) => id) });
  for (const [old, edge] of moved) commands.push({ type: 'connect', edge: { ...edge, id: newElementId() }, replaces: old.id });
  const nameOf = (id: string): string => {
    const other = indexGraph(document).nodes.get(id);
    return other ? titleOf(other) : id;
  };
  const lostWords = lostEdges.map((edge) => (edge.from.node === nodeId ? texts.canvas.connectionTo(nameOf(edge.to.node)) : texts.canvas.connectionFrom(nameOf(edge.from.node))));
  return { command: commands.length === 1 ? (commands[0] as Command) : { type: 'batch', commands }, lost: [...lost, ...lostWords] };
}

/** Types that can take a node's place with all its edges, the most alike first: ports, then category, then params they share. */
export function replacementsFor(document: PipelineDocument, nodeId: string): readonly NodeType[] {
  const node = indexGraph(document).nodes.get(nodeId);
  if (!node) return [];
  const ports = portsOf(document, node);
  const before = typeOf(node)?.definition;
  const own = before ? propertiesOf(before) : {};
  const kinds = (specs: readonly PortSpec[]): string => specs.map(({ kind }) => kind).sort().join(' ');
  const shareKind = (a: readonly PortSpec[], b: readonly PortSpec[]): boolean => (a.length === 0 && b.length === 0) || a.some(({ kind }) => b.some((other) => other.kind === kind));
  return orderedTypes
    .flatMap((type, index) => {
      const { definition } = type;
      if (definition.type === node.type || mapEdges(document, node, definition).lost.length > 0) return [];
      if (!shareKind(ports.inputs, definition.inputs) || !shareKind(ports.outputs, definition.outputs)) return [];
      const theirs = propertiesOf(definition);
      const shared = Object.keys(own).filter((key) => sameMeaning(own[key], theirs[key])).length;
      const alike = (kinds(ports.inputs) === kinds(definition.inputs) ? 3 : 0) + (kinds(ports.outputs) === kinds(definition.outputs) ? 5 : 0);
      const score = alike + (categoryOf(definition.type) === categoryOf(node.type) ? 5 : 0) + Math.min(shared, 6) + (before?.keywords.filter((word) => definition.keywords.includes(word)).length ?? 0);
      return [{ type, index, score }];
    })
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map(({ type }) => type);
}
