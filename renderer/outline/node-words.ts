import type { PipelineDocument, PipelineNode } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { formatCount } from '#app/core/units.ts';
import type { NodeRun } from '#app/protocol/schema.ts';
import { typeOf, titleOf } from '../state/catalogue.ts';
import { stateTitles, type NodeState } from '../state/node-state.ts';
import { listed, titleIn } from '../canvas/port-words.ts';
import { portsOf } from '../canvas/geometry.ts';
import type { OutlineItem } from './tree.ts';
import { texts } from '../text/texts.ts';

/** A node of the outline in words. Pure functions. */

/** What feeds it, each source once, in the order of its inputs. */
export function sourcesOf(document: PipelineDocument, nodeId: string): readonly string[] {
  const fed = indexGraph(document).incoming.get(nodeId) ?? [];
  return [...new Set(fed.map((edge) => edge.from.node))].map((id) => titleIn(document, id));
}

/** “joins: Filter, Prices” where several nodes feed it; the output it hangs at where its one source has several. */
export function originWords(document: PipelineDocument, nodeId: string): string | null {
  const fed = indexGraph(document).incoming.get(nodeId) ?? [];
  const sources = sourcesOf(document, nodeId);
  if (sources.length > 1) return texts.outline.joins(sources.join(', '));
  const [edge] = fed;
  const source = edge && indexGraph(document).nodes.get(edge.from.node);
  if (!edge || !source) return null;
  const { outputs } = portsOf(document, source);
  const port = outputs.length > 1 ? outputs.find(({ name }) => name === edge.from.port) : undefined;
  return port === undefined ? null : texts.outline.portOf(port.title, sources[0] ?? '');
}

/** Rows of the node's tables after its last run, each by its title where there are several; none of a further table that is empty. */
export function rowWords(document: PipelineDocument, node: PipelineNode, run: NodeRun | undefined): string | null {
  const { outputs } = portsOf(document, node);
  const tables = outputs.flatMap((port, index) => {
    const rows = run?.ports[port.name]?.rows ?? null;
    return port.kind === 'table' && rows !== null && (rows > 0 || index === 0) ? [{ title: port.title, rows }] : [];
  });
  const count = (rows: number) => texts.common.rowCount(formatCount(rows), rows === 1);
  const [only] = tables;
  if (only === undefined) return null;
  return tables.length === 1 ? count(only.rows) : tables.map(({ title, rows }) => `${title}: ${count(rows)}`).join(', ');
}

export interface NodeFactsSaid {
  readonly item: OutlineItem;
  readonly state: NodeState;
  readonly reason: string;
  readonly run: NodeRun | undefined;
  readonly problems: number;
  readonly closed: boolean;
}

/** Everything about a node in one sentence: “Filter rows, up to date, 1 204 rows; input Table from Orders; 2 problems”. */
export function nodeSentence(document: PipelineDocument, node: PipelineNode, facts: NodeFactsSaid): string {
  const { item, state, reason, run, problems, closed } = facts;
  const title = titleOf(node);
  const type = typeOf(node)?.definition.title;
  const isWrong = state === 'failed' || state === 'attention';
  const first = [title, ...(type !== undefined && type !== title ? [type] : []), stateTitles[state].toLowerCase(), ...(isWrong || state === 'stale' ? [reason.replace(/\.$/, '')] : [])];
  const rows = state === 'done' || state === 'stale' ? rowWords(document, node, run) : null;
  if (rows !== null) first.push(rows);
  const parts = [first.join(', ')];
  const inputs = inputWords(document, node.id);
  if (inputs !== null) parts.push(inputs);
  if (item.under > 0) parts.push([texts.outline.branches(item.under), ...(closed ? [texts.outline.closed] : [])].join(', '));
  if (problems > 0) parts.push(texts.outline.problems(problems));
  return parts.join('; ');
}

function inputWords(document: PipelineDocument, nodeId: string): string | null {
  const { nodes, incoming } = indexGraph(document);
  const node = nodes.get(nodeId);
  const fed = incoming.get(nodeId) ?? [];
  if (!node) return null;
  const { inputs } = portsOf(document, node);
  if (inputs.length === 0) return null;
  if (fed.length === 0) return texts.outline.nothingConnected;
  const sources = sourcesOf(document, nodeId);
  if (sources.length > 1) return texts.outline.joinsSaid(listed(sources));
  const [edge] = fed;
  const origin = originWords(document, nodeId);
  const port = inputs.find(({ name }) => name === edge?.to.port)?.title ?? '';
  return texts.outline.inputFrom(port, origin ?? sources[0] ?? '');
}
