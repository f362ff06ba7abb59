import { PenstockError } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { expandSubflows } from '#app/pipeline/subflow/expand.ts';
import type { RunDetail } from '#app/protocol/schema.ts';
import type { TraceDetail, TraceGraphData, TraceNode } from '#app/protocol/sections/trace.ts';
import type { AuditRecord, DatasetVersionRecord, ModelVersionRecord } from '#app/store/index.ts';
import type { EngineCatalogue } from '../../catalogue.ts';
import type { ProjectStore } from '../../project/project-store.ts';
import { bundleNode, columnNode, datasetNode, metricNode, modelNode, plainDatasetNode, requestNode, runNode, serverNode, stepNode, versionNode } from './describe.ts';
import { requestLog } from '../dataset-uses.ts';
import { parseId, traceId, type ParsedId } from './ids.ts';
import { scorings, type Scoring } from './scored.ts';
import { servedSpans, versionsMeant, type ServedSpan } from './served.ts';

export type EdgeKind = TraceGraphData['edges'][number]['kind'];
export type Direction = 'up' | 'down';

export interface Neighbour {
  readonly id: string;
  readonly kind: EdgeKind;
}

export interface TraceGraphParts {
  readonly store: Pick<ProjectStore, 'trace' | 'records' | 'models' | 'audit' | 'lineage'>;
  readonly catalogue: EngineCatalogue;
  /** Which model answered a request of the request log. */
  readonly requests?: ReadonlyMap<string, { readonly model: string; readonly version: number | null }>;
  /** Models that have a request log. */
  readonly logs?: ReadonlySet<string>;
}

/** Neighbours looked for at one node; a dataset may have been read by ten thousand runs. */
const mostNeighbours = 500;
const mostAudited = 1000;

/**
 * What a project knows, as one graph: datasets, their versions and columns, runs and their nodes, metrics, models, bundles, servers, requests. Nothing is kept: every
 * question is answered from the store. One object answers one question, and remembers what it read meanwhile.
 */
export class TraceGraph {
  readonly #parts: TraceGraphParts;
  readonly #runs = new Map<string, RunDetail | null>();
  readonly #versions = new Map<string, readonly DatasetVersionRecord[]>();
  readonly #documents = new Map<string, PipelineDocument>();
  #models: readonly ModelVersionRecord[] | null = null;
  readonly #audited = new Map<string, readonly AuditRecord[]>();

  constructor(parts: TraceGraphParts) {
    this.#parts = parts;
  }

  /** Null for what is not, or no longer, in the project. */
  node(id: string): TraceNode | null {
    const parsed = parseId(id);
    if (parsed === null) return null;
    const { kind, parts } = parsed;
    const [a = '', b = '', c = ''] = parts;
    switch (kind) {
      case 'dataset': {
        const uses = this.#uses(a, null);
        if (uses[0] !== undefined) return datasetNode(uses[0], new Set(uses.map(({ version }) => version)).size);
        return this.#otherDatasets().includes(a) ? plainDatasetNode(a) : null;
      }
      case 'version': {
        const use = this.#uses(a, b)[0];
        return use === undefined ? null : versionNode(use);
      }
      case 'column': {
        const use = this.#uses(a, b)[0];
        return use === undefined ? null : columnNode(use, c);
      }
      case 'run': {
        const run = this.#run(a);
        return run === null ? null : runNode(run);
      }
      case 'step':
      case 'metric': {
        const run = this.#run(a);
        const node = run?.nodes.find(({ nodeId }) => nodeId === b);
        if (run === null || node === undefined) return null;
        return kind === 'step' ? stepNode(run, node) : Object.hasOwn(node.metrics, c) ? metricNode(run, node, c) : null;
      }
      case 'model': {
        const model = this.#model(a, Number(b));
        return model === undefined ? null : modelNode(model);
      }
      case 'bundle': {
        const record = this.#auditOf('bundle.written').find(({ seq }) => String(seq) === a);
        return record === undefined ? null : bundleNode(record);
      }
      case 'server': {
        const record = this.#auditOf('server').find(({ subject }) => subject === `server:${a}`);
        return record === undefined ? null : serverNode(a, record);
      }
      case 'request': {
        const request = this.#parts.requests?.get(a);
        return request === undefined ? null : requestNode(a, request.model, request.version);
      }
    }
  }

