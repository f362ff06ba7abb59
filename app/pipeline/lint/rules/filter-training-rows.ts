import type { Command } from '../../commands.ts';
import { ancestors, indexGraph } from '../../graph.ts';
import type { Fix, LintInput, LintNode } from '../finding.ts';
import { batch, freeId, reconnect } from '../fixes.ts';
import { keptApartBy, type Rows } from '../rows.ts';
import { sourcesAt, type Traces } from '../trace.ts';
import type { Trial } from '../trials.ts';

/** Moves a filter of rows from before the split to its training side. Null where the columns it looks at are gone by then. */
export function filterTrainingRows(node: LintNode, trial: Trial, tested: Rows, traces: Traces, { document }: LintInput): Fix | null {
  const [splitId, ...more] = keptApartBy(trial.table.rows, tested);
  const split = splitId === undefined ? undefined : traces.nodes.get(splitId);
  const [before] = sourcesAt(node, 'table').map(({ from }) => from);
  const port = trial.table.rows.parts.get(node.id)?.values().next().value;
  const side = split === undefined ? undefined : trial.table.rows.parts.get(split.id)?.values().next().value;
  if (split === undefined || more.length > 0 || before === undefined || port === undefined || side === undefined) return null;
  const after = traces.table({ nodeId: split.id, port: side });
  const chosen = node.params['columns'];
  if (Array.isArray(chosen) && chosen.some((name) => !after?.columns.has(String(name)))) return null;

  const { outgoing } = indexGraph(document);
  const towards = ancestors(document, [split.id]).add(split.id);
  const taken: string[] = [];
  const lead = (edges: readonly { readonly id: string; readonly to: { readonly node: string; readonly port: string } }[], from: { node: string; port: string }): Command[] =>
    edges.map((edge) => {
      const id = freeId(document, edge.id, taken);
      taken.push(id);
      return { type: 'connect', edge: { id, from, to: { ...edge.to } }, replaces: edge.id };
    });
  const around = lead((outgoing.get(node.id) ?? []).filter((edge) => towards.has(edge.to.node)), { node: before.nodeId, port: before.port });
  const behind = lead((outgoing.get(split.id) ?? []).filter((edge) => edge.from.port === side), { node: node.id, port });
  const into = reconnect(document, { node: node.id, port: 'table' }, { nodeId: split.id, port: side });
  const command = batch([...around, ...behind, into]);
  return command === null ? null : { title: 'filter the training rows only', command };
}
