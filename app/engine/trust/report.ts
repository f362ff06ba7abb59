import type { TrustReport } from '#app/protocol/sections/trust.ts';
import { nodeTitle } from '#app/pipeline/graph.ts';
import { migrateParams } from '#app/pipeline/migrate.ts';
import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { hasEffect } from '../catalogue.ts';
import type { Engine } from '../engine.ts';
import { restrictedKind, type RestrictedKind } from './kinds.ts';

export type { TrustReport };

type Host = Pick<Engine, 'trust' | 'store' | 'catalogue' | 'analyser' | 'pipelines' | 'connections' | 'automation' | 'servers' | 'projectDir' | 'filesDir'>;

/** What a project holds that runs only when it is trusted. Nothing runs, and nothing outside is asked. */
export async function trustReport(engine: Host): Promise<TrustReport> {
  const nodes: TrustReport['nodes'] = [];
  for (const { path, title } of await engine.pipelines.list()) {
    let document: PipelineDocument;
    try {
      ({ document } = await engine.pipelines.open(path, { readOnly: true }));
    } catch {
      // A damaged pipeline runs nothing; its own page says what is wrong.
      continue;
    }
    for (const node of engine.analyser.expand(document).document.nodes) {
      const kind = kindOf(engine, node);
      if (kind !== null) nodes.push({ pipeline: path, pipelineTitle: title, nodeId: node.id, title: nodeTitle(node, engine.catalogue.get(node.type)?.definition.title), kind });
    }
  }
  const { entry, restricted, isGiven } = engine.trust;
  return {
    restricted,
    path: engine.projectDir,
    how: isGiven ? 'session' : (entry?.how ?? null),
    since: entry?.since ?? null,
    nodes,
    connections: await names(async () => (await engine.connections.list()).map(({ connection }) => connection.name)),
    automations: engine.automation.list().filter(({ enabled }) => enabled).map(({ spec }) => spec.name),
    channels: await names(async () => (await engine.automation.channels.list()).filter(({ kind }) => kind !== 'desktop').map(({ name }) => name)),
    servers: await names(async () => (await engine.servers.list()).map(({ name }) => name)),
    models: new Set(engine.store.models.list().map(({ name }) => name)).size,
  };
}

function kindOf({ catalogue, filesDir }: Host, node: PipelineNode): RestrictedKind | null {
  const type = catalogue.get(node.type);
  if (type === undefined) return null;
  let params: unknown = node.params;
  try {
    const parsed = type.definition.params.safeParse(migrateParams(node, type.definition) ?? {});
    if (parsed.success) params = parsed.data;
  } catch {
    // As it is written.
  }
  return restrictedKind({ type: node.type, params, hasEffect: hasEffect(type, params) }, filesDir);
}

/** A damaged file of the project has its own message elsewhere. */
async function names(list: () => Promise<string[]>): Promise<string[]> {
  return list().catch(() => []);
}