  /** What a thing comes from (`up`) or what came of it, newest first; of as many as are looked for. */
  neighbours(id: string, direction: Direction, detail: TraceDetail): Neighbour[] {
    const parsed = parseId(id);
    if (parsed === null) return [];
    const found = direction === 'up' ? this.#above(parsed, detail) : this.#below(parsed, detail);
    return [...new Map(found.map((one) => [one.id, one])).values()];
  }

  /** @throws PenstockError `unknown-thing`. */
  walk(of: string, options: { readonly directions: readonly Direction[]; readonly detail: TraceDetail; readonly depth: number; readonly limit: number; readonly opened: ReadonlySet<string> }): TraceGraphData {
    const focus = this.node(of);
    if (focus === null) throw new PenstockError('unknown-thing', `“${of}” is not in this project, or no longer.`, { remedy: 'Look for it by its name on the Trace page.' });
    const nodes = new Map<string, TraceNode>([[of, focus]]);
    const edges = new Map<string, TraceGraphData['edges'][number]>();
    const more: TraceGraphData['more'][number][] = [];
    for (const direction of options.directions) {
      const seen = new Set([of]);
      let ring = [of];
      for (let depth = 0; depth < options.depth && ring.length > 0; depth += 1) {
        const next: string[] = [];
        for (const id of ring) {
          const all = this.neighbours(id, direction, options.detail);
          const shown = options.opened.has(id) ? all : all.slice(0, shownNeighbours);
          let hidden = all.length - shown.length;
          for (const one of shown) {
            const node = nodes.get(one.id) ?? (nodes.size < options.limit ? this.node(one.id) : null);
            if (node === null) {
              hidden += nodes.size < options.limit ? 0 : 1;
              continue;
            }
            nodes.set(one.id, node);
            const [from, to] = direction === 'up' ? [one.id, id] : [id, one.id];
            edges.set(`${from}\0${to}`, { from, to, kind: one.kind });
            if (seen.has(one.id)) continue;
            seen.add(one.id);
            next.push(one.id);
          }
          if (hidden > 0) more.push({ id, direction, count: hidden });
        }
        ring = next;
      }
    }
    return { focus: of, nodes: [...nodes.values()], edges: [...edges.values()], more };
  }

  /** The shortest way from a thing to one that came of it. @throws PenstockError `no-path`. */
  path(from: string, to: string, detail: TraceDetail): TraceGraphData {
    const before = new Map<string, { readonly id: string; readonly kind: EdgeKind }>();
    let ring = [to];
    for (let depth = 0; depth < longestPath && ring.length > 0 && !before.has(from); depth += 1) {
      const next: string[] = [];
      for (const id of ring) {
        for (const one of this.neighbours(id, 'up', detail)) {
          if (before.has(one.id) || one.id === to) continue;
          before.set(one.id, { id, kind: one.kind });
          next.push(one.id);
        }
      }
      ring = next;
    }
    const edges: TraceGraphData['edges'][number][] = [];
    for (let at = from; at !== to; ) {
      const step = before.get(at);
      if (step === undefined) throw new PenstockError('no-path', `Nothing leads from “${from}” to “${to}”.`, { remedy: 'Ask for all that came of the first one with --down.' });
      edges.push({ from: at, to: step.id, kind: step.kind });
      at = step.id;
    }
    return { focus: to, nodes: [from, ...edges.map((edge) => edge.to)].flatMap((id) => this.node(id) ?? []), edges, more: [] };
  }

