import path from 'node:path';
import { z } from 'zod';
import { stableHash } from '#app/core/hash.ts';
import type { Schema } from '#app/relation/types.ts';
import type { AnalysedNode, Analysis } from '../analysis/analyse.ts';
import { hasEffect } from '../catalogue.ts';

/** What a node reads from outside the pipeline, or writes there. */
export interface DatasetUse {
  readonly nodeId: string;
  readonly direction: 'read' | 'write';
  /** `file:…`, `folder:…`, `sample:…`, `database:…`, `requests:…`, `inline:…`; paths are relative to the project where they are inside it. */
  readonly dataset: string;
  readonly title: string;
  /** Absolute, of single files only. */
  readonly path: string | null;
  /** As the cache key knows it: of the moment before the run. */
  readonly bytes: number | null;
  readonly modifiedAt: number | null;
  readonly columns: Schema;
  readonly fingerprint: Readonly<Record<string, string>>;
  /** What stands for the state where nothing outside does: the params of a table typed in. */
  readonly state: string;
  /** Output whose rows were read; for writers the input that is written. */
  readonly port: string | null;
}

export interface DatasetPlaces {
  resolvePath(path: string): string;
  /** Folder that relative paths are under. */
  readonly filesDir: string;
}

/** The datasets of these nodes, in their order. Nothing is read. */
export function datasetUses(analysis: Analysis, nodeIds: Iterable<string>, places: DatasetPlaces): DatasetUse[] {
  const uses: DatasetUse[] = [];
  for (const id of nodeIds) {
    const node = analysis.nodes.get(id);
    if (node?.type === undefined || node.node.bypassed === true) continue;
    const use = isWriter(node) ? writeOf(analysis, node, places) : isSource(node) ? readOf(analysis, node, places) : null;
    if (use !== null) uses.push(use);
  }
  return uses;
}

const isSource = (node: AnalysedNode): boolean => node.type?.definition.inputs.length === 0 && node.type.definition.outputs.length > 0;

/** Nodes that act outside the pipeline with a table: writers, and Batch Score where it writes a file. */
export function isWriter({ type, params }: Pick<AnalysedNode, 'type' | 'params'>): boolean {
  return type !== undefined && (type.definition.type.startsWith('data/') || type.definition.type === 'deploy/batch-score') && hasEffect(type, params) && type.definition.inputs.some(({ kind }) => kind === 'table');
}

function readOf(analysis: Analysis, node: AnalysedNode, places: DatasetPlaces): DatasetUse | null {
  const params = record(node.params);
  const fingerprint = node.parts?.fingerprint ?? {};
  const port = node.type?.definition.outputs.find(({ kind }) => kind === 'table')?.name ?? null;
  const output = port === null ? undefined : node.configuration.outputs[port];
  const columns = output?.kind === 'table' ? (output.schema ?? []) : [];
  const common = { nodeId: node.node.id, direction: 'read', columns, fingerprint, port, bytes: null, modifiedAt: null, path: null } as const;
  const connection = text(params['connection']);
  if (connection !== '') {
    const name = databaseName(connection, params);
    return { ...common, dataset: `database:${name}`, title: name, state: stableHash(fingerprint) };
  }
  const given = text(params['path']) || text(params['folder']);
  if (given !== '') {
    const file = places.resolvePath(given);
    const known = Object.keys(fingerprint).length === 1 ? sizeAndTime(Object.values(fingerprint)[0] ?? '') : null;
    const name = shownPath(file, places.filesDir);
    if (known === null) return { ...common, dataset: `folder:${name}`, title: name, state: stableHash(fingerprint) };
    return { ...common, ...known, dataset: `file:${name}`, title: name, path: file, state: stableHash(fingerprint) };
  }
  if (node.node.type === 'data/request-log') {
    const model = text(params['model']);
    return model === '' ? null : { ...common, dataset: requestLog(model), title: `requests/${model}`, state: stableHash(fingerprint) };
  }
  if (node.node.type === 'data/sample-datasets') {
    const name = text(params['dataset']);
    return { ...common, dataset: `sample:${name}`, title: name, state: stableHash([name, columns]) };
  }
  // An unset reader is nobody's data.
  if (Object.hasOwn(params, 'path') || Object.hasOwn(params, 'folder') || Object.hasOwn(params, 'connection')) return null;
  return { ...common, dataset: `inline:${analysis.document.id}/${node.node.id}`, title: node.title, state: stableHash([node.node.type, node.params]) };
}

function writeOf(analysis: Analysis, node: AnalysedNode, places: DatasetPlaces): DatasetUse | null {
  const params = record(node.params);
  const port = node.type?.definition.inputs.find(({ kind }) => kind === 'table')?.name ?? null;
  const source = port === null ? undefined : node.inputs[port]?.[0];
  // What a node gives on as it wrote it says more than what it was given.
  const own = node.type?.definition.outputs.find(({ kind }) => kind === 'table')?.name;
  const input = own !== undefined ? node.configuration.outputs[own] : source === undefined ? undefined : analysis.nodes.get(source.nodeId)?.configuration.outputs[source.port];
  const columns = input?.kind === 'table' ? (input.schema ?? []) : [];
  const common = { nodeId: node.node.id, direction: 'write', columns, fingerprint: {}, port, bytes: null, modifiedAt: null, path: null, state: node.key ?? '' } as const;
  const connection = text(params['connection']);
  if (connection !== '') {
    const name = databaseName(connection, params);
    return { ...common, dataset: `database:${name}`, title: name };
  }
  const given = text(params['path']);
  if (given === '') return null;
  const file = places.resolvePath(given);
  const name = shownPath(file, places.filesDir);
  return { ...common, dataset: `file:${name}`, title: name, path: file };
}

function databaseName(connection: string, params: Readonly<Record<string, unknown>>): string {
  const [schema, table] = [text(params['schema']), text(params['table'])];
  const sql = text(params['sql']);
  if (params['mode'] === 'sql' && sql !== '') return `${connection}/query ${stableHash(sql).slice(0, 8)}`;
  return `${connection}/${schema === '' ? '' : `${schema}.`}${table}`;
}

/** As files fingerprint themselves: size and modification time. */
function sizeAndTime(state: string): { bytes: number; modifiedAt: number } | null {
  const found = /^(\d+):(\d+(?:\.\d+)?)$/.exec(state);
  return found === null ? null : { bytes: Number(found[1]), modifiedAt: Number(found[2]) };
}

/** A file as a dataset. @param file absolute */
export const datasetOfFile = (file: string, filesDir: string): string => `file:${shownPath(file, filesDir)}`;

/** The dataset that servers of a model write. */
export const requestLog = (model: string): string => `requests:${model}`;

/** A registered model that a node uses by its name: the version that was found when the run was planned. */
export function modelUsed({ inputs, configuration }: AnalysedNode): { readonly name: string; readonly version: number } | null {
  const found = z.looseObject({ registered: z.looseObject({ name: z.string(), version: z.number() }) }).safeParse(configuration.facts);
  return found.success && (inputs['model'] ?? []).length === 0 ? { name: found.data.registered.name, version: found.data.registered.version } : null;
}

/** Relative to the project where it is inside, with slashes everywhere: a project that was moved has the same datasets. */
export function shownPath(file: string, filesDir: string): string {
  const inside = path.relative(filesDir, file);
  const outside = inside.startsWith('..') || path.isAbsolute(inside);
  return (outside ? file : inside === '' ? '.' : inside).replaceAll('\\', '/');
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const record = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});
