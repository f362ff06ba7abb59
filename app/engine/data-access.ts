import { distinctDiagnostics } from '#app/core/diagnostics.ts';
import { stableHash } from '#app/core/hash.ts';
import { PenstockError, toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import type { Database } from '#app/data/index.ts';
import { withParses } from '#app/pipeline/with-parses.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { RunDetail } from '#app/protocol/schema.ts';
import { flatPort } from '#app/pipeline/subflow/expand.ts';
import { filter } from '#app/relation/build.ts';
import { typeOf } from '#app/relation/index.ts';
import type { ColumnType, Schema } from '#app/relation/types.ts';
import type { PortValue, TableValue } from '#app/sdk/ports.ts';
import type { Analyser, AnalysedNode, Analysis } from './analysis/analyse.ts';
import { hasEffect } from './catalogue.ts';
import { portLineage } from './results/lineage.ts';
import { isReportPort, relationReports } from './run/relation-reports.ts';
import type { Glimpse, Glimpses } from './results/glimpses.ts';
import { isMissing, notRun, PortValueResolver, type RelationBuilding } from './results/port-values.ts';
import type { ResultCache } from './results/result-cache.ts';

export interface DataAccessOptions {
  readonly database: Database;
  readonly analyser: Analyser;
  readonly cache: ResultCache;
  readonly building: RelationBuilding;
  readonly glimpses: Glimpses;
  /** A run of the store; null: there is none of that id. */
  run(runId: string): RunDetail | null;
  /** Runs a node that needs no input, so that its table can be looked at before the pipeline was ever run; keeps the result. */
  runSource(resolver: PortValueResolver, node: AnalysedNode, signal: AbortSignal): Promise<void>;
  /** Somebody looks at a value: its files must stay for a while. */
  looked?(value: PortValue): void;
}

export interface TableRequest {
  readonly document: PipelineDocument;
  readonly nodeId: string;
  readonly port: string;
  readonly filter: string;
  /** As this run left it, where that is still kept; `document` is not looked at then. Absent: as it is now. */
  readonly runId?: string | undefined;
}

/**
 * Looking at any port, before and after runs. Tables of relational nodes are queried as the fused relation they are, with the
 * page's filter, sort and limit pushed into the query. Of a big reader that never ran the first rows are read; where they do not tell
 * what is asked (a sort, a filter, a chart), it is read once, and kept.
 */
export class DataAccess {
  readonly #options: DataAccessOptions;
  /** The last documents looked at: a grid asks for many pages of one. */
  readonly #resolvers = new Map<string, Promise<PortValueResolver>>();

  constructor(options: DataAccessOptions) {
    this.#options = options;
  }

  /** @throws PenstockError `not-run` naming the node that has to run first; `syntax`, `type` … of the filter. */
  async table(request: TableRequest, signal: AbortSignal): Promise<TableValue> {
    const value = await this.portValue(request, signal);
    if (value.kind !== 'table') {
      throw new PenstockError('not-a-table', `The output “${request.port}” is not a table.`, { place: { nodeId: request.nodeId, port: request.port } });
    }
    return this.filtered(value, request.filter);
  }

  /** The rows for which a condition holds; all of them where it is empty. @throws PenstockError `syntax`, `type`, `filter-type`. */
  async filtered(value: TableValue, condition: string): Promise<TableValue> {
    if (condition.trim() === '') return value;
    const { services, parsing } = this.#options.building;
    const predicate = await withParses(parsing, () => services.parse(condition, value.schema, ['filter']));
    if (typeOf(predicate, value.schema) !== 'boolean') {
      throw new PenstockError('filter-type', 'The filter must be a condition that is true or false.', {
        remedy: 'Compare the column with something, as in “age > 30”.',
        place: { param: ['filter'], span: { start: 0, end: condition.length } },
      });
    }
    return { ...value, relation: filter(value.relation, predicate) };
  }

  /**
   * A port's value as an earlier run left it: `document` as it was run, `keys` the cache keys that its nodes had. Null where that result is
   * no longer kept.
   */
  async valueOfRun(request: Omit<TableRequest, 'filter'>, keys: ReadonlyMap<string, string | null>, signal: AbortSignal): Promise<PortValue | null> {
    const resolver = await this.#resolverOfRun(request.document, keys, signal);
    if (!resolver.analysis.nodes.has(request.nodeId)) return null;
    const ports = await resolver.ports(request.nodeId);
    const value = isMissing(ports) ? null : (ports[request.port] ?? null);
    if (value !== null) this.#options.looked?.(value);
    return value;
  }

  async #resolverOfRun(document: PipelineDocument, keys: ReadonlyMap<string, string | null>, signal: AbortSignal): Promise<PortValueResolver> {
    const { analyser, cache, building } = this.#options;
    const now = await analyser.analyse(document, signal);
    // Files may have changed since, and keys with them: results are looked up under those of then.
    const nodes = new Map([...now.nodes].map(([id, node]) => [id, { ...node, key: isAsThen(node, keys.get(id) ?? null, cache) ? (keys.get(id) ?? null) : null }]));
    return new PortValueResolver({ ...now, nodes }, cache, building, { partial: true });
  }

  /** @throws PenstockError `unknown-run`, `result-gone`. */
  async #ofRun(request: Omit<TableRequest, 'filter'>, runId: string, signal: AbortSignal): Promise<PortValue> {
    const run = this.#options.run(runId);
    if (run === null) throw new PenstockError('unknown-run', `There is no run “${runId}” in this project.`, { remedy: 'It may have been removed; look at the list of runs.' });
    const key = `run ${runId}`;
    const resolver = await this.#kept(key, () => this.#resolverOfRun(run.document, new Map(run.nodes.map((one) => [one.nodeId, one.cacheKey])), signal));
    const { node: nodeId, port } = flatPort(resolver.analysis.expanded, request.nodeId, request.port);
    const node = resolver.analysis.nodes.get(nodeId);
    const ports = node === undefined ? null : await resolver.ports(nodeId);
    const value = node === undefined || ports === null || isMissing(ports) ? null : (ports[port] ?? (await this.#report(resolver, node, port, signal)));
    if (value === null) {
      throw new PenstockError('result-gone', `What “${node?.title ?? nodeId}” gave in that run is no longer kept.`, { remedy: 'Show the newest results, or reproduce the run from its page.', place: { nodeId: request.nodeId, port: request.port } });
    }
    this.#options.looked?.(value);
    return value;
  }

  /** The first rows of a table whose source was never run, or null where they come from `table`. */
  async head(request: TableRequest, signal: AbortSignal): Promise<Glimpse | null> {
    if (request.filter.trim() !== '' || request.runId !== undefined) return null;
    const resolver = await this.#resolver(request.document, signal);
    const { node, port } = flatPort(resolver.analysis.expanded, request.nodeId, request.port);
    return this.#options.glimpses.of(resolver, node, port, signal);
  }

  /** @throws PenstockError `not-run`; of a run `unknown-run`, `result-gone`. */
  async portValue(request: Omit<TableRequest, 'filter'>, signal: AbortSignal): Promise<PortValue> {
    if (request.runId !== undefined) return this.#ofRun(request, request.runId, signal);
    const resolver = await this.#resolver(request.document, signal);
    const { node: nodeId, port } = flatPort(resolver.analysis.expanded, request.nodeId, request.port);
    const node = resolver.analysis.nodes.get(nodeId);
    if (node === undefined) {
      throw new PenstockError('unknown-node', `The pipeline has no node “${request.nodeId}” that can be looked at.`, { place: { nodeId: request.nodeId } });
    }
    for (;;) {
      const ports = await resolver.ports(nodeId);
      if (!isMissing(ports)) {
        const value = ports[port] ?? (await this.#report(resolver, node, port, signal));
        if (value === null) throw nothingThere(node, port);
        this.#options.looked?.(value);
        return value;
      }
      const { missing } = ports;
      if (!isSource(missing)) throw notRun(missing);
      await this.#options.runSource(resolver, missing, signal);
    }
  }

  /** Null where there is no result yet. @throws PenstockError as `portValue`, of a run. */
  async valueOrNull(request: Omit<TableRequest, 'filter'>, signal: AbortSignal): Promise<PortValue | null> {
    if (request.runId !== undefined) return this.#ofRun(request, request.runId, signal);
    const resolver = await this.#resolver(request.document, signal);
    const { node: nodeId, port } = flatPort(resolver.analysis.expanded, request.nodeId, request.port);
    const node = resolver.analysis.nodes.get(nodeId);
    if (node === undefined) return null;
    const ports = await resolver.ports(nodeId);
    return isMissing(ports) ? null : (ports[port] ?? (await this.#report(resolver, node, port, signal)));
  }

  /** A report beside a relational node’s tables, made now that someone looks at it, and kept with the result if there is one. */
  async #report(resolver: PortValueResolver, node: AnalysedNode, port: string, signal: AbortSignal): Promise<PortValue | null> {
    if (!isReportPort(node, port)) return null;
    const { database, cache } = this.#options;
    const found: Diagnostic[] = [];
    const made = await relationReports(node, { resolver, database, signal, report: (diagnostic) => found.push(diagnostic) });
    const ports = await resolver.ports(node.node.id);
    if (!isMissing(ports)) resolver.set(node.node.id, { ...ports, ...made.values });
    const entry = cache.find(node);
    if (entry !== null) cache.put({ ...entry, diagnostics: distinctDiagnostics([...entry.diagnostics, ...found]) }, { ...entry.ports, ...made.ports }, { later: true });
    return made.values[port] ?? null;
  }

  /** For each column, where it comes from; through stored tables back to the nodes that made them. */
  async lineage(request: Omit<TableRequest, 'filter'>, signal: AbortSignal): Promise<{ column: string; from: { label: string; column: string; via: 'value' | 'filter'; nodeId?: string }[] }[]> {
    const value = await this.portValue(request, signal);
    if (value.kind !== 'table') return [];
    const resolver = await this.#resolver(request.document, signal);
    const { node, port } = flatPort(resolver.analysis.expanded, request.nodeId, request.port);
    const lineage = await portLineage(resolver, node, port);
    return lineage.map(({ column, from }) => ({
      column,
      from: from.map(({ label, column: source, via, origin }) => ({ label, column: source, via, ...(origin === undefined ? {} : { nodeId: origin.nodeId }) })),
    }));
  }

  /** Type of an expression, or what is wrong with it; never throws for what the user typed. */
  async checkExpression(text: string, schema: Schema): Promise<{ type: ColumnType | null; diagnostics: Diagnostic[] }> {
    if (text.trim() === '') return { type: null, diagnostics: [] };
    const { services, parsing } = this.#options.building;
    try {
      const expression = await withParses(parsing, () => services.parse(text, schema, []));
      return { type: typeOf(expression, schema), diagnostics: [] };
    } catch (error) {
      return { type: null, diagnostics: [toDiagnostic(error)] };
    }
  }

  /** Values may have changed: a run ended, or a result was forgotten. */
  forget(): void {
    this.#resolvers.clear();
  }

  /** Values on the ports of a document, for looking. */
  resolver(document: PipelineDocument, signal: AbortSignal): Promise<PortValueResolver> {
    return this.#resolver(document, signal);
  }

  async #resolver(document: PipelineDocument, signal: AbortSignal): Promise<PortValueResolver> {
    const analysis = await this.#options.analyser.analyse(document, signal);
    return this.#kept(fingerprintOf(analysis), async () => new PortValueResolver(analysis, this.#options.cache, this.#options.building, { partial: true }));
  }

  #kept(state: string, make: () => Promise<PortValueResolver>): Promise<PortValueResolver> {
    const known = this.#resolvers.get(state);
    if (known !== undefined) return known;
    const made = make();
    made.catch(() => this.#resolvers.delete(state));
    this.#resolvers.set(state, made);
    if (this.#resolvers.size > 8) {
      const oldest = this.#resolvers.keys().next();
      if (!oldest.done) this.#resolvers.delete(oldest.value);
    }
    return made;
  }
}

/** A node that cannot run has no key: what is wrong with it stands in, or a corrected mistake would be answered with the one before. */
function fingerprintOf(analysis: Analysis): string {
  return [...analysis.nodes.values()].map((node) => `${node.node.id}=${node.key ?? JSON.stringify(node.problems.map(({ code, message, remedy }) => [code, message, remedy]))}${node.node.bypassed === true ? 'b' : ''}`).join('\n');
}

/**
 * Whether a node stands for what it was in a run. One that describes what lies outside (a file, the feature store) instead of keeping it
 * does so only while that is as it was: else other rows than those of the run would be shown as the run's.
 */
function isAsThen(node: AnalysedNode, key: string | null, cache: ResultCache): boolean {
  if (key === null || key === node.key || node.type?.relation === undefined || node.type.executor?.fingerprint === undefined) return true;
  const then = cache.get(key);
  return then !== null && (Object.values(then.ports).every(({ value }) => value !== null) || stableHash(then.parts.fingerprint) === stableHash(node.parts?.fingerprint ?? null));
}

/** Readers and the like: nothing has to run before them, and they have no effect outside. */
function isSource(node: AnalysedNode): boolean {
  const { type } = node;
  return type?.executor?.run !== undefined && type.definition.inputs.length === 0 && !hasEffect(type, node.params) && node.key !== null;
}

function nothingThere(node: AnalysedNode, port: string): PenstockError {
  return new PenstockError('no-value', `“${node.title}” gives nothing at its output “${port}”.`, {
    remedy: 'Connect its inputs and run it.',
    place: { nodeId: node.node.id, port },
  });
}
