import type { PortMeta, PortSpec } from '#app/sdk/ports.ts';
import type { PipelineEdge, PipelineNode } from '../document.ts';
import { indexGraph, nodeTitle, topologicalOrder, type GraphIndex } from '../graph.ts';
import { migrateParams } from '../migrate.ts';
import { typeOfNode } from '../subflow/node-type.ts';
import type { NodeType } from '../types.ts';
import { isRecord, type Params } from './params.ts';
import { listing } from './sentence.ts';
import type { Tongue } from './tongue.ts';
import type { DescriptionFacts, Sentence, Span } from './types.ts';

/** The facts with what every sentence asks of them, and the language that it is said in. */
export class Story {
  readonly facts: DescriptionFacts;
  readonly tongue: Tongue;
  readonly graph: GraphIndex;
  /** Upstream first; nodes on a circle, which have no order, at the end. */
  readonly order: readonly PipelineNode[];
  readonly #params = new Map<string, Params>();

  constructor(facts: DescriptionFacts, tongue: Tongue) {
    this.facts = facts;
    this.tongue = tongue;
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

  /** Nodes by name; after `most` of them how many more there are. */
  links(nodes: readonly PipelineNode[], most = nodes.length): Sentence {
    const shown = nodes.slice(0, most).map((node) => this.link(node));
    return [...listing(shown, this.tongue.and), ...(nodes.length > most ? [this.tongue.andMore(nodes.length - most)] : [])];
  }

  /** What a node does, after its name. */
  predicate(node: PipelineNode, summary = this.typeOf(node)?.definition.summary ?? ''): string {
    return this.tongue.stepPredicate(node.type, this.params(node), this.facts.nodes[node.id]?.describe ?? '', summary);
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
