import type { Diagnostic } from '#app/core/errors.ts';
import type { Finding } from '#app/pipeline/lint/index.ts';
import type { NodeRun } from '#app/protocol/schema.ts';

export interface Problem {
  readonly diagnostic: Finding;
  readonly nodeId: string | null;
}

const order = { error: 0, warning: 1, info: 2 } as const;

/**
 * Everything known to be wrong: what configuring found, then what the last run met (for nodes still there), each once,
 * worst first. `current` says whether a node's last run is still about it as it is.
 */
export function collectProblems(
  configured: { readonly nodes: Readonly<Record<string, { readonly diagnostics: readonly Diagnostic[] }>>; readonly diagnostics: readonly Finding[] },
  runs: Readonly<Record<string, NodeRun>>,
  current: (nodeId: string) => boolean,
): Problem[] {
  const problems = new Map<string, Problem>();
  const add = (diagnostic: Finding, nodeId: string | null) => {
    const key = JSON.stringify([nodeId, diagnostic.code, diagnostic.message]);
    if (!problems.has(key)) problems.set(key, { diagnostic, nodeId });
  };
  for (const diagnostic of configured.diagnostics) add(diagnostic, diagnostic.place?.nodeId ?? null);
  for (const [nodeId, node] of Object.entries(configured.nodes)) for (const diagnostic of node.diagnostics) add(diagnostic, nodeId);
  for (const run of Object.values(runs)) if (run.diagnostics.length > 0 && current(run.nodeId)) for (const diagnostic of run.diagnostics) add(diagnostic, run.nodeId);
  return [...problems.values()].sort((a, b) => order[a.diagnostic.severity] - order[b.diagnostic.severity]);
}
