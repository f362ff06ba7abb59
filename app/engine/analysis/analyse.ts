import type { Question } from '#app/relation/index.ts';
import { PenstockError, toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import { newRecordId } from '#app/core/ids.ts';
import { cacheKey, type KeyParts } from '#app/pipeline/cache-key.ts';
import { bypassSource, configurePipeline, createConfigureMemo } from '#app/pipeline/configure.ts';
import type { PipelineDocument, PipelineEdge, PipelineNode } from '#app/pipeline/document.ts';
import { indexGraph, nodeTitle, topologicalOrder } from '#app/pipeline/graph.ts';
import { migrateParams } from '#app/pipeline/migrate.ts';
import { expandSubflows, type Expanded } from '#app/pipeline/subflow/expand.ts';
import { subflowConfigurations } from '#app/pipeline/subflow/configurations.ts';
import type { NodeConfiguration } from '#app/pipeline/types.ts';
import type { ExpressionParsing } from '#app/pipeline/with-parses.ts';
import type { Fingerprint } from '#app/sdk/node.ts';
import { hasEffect, type EngineCatalogue, type EngineNodeType } from '../catalogue.ts';
import type { NodeRestriction } from '../trust/index.ts';
import { KnownOutputs, type ResultPorts } from './known-outputs.ts';
import type { Probes } from './probes.ts';

/** Where a node's input comes from, with bypassed nodes looked through. */
export interface SourcePort {
  readonly nodeId: string;
  readonly port: string;
}

export interface AnalysedNode {
  readonly node: PipelineNode;
  /** Absent for unknown types. */
  readonly type: EngineNodeType | undefined;
  readonly title: string;
  readonly configuration: NodeConfiguration;
  /** Parsed params; undefined where they do not parse. */
  readonly params: unknown;
  /** By input port, edges in order. */
  readonly inputs: Readonly<Record<string, readonly SourcePort[]>>;
  /** Null where the node, or something it needs, is not ready. */
  readonly parts: KeyParts | null;
  readonly key: string | null;
  /** False where outside state cannot be told apart ('never'): such a result is not reused. */
  readonly cacheable: boolean;
  /** Errors that keep this node itself from running. */
  readonly problems: readonly Diagnostic[];
}

/** A document with everything that can be known of it before running. */
export interface Analysis {
  /** As it is drawn; `document` where it has no subflows. */
  readonly drawn: PipelineDocument;
  /** With the nodes of subflows in their places: what is configured, run and looked at. */
  readonly document: PipelineDocument;
  readonly expanded: Expanded;
  /** Nodes upstream first; nodes on or behind a cycle are missing. */
  readonly order: readonly string[];
  readonly nodes: ReadonlyMap<string, AnalysedNode>;
  /** Of the whole document, in document order. */
  readonly diagnostics: readonly Diagnostic[];
  /** Of every node, and of subflows and their ports. */
  readonly configurations: Readonly<Record<string, NodeConfiguration>>;
}

export interface AnalyserOptions {
  readonly catalogue: EngineCatalogue;
  readonly probes: Probes;
  readonly resolvePath: (path: string) => string;
  readonly parseExpression: (text: string) => Promise<unknown>;
  readonly answer: (question: Question) => Promise<unknown>;
  /** Why the nodes of a pack that the project names are not there. */
  readonly packProblem?: (pack: string) => Diagnostic | null;
  /** Ports of the finished result with a cache key, or null. */
  readonly result: (key: string) => ResultPorts | null;
  /** Which nodes do not run because the project comes from elsewhere; null: all run. */
  readonly restriction?: () => NodeRestriction | null;
}

interface Outside {
  readonly params: unknown;
  readonly fingerprint: Fingerprint | 'never' | null;
  readonly problem: Diagnostic | null;
}

/** What one analysis has found so far. */
interface Pass {
  readonly outside: ReadonlyMap<string, Outside>;
  readonly nodes: ReadonlyMap<string, AnalysedNode>;
  /** By node and output of bypassed nodes: what comes through; null: nothing. */
  readonly passed: Map<string, SourcePort | null>;
}

/**
 * Configures documents and computes cache keys, node by node: what a finished result tells of a node's outputs, found by its key,
 * is known to the nodes behind it. Keeps what did not change between calls: parsed texts, configured nodes, keys.
 */
export class Analyser {
  readonly #options: AnalyserOptions;
  readonly #memo = createConfigureMemo();
  readonly #known: KnownOutputs;
  /** Node objects by their JSON: a document from the wire is a fresh value, and the memo goes by identity. */
  readonly #nodes = new Map<string, PipelineNode>();
  readonly #params = new WeakMap<PipelineNode, { readonly params: unknown }>();
  readonly #keys = new WeakMap<PipelineNode, { readonly of: string; readonly key: string }>();
  /** Parsed expression texts. */
  readonly trees = new Map<string, unknown>();
  /** What the database answered to relations: columns of SQL, values of columns. */
  readonly answers = new Map<string, unknown>();

  constructor(options: AnalyserOptions) {
    this.#options = options;
    this.#known = new KnownOutputs(options.result);
  }

  /** For relations that are built outside the configure pass. */
  get parsing(): ExpressionParsing {
    return { trees: this.trees, parseExpression: this.#options.parseExpression, answers: this.answers, answer: this.#options.answer };
  }

  /** Tells the sources among these nodes that a run begins: outside state that ages is renewed before keys are made. */
  renew(document: PipelineDocument, ids: ReadonlySet<string>): void {
    const restriction = this.#options.restriction?.() ?? null;
    for (const node of this.expand(document).document.nodes) {
      const type = this.#options.catalogue.get(node.type);
      if (type?.executor?.renew === undefined || node.bypassed === true || !ids.has(node.id)) continue;
      const params = this.#parse(node, type);
      if (params !== undefined && !(restriction?.({ type: node.type, params, hasEffect: false }, '', node.id) ?? null)) this.#options.probes.renew(type, params);
    }
  }

  expand(document: PipelineDocument): Expanded {
    return expandSubflows(document, this.#options.catalogue);
  }

  async analyse(drawn: PipelineDocument, signal: AbortSignal): Promise<Analysis> {
    const expanded = this.expand(drawn);
    const document: PipelineDocument = { ...expanded.document, nodes: expanded.document.nodes.map((node) => this.#intern(node)) };
    const { catalogue } = this.#options;
    const outside = await this.#lookOutside(document, signal);
    const { order } = topologicalOrder(document);
    const index = indexGraph(document);
    const nodes = new Map<string, AnalysedNode>();
    const passed = new Map<string, SourcePort | null>();
    const configuration = await configurePipeline(document, catalogue, {
      factsFor: async (nodeId, typeId, params) => {
        const type = catalogue.get(typeId);
        const found = outside.get(nodeId);
        if (type === undefined || found === undefined || found.fingerprint === null) return null;
        // What is not there need not be probed: that would only say the same again, with less.
        // Neither is what a project from elsewhere may not do: asking would do it.
        if (found.problem?.code === 'file-missing' || found.problem?.code === 'project-restricted') throw asError(found.problem);
        return this.#options.probes.facts(type, params, found.fingerprint, signal);
      },
      ...this.parsing,
      resolvePath: this.#options.resolvePath,
      ...(this.#options.packProblem === undefined ? {} : { packProblem: this.#options.packProblem }),
      knownOutputs: (configured) => {
        const node = index.nodes.get(configured.nodeId);
        if (node === undefined) return null;
        const analysed = this.#analyseNode(node, index.incoming.get(node.id) ?? [], configured, { outside, nodes, passed });
        const known = analysed.key === null || !analysed.cacheable ? null : this.#known.of(analysed.key, configured);
        nodes.set(node.id, known === null ? analysed : { ...analysed, configuration: { ...configured, outputs: known } });
        return known;
      },
      memo: this.#memo,
    });
    const configurations = { ...configuration.nodes, ...subflowConfigurations(expanded, configuration.nodes) };
    return { drawn, document, expanded, order: order.filter((id) => nodes.has(id)), nodes, diagnostics: [...expanded.diagnostics, ...configuration.diagnostics], configurations };
  }

  #analyseNode(node: PipelineNode, edges: readonly PipelineEdge[], configured: NodeConfiguration, pass: Pass): AnalysedNode {
    const { outside, nodes, passed } = pass;
    const type = this.#options.catalogue.get(node.type);
    // Without a prototype: an unknown type's port may be called `constructor`.
    const inputs: Record<string, SourcePort[]> = Object.create(null);
    for (const edge of edges) {
      if (type?.definition.inputs.every((port) => port.name !== edge.to.port)) continue;
      const through = passed.get(`${edge.from.node}\0${edge.from.port}`);
      if (through === null) continue;
      (inputs[edge.to.port] ??= []).push(through ?? { nodeId: edge.from.node, port: edge.from.port });
    }
    if (node.bypassed === true && type !== undefined) {
      for (const port of type.definition.outputs) {
        const source = bypassSource(type.definition, port.name);
        passed.set(`${node.id}\0${port.name}`, (source === null ? undefined : inputs[source]?.[0]) ?? null);
      }
    }
    const found = counting(outside.get(node.id), type, inputs, nodes);
    const problems = [
      ...(found?.problem ? [found.problem] : []),
      ...configured.diagnostics.filter((diagnostic) => diagnostic.severity === 'error' && diagnostic.code !== found?.problem?.code),
    ];
    const titleOf = (nodeId: string): string => nodes.get(nodeId)?.title ?? nodeId;
    const parts = problems.length > 0 || type === undefined ? null : keyParts(type, found, inputs, nodes, titleOf);
    const cacheable = found?.fingerprint !== 'never';
    return {
      node,
      type,
      title: nodeTitle(node, type?.definition.title),
      configuration: configured,
      params: found?.params,
      inputs,
      parts,
      key: parts === null ? null : cacheable ? this.#key(node, parts) : `never-${newRecordId()}`,
      cacheable,
      problems,
    };
  }

  #intern(node: PipelineNode): PipelineNode {
    const json = JSON.stringify(node);
    const known = this.#nodes.get(json);
    if (known !== undefined) return known;
    // Bounded by starting over: the memo is a convenience, and a document of 10⁵ nodes must not be kept twice for ever.
    if (this.#nodes.size > 20_000) this.#nodes.clear();
    this.#nodes.set(json, node);
    return node;
  }

  async #lookOutside(document: PipelineDocument, signal: AbortSignal): Promise<Map<string, Outside>> {
    const found = new Map<string, Outside>();
    const restriction = this.#options.restriction?.() ?? null;
    await Promise.all(
      document.nodes.map(async (node) => {
        const type = this.#options.catalogue.get(node.type);
        if (type === undefined || node.bypassed === true) return;
        const params = this.#parse(node, type);
        if (params === undefined) return;
        const restricted = restriction?.({ type: node.type, params, hasEffect: hasEffect(type, params) }, nodeTitle(node, type.definition.title), node.id) ?? null;
        if (restricted !== null) {
          found.set(node.id, { params, fingerprint: {}, problem: restricted });
          return;
        }
        if (type.executor?.fingerprint === undefined) {
          found.set(node.id, { params, fingerprint: {}, problem: null });
          return;
        }
        try {
          found.set(node.id, { params, fingerprint: await this.#options.probes.fingerprint(type, params, signal), problem: null });
        } catch (error) {
          signal.throwIfAborted();
          // Configuring goes on without facts; the problem is the node's own diagnostic.
          found.set(node.id, { params, fingerprint: {}, problem: atItsParam(toDiagnostic(error, { nodeId: node.id }), params) });
        }
      }),
    );
    return found;
  }

  #parse(node: PipelineNode, type: EngineNodeType): unknown {
    const known = this.#params.get(node);
    if (known !== undefined) return known.params;
    let params: unknown;
    try {
      const migrated = migrateParams(node, type.definition);
      const parsed = migrated === null ? null : type.definition.params.safeParse(migrated);
      params = parsed?.success === true ? parsed.data : undefined;
    } catch {
      // The configure pass reports params that cannot be migrated.
      params = undefined;
    }
    this.#params.set(node, { params });
    return params;
  }

  /** The hash of a node whose own JSON did not change depends only on its outside state and upstream keys. */
  #key(node: PipelineNode, parts: KeyParts): string {
    let of = JSON.stringify(parts.fingerprint);
    for (const [port, edges] of Object.entries(parts.upstream)) for (const edge of edges) of += `\n${port}:${edge.key}:${edge.port}`;
    const known = this.#keys.get(node);
    if (known?.of === of) return known.key;
    const key = cacheKey(parts);
    this.#keys.set(node, { of, key });
    return key;
  }
}

/** Outside state without what the inputs stand for: see `NodeExecutor.outside`. */
function counting(found: Outside | undefined, type: EngineNodeType | undefined, inputs: Readonly<Record<string, readonly SourcePort[]>>, nodes: ReadonlyMap<string, AnalysedNode>): Outside | undefined {
  const { executor } = type ?? {};
  if (found === undefined || found.fingerprint === null || found.fingerprint === 'never' || executor?.outside === undefined) return found;
  const metas = Object.entries(inputs).map(([port, sources]) => [port, sources.flatMap((source) => nodes.get(source.nodeId)?.configuration.outputs[source.port] ?? [])] as const);
  return { ...found, fingerprint: executor.outside(found.fingerprint, found.params, Object.fromEntries(metas)) };
}

function keyParts(
  type: EngineNodeType,
  outside: Outside | undefined,
  inputs: Readonly<Record<string, readonly SourcePort[]>>,
  nodes: ReadonlyMap<string, AnalysedNode>,
  titleOf: (nodeId: string) => string,
): KeyParts | null {
  if (outside === undefined || outside.fingerprint === null) return null;
  const upstream: Record<string, { key: string; port: string; nodeId: string; title: string }[]> = {};
  for (const [port, sources] of Object.entries(inputs)) {
    const list = (upstream[port] = [] as { key: string; port: string; nodeId: string; title: string }[]);
    for (const source of sources) {
      const key = nodes.get(source.nodeId)?.key;
      if (key === null || key === undefined) return null;
      list.push({ key, port: source.port, nodeId: source.nodeId, title: titleOf(source.nodeId) });
    }
  }
  return {
    type: type.definition.type,
    version: type.definition.version,
    params: outside.params,
    fingerprint: outside.fingerprint === 'never' ? {} : outside.fingerprint,
    upstream,
  };
}

/** A file that is not there is said at the field with its path. */
function atItsParam(problem: Diagnostic, params: unknown): Diagnostic {
  const hasPath = typeof params === 'object' && params !== null && 'path' in params;
  return problem.code === 'file-missing' && problem.place?.param === undefined && hasPath ? { ...problem, place: { ...problem.place, param: ['path'] } } : problem;
}

const asError = ({ code, message, remedy, place }: Diagnostic): PenstockError => new PenstockError(code, message, { ...(remedy === undefined ? {} : { remedy }), ...(place === undefined ? {} : { place }) });
