import { canonicalJson } from '#app/core/hash.ts';
import type { Column } from '#app/relation/types.ts';
import { featureTypes } from '#app/sdk/trainer.ts';
import { beside, computed, outsideColumn, type ColumnTrace, type Learning, type TableTrace } from './columns.ts';
import type { LintNode, SourcePort } from './finding.ts';
import { source, traceRelation } from './relations.ts';
import { throughPart, type Rows } from './rows.ts';

/** Rows that had a say in a model. */
export interface Taught {
  readonly node: LintNode;
  /** The input that they came in at. */
  readonly port: string;
  readonly from: SourcePort;
  readonly rows: Rows;
  /** `fit`: the model was fitted on them; `decide`: something was chosen with them afterwards (a threshold, a calibration). */
  readonly as: 'fit' | 'decide';
}

export interface ModelTrace {
  /** Nodes that fitted it. */
  readonly trainers: readonly string[];
  readonly taught: readonly Taught[];
}

/** What is known of every port without running anything. */
export interface Traces {
  readonly nodes: ReadonlyMap<string, LintNode>;
  table(source: SourcePort): TableTrace | undefined;
  model(source: SourcePort): ModelTrace | undefined;
  /** What had a say in the choice of a learner, which is fitted on other rows later. */
  learner(source: SourcePort): readonly Taught[];
  /** Name under which a column first had this id. */
  nameOf(id: string): string | undefined;
}

const keyOf = ({ nodeId, port }: SourcePort): string => `${nodeId}\0${port}`;

export const portsOf = (node: LintNode, side: 'inputs' | 'outputs', kind: string): string[] => node.definition[side].filter((port) => port.kind === kind).map(({ name }) => name);

export const sourcesAt = (node: LintNode, kind: string): { readonly port: string; readonly from: SourcePort }[] =>
  portsOf(node, 'inputs', kind).flatMap((port) => (node.inputs[port] ?? []).map((from) => ({ port, from })));

/** Nodes that choose a learner with rows. */
const searches: ReadonlySet<string> = new Set(['train/parameter-search', 'train/auto-train']);
/** Nodes that drop rows by limits learnt from all of them. */
const rowFilters: ReadonlySet<string> = new Set(['explore/outliers']);

/** @param nodes upstream first */
export function traceNodes(nodes: readonly LintNode[]): Traces {
  const tables = new Map<string, TableTrace>();
  const models = new Map<string, ModelTrace>();
  const learners = new Map<string, readonly Taught[]>();
  const names = new Map<string, string>();
  const traces: Traces = {
    nodes: new Map(nodes.map((node) => [node.id, node])),
    table: (from) => tables.get(keyOf(from)),
    model: (from) => models.get(keyOf(from)),
    learner: (from) => learners.get(keyOf(from)) ?? [],
    nameOf: (id) => names.get(id),
  };
  for (const node of nodes) {
    for (const port of portsOf(node, 'outputs', 'learner')) learners.set(keyOf({ nodeId: node.id, port }), chosenWith(node, traces));
    for (const port of portsOf(node, 'outputs', 'model')) models.set(keyOf({ nodeId: node.id, port }), modelOf(node, traces));
    for (const port of portsOf(node, 'outputs', 'table')) {
      const table = tableOf(node, port, traces);
      tables.set(keyOf({ nodeId: node.id, port }), table);
      for (const [name, column] of table.columns) if (!names.has(column.id)) names.set(column.id, name);
    }
  }
  return traces;
}

/** A recalibrated or tuned model keeps what taught the one before; where nothing is changed, it is that one. */
function modelOf(node: LintNode, traces: Traces): ModelTrace {
  const before = sourcesAt(node, 'model').flatMap(({ from }) => traces.model(from) ?? []);
  const as = before.length > 0 ? 'decide' : 'fit';
  const unchanged = as === 'decide' && node.params['method'] === 'none';
  const own = unchanged ? [] : taughtBy(node, as, traces);
  return {
    trainers: as === 'fit' ? [node.id] : before.flatMap(({ trainers }) => trainers),
    taught: [...before.flatMap(({ taught }) => taught), ...own],
  };
}

