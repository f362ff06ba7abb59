import { formatCount, formatNumber } from '#app/core/units.ts';
import type { Column } from '#app/relation/types.ts';
import { sameJson } from './delta.ts';
import { changeSentences, type Names } from './diff-words.ts';
import { diffDocuments, isCosmetic, type Change } from './diff.ts';
import type { PipelineDocument, PipelineNode } from './document.ts';
import { topologicalOrder } from './graph.ts';

/** What is known of a run, for comparing it with another. Structural, so that records of any store fit. */
export interface RunFacts {
  readonly document: PipelineDocument;
  readonly nodes: readonly NodeFacts[];
  /** Final metrics: `Node title · metric` → value. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface NodeFacts {
  readonly nodeId: string;
  readonly status: string;
  readonly cacheKey: string | null;
  readonly ports: Readonly<Record<string, PortFacts>>;
  readonly metrics: Readonly<Record<string, number>>;
  /** What it read from outside, by name, as far as it could be told apart. */
  readonly fingerprint?: Readonly<Record<string, string>> | undefined;
}

export interface PortFacts {
  readonly kind: string;
  readonly rows: number | null;
  readonly schema?: readonly Column[] | undefined;
  /** Where the table of the run is still on disk. */
  readonly statistics?: readonly ColumnStatistics[] | undefined;
}

export interface ColumnStatistics {
  readonly name: string;
  readonly missing: number;
  readonly distinct: number | null;
  readonly mean: number | null;
  readonly min: number | string | null;
  readonly max: number | string | null;
}

/** How the table on an output differs between two runs. */
export interface PortDifference {
  readonly nodeId: string;
  readonly port: string;
  readonly title: string;
  readonly rows: readonly [number | null, number | null];
  /** Sentences about rows, columns and what is in them. */
  readonly words: readonly string[];
}

export interface MetricDifference {
  readonly name: string;
  readonly values: readonly [number | null, number | null];
}

export interface RunDiff {
  readonly changes: readonly string[];
  readonly ports: readonly PortDifference[];
  readonly metrics: readonly MetricDifference[];
  /** Node from which on the results differ; null when none does. */
  readonly from: string | null;
  /** Where the results begin to differ and why, in one sentence. */
  readonly verdict: string;
}

/** Compares run `b` with the earlier run `a`. */
export function diffRuns(a: RunFacts, b: RunFacts, names: Names): RunDiff {
  const changes = diffDocuments(a.document, b.document);
  const before = new Map(a.nodes.map((node) => [node.nodeId, node]));
  const after = new Map(b.nodes.map((node) => [node.nodeId, node]));
  const documentNodes = new Map(b.document.nodes.map((node) => [node.id, node]));
  const order = topologicalOrder(b.document).order;
  const ports: PortDifference[] = [];
  const differing = new Set<string>();
  for (const id of order) {
    const [was, now, node] = [before.get(id), after.get(id), documentNodes.get(id)];
    if (node === undefined || now === undefined) continue;
    if (was === undefined) {
      differing.add(id);
      continue;
    }
    const found = portDifferences(was, now, node, names);
    ports.push(...found);
    if (found.length > 0 || keysDiffer(was, now) || outcome(was) !== outcome(now) || !sameJson(was.metrics, now.metrics)) differing.add(id);
  }
  const metrics = metricDifferences(a.metrics, b.metrics);
  const incoming = new Map<string, string[]>();
  for (const edge of b.document.edges) incoming.set(edge.to.node, [...(incoming.get(edge.to.node) ?? []), edge.from.node]);
  const roots = order.filter((id) => differing.has(id) && !(incoming.get(id) ?? []).some((source) => differing.has(source)));
  // A new node changes nothing by itself unless something behind it is of both runs; one of both runs tells more.
  const root = roots.find((id) => before.has(id)) ?? roots[0] ?? null;
  return { changes: changeSentences(changes, names), ports, metrics, from: root, verdict: verdict({ a, b, root, roots, before, after, changes, ports, metrics, names }) };
}

const keysDiffer = (a: NodeFacts, b: NodeFacts): boolean => a.cacheKey !== null && b.cacheKey !== null && a.cacheKey !== b.cacheKey;
/** Computed and reused are one outcome. */
const outcome = ({ status }: NodeFacts): string => (status === 'cached' ? 'succeeded' : status);

