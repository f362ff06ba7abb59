import type { PortMeta } from '#app/sdk/ports.ts';
import type { Analysis, AnalysedNode } from './analyse.ts';

/** Params that node types propose for nodes whose choices are still open. A faulty proposal is no proposal. */
export function suggestParams(analysis: Analysis): Record<string, Record<string, unknown>> {
  const suggestions: [string, Record<string, unknown>][] = [];
  for (const [id, node] of analysis.nodes) {
    const suggest = node.type?.definition.suggest;
    if (suggest === undefined || node.params === undefined) continue;
    try {
      const suggestion = suggest({ inputs: metasOf(analysis, node), params: node.params, facts: node.configuration.facts });
      if (suggestion !== null && Object.keys(suggestion).length > 0) suggestions.push([id, { ...suggestion }]);
    } catch {
      continue;
    }
  }
  return Object.fromEntries(suggestions);
}

function metasOf(analysis: Analysis, node: AnalysedNode): Record<string, PortMeta[]> {
  return Object.fromEntries(
    Object.entries(node.inputs).map(([port, sources]) => [
      port,
      sources.flatMap((source) => analysis.nodes.get(source.nodeId)?.configuration.outputs[source.port] ?? []),
    ]),
  );
}
