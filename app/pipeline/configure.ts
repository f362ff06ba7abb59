import { distinctDiagnostics } from '#app/core/diagnostics.ts';
import { toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import { createAnswers, createParser, schemaOf } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import type { Facts, NodeDefinition, RelationServices } from '#app/sdk/node.ts';
import { packOfType } from '#app/sdk/pack-node.ts';
import { mayBeEmpty, type PortMeta } from '#app/sdk/ports.ts';
import { gatherInputs, inputRelations, unknownMeta, unknownOutputs, type Gathered, type Inputs, type Upstream } from './configure-inputs.ts';
import type { PipelineDocument, PipelineEdge, PipelineNode } from './document.ts';
import { checkDocument, indexGraph, nodeTitle, topologicalOrder } from './graph.ts';
import { migrateParams } from './migrate.ts';
import { paramDiagnostics, unknownParams } from './param-errors.ts';
import type { NodeCatalogue, NodeConfiguration, NodeType, PipelineConfiguration } from './types.ts';
import { withParses, type ExpressionParsing } from './with-parses.ts';
import { inEnglish } from '#app/sdk/say.ts';

export interface ConfigureEnv extends ExpressionParsing {
  /**
   * What `probe` found out about the node's outside world, or null (not probed, nothing to probe). May throw or reject with a
   * PenstockError, which becomes a diagnostic of the node. `params` are parsed.
   */
  factsFor(nodeId: string, type: string, params: unknown): Facts | null | Promise<Facts | null>;
  resolvePath(path: string): string;
  /** Why the nodes of a pack that the project names are not there; null: the project does not name it. */
  packProblem?(pack: string): Diagnostic | null;
  /**
   * Metas of all outputs of a node in place of those just configured, where a finished result knows more (the classes of a fitted
   * model); else null. Asked node by node, upstream first, right after the node was configured. Equal metas must be the same
   * objects each time, or the nodes behind are configured again.
   */
  knownOutputs?(configured: NodeConfiguration): Readonly<Record<string, PortMeta>> | null;
  /** Kept by the caller between passes: nodes whose params, facts and inputs did not change are not configured again. */
  readonly memo?: ConfigureMemo;
}

export type ConfigureMemo = WeakMap<PipelineNode, { readonly inputs: readonly PortMeta[]; readonly facts: Facts | null; readonly result: NodeConfiguration }>;

export const createConfigureMemo = (): ConfigureMemo => new WeakMap();

/**
 * What each node will give, and everything that is wrong, without running anything. Nodes are visited upstream first; a node
 * that is wrong still has metas (with unknown schemas), so the rest of the graph is configured as far as it can be.
 */
export async function configurePipeline(document: PipelineDocument, catalogue: NodeCatalogue, env: ConfigureEnv): Promise<PipelineConfiguration> {
  const { nodes, incoming } = indexGraph(document);
  const { order } = topologicalOrder(document);
  const titleOf = (node: PipelineNode): string => nodeTitle(node, catalogue.get(node.type)?.definition.title);
  const done = new Map<string, NodeConfiguration>();
  const services: RelationServices = { parse: createParser(env.trees), resolvePath: (path) => env.resolvePath(path), ...createAnswers(env.answers) };
  for (const id of order) {
    const node = nodes.get(id);
    if (node === undefined) continue;
    const configured = await configureNode(node, incoming.get(id) ?? [], { catalogue, env, services, done, nodes, titleOf });
    const known = env.knownOutputs?.(configured) ?? null;
    done.set(id, known === null ? configured : { ...configured, outputs: known });
  }
  // Nodes on a cycle or behind one have no order: they get empty metas, and the cycle itself is the diagnostic.
  const configurations: Record<string, NodeConfiguration> = {};
  const diagnostics: Diagnostic[] = checkDocument(document, titleOf);
  for (const node of document.nodes) {
    const type = catalogue.get(node.type);
    const configuration = done.get(node.id) ?? { nodeId: node.id, outputs: unknownOutputs(type?.definition.outputs ?? []), diagnostics: [], describe: '', facts: null };
    configurations[node.id] = configuration;
    diagnostics.push(...configuration.diagnostics);
  }
  return { nodes: configurations, diagnostics };
}

interface Pass extends Upstream {
  readonly env: ConfigureEnv;
  readonly services: RelationServices;
}

async function configureNode(node: PipelineNode, edges: readonly PipelineEdge[], pass: Pass): Promise<NodeConfiguration> {
  const type = pass.catalogue.get(node.type);
  const greyed = (code: string, message: string, remedy: string): NodeConfiguration => ({
    nodeId: node.id,
    outputs: {},
    diagnostics: [{ severity: 'error', code, message, remedy, place: { nodeId: node.id } }],
    describe: '',
    facts: null,
  });
  if (type === undefined) {
    const pack = packOfType(node.type);
    const problem = pack === null ? null : (pass.env.packProblem?.(pack) ?? null);
    if (problem !== null) return greyed(problem.code, problem.message, problem.remedy ?? '');
    if (pack !== null) return greyed('pack-missing', `“${pass.titleOf(node)}” comes from the pack “${pack}”, which this project does not name.`, 'Get the pack from its publisher and install it in this project: penstock pack install FILE.');
    return greyed('unknown-node-type', `Penstock does not know the node type “${node.type}”.`, 'The node is kept as it is; install or update what provides it, or delete the node.');
  }
  const { definition } = type;
  let migrated: Record<string, unknown> | null;
  try {
    migrated = migrateParams(node, definition);
  } catch {
    return greyed('param-invalid', `The parameters of “${pass.titleOf(node)}” could not be brought up to the present version of ${definition.title}.`, 'Delete the node and add it again.');
  }
  if (migrated === null) {
    return greyed('node-version-newer', `“${pass.titleOf(node)}” was made by a newer version of ${definition.title} (${node.version}; this one is ${definition.version}).`, 'The node is kept as it is; update Penstock to use it.');
  }

  const diagnostics: Diagnostic[] = [];
  const inputs = gatherInputs(node, edges, definition, pass, diagnostics);
  if (node.bypassed === true) return bypass(node, definition, inputs.metas, pass);

  const parsed = definition.params.safeParse(migrated);
  if (!parsed.success) {
    diagnostics.push(...paramDiagnostics(parsed.error, definition.params, node.id));
    return { nodeId: node.id, outputs: unknownOutputs(definition.outputs), diagnostics, describe: '', facts: null };
  }
  const params = parsed.data;
  const unknown = unknownParams(migrated, params, node.id, pass.titleOf(node));
  let facts: Facts | null = null;
  try {
    facts = await pass.env.factsFor(node.id, node.type, params);
  } catch (error) {
    diagnostics.push(toDiagnostic(error, { nodeId: node.id }));
    return { nodeId: node.id, outputs: unknownOutputs(definition.outputs), diagnostics, describe: describeSafely(definition, params), facts: null };
  }

  // A node with a complaint about its inputs is always looked at again; such nodes are few and cheap.
  const flat = definition.inputs.flatMap((port) => inputs.metas[port.name] ?? []);
  diagnostics.push(...unknown);
  const known = diagnostics.length === 0 ? pass.env.memo?.get(node) : undefined;
  if (known !== undefined && known.facts === facts && sameItems(known.inputs, flat)) return known.result;

  const outputs = await evaluate(node, type, inputs, params, facts, pass, diagnostics);
  const result: NodeConfiguration = { nodeId: node.id, outputs, diagnostics: distinctDiagnostics(diagnostics), describe: describeSafely(definition, params), facts };
  if (!inputs.complaint) pass.env.memo?.set(node, { inputs: flat, facts, result });
  return result;
}

async function evaluate(node: PipelineNode, type: NodeType, inputs: Gathered, params: unknown, facts: Facts | null, pass: Pass, diagnostics: Diagnostic[]): Promise<Record<string, PortMeta>> {
  const { definition } = type;
  const outputs: Record<string, PortMeta> = unknownOutputs(definition.outputs);
  const missing = definition.inputs.some((spec) => !mayBeEmpty(spec) && inputs.metas[spec.name] === undefined);
  if (definition.configure !== undefined) {
    try {
      const result = definition.configure({ inputs: inputs.metas, params, facts });
      Object.assign(outputs, result.outputs);
      diagnostics.push(...(result.diagnostics ?? []).map((diagnostic) => ({ ...diagnostic, place: { nodeId: node.id, ...diagnostic.place } })));
    } catch (error) {
      diagnostics.push(toDiagnostic(error, { nodeId: node.id }));
    }
  }
  const relations = missing ? null : inputRelations(inputs);
  if (type.relation === undefined || relations === null) return outputs;
  try {
    const result = await withParses(pass.env, () => type.relation?.(relations, params, facts, pass.services) ?? {});
    const byPort: Readonly<Record<string, Relation>> = isRelation(result) ? { [firstTable(definition)]: result } : result;
    for (const [port, relation] of Object.entries(byPort)) outputs[port] = { kind: 'table', schema: schemaOf(relation) };
  } catch (error) {
    const found = toDiagnostic(error, { nodeId: node.id });
    if (found.code === 'schema-after-run') {
      diagnostics.push({ ...found, severity: 'info' });
      return outputs;
    }
    // `configure` may have said the same in better words.
    if (!diagnostics.some((other) => other.code === found.code && other.message === found.message)) diagnostics.push(found);
  }
  return outputs;
}

const isRelation = (value: Relation | Readonly<Record<string, Relation>>): value is Relation => typeof (value as { op?: unknown }).op === 'string';

const firstTable = (definition: NodeDefinition): string => definition.outputs.find((port) => port.kind === 'table')?.name ?? 'table';

/** The input whose value a bypassed node hands on at an output: the first of the same kind. Null: nothing comes out. */
export function bypassSource(definition: NodeDefinition, output: string): string | null {
  const spec = definition.outputs.find((port) => port.name === output);
  return definition.inputs.find((port) => port.kind === spec?.kind)?.name ?? null;
}

function bypass(node: PipelineNode, definition: NodeDefinition, inputs: Inputs, pass: Pass): NodeConfiguration {
  const outputs: Record<string, PortMeta> = {};
  const nothing: string[] = [];
  for (const port of definition.outputs) {
    const source = bypassSource(definition, port.name);
    const meta = source === null ? undefined : inputs[source]?.[0];
    outputs[port.name] = meta ?? unknownMeta(port);
    if (meta === undefined) nothing.push(`“${port.title}”`);
  }
  const diagnostics: Diagnostic[] =
    nothing.length === 0
      ? []
      : [
          {
            severity: 'warning',
            code: 'bypass-empty',
            message: `“${pass.titleOf(node)}” is bypassed and gives nothing at ${nothing.join(', ')}.`,
            remedy: 'Nodes behind it cannot run until it is switched on again.',
            place: { nodeId: node.id },
          },
        ];
  return { nodeId: node.id, outputs, diagnostics, describe: 'Bypassed', facts: null };
}

/** A card line must never take the canvas down. */
function describeSafely(definition: NodeDefinition, params: unknown): string {
  try {
    return definition.describe?.(params, inEnglish) ?? '';
  } catch {
    return '';
  }
}

const sameItems = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((item, index) => item === b[index]);
