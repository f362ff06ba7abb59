import type { Diagnostic } from '#app/core/errors.ts';
import { distinctDiagnostics } from '#app/core/diagnostics.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { indexGraph, nodeTitle } from '#app/pipeline/graph.ts';
import { typeOfNode } from '#app/pipeline/subflow/node-type.ts';
import type { PipelineProblems } from '#app/protocol/sections/problems.ts';
import type { Engine } from '../engine.ts';
import { onWire } from '../wire.ts';

/** Problems of one pipeline that are listed; a pipeline that is all wrong is not helped by more. */
const most = 300;
const order = { error: 0, warning: 1, info: 2 } as const;

/** What is wrong in a pipeline: what configuring finds, leaks that the graph shows, and what its last run met in nodes that are as they were. */
export async function pipelineProblems(engine: Engine, path: string, document: PipelineDocument, signal: AbortSignal): Promise<PipelineProblems> {
  const analysis = await engine.analyser.analyse(document, signal);
  const leaks = await engine.leaks.fromGraph(analysis).catch((): Diagnostic[] => []);
  const found = distinctDiagnostics([...analysis.diagnostics, ...leaks, ...lastRun(engine, document)].map(({ severity, code, message, remedy, place }): Diagnostic => ({ severity, code, message, ...(remedy === undefined ? {} : { remedy }), ...(place === undefined ? {} : { place }) })));
  const { nodes } = indexGraph(document);
  const problems = found
    .toSorted((a, b) => order[a.severity] - order[b.severity])
    .slice(0, most)
    .map((diagnostic) => {
      // What is inside a subflow is found at the subflow.
      const node = nodes.get(diagnostic.place?.nodeId ?? '') ?? nodes.get((diagnostic.place?.nodeId ?? '').split(/[/[]/)[0] ?? '');
      return { diagnostic: onWire(diagnostic), node: node === undefined ? null : { id: node.id, title: nodeTitle(node, typeOfNode(engine.catalogue, node)?.definition.title), type: node.type } };
    });
  return { path, title: document.title, problems, more: Math.max(0, found.length - most) };
}

function lastRun(engine: Engine, document: PipelineDocument): Diagnostic[] {
  const [last] = engine.store.records.list({ pipelineId: document.id, limit: 1 });
  if (last?.damaged !== undefined) return [last.damaged];
  const detail = last === undefined ? null : engine.store.records.get(last.runId);
  if (detail === null) return [];
  const then = new Map(detail.document.nodes.map((node) => [node.id, JSON.stringify(node.params)]));
  const now = new Map(document.nodes.map((node) => [node.id, JSON.stringify(node.params)]));
  return detail.nodes.flatMap(({ nodeId, diagnostics }) => (now.has(nodeId) && now.get(nodeId) === then.get(nodeId) ? diagnostics.map((one) => ({ ...one, place: { nodeId, ...one.place } })) : []));
}

/** A pipeline whose file cannot be read: that is its problem. */
export const unreadable = (path: string, title: string, problem: Diagnostic): PipelineProblems => ({ path, title, problems: [{ diagnostic: onWire(problem), node: null }], more: 0 });
