import { stableHash } from '#app/core/hash.ts';
import { penstockVersion } from '#app/core/version.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { VersionFacts } from '#app/store/index.ts';
import type { NodeRun } from '#app/protocol/schema.ts';
import type { PortSpec } from '#app/sdk/ports.ts';
import type { AnalysedNode } from '../analysis/analyse.ts';
import { headCommit } from '../history/git.ts';
import { isMissing, type PortValueResolver } from '../results/port-values.ts';
import type { ResultCache } from '../results/result-cache.ts';
import { artifactsOf } from '../results/value-codec.ts';

export interface FactsOrigin {
  readonly runId: string | null;
  /** The node that registers. */
  readonly nodeId: string;
  readonly resolver: PortValueResolver;
}

export interface FactsSources {
  readonly cache: ResultCache;
  readonly filesDir: string;
  /** Hash of the document that a run ran. */
  readonly pipelineOf: (runId: string) => string | null;
  readonly actor: string;
}

/** What can be said of a version when it is registered: by whom, from which app, pipeline, commit, trainer, recipe and data. */
export async function registrationFacts({ runId, nodeId, resolver }: FactsOrigin, sources: FactsSources): Promise<VersionFacts> {
  const trainer = trainerOf(resolver, nodeId);
  const pipeline = runId === null ? null : sources.pipelineOf(runId);
  const commit = await headCommit(sources.filesDir);
  const imported = trainer?.node.type.startsWith('train/import-') === true;
  return {
    source: imported ? 'onnx' : 'trained',
    app: penstockVersion,
    actor: sources.actor,
    ...(pipeline === null ? {} : { pipeline }),
    ...(commit === null ? {} : { commit }),
    ...(trainer === null ? {} : { trainer: { nodeId: trainer.node.id, title: trainer.title, type: trainer.node.type }, ...(await recipeOf(resolver, trainer)), ...(imported ? {} : dataOf(resolver, trainer, sources.cache)) }),
  };
}

/** The node whose model another one takes, bypassed nodes looked through. */
export function trainerOf(resolver: PortValueResolver, nodeId: string): AnalysedNode | null {
  const { nodes } = resolver.analysis;
  const node = nodes.get(nodeId);
  const port = node?.type?.definition.inputs.find(({ kind }) => kind === 'model')?.name;
  const source = port === undefined ? undefined : node?.inputs[port]?.[0];
  return source === undefined ? null : (nodes.get(source.nodeId) ?? null);
}

async function recipeOf(resolver: PortValueResolver, trainer: AnalysedNode): Promise<VersionFacts> {
  const values = await resolver.ports(trainer.node.id);
  const learner = isMissing(values) ? undefined : Object.values(values).find(({ kind }) => kind === 'learner');
  return learner?.kind === 'learner' ? { recipe: learner.learner.recipe.steps.map((step) => ({ ...step })) } : {};
}

/** Columns and content of the table that a trainer was given: by its file's hash where it was written, else by what it is made of. */
function dataOf(resolver: PortValueResolver, trainer: AnalysedNode, cache: ResultCache): VersionFacts {
  const source = trainer.inputs['table']?.[0];
  const node = source === undefined ? undefined : resolver.analysis.nodes.get(source.nodeId);
  if (source === undefined || node?.key === undefined || node.key === null) return {};
  const stored = cache.get(node.key)?.ports[source.port];
  const files = stored?.value === undefined || stored.value === null ? [] : [...artifactsOf(stored.value)].sort();
  const output = node.configuration.outputs[source.port];
  const columns = output?.kind === 'table' ? (output.schema ?? []) : [];
  const key = stableHash([node.key, source.port]);
  return {
    data: stableHash({ columns, content: files.length > 0 ? files : key }),
    dataset: { title: node.title, rows: stored?.rows ?? null, columns: columns.map(({ name }) => name), key },
  };
}

export interface JudgedIn {
  /** Without subflows: as it was run. */
  readonly document: PipelineDocument;
  readonly nodes: readonly NodeRun[];
  readonly outputsOf: (type: string) => readonly PortSpec[];
}

/**
 * Metrics of the nodes of a run that judged the model (or the learner) of a trainer: those that it is connected to, and those that
 * its predictions reach. Where a node judges several, only numbers under the trainer's name count. Keys are `Title of node: metric`.
 */
export function evaluatedMetrics({ document, nodes, outputsOf }: JudgedIn, trainer: { readonly nodeId: string; readonly title: string }): Record<string, number> {
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const found: Record<string, number> = {};
  const seen = new Set<string>();
  const typeOf = new Map(document.nodes.map(({ id, type }) => [id, type]));
  const visit = (from: string, ports: ReadonlySet<string>): void => {
    for (const edge of document.edges) {
      if (edge.from.node !== from || !ports.has(edge.from.port) || seen.has(edge.to.node)) continue;
      seen.add(edge.to.node);
      const outputs = outputsOf(typeOf.get(edge.to.node) ?? '');
      const node = byId.get(edge.to.node);
      if (outputs.some(({ kind }) => kind === 'evaluation') && node !== undefined) Object.assign(found, metricsFor(node, trainer.title));
      // What is trained on the predictions is another model.
      if (outputs.some(({ kind }) => kind === 'model' || kind === 'evaluation')) continue;
      visit(edge.to.node, new Set(outputs.filter(({ kind }) => kind === 'table').map(({ name }) => name)));
    }
  };
  const judged = outputsOf(typeOf.get(trainer.nodeId) ?? '').filter(({ kind }) => kind === 'model' || kind === 'learner');
  visit(trainer.nodeId, new Set(judged.map(({ name }) => name)));
  return found;
}

function metricsFor({ title, metrics }: NodeRun, trainer: string): Record<string, number> {
  const own: Record<string, number> = {};
  for (const [name, value] of Object.entries(metrics)) {
    if (!Number.isFinite(value)) continue;
    const at = name.indexOf(': ');
    if (at < 0) own[`${title}: ${name}`] = value;
    else if (name.slice(at + 2) === trainer) own[`${title}: ${name.slice(0, at)}`] = value;
  }
  return own;
}
