import type { PipelineEdge, PipelineNode } from '../document.ts';
import { nodeTitle } from '../graph.ts';
import { isBoundary, isSubflow } from '../subflow/node-type.ts';
import { listing, say } from './sentence.ts';
import type { Story } from './story.ts';
import type { DescriptionBlock, Sentence } from './types.ts';

/** What each step does, in order: straight chains in one item, branches and joins by name. */
export function stepBlocks(story: Story): DescriptionBlock[] {
  const items = chains(story).map((chain) => chainSentence(story, chain));
  return items.length === 0 ? [] : [{ kind: 'list', ordered: true, items }];
}

/** Nodes in runs without a branch or a join between them, upstream first. */
export function chains(story: Story): PipelineNode[][] {
  const found = new Map<string, PipelineNode[]>();
  const all: PipelineNode[][] = [];
  for (const node of story.order) {
    const [source, ...more] = story.sourcesOf(node);
    const before = source === undefined || more.length > 0 ? undefined : story.graph.nodes.get(source);
    const chain = before === undefined || story.followers(before).length !== 1 ? undefined : found.get(before.id);
    // On a circle a node may stand behind itself.
    if (chain === undefined || chain.includes(node)) {
      const fresh = [node];
      found.set(node.id, fresh);
      all.push(fresh);
    } else {
      chain.push(node);
      found.set(node.id, chain);
    }
  }
  return all;
}

function chainSentence(story: Story, chain: readonly PipelineNode[]): Sentence {
  const sentences = chain.map((node, index) => (index === 0 ? say(leadIn(story, node), own(story, node), '.') : say(story.tongue.then, own(story, node), '.')));
  const last = chain.at(-1);
  const followers = last === undefined ? [] : story.followers(last);
  if (followers.length > 1) sentences.push(story.tongue.branches(listing(followers.map((id) => story.linkOf(id)), story.tongue.and)));
  return sentences.flatMap((sentence, index) => (index === 0 ? sentence : [' ', ...sentence]));
}

/** The node's name and what it does. */
function own(story: Story, node: PipelineNode): Sentence {
  const type = story.typeOf(node);
  const titled = node.title !== undefined && node.title !== '' && node.title !== type?.definition.title;
  const name: Sentence = titled ? [story.link(node), ` (${story.typeTitle(node)})`] : [story.link(node)];
  if (type === undefined) return say(name, ` ${story.tongue.unknownType(node.type)}`);
  if (node.bypassed === true) return say(name, ` ${story.tongue.isBypassed}`);
  if (isSubflow(node)) return say(name, ` ${story.tongue.subflow(node, namesInside(story, node.content.nodes))}`, rowEffect(story, node));
  const comment = node.comment?.trim().split('\n')[0] ?? '';
  return say(name, ` ${story.predicate(node)}`, rowEffect(story, node), comment === '' ? '' : [story.tongue.comment(comment)]);
}

/** What a subflow holds, by name. */
const namesInside = (story: Story, nodes: readonly PipelineNode[]): string[] => nodes.filter((node) => !isBoundary(node)).map((node) => nodeTitle(node, story.typeOf(node)?.definition.title));

/** How many rows came out of how many in the latest run, where that is not the same number. */
function rowEffect(story: Story, node: PipelineNode): string {
  // What evaluates or draws gives tables of its own, not some of the rows.
  if (!/^(data|transform)\//.test(node.type)) return '';
  const parts = story.outputs(node).flatMap(({ name, title, kind }) => {
    const rows = kind === 'table' ? story.rows(node.id, name) : null;
    return rows === null ? [] : [{ title, rows }];
  });
  const [first] = parts;
  if (first === undefined) return '';
  const filled = parts.filter(({ rows }) => rows > 0);
  if (filled.length > 1) return `: ${filled.map(({ title, rows }) => story.tongue.rowsAt(rows, title)).join(', ')}`;
  const edge = story.inputs(node).find(({ from }) => story.rows(from.node, from.port) !== null);
  const before = edge === undefined ? null : story.rows(edge.from.node, edge.from.port);
  if (before === null || before === first.rows) return '';
  return story.tongue.rowsBecome(before, first.rows);
}

/** Where the first node of a chain has its input from. */
function leadIn(story: Story, node: PipelineNode): Sentence {
  const type = story.typeOf(node)?.definition;
  const edges = story.inputs(node);
  if (edges.length === 0) return [];
  const several = (type?.inputs.length ?? 0) > 1 && edges.length > 1;
  // By what they come in as: two tables to join have a side each, five learners are of one kind.
  const roles = new Map<string, Sentence[]>();
  for (const edge of edges) {
    const input = type?.inputs.find(({ name }) => name === edge.to.port);
    const role = several && input !== undefined && !/^tables?$/.test(input.name) ? story.tongue.inputRole(input.title) : '';
    roles.set(role, [...(roles.get(role) ?? []), sourceWords(story, edge)]);
  }
  const what = [...roles].map(([role, sources]) => say(listing(sources, story.tongue.and), role));
  return story.tongue.leadIn(edges.length === 1, listing(what, story.tongue.and));
}

function sourceWords(story: Story, { from }: PipelineEdge): Sentence {
  const source = story.graph.nodes.get(from.node);
  const ports = source === undefined ? [] : story.outputs(source).filter(({ kind }) => kind === 'table');
  const port = ports.length > 1 ? ports.find(({ name }) => name === from.port) : undefined;
  const link = story.linkOf(from.node);
  return port === undefined || port.title === story.tongue.tableTitle ? [link] : story.tongue.rowsOfPort(port.title, link);
}
