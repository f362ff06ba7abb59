import { connectedMetas, keyPairs, resolveChoices, type ChosenView, type FeatureSetParams } from '#nodes/data/feature-set/choices.ts';
import type { ModelFeatures } from '#app/store/index.ts';
import type { AnalysedNode, Analysis } from '../analysis/analyse.ts';
import { columnPath } from '../lineage/column-path.ts';
import { ColumnSteps } from '../lineage/column-steps.ts';
import type { PortValueResolver } from '../results/port-values.ts';

const setType = 'data/feature-set';

interface Found {
  readonly view: string;
  readonly version: number;
  readonly keys: readonly { readonly feature: string; readonly spine: string }[];
  readonly columns: Set<string>;
  readonly as: Map<string, string>;
  readonly computed: Set<string>;
}

/**
 * Feature views that the inputs of a node's model come from: every input is followed back through the canvas to Feature Set nodes. An
 * input that is a feature as it stands can be looked up for a request; one that is computed from features cannot.
 * @param versionOf the version whose rows count, where the set names none.
 */
export async function modelFeatures(resolver: PortValueResolver, nodeId: string, inputs: readonly string[], versionOf: (view: string, version: number | null) => number | null): Promise<ModelFeatures[]> {
  const { analysis } = resolver;
  if (![...analysis.nodes.values()].some((node) => node.node.type === setType)) return [];
  const node = analysis.nodes.get(nodeId);
  const modelPort = node?.type?.definition.inputs.find((port) => port.kind === 'model')?.name;
  const source = modelPort === undefined ? undefined : node?.inputs[modelPort]?.[0];
  const trainer = source === undefined ? node : analysis.nodes.get(source.nodeId);
  const table = trainer?.inputs['table']?.[0];
  if (table === undefined) return [];
  const steps = new ColumnSteps(analysis, resolver.building);
  const schema = analysis.nodes.get(table.nodeId)?.configuration.outputs[table.port];
  const known = new Set(schema?.kind === 'table' ? (schema.schema ?? []).map(({ name }) => name) : []);
  const found = new Map<string, Found>();
  for (const input of inputs) {
    if (!known.has(input)) continue;
    const path = await columnPath(analysis, steps, { nodeId: table.nodeId, port: table.port, column: input });
    const back = path.stops.filter((stop) => stop.direction !== 'forward');
    for (const stop of back) {
      const set = analysis.nodes.get(stop.nodeId);
      if (set?.node.type !== setType) continue;
      const params = set.params as FeatureSetParams;
      const views = viewsOf(set, analysis);
      const copy = await copied(steps, analysis, { nodeId: table.nodeId, port: table.port, column: input }, stop.nodeId);
      for (const { column, via } of stop.columns) {
        if (via !== 'value') continue;
        for (const { of, features } of views) {
          const choice = features.find(({ as }) => as === column);
          const version = choice === undefined ? null : (of.about.version ?? versionOf(of.about.view, null));
          if (choice === undefined || version === null) continue;
          const key = `${of.about.view}@${version}`;
          const entry = found.get(key) ?? { view: of.about.view, version, keys: keyPairs(params, of.about.keys), columns: new Set<string>(), as: new Map<string, string>(), computed: new Set<string>() };
          found.set(key, entry);
          if (copy === column) {
            entry.columns.add(choice.column);
            if (choice.column !== input) entry.as.set(choice.column, input);
          } else entry.computed.add(choice.column);
        }
      }
    }
  }
  return [...found.values()].map(({ view, version, keys, columns, as, computed }): ModelFeatures => {
    const renamedKeys = keys.filter(({ feature, spine }) => feature !== spine);
    return {
      view,
      version,
      key: keys.map(({ feature }) => feature),
      columns: [...columns],
      ...(as.size === 0 ? {} : { as: Object.fromEntries(as) }),
      ...(renamedKeys.length === 0 ? {} : { keyAs: Object.fromEntries(renamedKeys.map(({ feature, spine }) => [feature, spine])) }),
      ...(computed.size === 0 ? {} : { computed: [...computed] }),
    };
  });
}

function viewsOf(set: AnalysedNode, analysis: Analysis): ChosenView[] {
  const metas = (set.inputs['views'] ?? []).flatMap(({ nodeId, port }) => analysis.nodes.get(nodeId)?.configuration.outputs[port] ?? []);
  return resolveChoices(set.params as FeatureSetParams, connectedMetas(metas), set.configuration.facts, []);
}

const rowsBy = (node: AnalysedNode, port: string): unknown => node.type?.definition.rowsOf?.[port]?.by;

/** The column of the set that a column is a copy of; null where something is done to it on the way. */
async function copied(steps: ColumnSteps, analysis: Analysis, from: { nodeId: string; port: string; column: string }, setId: string): Promise<string | null> {
  let at = from;
  const seen = new Set<string>();
  while (at.nodeId !== setId) {
    const key = `${at.nodeId}\0${at.port}\0${at.column}`;
    if (seen.has(key)) return null;
    seen.add(key);
    const node = analysis.nodes.get(at.nodeId);
    // Code of a node's own may do anything to a column that it passes on by name, unless the node says that it does not.
    if (node === undefined || (node.type?.relation === undefined && node.node.bypassed !== true && rowsBy(node, at.port) !== 'values')) return null;
    const step = (await steps.of(at.nodeId)).get(at.port)?.find((one) => one.column === at.column);
    const values = step?.from.filter(({ via }) => via === 'value') ?? [];
    const [only] = values;
    // A new name (`a as b`) is said as the bare column; anything else is an expression.
    const isPassedOn = step !== undefined && (step.expression === null || step.expression === only?.column || step.expression === `"${only?.column ?? ''}"`);
    if (only === undefined || values.length > 1 || !isPassedOn) return null;
    at = { nodeId: only.nodeId, port: only.port, column: only.column };
  }
  return at.column;
}
