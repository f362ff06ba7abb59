import { lineageOf } from '#app/relation/index.ts';
import type { ColumnLineage } from '#app/relation/types.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import { isMissing, type PortValueResolver } from './port-values.ts';

type Source = ColumnLineage['from'][number];

/**
 * Where each column of a table port comes from, seen through tables that were written on the way: a stored table of a relational
 * node is replaced by what the node computes it from. Ends at nodes that run code of their own (readers, Predict).
 * @returns empty for ports that are no tables or have no value yet.
 */
export async function portLineage(resolver: PortValueResolver, nodeId: string, port: string): Promise<ColumnLineage[]> {
  return new LineageWalk(resolver).of(nodeId, port);
}

/** Lineage of the raw features of the model that a node takes or gives: that of the table its trainer was given. */
export async function featureLineage(resolver: PortValueResolver, nodeId: string, features: readonly string[]): Promise<ColumnLineage[]> {
  const { nodes } = resolver.analysis;
  const node = nodes.get(nodeId);
  const modelPort = node?.type?.definition.inputs.find((port) => port.kind === 'model')?.name;
  const source = modelPort === undefined ? undefined : node?.inputs[modelPort]?.[0];
  const trainer = source === undefined ? node : nodes.get(source.nodeId);
  const table = trainer?.inputs['table']?.[0];
  if (table === undefined) return [];
  const wanted = new Set(features);
  return (await portLineage(resolver, table.nodeId, table.port)).filter((one) => wanted.has(one.column));
}

class LineageWalk {
  readonly #resolver: PortValueResolver;
  readonly #known = new Map<string, ColumnLineage[]>();

  constructor(resolver: PortValueResolver) {
    this.#resolver = resolver;
  }

  async of(nodeId: string, port: string): Promise<ColumnLineage[]> {
    const key = `${nodeId}\0${port}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // Entered before it is walked: a table that names itself as its source must not be walked for ever.
    this.#known.set(key, []);
    const value = await this.#described(nodeId, port);
    const lineage: ColumnLineage[] = [];
    if (value?.kind === 'table') {
      for (const { column, from } of lineageOf(value.relation)) {
        const seen = new Map<string, Source>();
        for (const source of from) {
          for (const deeper of await this.#through(source, nodeId, port)) seen.set(`${deeper.label}\0${deeper.column}\0${deeper.origin?.nodeId ?? ''}`, deeper);
        }
        lineage.push({ column, from: [...seen.values()] });
      }
    }
    this.#known.set(key, lineage);
    return lineage;
  }

  /** A relational node's table as it is described, even where it was written to disk. */
  async #described(nodeId: string, port: string): Promise<PortValue | undefined> {
    const node = this.#resolver.analysis.nodes.get(nodeId);
    if (node === undefined) return undefined;
    const values = await this.#resolver.ports(nodeId);
    if (isMissing(values)) return undefined;
    if (node.type?.relation === undefined || node.node.bypassed === true || node.type.definition.inputs.length === 0) return values[port];
    return (await this.#resolver.build(node))[port];
  }

  async #through(source: Source, nodeId: string, port: string): Promise<readonly Source[]> {
    const { origin } = source;
    if (origin === undefined || (origin.nodeId === nodeId && origin.port === port)) return [source];
    const node = this.#resolver.analysis.nodes.get(origin.nodeId);
    if (node?.type?.relation === undefined) return [source];
    const deeper = (await this.of(origin.nodeId, origin.port)).find((one) => one.column === source.column)?.from ?? [];
    if (deeper.length === 0) return [source];
    return deeper.map((one) => (source.via === 'filter' ? { ...one, via: 'filter' as const } : one));
  }
}
