import { PenstockError } from '#app/core/errors.ts';
import { bypassSource } from '#app/pipeline/configure.ts';
import { withParses, type ExpressionParsing } from '#app/pipeline/with-parses.ts';
import { schemaOf } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import type { RelationServices } from '#app/sdk/node.ts';
import type { PortValue, TableValue } from '#app/sdk/ports.ts';
import type { AnalysedNode, Analysis } from '../analysis/analyse.ts';
import { partialKey, type ResultCache } from './result-cache.ts';

export type PortValues = Readonly<Record<string, PortValue>>;

/** What the value of a node lacks: the nearest node that has to run first. */
export interface MissingResult {
  readonly missing: AnalysedNode;
}

/** How relations are built outside the configure pass. */
export interface RelationBuilding {
  readonly services: RelationServices;
  readonly parsing: ExpressionParsing;
}

/**
 * Values on the ports of one analysed document: from this run, from the cache, or, for relational nodes, built from their
 * inputs. Building costs no query; a chain of relational nodes stays one fused relation.
 */
export class PortValueResolver {
  readonly analysis: Analysis;
  readonly #cache: ResultCache;
  readonly building: RelationBuilding;
  readonly #values = new Map<string, PortValues>();
  readonly #partial: boolean;

  /** @param options.partial for looking: what a cancelled node had so far stands in for its result */
  constructor(analysis: Analysis, cache: ResultCache, building: RelationBuilding, options: { readonly partial?: boolean } = {}) {
    this.#partial = options.partial === true;
    this.analysis = analysis;
    this.#cache = cache;
    this.building = building;
  }

  /** A result of this run. */
  set(nodeId: string, values: PortValues): void {
    this.#values.set(nodeId, values);
  }

  /** Values that were built on what has changed since. */
  forget(nodeIds: Iterable<string>): void {
    for (const id of nodeIds) this.#values.delete(id);
  }

