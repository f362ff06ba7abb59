import path from 'node:path';
import { z } from 'zod';
import type { RegisteredModel, VersionDetail, VersionSummary } from '#app/protocol/sections/registry.ts';
import { recipeWords } from '#app/pipeline/description/words/train.ts';
import { metricDirection } from '#app/sdk/scores.ts';
import type { AuditRecord, ModelVersionRecord } from '#app/store/index.ts';
import { readProjectTextSync } from '#app/sealing/files.ts';
import type { Engine } from '../engine.ts';
import { compareVersions, mainMetric, type VersionComparison } from './compare.ts';
import { allMetrics, matchesSearch, parseSearch } from './search.ts';

/** The registry as front ends and the command line show it. */

type Looking = Pick<Engine, 'store' | 'registry' | 'projectDir' | 'models'>;

/** Models by name, the one with the newest version first. @throws PenstockError `search-syntax`. */
export function listModels({ store }: Pick<Looking, 'store'>, query: string): RegisteredModel[] {
  const terms = parseSearch(query);
  const byName = new Map<string, ModelVersionRecord[]>();
  for (const record of store.models.list()) byName.set(record.name, [...(byName.get(record.name) ?? []), record]);
  return [...byName].flatMap(([name, records]) => {
    const versions = records.toSorted((a, b) => b.version - a.version);
    const [newest] = versions;
    const found = versions.filter((one) => matchesSearch(one, terms));
    if (newest === undefined || found.length === 0) return [];
    const inStage = (stage: ModelVersionRecord['stage']): number[] => versions.filter((one) => one.stage === stage).map(({ version }) => version);
    return {
      name,
      versions: versions.length,
      latest: newest.version,
      production: inStage('production'),
      staging: inStage('staging'),
      aliases: versions.flatMap(({ aliases, version }) => aliases.map((alias) => ({ alias, version }))).sort((a, b) => (a.alias < b.alias ? -1 : 1)),
      task: newest.value.signature.task,
      target: newest.value.signature.target.name,
      algorithm: newest.value.algorithm,
      metric: metricOf(versions),
      registeredAt: newest.createdAt,
      found: found.map(({ version }) => version),
    };
  });
}

/** The metric that stands for a model over its versions. */
export function metricOf(versions: readonly ModelVersionRecord[]): RegisteredModel['metric'] {
  const name = mainMetric(versions);
  if (name === null) return null;
  const better = metricDirection(name);
  const points = versions.flatMap((one) => {
    const value = allMetrics(one)[name];
    return value === undefined ? [] : [{ version: one.version, value }];
  }).sort((a, b) => a.version - b.version);
  const best = points.reduce((a, b) => ((better === 'lower' ? b.value < a.value : b.value > a.value) ? b : a));
  return { name, better, points, best };
}

export function versionSummary({ store }: Pick<Looking, 'store'>, record: ModelVersionRecord): VersionSummary {
  const { name, version, stage, aliases, createdAt, value, note, facts } = record;
  return {
    name,
    version,
    stage,
    aliases: [...aliases],
    createdAt,
    actor: facts.actor ?? null,
    algorithm: value.algorithm,
    rows: value.rows,
    note,
    source: facts.source ?? 'trained',
    approvals: store.models.approvals(name, version).map((approval) => ({ ...approval })),
    metrics: allMetrics(record),
  };
}

export function versionDetail(engine: Looking, record: ModelVersionRecord): VersionDetail {
  const { name, version, value, facts, runId, nodeId, pipelineTitle } = record;
  const run = runId === null ? null : engine.store.runVersion(runId);
  const { signature } = value;
  return {
    ...versionSummary(engine, record),
    task: signature.task,
    target: { ...signature.target },
    inputs: signature.inputs.map((column) => ({ ...column })),
    classes: signature.classes === undefined ? null : [...signature.classes],
    onnx: value.onnx,
    params: { ...value.params },
    recipe: facts.recipe?.map(({ step }) => step) ?? null,
    notes: [...(value.summary?.notes ?? [])],
    trainer: facts.trainer === undefined ? null : { nodeId: facts.trainer.nodeId, title: facts.trainer.title },
    dataset: facts.dataset === undefined ? null : { title: facts.dataset.title, rows: facts.dataset.rows, columns: facts.dataset.columns },
    data: facts.data ?? null,
    commit: facts.commit ?? null,
    app: facts.app ?? null,
    pipelineHash: facts.pipeline ?? run?.hash ?? null,
    pipelineTitle,
    pipelinePath: run === null ? null : pipelineFile(engine.projectDir, run),
    runId: run === null ? null : runId,
    nodeId,
    origin: facts.origin ?? null,
    history: engine.registry.history(name, version).map(historyEntry),
    usedBy: engine.registry.users(name, version),
  };
}

/** The file that a pipeline lies in now, as the page names it: where it was run from, if the same pipeline is there still. */
function pipelineFile(projectDir: string, run: { readonly path: string | null; readonly pipelineId: string }): string | null {
  if (run.path === null) return null;
  // The command line writes it down as it was typed.
  for (const file of [run.path, path.join('pipelines', path.basename(run.path))]) {
    try {
      const { id } = z.looseObject({ id: z.string() }).parse(JSON.parse(readProjectTextSync(path.join(projectDir, file))));
      if (id === run.pipelineId) return file.split(path.sep).join('/');
    } catch {
      // Not there, or no pipeline.
    }
  }
  return null;
}

const historyEntry = ({ seq, at, actor, action, details }: AuditRecord): VersionDetail['history'][number] => ({ seq, at, actor, action, details: { ...details } });

/** @throws PenstockError `unknown-model`. */
export function comparison(engine: Pick<Looking, 'store'>, references: readonly { readonly name: string; readonly version: number }[]): { records: ModelVersionRecord[]; versions: VersionSummary[]; compared: VersionComparison } {
  const records = references.map(({ name, version }) => engine.store.models.get(name, version) ?? engine.store.models.resolve(`${name}@${version}`));
  return { records, versions: records.map((record) => versionSummary(engine, record)), compared: compareVersions(records) };
}

type Cell = null | boolean | number | string;

/** Kept rows with the prediction that is expected of each, and how probable its class is. @throws PenstockError `artifact-missing`. */
export async function goldenTable({ models }: Pick<Looking, 'models'>, { value }: ModelVersionRecord, limit: number): Promise<{ rows: number; columns: VersionDetail['inputs']; inputs: Cell[][]; predictions: { prediction: Cell; probability: number | null }[] }> {
  const { rows, inputs, outputs } = await models.goldenRows(value);
  const shown = Math.min(rows, limit);
  const { classes } = value.signature;
  return {
    rows,
    columns: value.signature.inputs.map((column) => ({ ...column })),
    inputs: Array.from({ length: shown }, (_unused, row) => value.signature.inputs.map(({ name }) => inputs[name]?.[row] ?? null)),
    predictions: Array.from({ length: shown }, (_unused, row) => {
      const label = outputs.label?.[row];
      if (label === undefined) return { prediction: outputs.prediction?.[row] ?? null, probability: null };
      return { prediction: classes?.[label] ?? label, probability: outputs.probabilities?.[row]?.[label] ?? null };
    }),
  };
}

/** A recipe's steps in words. */
export const recipeSentence = (steps: readonly { readonly step: string }[]): string => (steps.length === 0 ? 'features stay as they are' : recipeWords(steps));
