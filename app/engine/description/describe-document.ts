import type { Diagnostic } from '#app/core/errors.ts';
import { describePipeline, type DescriptionFacts, type PipelineDescription, type RanNode } from '#app/pipeline/description/index.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { Analysis } from '../analysis/analyse.ts';
import type { Engine } from '../engine.ts';
import { decodeValue } from '../results/value-codec.ts';

/** Runs before the last one whose nodes fill in what the last one was not about. */
const mostRuns = 6;
/** Sources that are looked through for missing values, and the rows up to which that is quick. */
const mostSources = 12;
const mostRows = 2_000_000;
/** Wait for rows that the search for leaks asks about, in ms. */
const leakWait = 1000;

/** A pipeline in words, in English, from what is known of it: nothing runs. */
export async function describeDocument(engine: Engine, document: PipelineDocument, signal: AbortSignal): Promise<PipelineDescription> {
  return describePipeline({ document, catalogue: engine.catalogue, ...(await descriptionFacts(engine, document, signal)) });
}

/** What a pipeline is described from, besides its document and the catalogue, which a front end has itself. */
export async function descriptionFacts(engine: Engine, document: PipelineDocument, signal: AbortSignal): Promise<Omit<DescriptionFacts, 'document' | 'catalogue'>> {
  const analysis = await engine.configure(document, signal);
  const leaks = await engine.leaks.findWithin(analysis, leakWait).catch((): { findings: Diagnostic[] } => ({ findings: [] }));
  return {
    nodes: analysis.configurations,
    diagnostics: [...analysis.diagnostics, ...leaks.findings],
    freshness: analysis.freshness,
    run: latestRun(engine, document),
    missing: await missingValues(engine, analysis, signal),
  };
}

/** The last run was perhaps about a part only: what it did not touch is as the runs before left it. */
function latestRun(engine: Engine, document: PipelineDocument): DescriptionFacts['run'] {
  const [last, ...earlier] = engine.store.records.list({ pipelineId: document.id, limit: mostRuns }).filter(({ damaged }) => damaged === undefined);
  const detail = last === undefined ? null : engine.store.records.get(last.runId);
  if (detail === null) return null;
  const nodes: Record<string, RanNode> = Object.fromEntries(detail.nodes.map((node) => [node.nodeId, node]));
  for (const { runId } of earlier) {
    if (document.nodes.every(({ id }) => nodes[id] !== undefined)) break;
    for (const node of engine.store.records.get(runId)?.nodes ?? []) {
      if (node.status === 'succeeded' || node.status === 'cached') nodes[node.nodeId] ??= node;
    }
  }
  return { status: detail.status, nodes };
}

/** Of tables that sources have given; what was never read is not read for this. */
async function missingValues(engine: Engine, analysis: Analysis, signal: AbortSignal): Promise<DescriptionFacts['missing']> {
  const found: Record<string, { rows: number; columns: Record<string, number> }> = {};
  const sources = [...analysis.nodes.values()].filter(({ type, node }) => type?.definition.inputs.length === 0 && node.bypassed !== true).slice(0, mostSources);
  for (const source of sources) {
    const [port] = source.type?.definition.outputs.filter(({ kind }) => kind === 'table') ?? [];
    const stored = port === undefined ? undefined : engine.cache.find(source)?.ports[port.name];
    if (port === undefined || stored?.value == null || stored.value.kind !== 'table' || (stored.rows ?? 0) > mostRows) continue;
    const value = decodeValue(stored.value, engine.store.artifacts);
    if (value.kind !== 'table') continue;
    try {
      const { rows, columns } = await engine.database.profile(value.relation, signal);
      found[`${source.node.id}.${port.name}`] = { rows, columns: Object.fromEntries(columns.map(({ name, missing }) => [name, missing])) };
    } catch (error) {
      // A file behind it is gone: the rest stands without it.
      if (signal.aborted) throw error;
    }
  }
  return found;
}
