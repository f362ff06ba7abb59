import type { Brief } from '#app/brief/document.ts';
import { penstockVersion } from '#app/core/version.ts';
import { ancestors } from '#app/pipeline/graph.ts';
import type { ModelCardRequest } from '#app/sdk/node.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import type { ProjectStore } from '../../project/project-store.ts';
import { featureLineage } from '../../results/lineage.ts';
import type { ModelOrigin } from '../../services/models.ts';
import { opsetsOf, type ModelFacts } from './model-facts.ts';
import { wilson } from './wilson.ts';

/** What is known of a model inside a run, with the evaluations that are connected. @throws PenstockError `artifact-missing`. */
export async function factsOfRun(model: ModelValue, request: ModelCardRequest, { runId, nodeId, resolver }: ModelOrigin, { store, brief }: { readonly store: Pick<ProjectStore, 'trace' | 'records' | 'artifacts'>; readonly brief: Brief }): Promise<ModelFacts> {
  const { document } = resolver.analysis;
  const bytes = await store.artifacts.read(model.onnx);
  const run = runId === null ? null : store.records.get(runId);
  const source = resolver.analysis.nodes.get(nodeId)?.inputs['model']?.[0];
  const above = new Set(source === undefined ? [] : [...ancestors(document, [source.nodeId]), source.nodeId]);
  return {
    name: request.name,
    version: null,
    stage: null,
    aliases: [],
    createdAt: new Date(),
    note: '',
    model,
    onnx: { sha256: model.onnx, bytes: bytes.byteLength, opsets: opsetsOf(bytes) },
    appVersion: penstockVersion,
    source: 'trained',
    pipeline: { title: document.title, path: run?.pipelinePath ?? null, hash: null },
    run: run === null ? null : { id: run.runId, startedAt: new Date(run.startedAt), ms: run.ms },
    nodeId,
    lineage: await featureLineage(resolver, nodeId, model.signature.inputs.map(({ name }) => name)),
    trainingData: runId === null ? [] : store.trace.versionsOfRun(runId).filter((one) => one.direction === 'read' && above.has(one.nodeId)),
    evaluations: request.evaluations.map(({ report, rows, metrics }, index) => ({
      nodeId: String(index),
      title: report.title,
      rows,
      metrics: Object.entries(metrics).map(([name, value]) => ({ name, value, interval: name === 'accuracy' ? wilson(value, rows) : null })),
      data: [],
    })),
    approvals: [],
    brief: { ...brief, ...(request.use === '' ? {} : { problem: request.use, decision: '' }), notFor: [request.limits, brief.notFor].filter((text) => text.trim() !== '').join(' ') },
    ethics: request.ethics,
  };
}
