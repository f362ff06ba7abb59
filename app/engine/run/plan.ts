import { PenstockError } from '#app/core/errors.ts';
import type { Analysis } from '../analysis/analyse.ts';
import { hasEffect } from '../catalogue.ts';
import type { ResultCache } from '../results/result-cache.ts';
import { sourcesOf } from './pipeline-run.ts';

/**
 * Nodes of a run, upstream first: all of them, or the targets and what they need. Behind a node whose result is at hand nothing
 * is planned, unless its table is fused and has to be built from its inputs.
 * @throws PenstockError `unknown-node`.
 */
export function planRun(analysis: Analysis, cache: ResultCache, targets: ReadonlySet<string>): string[] {
  if (targets.size === 0) return [...analysis.order];
  const planned = new Set<string>();
  const stack = [...targets];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (planned.has(id)) continue;
    const node = analysis.nodes.get(id);
    if (node === undefined) {
      throw new PenstockError('unknown-node', `The pipeline has no node “${id}”.`, {
        remedy: `Its nodes are ${analysis.order.slice(0, 20).join(', ')}${analysis.order.length > 20 ? ' …' : ''}.`,
        place: { nodeId: id },
      });
    }
    planned.add(id);
    const entry = hasEffect(node.type, node.params) ? null : cache.find(node);
    const whole = entry !== null && Object.values(entry.ports).every((port) => port.value !== null);
    if (!whole) stack.push(...sourcesOf(node));
  }
  return analysis.order.filter((id) => planned.has(id));
}
