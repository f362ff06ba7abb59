import type { Diagnostic } from '#app/core/errors.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import type { ParamHint } from '#app/sdk/node.ts';
import type { PortMeta, PortSpec } from '#app/sdk/ports.ts';
import type { Command } from '../commands.ts';
import type { PipelineEdge, PipelineNode } from '../document.ts';
import { indexGraph, nodeTitle } from '../graph.ts';
import { freeId, freePlace } from '../lint/fixes.ts';
import { migrateParams } from '../migrate.ts';
import { hintAt } from '../param-errors.ts';
import { typeOfNode } from '../subflow/node-type.ts';
import type { NodeType } from '../types.ts';
import type { RepairInput } from './types.ts';

type Path = readonly (string | number)[];

/** The node that a diagnostic is about, and edits of it. */
export class RepairPlace {
  readonly input: RepairInput;
  readonly node: PipelineNode;
  readonly type: NodeType;
  readonly title: string;
  /** In the meaning of the present version; as they are where they cannot be migrated. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Path of the param, empty for none. */
  readonly param: Path;
  readonly hint: ParamHint;

  private constructor(input: RepairInput, node: PipelineNode, type: NodeType, diagnostic: Diagnostic) {
    this.input = input;
    this.node = node;
    this.type = type;
    this.title = nodeTitle(node, type.definition.title);
    this.params = migrated(node, type);
    this.param = diagnostic.place?.param ?? [];
    this.hint = this.param.length === 0 ? {} : hintAt(type.definition.params, this.param);
  }

  /** Null where the node is not there (any more), or its type is not known. */
  static of(input: RepairInput, diagnostic: Diagnostic): RepairPlace | null {
    const node = indexGraph(input.document).nodes.get(diagnostic.place?.nodeId ?? '');
    const type = node === undefined ? undefined : typeOfNode(input.catalogue, node);
    return node === undefined || type === undefined ? null : new RepairPlace(input, node, type, diagnostic);
  }

  get value(): unknown {
    return valueAt(this.params, this.param);
  }

  edges(port?: string): readonly PipelineEdge[] {
    return (indexGraph(this.input.document).incoming.get(this.node.id) ?? []).filter(({ to }) => port === undefined || to.port === port);
  }

  /** Edges that leave a node. */
  leaving(id: string): readonly PipelineEdge[] {
    return indexGraph(this.input.document).outgoing.get(id) ?? [];
  }

  nodeById(id: string): PipelineNode | undefined {
    return indexGraph(this.input.document).nodes.get(id);
  }

  titleOf(node: PipelineNode): string {
    return nodeTitle(node, typeOfNode(this.input.catalogue, node)?.definition.title);
  }

  outputsOf(node: PipelineNode): readonly PortSpec[] {
    return typeOfNode(this.input.catalogue, node)?.definition.outputs ?? [];
  }

  metaAt(port: string): PortMeta | undefined {
    const [edge] = this.edges(port);
    const outputs = edge === undefined ? {} : (this.input.nodes[edge.from.node]?.outputs ?? {});
    return edge !== undefined && Object.hasOwn(outputs, edge.from.port) ? outputs[edge.from.port] : undefined;
  }

  /** The input that columns of a param, or of a place, are of: what it says, else the first table. */
  tablePort(diagnostic: Diagnostic): string | undefined {
    const tables = this.type.definition.inputs.filter(({ kind }) => kind === 'table').map(({ name }) => name);
    return [diagnostic.place?.port, this.hint.from].find((name) => name !== undefined && tables.includes(name)) ?? tables[0];
  }

  /** Columns that come in there; empty while unknown. */
  columns(port: string | undefined): Schema {
    const meta = port === undefined ? undefined : this.metaAt(port);
    return meta?.kind === 'table' ? (meta.schema ?? []) : [];
  }

  /** Those that the param takes. */
  fitting(port: string | undefined): readonly Column[] {
    const { types } = this.hint;
    return this.columns(port).filter(({ type }) => types === undefined || types.includes(type));
  }

  /** The command that sets one param, also deep in the others. */
  set(path: Path, value: unknown): Command {
    return { type: 'set-params', nodeId: this.node.id, params: withValue(this.params, path, value) as Record<string, unknown>, version: this.type.definition.version };
  }

  /** The command that takes a param away, so that its default holds. */
  unset(name: string): Command {
    const { [name]: _, ...params } = this.params;
    return { type: 'set-params', nodeId: this.node.id, params, version: this.type.definition.version };
  }

  /** Puts a new node of one table in and one out into the connection at an input. Null where that input has not exactly one. */
  insertBefore(port: string, typeId: string, params: Readonly<Record<string, unknown>>): Command | null {
    const definition = this.input.catalogue.get(typeId)?.definition;
    const [edge, ...more] = this.edges(port);
    const [into, outOf] = [definition?.inputs[0], definition?.outputs[0]];
    if (definition === undefined || edge === undefined || more.length > 0 || into === undefined || outOf === undefined) return null;
    const { document } = this.input;
    const id = freeId(document, `${this.node.id}-${typeId.split('/').at(-1) ?? 'step'}`);
    const ids = [freeId(document, `${id}-in`, [id]), freeId(document, `${id}-out`, [id])];
    const edges = [
      { id: ids[0] ?? '', from: edge.from, to: { node: id, port: into.name } },
      { id: ids[1] ?? '', from: { node: id, port: outOf.name }, to: edge.to },
    ];
    const layout = this.placeBetween(edge.from.node, this.node.id);
    return {
      type: 'batch',
      commands: [
        { type: 'remove', edges: [edge.id] },
        { type: 'add', nodes: [{ id, type: typeId, version: definition.version, params: { ...params } }], edges, ...(layout === null ? {} : { layout: { [id]: layout } }) },
      ],
    };
  }

  /** A free place between two cards; null where one has none. */
  placeBetween(from: string, to: string): { x: number; y: number } | null {
    const { layout } = this.input.document;
    const [a, b] = [from, to].map((id) => (Object.hasOwn(layout, id) ? layout[id] : undefined));
    if (a === undefined || b === undefined) return null;
    return freePlace(this.input.document, { x: Math.round((a.x + b.x) / 2), y: Math.round((a.y + b.y) / 2) });
  }
}

function migrated(node: PipelineNode, type: NodeType): Readonly<Record<string, unknown>> {
  try {
    return migrateParams(node, type.definition) ?? node.params;
  } catch {
    return node.params;
  }
}

export function valueAt(value: unknown, path: Path): unknown {
  let at: unknown = value;
  for (const part of path) {
    if (Array.isArray(at) && typeof part === 'number') at = at[part];
    else if (typeof at === 'object' && at !== null && typeof part === 'string' && Object.hasOwn(at, part)) at = (at as Record<string, unknown>)[part];
    else return undefined;
  }
  return at;
}

export function withValue(target: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === 'number') {
    const list: unknown[] = Array.isArray(target) ? [...target] : [];
    list[first] = withValue(list[first], rest, value);
    return list;
  }
  const object = typeof target === 'object' && target !== null && !Array.isArray(target) ? (target as Record<string, unknown>) : {};
  return { ...object, [first]: withValue(Object.hasOwn(object, first) ? object[first] : undefined, rest, value) };
}