function portDifferences(a: NodeFacts, b: NodeFacts, node: PipelineNode, names: Names): PortDifference[] {
  return Object.entries(b.ports).flatMap(([port, now]) => {
    const was = Object.hasOwn(a.ports, port) ? a.ports[port] : undefined;
    if (was === undefined || now.kind !== 'table') return [];
    const words = [...rowWords(was.rows, now.rows), ...schemaWords(was.schema, now.schema), ...statisticsWords(was.statistics, now.statistics)];
    return words.length === 0 ? [] : [{ nodeId: node.id, port, title: names.node(node), rows: [was.rows, now.rows] as const, words }];
  });
}

function rowWords(was: number | null, now: number | null): string[] {
  if (was === null || now === null || was === now) return [];
  return [`${formatCount(now)} rows instead of ${formatCount(was)}`];
}

function schemaWords(was: readonly Column[] | undefined, now: readonly Column[] | undefined): string[] {
  if (was === undefined || now === undefined) return [];
  const old = new Map(was.map(({ name, type }) => [name, type]));
  const present = new Set(now.map(({ name }) => name));
  const added = now.filter(({ name }) => !old.has(name)).map(({ name }) => `“${name}”`);
  const gone = was.filter(({ name }) => !present.has(name)).map(({ name }) => `“${name}”`);
  const retyped = now.filter(({ name, type }) => old.has(name) && old.get(name) !== type).map(({ name, type }) => `“${name}” is ${type} instead of ${old.get(name)}`);
  return [...(added.length === 0 ? [] : [`new ${columns(added)}`]), ...(gone.length === 0 ? [] : [`without ${columns(gone)}`]), ...retyped];
}

const columns = (names: readonly string[]): string => `${names.length === 1 ? 'column' : 'columns'} ${listed(names, 4)}`;

