import { wilson } from './wilson.ts';
import type { Brief } from '#app/brief/document.ts';
import { penstockVersion } from '#app/core/version.ts';
import { decodeModel } from '#app/ml/index.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { expandSubflows } from '#app/pipeline/subflow/expand.ts';
import { ancestors } from '#app/pipeline/graph.ts';
import type { RunDetail } from '#app/protocol/schema.ts';
import type { Column, ColumnLineage } from '#app/relation/types.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import type { ApprovalRecord, DatasetVersionRecord, ModelVersionRecord } from '#app/store/index.ts';
import type { EngineCatalogue } from '../../catalogue.ts';
import type { ProjectStore } from '../../project/project-store.ts';

/** What is known of a model. Cards, the bill of materials and what a bundle says of itself are all written from this and say nothing else. */
export interface ModelFacts {
  readonly name: string;
  /** Null: not registered. */
  readonly version: number | null;
  readonly stage: string | null;
  readonly aliases: readonly string[];
  readonly createdAt: Date;
  readonly note: string;
  readonly model: ModelValue;
  readonly onnx: { readonly sha256: string; readonly bytes: number | null; readonly opsets: Readonly<Record<string, number>> };
  readonly appVersion: string;
  /** `trained` here, or where it was taken from. */
  readonly source: string;
  readonly pipeline: { readonly title: string; readonly path: string | null; readonly hash: string | null } | null;
  readonly run: { readonly id: string; readonly startedAt: Date; readonly ms: number | null } | null;
  readonly nodeId: string | null;
  /** Of the raw feature columns. */
  readonly lineage: readonly ColumnLineage[];
  /** Data that came into training. */
  readonly trainingData: readonly DatasetFacts[];
  /** What nodes of the same run measured with the model. */
  readonly evaluations: readonly EvaluationFacts[];
  readonly approvals: readonly ApprovalRecord[];
  /** What the project is for. */
  readonly brief: Brief;
  /** What a person says of harm and fairness. */
  readonly ethics?: string;
}

export type DatasetFacts = Pick<DatasetVersionRecord, 'dataset' | 'title' | 'version' | 'sha256' | 'bytes' | 'rows' | 'columns'>;

export interface EvaluationFacts {
  readonly nodeId: string;
  readonly title: string;
  readonly rows: number | null;
  readonly metrics: readonly { readonly name: string; readonly value: number; /** 95 %. */ readonly interval: readonly [number, number] | null }[];
  /** Data that was measured on. */
  readonly data: readonly string[];
}

export interface ModelFactsParts {
  readonly store: Pick<ProjectStore, 'models' | 'records' | 'trace' | 'lineage' | 'artifacts'>;
  readonly catalogue: EngineCatalogue;
  readonly brief: Brief;
}

/** @param record a registered version. @throws PenstockError `artifact-missing` where the model's file is gone. */
export async function factsOfVersion(record: ModelVersionRecord, { store, catalogue, brief }: ModelFactsParts): Promise<ModelFacts> {
  const { name, version, value } = record;
  const run = record.runId === null ? null : store.records.get(record.runId);
  const document = run === null ? null : expandSubflows(run.document, catalogue).document;
  const bytes = await store.artifacts.read(value.onnx);
  const trainer = document === null || record.nodeId === null ? null : trainerOf(document, record.nodeId);
  const above = document === null ? null : new Set([...ancestors(document, [trainer ?? record.nodeId ?? '']), trainer ?? '']);
  const read = run === null ? [] : store.trace.versionsOfRun(run.runId).filter(({ direction }) => direction === 'read');
  const wanted = new Set(value.signature.inputs.map((column) => column.name));
  return {
    name,
    version,
    stage: record.stage,
    aliases: record.aliases,
    createdAt: new Date(record.createdAt),
    note: record.note,
    model: value,
    onnx: { sha256: value.onnx, bytes: bytes.byteLength, opsets: opsetsOf(bytes) },
    appVersion: record.facts.app ?? penstockVersion,
    source: record.facts.source ?? 'trained',
    pipeline: record.pipelineTitle === null ? null : { title: record.pipelineTitle, path: run?.pipelinePath ?? null, hash: record.facts.pipeline ?? null },
    run: run === null ? null : { id: run.runId, startedAt: new Date(run.startedAt), ms: run.ms },
    nodeId: record.nodeId,
    lineage: run === null || trainer === null ? [] : store.lineage.lineage(run.runId, trainer, 'features').filter(({ column }) => wanted.has(column)),
    trainingData: read.filter(({ nodeId }) => above?.has(nodeId) === true),
    evaluations: run === null || document === null ? [] : evaluationsOf(run, document, trainer ?? record.nodeId, read),
    approvals: store.models.approvals(name, version),
    brief,
  };
}

export function opsetsOf(bytes: Uint8Array): Record<string, number> {
  try {
    return Object.fromEntries(Object.entries(decodeModel(bytes).opsets).map(([domain, version]) => [domain === '' ? 'ai.onnx' : domain, version]));
  } catch {
    // A file from elsewhere may use what we cannot read; the card then says nothing of it.
    return {};
  }
}

/** The node whose output the model is: the one registered is often handed on by a Register node. */
export function trainerOf(document: PipelineDocument, nodeId: string): string {
  const wire = document.edges.find((edge) => edge.to.node === nodeId && edge.to.port === 'model');
  return wire?.from.node ?? nodeId;
}

/** Evaluations of nodes that the model, or the node itself, leads to. */
function evaluationsOf(run: RunDetail, document: PipelineDocument, trainer: string | null, read: readonly DatasetVersionRecord[]): EvaluationFacts[] {
  return run.nodes
    .filter(({ ports, status }) => (status === 'succeeded' || status === 'cached') && Object.values(ports).some(({ kind }) => kind === 'evaluation'))
    .flatMap((node): EvaluationFacts[] => {
      const above = new Set(ancestors(document, [node.nodeId]));
      if (trainer !== null && !above.has(trainer)) return [];
      const source = document.edges.find((edge) => edge.to.node === node.nodeId && edge.to.port === 'table');
      const from = source === undefined ? undefined : run.nodes.find(({ nodeId }) => nodeId === source.from.node);
      const rows = (source === undefined ? undefined : from?.ports[source.from.port]?.rows) ?? null;
      const metrics = Object.entries(node.metrics).map(([name, value]) => ({ name, value, interval: rows !== null && name === 'accuracy' ? wilson(value, rows) : null }));
      return [{ nodeId: node.nodeId, title: node.title, rows, metrics, data: read.filter(({ nodeId }) => above.has(nodeId)).map(({ title }) => title) }];
    });
}

export const typeTitle: Readonly<Record<Column['type'], string>> = { boolean: 'true or false', integer: 'whole number', float: 'number', string: 'text', date: 'date', time: 'time', timestamp: 'date and time', binary: 'bytes' };