  /** All ports of a node, or the node that must run before they can be known. Iterative: chains may be long. */
  async ports(nodeId: string): Promise<PortValues | MissingResult> {
    const stack = [nodeId];
    const visiting = new Set<string>();
    while (stack.length > 0) {
      const id = stack.at(-1) as string;
      if (this.#values.has(id)) {
        stack.pop();
        continue;
      }
      const node = this.analysis.nodes.get(id);
      if (node === undefined) throw notInDocument(id);
      const cached = this.#fromCache(node);
      if (cached !== null) {
        this.#values.set(id, cached);
        stack.pop();
        continue;
      }
      const bypassed = node.node.bypassed === true;
      if (!bypassed && (node.type?.relation === undefined || node.key === null)) return { missing: node };
      const needed = Object.values(node.inputs)
        .flat()
        .map((source) => source.nodeId)
        .filter((source) => !this.#values.has(source));
      if (needed.length > 0) {
        if (visiting.has(id)) throw notInDocument(id);
        visiting.add(id);
        stack.push(...needed);
        continue;
      }
      this.#values.set(id, bypassed ? this.#passedThrough(node) : { ...(await this.build(node)), ...this.#keptReports(node) });
      stack.pop();
    }
    return this.#values.get(nodeId) ?? {};
  }

  /** Input values of a node; all of them must be known (the scheduler sees to it). */
  async inputs(node: AnalysedNode): Promise<Record<string, PortValue[]> | MissingResult> {
    const inputs: Record<string, PortValue[]> = {};
    for (const [port, sources] of Object.entries(node.inputs)) {
      const list: PortValue[] = [];
      for (const source of sources) {
        const values = await this.ports(source.nodeId);
        if (isMissing(values)) return values;
        const value = values[source.port];
        if (value === undefined) {
          const from = this.analysis.nodes.get(source.nodeId);
          throw new PenstockError('no-value', `“${from?.title ?? source.nodeId}” gave nothing at its output “${source.port}”.`, {
            place: { nodeId: node.node.id, port },
          });
        }
        list.push(value);
      }
      inputs[port] = list;
    }
    return inputs;
  }

  /** The fused tables of a relational node. @throws RelationError with its place. */
  async build(node: AnalysedNode): Promise<PortValues> {
    const relation = node.type?.relation;
    if (relation === undefined) throw notInDocument(node.node.id);
    const values = await this.inputs(node);
    if (isMissing(values)) throw notRun(values.missing);
    const inputs: Record<string, Relation[]> = {};
    for (const [port, list] of Object.entries(values)) inputs[port] = list.filter((value) => value.kind === 'table').map((value) => value.relation);
    const { services, parsing } = this.building;
    const built = await withParses(parsing, () => relation(inputs, node.params, node.configuration.facts, services));
    const outputs = node.type?.definition.outputs ?? [];
    const byPort: Readonly<Record<string, Relation>> = isRelation(built)
      ? { [outputs.find((port) => port.kind === 'table')?.name ?? 'table']: built }
      : built;
    return Object.fromEntries(Object.entries(byPort).map(([port, one]): [string, TableValue] => [port, { kind: 'table', relation: one, schema: schemaOf(one) }]));
  }

  /** Reports of an earlier run beside tables that are built again (run/relation-reports.ts). */
  #keptReports(node: AnalysedNode): PortValues {
    const values: Record<string, PortValue> = {};
    for (const [name, port] of Object.entries(this.#cache.find(node)?.ports ?? {})) {
      const value = port.kind === 'table' ? null : this.#cache.value(port);
      if (value !== null) values[name] = value;
    }
    return values;
  }

  #passedThrough(node: AnalysedNode): PortValues {
    const values: Record<string, PortValue> = {};
    for (const output of node.type?.definition.outputs ?? []) {
      const input = node.type === undefined ? null : bypassSource(node.type.definition, output.name);
      const source = input === null ? undefined : node.inputs[input]?.[0];
      const value = source === undefined ? undefined : this.#values.get(source.nodeId)?.[source.port];
      if (value !== undefined) values[output.name] = value;
    }
    return values;
  }

  /** Null when there is no entry, or when it leaves a fused table to be built. */
  #fromCache(node: AnalysedNode): PortValues | null {
    const entry = this.#cache.find(node) ?? (this.#partial && node.key !== null && node.type?.executor?.keepsPartial === true ? this.#cache.get(partialKey(node.key)) : null);
    if (entry === null) return null;
    const values: Record<string, PortValue> = {};
    for (const [name, port] of Object.entries(entry.ports)) {
      const value = this.#cache.value(port);
      if (value === null) return null;
      values[name] = value;
    }
    return values;
  }
}

export function isMissing(values: object): values is MissingResult {
  return 'missing' in values && typeof (values as { missing: unknown }).missing === 'object' && 'node' in (values as { missing: object }).missing;
}

/** “Run it first”, or why it cannot run. `readOnly`: not in this process. */
export function notRun(node: AnalysedNode, readOnly = false): PenstockError {
  const problem = node.problems[0];
  if (problem !== undefined) {
    return new PenstockError(problem.code, problem.message, { ...(problem.remedy ? { remedy: problem.remedy } : {}), place: { nodeId: node.node.id, ...problem.place } });
  }
  return new PenstockError('not-run', `“${node.title}” has not been run yet, so there is nothing to show.`, {
    remedy: readOnly ? 'Run it first; here the project is open for reading only.' : 'Run it first.',
    place: { nodeId: node.node.id },
  });
}

function isRelation(value: Relation | Readonly<Record<string, Relation>>): value is Relation {
  return typeof (value as { op?: unknown }).op === 'string';
}

function notInDocument(nodeId: string): PenstockError {
  return new PenstockError('unknown-node', `The pipeline has no node “${nodeId}” that can be run.`, {
    remedy: 'It may be on a circle, or may have been deleted.',
    place: { nodeId },
  });
}
