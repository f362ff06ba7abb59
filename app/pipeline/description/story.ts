import type { PortMeta, PortSpec } from '#app/sdk/ports.ts';
import type { PipelineEdge, PipelineNode } from '../document.ts';
import { indexGraph, nodeTitle, topologicalOrder, type GraphIndex } from '../graph.ts';
import { migrateParams } from '../migrate.ts';
import { typeOfNode } from '../subflow/node-type.ts';
import type { NodeType } from '../types.ts';
import { isRecord, type Params } from './params.ts';
import type { DescriptionFacts, Sentence, Span } from './types.ts';

/** Text with code between backticks as spans. */
export function spans(marked: string): Span[] {
  const found: Span[] = [];
  let at = 0;
  for (const match of marked.matchAll(/`` (.+?) ``|`([^`]+)`/g)) {
    if (match.index > at) found.push(marked.slice(at, match.index));
    found.push({ code: match[1] ?? match[2] ?? '' });
    at = match.index + match[0].length;
  }
  if (at < marked.length) found.push(marked.slice(at));
  return found;
}

/** A sentence from texts with backticks, nodes and other sentences. */
export const say = (...parts: readonly (string | Span | Sentence)[]): Sentence => parts.flatMap((part) => (typeof part === 'string' ? spans(part) : Array.isArray(part) ? (part as Sentence) : [part as Span]));

/** Items with commas and a last “and”. */
export function listing(items: readonly (Span | Sentence)[]): Sentence {
  return items.flatMap((item, index): Span[] => [...(index === 0 ? [] : [index === items.length - 1 ? ' and ' : ', ']), ...(Array.isArray(item) ? (item as Sentence) : [item as Span])]);
}

/** The facts with what every sentence asks of them. */
export class Story {
  readonly facts: DescriptionFacts;
  readonly graph: GraphIndex;
  /** Upstream first; nodes on a circle, which have no order, at the end. */
  readonly order: readonly PipelineNode[];
  readonly #params = new Map<string, Params>();

  constructor(facts: DescriptionFacts) {
    this.facts = facts;
    this.graph = indexGraph(facts.document);
    const { order } = topologicalOrder(facts.document);
    const placed = new Set(order);
    this.order = [...order.flatMap((id) => this.graph.nodes.get(id) ?? []), ...facts.document.nodes.filter(({ id }) => !placed.has(id))];
  }

  typeOf(node: PipelineNode): NodeType | undefined {
    return typeOfNode(this.facts.catalogue, node);
  }

  typeTitle(node: PipelineNode): string {
    return nodeTitle({ ...node, title: '' }, this.typeOf(node)?.definition.title);
  }

  link(node: PipelineNode): Span {
    return { node: node.id, text: nodeTitle(node, this.typeOf(node)?.definition.title) };
  }

  linkOf(id: string): Span {
    const node = this.graph.nodes.get(id);
    return node === undefined ? id : this.link(node);
  }

  /** Params as the type reads them, defaults filled in; as they are written where they do not parse. */
  params(node: PipelineNode): Params {
    const known = this.#params.get(node.id);
    if (known !== undefined) return known;
    const definition = this.typeOf(node)?.definition;
    let params: Params = node.params;
    try {
      const migrated = definition === undefined ? null : migrateParams(node, definition);
      const parsed = migrated === null ? undefined : definition?.params.safeParse(migrated);
      if (parsed?.success === true && isRecord(parsed.data)) params = parsed.data;
    } catch {
      // Configuring reports params that cannot be migrated.
    }
    this.#params.set(node.id, params);
    return params;
  }

  inputs(node: PipelineNode): readonly PipelineEdge[] {
    return this.graph.incoming.get(node.id) ?? [];
  }

  /** Different nodes that read this one, in the order of the edges. */
  followers(node: PipelineNode): string[] {
    return [...new Set((this.graph.outgoing.get(node.id) ?? []).map(({ to }) => to.node))];
  }

  sourcesOf(node: PipelineNode): string[] {
    return [...new Set(this.inputs(node).map(({ from }) => from.node))];
  }

  meta(node: PipelineNode, port: string): PortMeta | undefined {
    const outputs = this.facts.nodes[node.id]?.outputs ?? {};
    return Object.hasOwn(outputs, port) ? outputs[port] : undefined;
  }

  outputs(node: PipelineNode): readonly PortSpec[] {
    return this.typeOf(node)?.definition.outputs ?? [];
  }

  /** Rows on a port in the latest run, or null. */
  rows(nodeId: string, port: string): number | null {
    const ports = this.facts.run?.nodes[nodeId]?.ports ?? {};
    return Object.hasOwn(ports, port) ? (ports[port]?.rows ?? null) : null;
  }

  /** All nodes that a node needs, nearest first. */
  upstream(node: PipelineNode): PipelineNode[] {
    const seen = new Set([node.id]);
    const found: PipelineNode[] = [];
    let ring = [node];
    while (ring.length > 0) {
      const next: PipelineNode[] = [];
      for (const one of ring) {
        for (const id of this.sourcesOf(one)) {
          const source = this.graph.nodes.get(id);
          if (source === undefined || seen.has(id)) continue;
          seen.add(id);
          found.push(source);
          next.push(source);
        }
      }
      ring = next;
    }
    return found;
  }
}