const taughtBy = (node: LintNode, as: Taught['as'], traces: Traces): Taught[] =>
  sourcesAt(node, 'table').flatMap(({ port, from }): Taught[] => {
    const rows = traces.table(from)?.rows;
    return rows === undefined ? [] : [{ node, port, from, rows, as }];
  });

function chosenWith(node: LintNode, traces: Traces): readonly Taught[] {
  const before = sourcesAt(node, 'learner').flatMap(({ from }) => traces.learner(from));
  return searches.has(node.definition.type) ? [...before, ...taughtBy(node, 'decide', traces)] : before;
}

function tableOf(node: LintNode, port: string, traces: Traces): TableTrace {
  const meta = node.outputs[port];
  const schema = meta?.kind === 'table' ? (meta.schema ?? []) : [];
  const base = canonicalJson([node.definition.type, node.params, port, node.definition.inputs.length === 0 ? '' : node.id]);
  const relation = node.relations?.[port];
  if (relation !== undefined) {
    try {
      return traceRelation(relation, { nodeId: node.id, port, base, input: (nodeId, from) => traces.table({ nodeId, port: from }) });
    } catch {
      // A relation that is wrong is said by configuring it.
      return byName(node, port, schema, base, traces);
    }
  }
  return byName(node, port, schema, base, traces);
}

/** Nodes that run code of their own pass columns on by name; what they add depends on what kind of node it is. */
function byName(node: LintNode, port: string, schema: readonly Column[], base: string, traces: Traces): TableTrace {
  const inputs = sourcesAt(node, 'table').flatMap(({ from }) => traces.table(from) ?? []);
  const [first] = inputs;
  const passed = (name: string): ColumnTrace | undefined => inputs.flatMap((input) => input.columns.get(name) ?? [])[0];
  // Metrics, rankings, loadings: another table.
  if (first === undefined || (schema.length > 0 && !schema.some(({ name }) => passed(name)))) return source(base, schema);
  const models = sourcesAt(node, 'model').flatMap(({ from }) => traces.model(from) ?? []);
  const columns = schema.map(({ name, type }): [string, ColumnTrace] => {
    const known = passed(name);
    if (known !== undefined) return [name, inputs.length > 1 ? beside(known, first.rows) : known];
    return [name, added(`${node.id}.${port}#${name}`, { name, type }, node, first, models)];
  });
  const rows = models.length > 0 ? first.rows : throughPart(first.rows, node.id, port);
  const learning: Learning = { nodeId: node.id, kind: 'all', seen: first.rows, of: [], timed: false };
  return { rows, columns: new Map(columns), selections: rowFilters.has(node.definition.type) ? [...first.selections, learning] : first.selections };
}

function added(id: string, { type }: Column, node: LintNode, input: TableTrace, models: readonly ModelTrace[]): ColumnTrace {
  if (models.length > 0) {
    const learnt = models.flatMap(({ taught }) => taught).map(({ rows }): Learning => ({ nodeId: node.id, kind: 'all', seen: rows, of: [], timed: false }));
    return { ...outsideColumn(id, type), across: 'all', learnt };
  }
  // A script may compute anything; nothing is said of what it adds.
  if (!/^(explore|train)\//.test(node.definition.type)) return outsideColumn(id, type);
  const chosen = node.params['columns'] ?? node.params['features'];
  // Where none is chosen, projections take numbers; clusters take texts, too (their recipe makes numbers of them).
  const types = node.definition.type.startsWith('train/') ? featureTypes : (['integer', 'float'] as const);
  const isRead = Array.isArray(chosen) && chosen.length > 0 ? (name: string): boolean => chosen.includes(name) : (_: string, column: ColumnTrace): boolean => types.some((one) => one === column.type);
  const from = [...input.columns].filter(([name, column]) => isRead(name, column)).map(([, column]) => column);
  const column = computed(id, type, from);
  return { ...column, learnt: [...column.learnt, { nodeId: node.id, kind: 'all', seen: input.rows, of: from, timed: false }] };
}
