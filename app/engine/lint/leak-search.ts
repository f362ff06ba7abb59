import type { Database } from '#app/data/index.ts';
import { findLeaks, nodesToLint, splitsToAsk, type Finding, type LintInput, type LintNode } from '#app/pipeline/lint/index.ts';
import type { NodeConfiguration } from '#app/pipeline/types.ts';
import type { EngineCatalogue } from '../catalogue.ts';
import type { Analysis } from '../analysis/analyse.ts';
import { ColumnSteps } from '../lineage/column-steps.ts';
import { PortValueResolver, type RelationBuilding } from '../results/port-values.ts';
import type { ResultCache } from '../results/result-cache.ts';
import { SplitQuestions } from './split-questions.ts';

export interface LeakSearchOptions {
  readonly catalogue: EngineCatalogue;
  readonly cache: ResultCache;
  readonly building: RelationBuilding;
  readonly database: Database;
  /** Ends what is asked of rows when the engine closes. */
  readonly closing: AbortSignal;
}

/** Leaks in documents: from the graph, and from finished results where there are any. Runs no node. */
export class LeakSearch {
  readonly #options: LeakSearchOptions;
  readonly #questions: SplitQuestions;
  /** By configuration, which stays the same object while nothing about a node changes: what it describes over which inputs. */
  readonly #described = new WeakMap<NodeConfiguration, { readonly over: string; readonly relations: LintNode['relations'] }>();

  constructor(options: LeakSearchOptions) {
    this.#options = options;
    this.#questions = new SplitQuestions(options.database, options.closing);
  }

  /** Test rows, the target or the future where a model learns from, each with what one click does about it. */
  async find(analysis: Analysis): Promise<Finding[]> {
    return (await this.findWithin(analysis, Number.POSITIVE_INFINITY)).findings;
  }

  /** The same, waiting no longer than so many ms for what is asked of rows; `complete` is false where that goes on in the background. */
  async findWithin(analysis: Analysis, ms: number): Promise<{ findings: Finding[]; complete: boolean }> {
    const { cache, building } = this.#options;
    const input = await this.#input(analysis);
    if (input.nodes.length === 0) return { findings: [], complete: true };
    const resolver = new PortValueResolver(analysis, cache, building);
    const { facts, complete } = await this.#questions.answer(analysis, resolver, splitsToAsk(input), ms);
    return { findings: findLeaks({ ...input, facts }), complete };
  }

  /** What the graph alone shows, without a look at any rows. */
  async fromGraph(analysis: Analysis): Promise<Finding[]> {
    const input = await this.#input(analysis);
    return input.nodes.length === 0 ? [] : findLeaks(input);
  }

  async #input(analysis: Analysis): Promise<LintInput> {
    const { catalogue, building } = this.#options;
    const { document } = analysis;
    const wanted = nodesToLint(document, catalogue);
    const steps = new ColumnSteps(analysis, building);
    const nodes: LintNode[] = [];
    for (const id of analysis.order) {
      const found = analysis.nodes.get(id);
      if (!wanted.has(id) || found?.type === undefined || found.node.bypassed === true) continue;
      const { node, type, title, params, inputs, configuration } = found;
      const over = JSON.stringify([params, inputs]);
      const known = this.#described.get(configuration);
      const relations = known?.over === over ? known.relations : await steps.tables(id);
      this.#described.set(configuration, { over, relations });
      nodes.push({ id, node, definition: type.definition, title, params: isRecord(params) ? params : {}, inputs, outputs: configuration.outputs, relations });
    }
    return { document, catalogue, nodes, facts: new Map() };
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