function listed(names: readonly string[], most: number): string {
  if (names.length > most) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Sums over threads may differ in the last digits. */
const tolerance = 1e-9;

function statisticsWords(was: readonly ColumnStatistics[] | undefined, now: readonly ColumnStatistics[] | undefined): string[] {
  if (was === undefined || now === undefined) return [];
  const old = new Map(was.map((column) => [column.name, column]));
  return now.flatMap((column) => {
    const before = old.get(column.name);
    if (before === undefined) return [];
    const parts: string[] = [];
    if (before.mean !== null && column.mean !== null && Math.abs(before.mean - column.mean) > tolerance * Math.max(1, Math.abs(before.mean))) parts.push(`mean ${formatNumber(before.mean)} → ${formatNumber(column.mean)}`);
    if (before.missing !== column.missing) parts.push(`missing ${formatCount(before.missing)} → ${formatCount(column.missing)}`);
    if (before.mean === null && before.distinct !== column.distinct && before.distinct !== null && column.distinct !== null) parts.push(`different values ${formatCount(before.distinct)} → ${formatCount(column.distinct)}`);
    if (before.min !== column.min) parts.push(`least ${boundText(before.min)} → ${boundText(column.min)}`);
    if (before.max !== column.max) parts.push(`greatest ${boundText(before.max)} → ${boundText(column.max)}`);
    return parts.length === 0 ? [] : [`“${column.name}”: ${parts.join(', ')}`];
  });
}

const boundText = (value: number | string | null): string => (value === null ? 'none' : typeof value === 'number' ? formatNumber(value) : value);

function metricDifferences(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): MetricDifference[] {
  const value = (record: Readonly<Record<string, number>>, name: string): number | null => (Object.hasOwn(record, name) ? (record[name] ?? null) : null);
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .map((name) => ({ name, values: [value(a, name), value(b, name)] as const }))
    .filter(({ values: [was, now] }) => was !== now);
}

interface Findings {
  readonly a: RunFacts;
  readonly b: RunFacts;
  readonly root: string | null;
  readonly roots: readonly string[];
  readonly before: ReadonlyMap<string, NodeFacts>;
  readonly after: ReadonlyMap<string, NodeFacts>;
  readonly changes: readonly Change[];
  readonly ports: readonly PortDifference[];
  readonly metrics: readonly MetricDifference[];
  readonly names: Names;
}

function verdict(found: Findings): string {
  const { b, root, roots, names, metrics, changes } = found;
  const node = root === null ? undefined : b.document.nodes.find(({ id }) => id === root);
  if (node === undefined) {
    if (metrics.length > 0) return 'The tables are the same, but the metrics are not.';
    return changes.every(isCosmetic) ? 'The results are the same.' : 'The results are the same in every node that both runs have.';
  }
  const others = roots.length - 1;
  const also = others === 0 ? '' : others === 1 ? '; one other node differs by itself as well' : `; ${others} other nodes differ by themselves as well`;
  return `The results differ from “${names.node(node)}” on: ${effect(found, node)}${cause(found, node)}${also}.`;
}

function effect({ before, after, ports }: Findings, node: PipelineNode): string {
  const [was, now] = [before.get(node.id), after.get(node.id)];
  if (was === undefined || now === undefined) return 'it is new';
  if (outcome(was) !== outcome(now)) return `it ${now.status === 'failed' ? 'failed' : outcome(now) === 'succeeded' ? 'succeeded' : `was ${now.status}`} where it ${outcome(was) === 'succeeded' ? 'had succeeded' : was.status === 'failed' ? 'had failed' : `had been ${was.status}`}`;
  const own = ports.filter(({ nodeId }) => nodeId === node.id);
  const counted = own.find(({ rows: [a, b] }) => a !== null && b !== null && a !== b);
  const [rowsBefore = null, rowsNow = null] = counted?.rows ?? [];
  if (rowsBefore !== null && rowsNow !== null) return `it ${/filter|sample|limit|distinct|split/.test(node.type) ? 'kept' : 'gave'} ${formatCount(rowsNow)} rows instead of ${formatCount(rowsBefore)}`;
  const [first] = own.flatMap(({ words }) => words);
  if (first !== undefined) return `its table differs (${first})`;
  const [metric] = metricDifferences(was.metrics, now.metrics);
  const [metricBefore = null, metricNow = null] = metric?.values ?? [];
  if (metric !== undefined && metricBefore !== null && metricNow !== null) return `its ${metricWords(metric.name)} is ${formatNumber(metricNow)} instead of ${formatNumber(metricBefore)}`;
  return 'it was computed anew';
}

/** `bestEpoch` → “best epoch”. */
const metricWords = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();

function cause({ a, b, before, after, changes, names }: Findings, node: PipelineNode): string {
  const own = changes.filter((change) => 'nodeId' in change && change.nodeId === node.id && !isCosmetic(change));
  if (own.some(({ kind }) => kind === 'node-added')) return '';
  if (own.some(({ kind }) => kind === 'node-replaced')) return ' because it is another type of node';
  const params = [...new Set(own.flatMap((change) => (change.kind === 'param' ? [`“${names.param(node.type, change.path)}”`] : [])))];
  if (params.length > 0) return params.length <= 2 ? ` because its ${listed(params, 2)} changed` : ` because ${params.length} of its parameters changed`;
  const bypassed = own.find((change) => change.kind === 'node-bypassed');
  if (bypassed !== undefined) return bypassed.kind === 'node-bypassed' && bypassed.after ? ' because it is bypassed' : ' because it is no longer bypassed';
  if (own.some(({ kind }) => kind === 'node-version')) return ' because its type has a newer version';
  const sources = (document: PipelineDocument): string[] => document.edges.filter(({ to }) => to.node === node.id).map(({ from, to }) => `${from.node}\0${from.port}\0${to.port}`);
  if (!sameJson(sources(a.document), sources(b.document))) return ' because its inputs are connected otherwise';
  const [was, now] = [before.get(node.id)?.fingerprint, after.get(node.id)?.fingerprint];
  const changed = was === undefined || now === undefined ? [] : Object.keys(now).filter((name) => was[name] !== now[name]);
  if (changed.length > 0) return ` because ${listed(changed, 2)} changed`;
  return before.get(node.id)?.cacheKey === null ? ' because it reads anew in every run' : ', though the pipeline has it the same';
}
