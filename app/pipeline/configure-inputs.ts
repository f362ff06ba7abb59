import type { Diagnostic } from '#app/core/errors.ts';
import type { Relation } from '#app/relation/types.ts';
import type { NodeDefinition } from '#app/sdk/node.ts';
import { mayBeEmpty, takesSeveral, type PortMeta, type PortSpec } from '#app/sdk/ports.ts';
import type { PipelineEdge, PipelineNode } from './document.ts';
import type { NodeCatalogue, NodeConfiguration } from './types.ts';

/** Metas by input port, edges in order. */
export type Inputs = Readonly<Record<string, readonly PortMeta[]>>;

/** The graph as far as it is configured. */
export interface Upstream {
  readonly catalogue: NodeCatalogue;
  readonly done: ReadonlyMap<string, NodeConfiguration>;
  readonly nodes: ReadonlyMap<string, PipelineNode>;
  titleOf(node: PipelineNode): string;
}

/** What comes in at the inputs of a node. */
export interface Gathered {
  readonly metas: Inputs;
  /** Name of the relation that stands for each meta, in the same places. */
  readonly origins: Readonly<Record<string, readonly { nodeId: string; port: string; label: string }[]>>;
  readonly complaint: boolean;
}

/** Follows the edges into a node; edges that cannot be are left out with a diagnostic, as are required inputs without one. */
export function gatherInputs(node: PipelineNode, edges: readonly PipelineEdge[], definition: NodeDefinition, pass: Upstream, diagnostics: Diagnostic[]): Gathered {
  const metas: Record<string, PortMeta[]> = {};
  const origins: Record<string, { nodeId: string; port: string; label: string }[]> = {};
  const before = diagnostics.length;
  const complain = (code: string, message: string, remedy: string, port?: string): void => {
    diagnostics.push({ severity: 'error', code, message, remedy, place: { nodeId: node.id, ...(port === undefined ? {} : { port }) } });
  };
  for (const edge of edges) {
    const spec = definition.inputs.find((port) => port.name === edge.to.port);
    const source = pass.nodes.get(edge.from.node);
    if (source === undefined) continue;
    if (spec === undefined) {
      complain('unknown-port', `A connection goes to an input “${edge.to.port}” that ${definition.title} does not have.`, 'Delete the connection.', edge.to.port);
      continue;
    }
    const sourceType = pass.catalogue.get(source.type);
    const sourceSpec = sourceType?.definition.outputs.find((port) => port.name === edge.from.port);
    if (sourceType !== undefined && sourceSpec === undefined) {
      complain('unknown-port', `A connection comes from an output “${edge.from.port}” that ${sourceType.definition.title} does not have.`, 'Delete the connection.', spec.name);
      continue;
    }
    if (sourceSpec !== undefined && sourceSpec.kind !== spec.kind) {
      complain('kind-mismatch', `“${pass.titleOf(source)}” gives a ${sourceSpec.kind}, but the input “${spec.title}” takes a ${spec.kind}.`, 'Delete the connection.', spec.name);
      continue;
    }
    const list = (metas[spec.name] ??= []);
    if (list.length > 0 && !takesSeveral(spec)) {
      complain('input-taken', `The input “${spec.title}” has more than one connection.`, 'Delete all but one of them.', spec.name);
      continue;
    }
    const outputs = pass.done.get(source.id)?.outputs ?? {};
    list.push((Object.hasOwn(outputs, edge.from.port) ? outputs[edge.from.port] : undefined) ?? unknownMeta(spec));
    (origins[spec.name] ??= []).push({ nodeId: source.id, port: edge.from.port, label: pass.titleOf(source) });
  }
  for (const spec of definition.inputs) {
    if (mayBeEmpty(spec) || metas[spec.name] !== undefined) continue;
    const { message, remedy } = inputMissing(pass.titleOf(node), spec);
    complain('input-missing', message, remedy, spec.name);
  }
  return { metas, origins, complaint: diagnostics.length > before };
}

/** What is said of a required input without a connection. */
export function inputMissing(title: string, spec: Pick<PortSpec, 'kind' | 'title'>): { readonly message: string; readonly remedy: string } {
  const word = spec.kind === 'evaluation' ? 'an evaluation' : `a ${spec.kind}`;
  return { message: `“${title}” needs ${word} at its input “${spec.title}”.`, remedy: `Connect an output that gives ${word}.` };
}

/** Placeholders over named, empty tables; null when an upstream schema is unknown (the complaint is upstream). */
export function inputRelations(inputs: Gathered): Record<string, Relation[]> | null {
  const relations: Record<string, Relation[]> = {};
  for (const [port, metas] of Object.entries(inputs.metas)) {
    const list: Relation[] = [];
    for (const [index, meta] of metas.entries()) {
      if (meta.kind !== 'table') continue;
      const origin = inputs.origins[port]?.[index];
      if (meta.schema === null || origin === undefined) return null;
      list.push({
        op: 'scan',
        source: { kind: 'named', name: `${origin.nodeId}.${origin.port}` },
        schema: meta.schema,
        label: origin.label,
        origin: { nodeId: origin.nodeId, port: origin.port },
        ...(meta.features === undefined ? {} : { features: meta.features }),
      });
    }
    if (list.length > 0) relations[port] = list;
  }
  return relations;
}

export function unknownOutputs(ports: readonly PortSpec[]): Record<string, PortMeta> {
  return Object.fromEntries(ports.map((port) => [port.name, unknownMeta(port)]));
}

/** What is known of a port whose node could not be configured: its kind. */
export function unknownMeta(port: Pick<PortSpec, 'kind'>): PortMeta {
  switch (port.kind) {
    case 'table':
      return { kind: 'table', schema: null };
    case 'recipe':
      return { kind: 'recipe', recipe: null };
    case 'learner':
      return { kind: 'learner', learner: null };
    case 'model':
      return { kind: 'model', signature: null };
    default:
      return { kind: port.kind };
  }
}