  /** Datasets, models and runs whose names hold a text, the last runs among them. */
  search(text: string, limit: number): TraceNode[] {
    const wanted = text.trim().toLowerCase();
    const fits = (node: TraceNode): boolean => wanted === '' || `${node.title} ${node.id}`.toLowerCase().includes(wanted);
    const { trace, records } = this.#parts.store;
    const models = this.#allModels().map(modelNode);
    const datasets = trace.datasets(mostNeighbours).map((record) => datasetNode(record, new Set(this.#uses(record.dataset, null).map(({ version }) => version)).size));
    const servers = [...new Set(this.#auditOf('server').map(({ subject }) => subject.replace(/^server:/, '')))].flatMap((name) => this.node(traceId('server', name)) ?? []);
    const bundles = this.#auditOf('bundle.written').map(bundleNode);
    const runs = records.list({ limit: wanted === '' ? 20 : 200 }).flatMap(({ runId, title, damaged }) => (damaged === undefined && (wanted === '' || `${title} run:${runId}`.toLowerCase().includes(wanted)) ? (this.node(traceId('run', runId)) ?? []) : []));
    const known = new Set(datasets.map(({ id }) => id));
    const others = this.#otherDatasets().filter((dataset) => !known.has(traceId('dataset', dataset))).map(plainDatasetNode);
    return [...models, ...datasets, ...others, ...servers, ...bundles, ...runs].filter(fits).slice(0, limit);
  }

  #above({ kind, parts }: ParsedId, detail: TraceDetail): Neighbour[] {
    const [a = '', b = '', c = ''] = parts;
    switch (kind) {
      case 'dataset':
        return this.#writersOf(a);
      case 'version':
        return [
          ...this.#uses(a, b)
            .filter(({ direction }) => direction === 'write')
            .map((use) => ({ id: this.#place(use.runId, use.nodeId, detail), kind: 'wrote' as const })),
          { id: traceId('dataset', a), kind: 'state' },
        ];
      case 'column':
        return [{ id: traceId('version', a, b), kind: 'holds' }];
      case 'run':
        return [...this.#versionsOf(a).filter(({ direction }) => direction === 'read').map((use) => ({ id: traceId('version', use.dataset, use.version), kind: 'read' as const })), ...this.#modelsUsed(a, null)];
      case 'step':
        return this.#aboveStep(a, b, detail);
      case 'metric':
        return [{ id: this.#place(a, b, detail), kind: 'measured' }];
      case 'model': {
        const model = this.#model(a, Number(b));
        return model?.runId == null ? [] : [{ id: this.#place(model.runId, model.nodeId, detail), kind: 'made' }];
      }
      case 'bundle': {
        const record = this.#auditOf('bundle.written').find(({ seq }) => String(seq) === a);
        const models = this.#allModels().filter(({ value }) => value.onnx === record?.details['onnx']);
        if (models.length > 0) return models.map(({ name, version }) => ({ id: traceId('model', name, version), kind: 'packed' }));
        const [run, node] = [record?.details['run'], record?.details['node']];
        return typeof run === 'string' ? [{ id: this.#place(run, typeof node === 'string' ? node : null, detail), kind: 'packed' }] : [];
      }
      case 'server':
        return this.#spansOf(a).flatMap((span) => this.#meant(span)).map(({ name, version }) => ({ id: traceId('model', name, version), kind: 'served' }));
      case 'request': {
        const request = this.#parts.requests?.get(c === '' ? a : c);
        return request?.version == null ? [] : [{ id: traceId('model', request.model, request.version), kind: 'answered' }];
      }
    }
  }

  #below({ kind, parts }: ParsedId, detail: TraceDetail): Neighbour[] {
    const [a = '', b = '', c = ''] = parts;
    switch (kind) {
      case 'dataset':
        return [...new Set(this.#uses(a, null).map(({ version }) => version))].map((version) => ({ id: traceId('version', a, version), kind: 'state' }));
      case 'version': {
        const reads = this.#uses(a, b).filter(({ direction }) => direction === 'read');
        if (detail === 'columns') return (reads[0] ?? this.#uses(a, b)[0])?.columns.map(({ name }) => ({ id: traceId('column', a, b, name), kind: 'holds' as const })) ?? [];
        return reads.map((use) => ({ id: this.#place(use.runId, use.nodeId, detail), kind: 'read' }));
      }
      case 'column':
        return this.#uses(a, b)
          .filter(({ direction }) => direction === 'read')
          .flatMap((use) => this.#parts.store.trace.columnUsers(use.runId, use.nodeId, c).map((nodeId) => ({ id: traceId('step', use.runId, nodeId), kind: 'computed' as const })));
      case 'run':
        if (detail !== 'runs') return (this.#run(a)?.nodes ?? []).map(({ nodeId }) => ({ id: traceId('step', a, nodeId), kind: 'feeds' }));
        return [...this.#made(a, null), ...this.#versionsOf(a).filter(({ direction }) => direction === 'write').map((use) => ({ id: traceId('version', use.dataset, use.version), kind: 'wrote' as const }))];
      case 'step':
        return this.#belowStep(a, b);
      case 'metric':
      case 'bundle':
        return [];
      case 'request': {
        const request = this.#parts.requests?.get(a);
        return request === undefined ? [] : [{ id: traceId('dataset', requestLog(request.model)), kind: 'holds' }];
      }
      case 'model': {
        const model = this.#model(a, Number(b));
        const bundles = this.#auditOf('bundle.written').filter(({ details }) => details['onnx'] === model?.value.onnx);
        const servers = this.#servers().filter((server) => this.#spansOf(server).some((span) => this.#meant(span).some((one) => one.name === a && one.version === Number(b))));
        return [...bundles.map(({ seq }) => ({ id: traceId('bundle', seq), kind: 'packed' as const })), ...servers.map((name) => ({ id: traceId('server', name), kind: 'served' as const })), ...this.#scoredBy(a, Number(b), detail)];
      }
      case 'server':
        return [...new Set(this.#spansOf(a).map(({ name }) => requestLog(name)))].flatMap((dataset) => (this.node(traceId('dataset', dataset)) === null ? [] : [{ id: traceId('dataset', dataset), kind: 'wrote' as const }]));
    }
  }

  #aboveStep(runId: string, nodeId: string, detail: TraceDetail): Neighbour[] {
    const read = this.#versionsOf(runId).filter((use) => use.nodeId === nodeId && use.direction === 'read');
    if (detail === 'columns') {
      const columns = this.#parts.store.trace.columnSources(runId, nodeId).flatMap(({ node, column }) => {
        const use = this.#versionsOf(runId).find((one) => one.nodeId === node && one.direction === 'read');
        return use === undefined ? [] : [{ id: traceId('column', use.dataset, use.version, column), kind: 'computed' as const }];
      });
      if (columns.length > 0) return columns;
    }
    const wires = this.#document(runId)?.edges.filter((edge) => edge.to.node === nodeId) ?? [];
    return [...read.map((use) => ({ id: traceId('version', use.dataset, use.version), kind: 'read' as const })), ...wires.map((edge) => ({ id: traceId('step', runId, edge.from.node), kind: 'feeds' as const })), ...this.#modelsUsed(runId, nodeId)];
  }

  #belowStep(runId: string, nodeId: string): Neighbour[] {
    const wires = this.#document(runId)?.edges.filter((edge) => edge.from.node === nodeId) ?? [];
    const node = this.#run(runId)?.nodes.find((one) => one.nodeId === nodeId);
    const metrics = Object.values(node?.ports ?? {}).some(({ kind }) => kind === 'evaluation') ? Object.keys(node?.metrics ?? {}) : [];
    return [
      ...this.#made(runId, nodeId),
      ...this.#versionsOf(runId).filter((use) => use.nodeId === nodeId && use.direction === 'write').map((use) => ({ id: traceId('version', use.dataset, use.version), kind: 'wrote' as const })),
      ...wires.map((edge) => ({ id: traceId('step', runId, edge.to.node), kind: 'feeds' as const })),
      ...metrics.map((name) => ({ id: traceId('metric', runId, nodeId, name), kind: 'measured' as const })),
    ];
  }

  /** Models that a run, or one node of it, registered, and bundles of models that nobody registered. */
  #made(runId: string, nodeId: string | null): Neighbour[] {
    const models = this.#allModels().filter((model) => model.runId === runId && (nodeId === null || model.nodeId === nodeId));
    const registered = new Set(this.#allModels().map(({ value }) => value.onnx));
    const bundles = this.#auditOf('bundle.written').filter(({ details }) => details['run'] === runId && (nodeId === null || details['node'] === nodeId) && !registered.has(String(details['onnx'])));
    return [...models.map(({ name, version }) => ({ id: traceId('model', name, version), kind: 'made' as const })), ...bundles.map(({ seq }) => ({ id: traceId('bundle', seq), kind: 'packed' as const }))];
  }

  /** Where something was done: the run, or its node where nodes are shown. */
  #place(runId: string, nodeId: string | null, detail: TraceDetail): string {
    return detail === 'runs' || nodeId === null ? traceId('run', runId) : traceId('step', runId, nodeId);
  }

  #uses(dataset: string, version: string | null): readonly DatasetVersionRecord[] {
    const key = `${dataset}\0${version ?? ''}`;
    const known = this.#versions.get(key) ?? this.#parts.store.trace.uses(dataset, version, mostNeighbours);
    this.#versions.set(key, known);
    return known;
  }

  #versionsOf(runId: string): readonly DatasetVersionRecord[] {
    const key = `run\0${runId}`;
    const known = this.#versions.get(key) ?? this.#parts.store.trace.versionsOfRun(runId);
    this.#versions.set(key, known);
    return known;
  }

  #run(runId: string): RunDetail | null {
    const known = this.#runs.get(runId);
    if (known !== undefined) return known;
    const run = this.#parts.store.records.get(runId);
    this.#runs.set(runId, run);
    return run;
  }

  /** As it was run, its subflows in their places. */
  #document(runId: string): PipelineDocument | null {
    const run = this.#run(runId);
    if (run === null) return null;
    const known = this.#documents.get(runId) ?? expandSubflows(run.document, this.#parts.catalogue).document;
    this.#documents.set(runId, known);
    return known;
  }

  #allModels(): readonly ModelVersionRecord[] {
    this.#models ??= this.#parts.store.models.list();
    return this.#models;
  }

  #model(name: string, version: number): ModelVersionRecord | undefined {
    return this.#allModels().find((one) => one.name === name && one.version === version);
  }

  #servers(): string[] {
    return [...new Set(this.#auditOf('server').map(({ subject }) => subject.replace(/^server:/, '')))];
  }

  #spansOf(server: string): ServedSpan[] {
    return servedSpans(this.#auditOf('server').filter(({ subject }) => subject === `server:${server}`));
  }

  /** Versions that a server's reference meant while it was served. */
  #meant(span: ServedSpan): { readonly name: string; readonly version: number }[] {
    return versionsMeant(span, [...this.#auditOf('model.alias'), ...this.#auditOf('model.stage')], this.#allModels(), (reference) => {
      try {
        return this.#parts.store.models.resolve(reference).version;
      } catch {
        return null;
      }
    });
  }

  #scored(): Scoring[] {
    return scorings(this.#auditOf('model.scored'));
  }

  #scoredBy(name: string, version: number, detail: TraceDetail): Neighbour[] {
    return this.#scored().flatMap((one): Neighbour[] => {
      if (one.name !== name || one.version !== version) return [];
      if (one.run !== null) return [{ id: this.#place(one.run, one.node, detail), kind: 'feeds' }];
      return one.dataset === null ? [] : [{ id: traceId('dataset', one.dataset), kind: 'wrote' }];
    });
  }

  /** Registered models that a run, or one node of it, named. */
  #modelsUsed(runId: string, nodeId: string | null): Neighbour[] {
    return this.#scored().flatMap(({ run, node, name, version }) => (run === runId && (nodeId === null || node === nodeId) ? [{ id: traceId('model', name, version), kind: 'feeds' as const }] : []));
  }

  /** Who wrote a dataset outside of runs: servers their request logs, the command line what it scored. */
  #writersOf(dataset: string): Neighbour[] {
    const servers = this.#servers().filter((server) => this.#spansOf(server).some(({ name }) => requestLog(name) === dataset));
    const scored = this.#scored().flatMap((one) => (one.dataset === dataset && one.run === null ? [{ id: traceId('model', one.name, one.version), kind: 'wrote' as const }] : []));
    return [...servers.map((name) => ({ id: traceId('server', name), kind: 'wrote' as const })), ...scored];
  }

  /** Datasets that no run need have touched. */
  #otherDatasets(): string[] {
    return [...new Set([...[...(this.#parts.logs ?? [])].map(requestLog), ...this.#scored().flatMap(({ dataset }) => dataset ?? [])])];
  }

  #auditOf(action: string): readonly AuditRecord[] {
    const known = this.#audited.get(action) ?? this.#parts.store.audit.list({ action, limit: mostAudited });
    this.#audited.set(action, known);
    return known;
  }
}

const shownNeighbours = 12;
const longestPath = 200;
