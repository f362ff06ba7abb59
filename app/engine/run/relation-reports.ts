import type { Diagnostic } from '#app/core/errors.ts';
import type { Database } from '#app/data/index.ts';
import type { ReportContext } from '#app/sdk/node.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import type { AnalysedNode } from '../analysis/analyse.ts';
import { isMissing, notRun, type PortValueResolver } from '../results/port-values.ts';
import type { StoredPort } from '../results/result-cache.ts';

/**
 * Reports beside fused tables. A relational node costs nothing by itself, and its report would cost a query of its own: so it is made
 * when the run ends at the node, when a person looks at it, or after the run in what time is left. Once made it is kept with the result.
 */

export interface ReportsOutcome {
  readonly values: Readonly<Record<string, PortValue>>;
  readonly ports: Readonly<Record<string, StoredPort>>;
}

export interface ReportsContext {
  readonly resolver: PortValueResolver;
  readonly database: Database;
  readonly signal: AbortSignal;
  /** Diagnostics come with their node filled in. */
  report(diagnostic: Diagnostic): void;
}

/** Whether a node has reports beside its tables. */
export function givesReports(node: AnalysedNode): boolean {
  return node.type?.relation !== undefined && node.type.executor?.reports !== undefined && node.node.bypassed !== true && node.key !== null;
}

/** Whether an output of a node is one of those reports. */
export function isReportPort(node: AnalysedNode, port: string): boolean {
  return givesReports(node) && node.type?.definition.outputs.some((output) => output.name === port && output.kind !== 'table') === true;
}

/** Computes the reports of a node. @throws PenstockError `not-run`, those of the queries. */
export async function relationReports(node: AnalysedNode, context: ReportsContext): Promise<ReportsOutcome> {
  const reports = node.type?.executor?.reports;
  const inputs = await context.resolver.inputs(node);
  if (reports === undefined) throw notRun(node);
  if (isMissing(inputs)) throw notRun(inputs.missing);
  const nodeId = node.node.id;
  const { database, signal } = context;
  const given: ReportContext<unknown> = {
    nodeId,
    inputs,
    params: node.params,
    signal,
    report: (diagnostic) => context.report({ ...diagnostic, place: { nodeId, ...diagnostic.place } }),
    tables: { rows: (relation, limit) => database.rows(relation, limit, signal), count: (relation) => database.count(relation, signal) },
  };
  const values = await reports(given);
  signal.throwIfAborted();
  return { values, ports: Object.fromEntries(Object.entries(values).map(([port, value]) => [port, { kind: value.kind, value, rows: null, bytes: null }])) };
}

/** Makes the reports that a run left open until the budget is spent. They are a courtesy: one that fails now fails again when it is looked at, in words. */
export async function lateReports(
  nodes: readonly AnalysedNode[],
  context: Omit<ReportsContext, 'report'> & { readonly budgetMs: number; done(node: AnalysedNode, outcome: ReportsOutcome, diagnostics: readonly Diagnostic[]): void },
): Promise<void> {
  const { resolver, database } = context;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(Math.ceil(context.budgetMs))]);
  for (const node of nodes) {
    if (signal.aborted) return;
    const diagnostics: Diagnostic[] = [];
    try {
      context.done(node, await relationReports(node, { resolver, database, signal, report: (diagnostic) => diagnostics.push(diagnostic) }), diagnostics);
    } catch {
      if (signal.aborted) return;
    }
  }
}
