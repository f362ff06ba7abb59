import { didYouMean } from '#app/relation/index.ts';
import { PenstockError } from '#app/core/errors.ts';
import type { AnalysedNode, Analysis } from '../analysis/analyse.ts';
import { whole, type ColumnSteps, type PortColumn } from './column-steps.ts';

export interface PathColumn {
  readonly column: string;
  /** `value`: its values are in the result; `filter`: it only decides which rows there are. */
  readonly via: 'value' | 'filter';
  readonly expression: string | null;
}

/** One output port on the way. */
export interface PathStop {
  readonly nodeId: string;
  readonly title: string;
  readonly port: string;
  readonly direction: 'back' | 'target' | 'forward';
  /** Empty for ports that carry no table. */
  readonly columns: readonly PathColumn[];
}

export interface ColumnPath {
  /** Upstream first. */
  readonly stops: readonly PathStop[];
  /** Connections that the column's values (or what decides its rows) run along. */
  readonly wires: readonly { readonly from: { readonly node: string; readonly port: string }; readonly to: { readonly node: string }; readonly via: 'value' | 'filter'; readonly direction: 'back' | 'forward' }[];
  /** Where the path begins: columns of nodes that read from outside. */
  readonly sources: readonly { readonly nodeId: string; readonly title: string; readonly label: string; readonly column: string; readonly via: 'value' | 'filter' }[];
  /** Nodes behind that use the column without handing on a table: charts, trainers, writers. */
  readonly users: readonly { readonly nodeId: string; readonly title: string }[];
}

const keyOf = ({ nodeId, port, column }: PortColumn): string => JSON.stringify([nodeId, port, column]);

/**
 * The way of one column: back to the columns outside that it is made of, through every expression, and forward to all that uses it.
 * Nothing is run. @throws PenstockError `unknown-node`, `unknown-port`, `unknown-column`.
 */
export async function columnPath(analysis: Analysis, steps: ColumnSteps, target: PortColumn): Promise<ColumnPath> {
  await checkTarget(analysis, steps, target);
  const found = new Map<string, PortColumn & { via: 'value' | 'filter'; direction: PathStop['direction']; expression: string | null }>();
  const wires = new Map<string, ColumnPath['wires'][number]>();
  const wire = (from: PortColumn, to: string, via: 'value' | 'filter', direction: 'back' | 'forward'): void => {
    const key = JSON.stringify([from.nodeId, from.port, to]);
    if (via === 'value' || !wires.has(key)) wires.set(key, { from: { node: from.nodeId, port: from.port }, to: { node: to }, via, direction });
  };
  const sources = new Map<string, ColumnPath['sources'][number]>();

  // Back: breadth first; what is reached by value once counts as value.
  const queue: (PortColumn & { via: 'value' | 'filter' })[] = [{ ...target, via: 'value' }];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const key = keyOf(at);
    const before = found.get(key);
    if (before !== undefined && (before.via === 'value' || at.via === 'filter')) continue;
    const step = (await steps.of(at.nodeId)).get(at.port)?.find((one) => one.column === at.column);
    found.set(key, { ...at, direction: before?.direction ?? (found.size === 0 ? 'target' : 'back'), expression: step?.expression ?? null });
    const node = analysis.nodes.get(at.nodeId);
    if (node !== undefined && Object.values(node.inputs).flat().length === 0) {
      sources.set(key, { nodeId: at.nodeId, title: node.title, label: node.configuration.describe, column: at.column, via: at.via });
    }
    for (const source of step?.from ?? []) {
      const via = at.via === 'filter' ? 'filter' : source.via;
      wire(source, at.nodeId, via, 'back');
      queue.push({ nodeId: source.nodeId, port: source.port, column: source.column, via });
    }
  }

  // Forward: nodes in order, so one pass is enough.
  const ahead = new Map<string, 'value' | 'filter'>([[keyOf(target), 'value']]);
  const users: ColumnPath['users'][number][] = [];
  for (const nodeId of analysis.order) {
    const node = analysis.nodes.get(nodeId);
    if (node === undefined) continue;
    let reached = false;
    for (const [port, list] of await steps.of(nodeId)) {
      for (const step of list) {
        const ways = step.from.flatMap((source) => (ahead.has(keyOf(source)) && uses(node, analysis, source, step.column) ? [{ source, via: ahead.get(keyOf(source)) === 'filter' ? ('filter' as const) : source.via }] : []));
        if (ways.length === 0) continue;
        const via = ways.some((way) => way.via === 'value') ? 'value' : 'filter';
        const key = keyOf({ nodeId, port, column: step.column });
        ahead.set(key, via);
        reached = true;
        for (const way of ways) wire(way.source, nodeId, way.via, 'forward');
        if (!found.has(key)) found.set(key, { nodeId, port, column: step.column, via, direction: 'forward', expression: step.expression });
      }
    }
    const hasTable = Object.values(node.configuration.outputs).some((meta) => meta.kind === 'table');
    if (reached && !hasTable) users.push({ nodeId, title: node.title });
  }
  return { stops: stopsOf(analysis, [...found.values()]), wires: [...wires.values()], sources: [...sources.values()], users };
}

