import { takesSeveral, type PortKind, type PortSpec } from '#app/sdk/ports.ts';
import type { Endpoint, PipelineDocument, PipelineEdge } from './document.ts';
import { indexGraph, nodeTitle, pathBetween } from './graph.ts';
import { typeOfNode } from './subflow/node-type.ts';
import type { NodeCatalogue } from './types.ts';

export type ConnectCode = 'missing-node' | 'unknown-node-type' | 'unknown-port' | 'kind-mismatch' | 'self' | 'duplicate' | 'input-taken' | 'cycle';

export type CanConnect =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: ConnectCode;
      /** One sentence for a person. */
      readonly reason: string;
      /** `input-taken`: the edge that would have to go. */
      readonly edge?: PipelineEdge;
    };

const kindNames: Record<PortKind, string> = {
  table: 'table',
  recipe: 'recipe',
  learner: 'learner',
  model: 'model',
  evaluation: 'evaluation',
  report: 'report',
};

const article = (word: string): string => (/^[aeiou]/i.test(word) ? 'an' : 'a');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Whether an edge from an output port to an input port may be added, and if not, why. `replacing` names an edge that is to be
 * taken out at once (dragging the end of an edge elsewhere).
 */
export function canConnect(document: PipelineDocument, catalogue: NodeCatalogue, from: Endpoint, to: Endpoint, replacing?: string): CanConnect {
  const no = (code: ConnectCode, reason: string, edge?: PipelineEdge): CanConnect => ({ ok: false, code, reason, ...(edge ? { edge } : {}) });
  const { nodes, incoming } = indexGraph(document);
  const source = nodes.get(from.node);
  const target = nodes.get(to.node);
  if (source === undefined || target === undefined) return no('missing-node', 'One end of the connection no longer exists.');
  if (from.node === to.node) return no('self', 'A node cannot feed itself.');

  const sourceType = typeOfNode(catalogue, source);
  const targetType = typeOfNode(catalogue, target);
  const unknown = sourceType === undefined ? source : targetType === undefined ? target : undefined;
  if (unknown !== undefined || sourceType === undefined || targetType === undefined) {
    return no('unknown-node-type', `Penstock does not know the node type “${unknown?.type ?? ''}”, so it cannot be connected.`);
  }
  const output = findPort(sourceType.definition.outputs, from.port);
  const input = findPort(targetType.definition.inputs, to.port);
  if (output === undefined) return no('unknown-port', `${sourceType.definition.title} has no output “${from.port}”.`);
  if (input === undefined) return no('unknown-port', `${targetType.definition.title} has no input “${to.port}”.`);
  if (output.kind !== input.kind) {
    const given = kindNames[output.kind];
    const wanted = kindNames[input.kind];
    return no('kind-mismatch', `${capital(article(given))} ${given} cannot go into ${article(wanted)} ${wanted} port.`);
  }

  const present = (incoming.get(to.node) ?? []).filter((edge) => edge.to.port === to.port && edge.id !== replacing);
  if (present.some((edge) => edge.from.node === from.node && edge.from.port === from.port)) {
    return no('duplicate', 'These two ports are already connected.');
  }
  const titleOf = (id: string): string => {
    const node = nodes.get(id);
    return node === undefined ? id : nodeTitle(node, typeOfNode(catalogue, node)?.definition.title);
  };
  const way = pathBetween(document, to.node, from.node);
  if (way !== null) {
    const titles = [...way, to.node].map((id) => `“${titleOf(id)}”`);
    const shown = titles.length > 6 ? [...titles.slice(0, 3), '…', ...titles.slice(-2)] : titles;
    return no('cycle', `This would make the pipeline run in a circle: ${shown.join(' → ')}.`);
  }
  const taken = present[0];
  if (taken !== undefined && !takesSeveral(input)) {
    return no('input-taken', `The input “${input.title}” is already connected to “${titleOf(taken.from.node)}”.`, taken);
  }
  return { ok: true };
}

function findPort(ports: readonly PortSpec[], name: string): PortSpec | undefined {
  return ports.find((port) => port.name === name);
}
