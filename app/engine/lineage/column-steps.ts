import { withParses, type ExpressionParsing } from '#app/pipeline/with-parses.ts';
import { exprToText, lineageOf, schemaOf } from '#app/relation/index.ts';

import type { Relation, Schema } from '#app/relation/types.ts';
import type { RelationServices } from '#app/sdk/node.ts';
import type { AnalysedNode, Analysis } from '../analysis/analyse.ts';

/** A column on an output of a node; ports that are no tables (models) have the one column `*`. */
export interface PortColumn {
  readonly nodeId: string;
  readonly port: string;
  readonly column: string;
}

/** What one output column of one node is made of, by the node's inputs; what comes from outside (a file) has no inputs. */
export interface ColumnStep {
  readonly column: string;
  /** `filter`: it only decides which rows there are. */
  readonly from: readonly (PortColumn & { readonly via: 'value' | 'filter' })[];
  /** How the node computes it, in the expression language; null where it is passed on, or not said by one expression. */
  readonly expression: string | null;
}

/** The one column of ports that carry no table. */
export const whole = '*';

/**
 * Lineage of each node by itself, without any data: relational nodes are described over placeholders of their inputs. Nodes that run
 * code of their own pass columns on by name; a column that they add is taken to depend on everything they are given.
 */
export class ColumnSteps {
  readonly #analysis: Analysis;
  readonly #services: RelationServices;
  readonly #parsing: ExpressionParsing;
  readonly #known = new Map<string, Promise<ReadonlyMap<string, readonly ColumnStep[]>>>();

  constructor(analysis: Analysis, building: { readonly services: RelationServices; readonly parsing: ExpressionParsing }) {
    this.#analysis = analysis;
    this.#services = building.services;
    this.#parsing = building.parsing;
  }

  /** Steps by output port. */
  of(nodeId: string): Promise<ReadonlyMap<string, readonly ColumnStep[]>> {
    const known = this.#known.get(nodeId);
    if (known !== undefined) return known;
    const steps = this.#derive(nodeId);
    this.#known.set(nodeId, steps);
    return steps;
  }

  /** A relational node's tables over placeholders of its inputs, by port; null for others, and where they cannot be described before a run. */
  async tables(nodeId: string): Promise<Readonly<Record<string, Relation>> | null> {
    const node = this.#analysis.nodes.get(nodeId);
    return node === undefined || node.node.bypassed === true ? null : this.#described(node);
  }

  async #derive(nodeId: string): Promise<ReadonlyMap<string, readonly ColumnStep[]>> {
    const node = this.#analysis.nodes.get(nodeId);
    if (node === undefined) return new Map();
    const described = node.node.bypassed === true ? null : await this.#described(node);
    const steps = new Map<string, readonly ColumnStep[]>();
    for (const [port, meta] of Object.entries(node.configuration.outputs)) {
      const relation = described?.[port];
      if (relation !== undefined) steps.set(port, relationSteps(relation));
      else if (meta.kind === 'table') steps.set(port, (meta.schema ?? []).map(({ name }) => this.#byName(node, name)));
      else steps.set(port, [{ column: whole, from: this.#everything(node).map((one) => ({ ...one, via: 'value' as const })), expression: null }]);
    }
    return steps;
  }

  /** The node's tables over placeholders that name their origin; null where they cannot be described before a run. */
  async #described(node: AnalysedNode): Promise<Readonly<Record<string, Relation>> | null> {
    const relation = node.type?.relation;
    if (relation === undefined || node.params === undefined) return null;
    const inputs: Record<string, Relation[]> = {};
    for (const [port, sources] of Object.entries(node.inputs)) {
      const list: Relation[] = [];
      for (const source of sources) {
        const schema = this.#schema(source.nodeId, source.port);
        if (schema === null) return null;
        const meta = this.#analysis.nodes.get(source.nodeId)?.configuration.outputs[source.port];
        const features = meta?.kind === 'table' && meta.features !== undefined ? { features: meta.features } : {};
        const label = this.#analysis.nodes.get(source.nodeId)?.title ?? source.nodeId;
        list.push({ op: 'scan', source: { kind: 'named', name: `${source.nodeId}.${source.port}` }, schema, label, origin: { nodeId: source.nodeId, port: source.port }, ...features });
      }
      inputs[port] = list;
    }
    try {
      const built = await withParses(this.#parsing, () => relation(inputs, node.params, node.configuration.facts, this.#services));
      const byPort = isRelation(built) ? { [node.type?.definition.outputs.find((port) => port.kind === 'table')?.name ?? 'table']: built } : built;
      for (const one of Object.values(byPort)) schemaOf(one);
      return byPort;
    } catch {
      // What is wrong with the node is said by configuring it.
      return null;
    }
  }

  #byName(node: AnalysedNode, name: string): ColumnStep {
    const inputs = Object.values(node.inputs).flat();
    const same = inputs.filter((source) => this.#schema(source.nodeId, source.port)?.some((column) => column.name === name));
    const from = same.length > 0 ? same.map((source) => ({ ...source, column: name })) : this.#everything(node);
    return { column: name, from: from.map((one) => ({ ...one, via: 'value' as const })), expression: null };
  }

  #everything(node: AnalysedNode): PortColumn[] {
    return Object.values(node.inputs)
      .flat()
      .flatMap(({ nodeId, port }) => (this.#schema(nodeId, port) ?? [{ name: whole }]).map(({ name }) => ({ nodeId, port, column: name })));
  }

  #schema(nodeId: string, port: string): Schema | null {
    const meta = this.#analysis.nodes.get(nodeId)?.configuration.outputs[port];
    return meta?.kind === 'table' ? meta.schema : null;
  }
}

const isRelation = (value: object): value is Relation => typeof (value as { op?: unknown }).op === 'string';

function relationSteps(relation: Relation): ColumnStep[] {
  return lineageOf(relation).map(({ column, from }) => ({
    column,
    from: from.flatMap((source) => (source.origin === undefined ? [] : [{ ...source.origin, column: source.column, via: source.via }])),
    expression: expressionOf(relation, column),
  }));
}

/** The expression that computes a column, looked for down to the first operator that does more than pass it on. */
function expressionOf(relation: Relation, column: string): string | null {
  switch (relation.op) {
    case 'project': {
      const found = relation.columns.find(({ name }) => name === column);
      if (found === undefined) return null;
      if (found.expr.op !== 'col') return exprToText(found.expr);
      const deeper = expressionOf(relation.input, found.expr.name);
      return deeper ?? (found.expr.name === column ? null : exprToText(found.expr));
    }
    case 'filter':
    case 'sort':
    case 'limit':
    case 'sample':
    case 'distinct':
      return expressionOf(relation.input, column);
    case 'aggregate':
    case 'pivot': {
      const measure = relation.measures.find(({ name }) => name === column);
      return measure === undefined ? null : `${measure.fn}(${measure.arg === undefined ? '*' : exprToText(measure.arg)})`;
    }
    case 'window': {
      const window = relation.columns.find(({ name }) => name === column);
      return window === undefined ? expressionOf(relation.input, column) : `${window.fn}(${window.arg === undefined ? '' : exprToText(window.arg)}) over …`;
    }
    default:
      return null;
  }
}