/** A node without a table of its own uses the columns that its params name; where they name none, all of them. */
function uses(node: AnalysedNode, analysis: Analysis, source: PortColumn, column: string): boolean {
  if (column !== whole || source.column === whole) return true;
  const meta = analysis.nodes.get(source.nodeId)?.configuration.outputs[source.port];
  const names = new Set(meta?.kind === 'table' ? (meta.schema ?? []).map(({ name }) => name) : []);
  const named = [...textsIn(node.params)].filter((text) => names.has(text));
  return named.length === 0 || node.type?.definition.outputs.some((port) => port.kind === 'model') === true || named.includes(source.column);
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) yield* textsIn(item);
}

function stopsOf(analysis: Analysis, found: readonly (PortColumn & PathColumn & { direction: PathStop['direction'] })[]): PathStop[] {
  const stops = new Map<string, { nodeId: string; title: string; port: string; direction: PathStop['direction']; columns: PathColumn[] }>();
  for (const one of found) {
    const key = JSON.stringify([one.nodeId, one.port]);
    const stop = stops.get(key) ?? { nodeId: one.nodeId, title: analysis.nodes.get(one.nodeId)?.title ?? one.nodeId, port: one.port, direction: one.direction, columns: [] };
    if (one.direction === 'target') stop.direction = 'target';
    if (one.column !== whole) stop.columns.push({ column: one.column, via: one.via, expression: one.expression });
    stops.set(key, stop);
  }
  const place = new Map(analysis.order.map((id, index) => [id, index]));
  return [...stops.values()].sort((a, b) => (place.get(a.nodeId) ?? 0) - (place.get(b.nodeId) ?? 0));
}

async function checkTarget(analysis: Analysis, steps: ColumnSteps, { nodeId, port, column }: PortColumn): Promise<void> {
  const node = analysis.nodes.get(nodeId);
  if (node === undefined) {
    throw new PenstockError('unknown-node', `The pipeline has no node “${nodeId}”.`, { remedy: `Its nodes are ${analysis.order.slice(0, 20).join(', ')}.`, place: { nodeId } });
  }
  const list = (await steps.of(nodeId)).get(port);
  if (list === undefined) {
    throw new PenstockError('unknown-port', `“${node.title}” has no output “${port}”.`, { remedy: `Its outputs are ${Object.keys(node.configuration.outputs).join(', ')}.`, place: { nodeId, port } });
  }
  if (list.some((step) => step.column === column)) return;
  const names = list.map((step) => step.column);
  if (names.length === 0) {
    throw new PenstockError('schema-unknown', `The columns of “${node.title}” are not known yet.`, { remedy: 'Set up what comes before it, or run it once.', place: { nodeId, port } });
  }
  throw new PenstockError('unknown-column', `“${node.title}” has no column “${column}”.`, { remedy: didYouMean(column, names), place: { nodeId, port, column } });
}
