import { isCancelled } from '#app/core/errors.ts';
import type { Database } from '#app/data/index.ts';
import type { AnalysedNode } from '../analysis/analyse.ts';
import { isMissing, type PortValueResolver } from '../results/port-values.ts';
import { checkTable } from './table-check.ts';

export interface Fault {
  readonly nodeId: string;
  readonly error: unknown;
  /** Fused nodes behind the faulty one, on the way to where the failure showed. */
  readonly between: readonly string[];
}

/**
 * Which node's expression fails in a fused query: the database only says that the query failed. Computes the tables of the fused
 * nodes before `node`, upstream first; the first that fails is it. Asked only after a failure, so its cost does not matter.
 * @returns null when nothing upstream fails: the fault is the node's own.
 */
export async function findFault(
  node: AnalysedNode,
  context: { readonly resolver: PortValueResolver; readonly database: Database; isFused(id: string): boolean; readonly signal: AbortSignal },
): Promise<Fault | null> {
  const { resolver, database, signal } = context;
  const fused = new Set<string>();
  const stack = [node.node.id];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const source of Object.values(resolver.analysis.nodes.get(id)?.inputs ?? {}).flat()) {
      if (fused.has(source.nodeId) || !context.isFused(source.nodeId)) continue;
      fused.add(source.nodeId);
      stack.push(source.nodeId);
    }
  }
  for (const id of resolver.analysis.order) {
    if (!fused.has(id)) continue;
    const values = await resolver.ports(id);
    if (isMissing(values)) continue;
    for (const value of Object.values(values)) {
      if (value.kind !== 'table') continue;
      try {
        await checkTable(database, value.relation, value.schema, signal);
      } catch (error) {
        if (isCancelled(error)) throw error;
        return { nodeId: id, error, between: behind(id, fused, resolver) };
      }
    }
  }
  return null;
}

function behind(start: string, within: ReadonlySet<string>, resolver: PortValueResolver): string[] {
  const found = new Set([start]);
  for (const id of resolver.analysis.order) {
    if (!within.has(id)) continue;
    const sources = Object.values(resolver.analysis.nodes.get(id)?.inputs ?? {}).flat();
    if (sources.some((source) => found.has(source.nodeId))) found.add(id);
  }
  found.delete(start);
  return [...found];
}
