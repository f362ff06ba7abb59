import type { Endpoint, PipelineDocument, PipelineEdge } from '#app/pipeline/document.ts';
import { ancestors, descendants, indexGraph } from '#app/pipeline/graph.ts';
import { takesSeveral, type PortSpec } from '#app/sdk/ports.ts';
import { catalogue } from '../state/catalogue.ts';
import { portsOf } from './geometry.ts';

/** What a node could be connected to, for choosing from a list. Pure functions of the document. */

export interface Fitting {
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** The port of the node that was asked about, and the one at the other end. */
  readonly port: PortSpec;
  readonly other: PortSpec;
  /** Edge that gives way, where the input takes only one. */
  readonly replaces: PipelineEdge | null;
}

/** Inputs that an output may feed: as `canConnect` says for each, but the way back is looked for once. */
export function inputsFor(document: PipelineDocument, from: Endpoint): readonly Fitting[] {
  const { nodes, incoming } = indexGraph(document);
  const source = nodes.get(from.node);
  const port = source && portsOf(document, source).outputs.find(({ name }) => name === from.port);
  if (!source || !port || !catalogue.has(source.type)) return [];
  const before = ancestors(document, [from.node]);
  return document.nodes.flatMap((node): Fitting[] => {
    if (node.id === from.node || before.has(node.id) || !catalogue.has(node.type)) return [];
    return portsOf(document, node).inputs.flatMap((other): Fitting[] => {
      if (other.kind !== port.kind) return [];
      const present = (incoming.get(node.id) ?? []).filter((edge) => edge.to.port === other.name);
      if (present.some((edge) => edge.from.node === from.node && edge.from.port === from.port)) return [];
      return [{ from, to: { node: node.id, port: other.name }, port, other, replaces: takesSeveral(other) ? null : (present[0] ?? null) }];
    });
  });
}

/** Outputs that may feed an input. */
export function outputsFor(document: PipelineDocument, to: Endpoint): readonly Fitting[] {
  const { nodes, incoming } = indexGraph(document);
  const target = nodes.get(to.node);
  const port = target && portsOf(document, target).inputs.find(({ name }) => name === to.port);
  if (!target || !port || !catalogue.has(target.type)) return [];
  const after = descendants(document, [to.node]);
  const present = (incoming.get(to.node) ?? []).filter((edge) => edge.to.port === to.port);
  const replaces = takesSeveral(port) ? null : (present[0] ?? null);
  return document.nodes.flatMap((node): Fitting[] => {
    if (node.id === to.node || after.has(node.id) || !catalogue.has(node.type)) return [];
    return portsOf(document, node).outputs.flatMap((other): Fitting[] => {
      if (other.kind !== port.kind || present.some((edge) => edge.from.node === node.id && edge.from.port === other.name)) return [];
      return [{ from: { node: node.id, port: other.name }, to, port, other, replaces }];
    });
  });
}

/** Everything a node could be connected to, its outputs first. */
export function fittingsOf(document: PipelineDocument, nodeId: string): readonly Fitting[] {
  const node = indexGraph(document).nodes.get(nodeId);
  if (!node) return [];
  const { inputs, outputs } = portsOf(document, node);
  return [...outputs.flatMap(({ name }) => inputsFor(document, { node: nodeId, port: name })), ...inputs.flatMap(({ name }) => outputsFor(document, { node: nodeId, port: name }))];
}
